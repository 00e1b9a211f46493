import type { EventData } from '../../events/generated.js';
import type { StreamEvents } from '../adapters/event-store/port.js';
import { adjustmentDecider } from '../correction/adjustment.decider.js';
import type { Proposal } from '../correction/adjustment.state.js';
import { correctionDecider } from '../correction/correction.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { recoveryId as recoveryIdOf, streams } from '../kernel/ids.js';
import { recoveryDecider } from '../recovery/recovery.decider.js';
import type { RecoveryState } from '../recovery/recovery.state.js';
import { pipelined, recordEach, recordOne, Unfinished } from '../write-side/bulk.js';
import { Defects } from '../write-side/defect.js';
import { guard, part, partFrom, type Part, type Unit } from '../write-side/unit.js';
import { readCorrection } from '../correction/correction-reader.js';
import { foldAdjustment, foldEnrolment, foldRecovery } from '../use-cases/folds.js';
import { AUTOMATION, type Deps, type JobContext } from '../write-side/context.js';
import { PolicyReader } from '../programme/policy-reader.js';
import { DifferenceSums } from '../use-cases/corrections/difference-sums.rule.js';
import { unlessMoved, type Fate } from '../use-cases/corrections/unless-moved.js';
import { SeenPayments, type SeenPayment } from '../use-cases/corrections/seen-payments.js';
import {
  arrearsOffsetOf,
  carriersOf,
  debtOf,
  offsetOf,
} from '../use-cases/corrections/household-debt.rule.js';
import type { ProcessManager } from './runner.js';
import { pagesOf } from '../write-side/stream-pages.js';

/**
 * Puts what was approved on the households' accounts, page by page: arrears for the next cycle, and
 * overpayments to be recovered. What was computed from a payment of a closed cycle that moved since
 * lapses: what had failed was paid after all, or what was paid came back. Delivered again, or
 * killed half way, it puts there what is missing; so it does once a defect is mended that some
 * household met.
 */
export const whenCorrectionApprovedThenAdjust = (deps: Deps): ProcessManager => ({
  name: 'when-correction-approved-then-adjust',
  handles: ['CorrectionApproved'],
  async handle(events, signal) {
    for (const event of events)
      if (event.type === 'CorrectionApproved') await adjust(deps, event, signal);
  },
});

type Approved = Recorded<'CorrectionApproved'>;

async function adjust(deps: Deps, event: Approved, signal?: AbortSignal): Promise<void> {
  const { correctionId } = event.data;
  const { status, started } = await readCorrection(deps.store, correctionId);
  if (status !== 'approved' || !started) return;
  const programme = await new PolicyReader(deps.store).programme(started.programmeId);
  const { currency } = programme.definition;
  const base: JobContext = { actor: AUTOMATION, correlationId: event.meta.correlation };
  const figures = { established: new DifferenceSums(), lapsed: new DifferenceSums() };
  const seen = await SeenPayments.of(deps.store, started);
  const unfinished = new Unfinished();
  await pipelined(
    accountsOf(deps, started, signal),
    (page) => adjustPage(deps, { cause: event, currency, base, figures, unfinished, seen }, page),
    signal,
  );
  unfinished.finish();
  await recordOne(
    deps,
    {
      verb: 'apply-correction',
      key: correctionId,
      causationId: event.id,
      parts: [
        part(streams.correction(correctionId), correctionDecider, {
          type: 'ApplyCorrection',
          ...figures.established.all(),
          lapsed: figures.lapsed.all(),
        }),
      ],
    },
    base,
  );
}

/** Of one household, where the correction is of one; else of all that the programme has. */
function accountsOf(
  deps: Deps,
  { programmeId, personId }: EventData['CorrectionStarted'],
  signal?: AbortSignal,
): AsyncIterable<readonly StreamEvents[]> {
  if (personId !== undefined)
    return one(deps.store.readStreams([streams.adjustment(programmeId, personId)]));
  return pagesOf(deps.store, `adjustment-${programmeId}-`, signal ? { signal } : {});
}

