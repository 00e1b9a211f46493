import { adjustmentDecider } from '../correction/adjustment.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { recoveryId as recoveryIdOf, streams } from '../kernel/ids.js';
import { recoveryDecider } from '../recovery/recovery.decider.js';
import { recordEach, Unfinished } from '../write-side/bulk.js';
import { Defects } from '../write-side/defect.js';
import { guard, part, type Part, type Unit } from '../write-side/unit.js';
import { readCycle } from '../cycle/cycle-reader.js';
import { foldPayment } from '../use-cases/folds.js';
import { isLost } from '../payment/payment-doubt.rule.js';
import { carriedByNone } from '../use-cases/corrections/cut-orders.js';
import { givenBack, type GivenBack } from '../use-cases/corrections/given-back.rule.js';
import { AUTOMATION, PAGE, type Deps, type JobContext } from '../write-side/context.js';
import type { ProcessManager } from './runner.js';
import { pagesOf } from '../write-side/stream-pages.js';

/**
 * A payment that is cancelled, that was rejected or returned when its cycle closed, that came back
 * after that, or that was never ordered though an account says what it carries, paid no arrears and
 * recovered nothing: the arrears go into the next cycle again, and the household owes again what
 * was to be deducted. One that meets a defect keeps no other from having back what is its, and is
 * thrown at the end.
 */
export const whenPaymentLapsesThenGiveBack = (deps: Deps): ProcessManager => ({
  name: 'when-payment-lapses-then-give-back',
  handles: ['PaymentCancelled', 'CycleAbandoned', 'CycleClosed', ...BACK],
  async handle(events, signal) {
    const base: JobContext = { actor: AUTOMATION, correlationId: events[0]!.meta.correlation };
    const unfinished = new Unfinished();
    const cancelled = events.filter((event) => event.type === 'PaymentCancelled');
    for (let i = 0; i < cancelled.length; i += PAGE) {
      const some = cancelled.slice(i, i + PAGE);
      const read = await deps.store.readStreams(some.map(({ stream }) => stream));
      await giveBack(
        deps,
        read.map((one, k) => lapsedAt(one.events.slice(0, some[k]!.revision))),
        'The payment was cancelled.',
        base,
        unfinished,
      );
    }
    const back = events.filter(({ type }) => BACK.some((one) => one === type));
    await giveBackAfterClosing(deps, back, base, unfinished);
    for (const event of events) {
      if (event.type !== 'CycleClosed' && event.type !== 'CycleAbandoned') continue;
      const { cycleId } = event.data;
      for await (const cut of carriedByNone(deps, event, signal))
        await giveBack(deps, cut, 'The payment was never ordered.', base, unfinished);
      if (event.type === 'CycleClosed')
        await giveBackUnpaid(deps, cycleId, base, unfinished, signal);
    }
    unfinished.finish();
  },
});

async function giveBackUnpaid(
  deps: Deps,
  cycleId: string,
  base: JobContext,
  unfinished: Unfinished,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const page of pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {})) {
    const defects = new Defects();
    const lapsed = page.map(({ stream, events }) =>
      defects.look(
        () => (isLost(foldPayment(events)) ? lapsedAt(events, events) : undefined),
        (defect) => unfinished.met(stream, defect),
      ),
    );
    defects.finish();
    const reason = 'The cycle closed and the payment had not been paid.';
    await giveBack(deps, lapsed, reason, base, unfinished);
  }
}

/** What may say that a payment did not arrive. */
const BACK = ['PaymentReturned', 'PaymentRejected', 'PaymentBreakResolved'] as const;

/** As long as its cycle is open, what came back is instructed again with all that it carries. */
async function giveBackAfterClosing(
  deps: Deps,
  events: readonly Recorded[],
  base: JobContext,
  unfinished: Unfinished,
): Promise<void> {
  const cycleOf = ({ stream }: Pick<Recorded, 'stream'>): string =>
    stream.slice('payment-'.length, -PERSON_SUFFIX);
  const closed = new Set<string>();
  for (const cycleId of new Set(events.map(cycleOf)))
    if ((await readCycle(deps.store, cycleId)).status === 'closed') closed.add(cycleId);
  const names = [...new Set(events.filter((one) => closed.has(cycleOf(one))).map((e) => e.stream))];
  for (let i = 0; i < names.length; i += PAGE) {
    const read = await deps.store.readStreams(names.slice(i, i + PAGE));
    const unpaid = read.filter(({ events: life }) => isLost(foldPayment(life)));
    await giveBack(
      deps,
      unpaid.map(({ events: life }) => lapsedAt(life, life)),
      'The payment came back after its cycle was closed.',
      base,
      unfinished,
    );
  }
}

/** A dash and the person's id, at the end of a payment's. */
const PERSON_SUFFIX = 37;

/**
 * What lapsed with a payment; `unpaid` is its life where it lapses only as long as nobody paid it.
 */
interface Lapsed extends GivenBack {
  readonly unpaid?: readonly Recorded[];
}
function lapsedAt(life: readonly Recorded[], unpaid?: readonly Recorded[]): Lapsed | undefined {
  const back = givenBack(life);
  return back && { ...back, ...(unpaid ? { unpaid } : {}) };
}

/**
 * What the household has back: arrears that were not paid, and a deduction that was not made. Where
 * two people count the payment as settled meanwhile, or a break leaves that open, nothing.
 */
function unitsOf(lapsed: Lapsed, reason: string): Unit[] {
  const { programmeId, personId, paymentId, round } = lapsed;
  const key = `${paymentId} ${round}`;
  const parts = (account: Part): Pick<Unit, 'parts'> => ({
    parts: lapsed.unpaid ? whileUnpaid(paymentId, account) : [account],
  });
  const arrears = part(streams.adjustment(programmeId, personId), adjustmentDecider, {
    type: 'ReleaseArrears',
    paymentId,
    round,
    reason,
  });
  const deduction = part(streams.recovery(recoveryIdOf(programmeId, personId)), recoveryDecider, {
    type: 'ReverseDeduction',
    paymentId,
    round,
    reason,
  });
  return [
    ...(lapsed.arrears ? [{ verb: 'release-arrears', key, ...parts(arrears) }] : []),
    ...(lapsed.deduction ? [{ verb: 'reverse-deduction', key, ...parts(deduction) }] : []),
  ];
}

function whileUnpaid(paymentId: string, account: Part): readonly Part[] {
  let isStill = true;
  return [
    guard(streams.payment(paymentId), (events) => {
      isStill = isLost(foldPayment(events));
    }),
    {
      ...account,
      decide: (events, context) => (isStill ? account.decide(events, context) : []),
    },
  ];
}

async function giveBack(
  deps: Deps,
  lapsed: readonly (Lapsed | undefined)[],
  reason: string,
  base: JobContext,
  unfinished: Unfinished,
): Promise<void> {
  const units = lapsed.flatMap((one) => (one ? unitsOf(one, reason) : []));
  if (units.length === 0) return;
  const accounts = units.map(({ parts }) => parts.at(-1)!.stream);
  const read = await deps.store.readStreams(accounts);
  const known = new Map(read.map(({ stream, events }) => [stream, events]));
  for (const one of lapsed) if (one?.unpaid) known.set(streams.payment(one.paymentId), one.unpaid);
  const loaded = units.map((unit): Unit => ({
    ...unit,
    loaded: unit.parts.map(({ stream }) => known.get(stream) ?? []),
  }));
  unfinished.add(loaded, await recordEach(deps, loaded, base));
}
