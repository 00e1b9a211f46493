import { adjustmentDecider } from '../correction/adjustment.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleId as cycleIdOf, partsOfPayment, streams } from '../kernel/ids.js';
import { foldPayment } from '../use-cases/folds.js';
import { DoubtedArrears } from '../use-cases/cycles/doubted-arrears.js';
import { recordEach, Unfinished } from '../write-side/bulk.js';
import { AUTOMATION, PAGE, type Deps, type JobContext } from '../write-side/context.js';
import { guard, part, type Unit } from '../write-side/unit.js';
import type { ProcessManager } from './runner.js';

/**
 * Arrears that stand in for a payment which arrived after all are not due: they go off the account,
 * where no payment carries them. Those that one carries go when it gives them back.
 */
export const whenPaymentArrivesThenLapseArrears = (deps: Deps): ProcessManager => ({
  name: 'when-payment-arrives-then-lapse-arrears',
  handles: ['PaymentSettled', 'PaymentBreakResolved', 'ArrearsReleased'],
  async handle(events) {
    const base: JobContext = { actor: AUTOMATION, correlationId: events[0]!.meta.correlation };
    const unfinished = new Unfinished();
    for (const [programmeId, persons] of await concerned(deps, events)) {
      const all = [...persons];
      for (let i = 0; i < all.length; i += PAGE)
        await lapse(deps, programmeId, all.slice(i, i + PAGE), base, unfinished);
    }
    unfinished.finish();
  },
});

/**
 * Households by programme. As long as a cycle is open nothing stands in for its payments: what was
 * settled by then, as nearly everything is, concerns nobody.
 */
async function concerned(
  { store }: Deps,
  events: readonly Recorded[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  const closings = new Map<string, number>();
  const closedAt = async (cycleId: string): Promise<number> => {
    const known = closings.get(cycleId);
    if (known !== undefined) return known;
    const history = await store.readStream(streams.cycle(cycleId));
    const at = history.find(({ type }) => type === 'CycleClosed')?.position ?? Infinity;
    closings.set(cycleId, at);
    return at;
  };
  for (const event of events) {
    const { programmeId, personId } =
      event.type === 'ArrearsReleased' ? event.data : householdOf(event);
    if (event.type !== 'ArrearsReleased') {
      const { period } = householdOf(event);
      if (event.position < (await closedAt(cycleIdOf(programmeId, period)))) continue;
    }
    found.set(programmeId, (found.get(programmeId) ?? new Set()).add(personId));
  }
  return found;
}

const householdOf = ({ stream }: Recorded) => partsOfPayment(stream.slice('payment-'.length));

async function lapse(
  deps: Deps,
  programmeId: string,
  persons: readonly string[],
  base: JobContext,
  unfinished: Unfinished,
): Promise<void> {
  const read = await deps.store.readStreams(
    persons.map((personId) => streams.adjustment(programmeId, personId)),
  );
  const accounts = new Map(read.map(({ events }, i) => [persons[i]!, events]));
  const doubted = await new DoubtedArrears(deps.store, programmeId).of(accounts);
  const lapsed = [...doubted].flatMap(([personId, arrears]) =>
    arrears.flatMap(({ correctionId, arrived }) =>
      arrived === undefined ? [] : [{ personId, correctionId, arrived }],
    ),
  );
  if (lapsed.length === 0) return;
  const payments = await deps.store.readStreams(
    lapsed.map(({ arrived }) => streams.payment(arrived)),
  );
  const units = lapsed.map(({ personId, correctionId, arrived }, i) =>
    lapsing(streams.adjustment(programmeId, personId), correctionId, arrived, [
      payments[i]!.events,
      accounts.get(personId)!,
    ]),
  );
  unfinished.add(units, await recordEach(deps, units, base));
}

/** As long as the payment is one that arrived: it may come back in the same moment. */
function lapsing(
  stream: string,
  correctionId: string,
  paymentId: string,
  loaded: readonly [payment: readonly Recorded[], account: readonly Recorded[]],
): Unit {
  let isPaid = true;
  const lapse = part(stream, adjustmentDecider, {
    type: 'LapseAdjustment',
    correctionId,
    paymentId,
  });
  return {
    verb: 'lapse-arrears',
    key: `${stream} ${correctionId}`,
    loaded,
    parts: [
      guard(streams.payment(paymentId), (events) => {
        isPaid = foldPayment(events).status === 'settled';
      }),
      {
        ...lapse,
        decide: (events, context) => (isPaid ? lapse.decide(events, context) : []),
      },
    ],
  };
}