/** What the pages of one correction share. */
interface Adjusting {
  readonly cause: Approved;
  readonly currency: string;
  readonly base: JobContext;
  readonly figures: Readonly<Record<'established' | 'lapsed', DifferenceSums>>;
  readonly unfinished: Unfinished;
  readonly seen: SeenPayments;
}

async function adjustPage(
  deps: Deps,
  adjusting: Adjusting,
  page: readonly StreamEvents[],
): Promise<void> {
  const { base, figures, unfinished } = adjusting;
  const missing = missingOf(adjusting, page);
  const proposals = missing.map(({ proposal }) => proposal);
  const context = {
    ...adjusting,
    recoveries: await recoveriesOf(deps, proposals),
    enrolments: await enrolmentsOf(deps, proposals.filter(isOverpaid)),
    payments: await adjusting.seen.behind(proposals),
    carriers: await carriersOfAll(deps, missing),
  };
  const decided = new Defects();
  const units = missing.flatMap(
    ({ account, proposal }) =>
      decided.look(
        () => unitOf(context, account, proposal),
        (defect) => unfinished.met(account.stream, defect),
      ) ?? [],
  );
  decided.finish();
  unfinished.add(units, await recordEach(deps, units, base));
  for (const { proposal, fate } of units) figures[fate()].add(proposal);
}

/** Accounts of a page that the correction did not come to yet; those that it did are counted. */
function missingOf({ cause, figures, unfinished }: Adjusting, page: readonly StreamEvents[]) {
  const missing: { readonly account: StreamEvents; readonly proposal: Proposal }[] = [];
  const defects = new Defects();
  const isOf = ({ correctionId }: Proposal): boolean => correctionId === cause.data.correctionId;
  for (const account of page) {
    const found = defects.look(
      () => foldAdjustment(account.events),
      (defect) => unfinished.met(account.stream, defect),
    );
    if (!found) continue;
    const { pending, established, lapsed } = found;
    for (const one of established.filter(isOf)) figures.established.add(one);
    for (const one of lapsed.filter(isOf)) figures.lapsed.add(one);
    if (pending && isOf(pending)) missing.push({ account, proposal: pending });
  }
  defects.finish();
  return missing;
}

async function* one<T>(page: Promise<T>): AsyncGenerator<T> {
  yield await page;
}

/** What the units of a page are made with, by person or by stream. */
interface PageOf extends Pick<Adjusting, 'cause' | 'currency' | 'seen'> {
  /** Of those who owe. */
  readonly enrolments: ReadonlyMap<string, readonly Recorded[]>;
  readonly payments: ReadonlyMap<string, readonly SeenPayment[]>;
  readonly carriers: ReadonlyMap<string, readonly SeenPayment[]>;
  readonly recoveries: ReadonlyMap<string, readonly Recorded[]>;
}

const isOverpaid = ({ differenceMinor }: Proposal): boolean => BigInt(differenceMinor) < 0n;

async function recoveriesOf(
  deps: Deps,
  proposals: readonly Proposal[],
): Promise<ReadonlyMap<string, readonly Recorded[]>> {
  if (proposals.length === 0) return new Map();
  const names = proposals.map(({ programmeId, personId }) =>
    streams.recovery(recoveryIdOf(programmeId, personId)),
  );
  const read = await deps.store.readStreams(names);
  return new Map(read.map(({ stream, events }) => [stream, events]));
}

/** Households may have moved since the correction was computed. */
async function enrolmentsOf(
  deps: Deps,
  proposals: readonly Proposal[],
): Promise<ReadonlyMap<string, readonly Recorded[]>> {
  if (proposals.length === 0) return new Map();
  const read = await deps.store.readStreams(
    proposals.map(({ programmeId, personId }) => streams.enrolment(programmeId, personId)),
  );
  return new Map(read.map(({ events }, i) => [proposals[i]!.personId, events]));
}

async function carriersOfAll(
  deps: Deps,
  missing: readonly { readonly account: StreamEvents; readonly proposal: Proposal }[],
): Promise<PageOf['carriers']> {
  const named = missing.map(({ account, proposal }) =>
    carriersOf(proposal, foldAdjustment(account.events)).map((id) => streams.payment(id)),
  );
  const read = await deps.store.readStreams(named.flat());
  const all = new Map(read.map((one) => [one.stream, one]));
  return new Map(
    missing.map(({ proposal }, i) => [proposal.personId, named[i]!.map((name) => all.get(name)!)]),
  );
}

type Debt = EventData['OverpaymentEstablished'];

/** A look at where the household lives now, and its debt there: nobody moves between the two. */
function owingParts(debt: Debt): readonly [Part, Part] {
  let { region } = debt;
  return [
    guard(streams.enrolment(debt.programmeId, debt.personId), (events) => {
      region = foldEnrolment(events).region || debt.region;
    }),
    partFrom(
      streams.recovery(debt.recoveryId),
      recoveryDecider,
      ['EstablishOverpayment', debt.correctionId, debt.amountMinor],
      () => [{ type: 'EstablishOverpayment' as const, ...debt, region }],
    ),
  ];
}

/** What is written of one household, and what became of it once it is. */
type Adjusted = Unit & { readonly proposal: Proposal; readonly fate: () => Fate };

/**
 * The account and the debt, which grows by what of an overpayment no arrears are left for, and
 * shrinks by what arrears are set against: both or neither; or that it lapsed.
 */
function unitOf(
  { cause, currency, seen, ...page }: PageOf,
  account: StreamEvents,
  proposal: Proposal,
): Adjusted {
  const { correctionId, programmeId, personId } = proposal;
  const stream = streams.recovery(recoveryIdOf(programmeId, personId));
  const owed = page.recoveries.get(stream) ?? [];
  const { establish, livesIn, debt } = settingOf(account, proposal, foldRecovery(owed), currency);
  const established = part(account.stream, adjustmentDecider, establish);
  const behind = {
    payments: page.payments.get(personId) ?? [],
    carriers: page.carriers.get(personId) ?? [],
  };
  const { parts, fate } = unlessMoved(seen, correctionId, behind, debt, {
    ...established,
    events: account.events,
  });
  const known = new Map([
    [stream, owed],
    [account.stream, account.events],
    [streams.enrolment(programmeId, personId), page.enrolments.get(personId) ?? []],
    ...[...behind.payments, ...behind.carriers].map((one) => [one.stream, one.events] as const),
  ]);
  const all = livesIn ? [livesIn, ...parts] : parts;
  return {
    verb: 'adjust',
    key: `${correctionId} ${programmeId} ${personId}`,
    causationId: cause.id,
    parts: all,
    loaded: all.map((one) => known.get(one.stream) ?? []),
    proposal,
    fate,
  };
}

/** How what was found is put on the account, and what that does to the debt. */
function settingOf(
  account: StreamEvents,
  proposal: Proposal,
  recovery: RecoveryState,
  currency: string,
) {
  const { correctionId } = proposal;
  const establish = { type: 'EstablishAdjustment' as const, correctionId };
  if (isOverpaid(proposal)) {
    const offset = arrearsOffsetOf(proposal, foldAdjustment(account.events), recovery);
    const owed = debtOf(proposal, offset, currency);
    const [livesIn, debt] = owed ? owingParts(owed) : [];
    return {
      establish: { ...establish, ...(offset.length > 0 ? { arrearsOffset: offset } : {}) },
      livesIn,
      debt,
    };
  }
  const { programmeId, personId } = proposal;
  const offsetMinor = offsetOf(proposal, foldAdjustment(account.events), recovery);
  if (offsetMinor === 0n) return { establish };
  const stream = streams.recovery(recoveryIdOf(programmeId, personId));
  return {
    establish: { ...establish, offsetMinor: String(offsetMinor) },
    debt: offsetting(stream, correctionId, offsetMinor),
  };
}

const offsetting = (stream: string, correctionId: string, offsetMinor: bigint): Part =>
  part(stream, recoveryDecider, {
    type: 'OffsetOverpayment',
    correctionId,
    amountMinor: String(offsetMinor),
  });
