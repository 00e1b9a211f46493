import type { EventData } from '../../events/generated.js';
import type { StreamEvents } from '../adapters/event-store/port.js';
import { adjustmentDecider, type Proposal } from '../correction/adjustment.decider.js';
import { correctionDecider } from '../correction/correction.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { recoveryId as recoveryIdOf, streams } from '../kernel/ids.js';
import { recoveryDecider } from '../recovery/recovery.decider.js';
import { pipelined, recordEach, recordOne, Unfinished } from '../write-side/bulk.js';
import { Defects } from '../write-side/defect.js';
import { guard, part, partFrom, type Part, type Unit } from '../write-side/unit.js';
import { readCorrection } from '../use-cases/corrections/corrections.js';
import { foldAdjustment, foldEnrolment, foldRecovery } from '../use-cases/folds.js';
import { AUTOMATION, type Deps, type JobContext } from '../write-side/context.js';
import { PolicyReader } from '../programme/policy-reader.js';
import { DifferenceSums } from '../use-cases/corrections/difference-sums.rule.js';
import { debtOf, offsetOf } from '../use-cases/corrections/household-debt.rule.js';
import type { ProcessManager } from './runner.js';
import { pagesOf } from '../write-side/stream-pages.js';

/**
 * Puts what was approved on the households' accounts, page by page: arrears for the next cycle, and
 * overpayments to be recovered. Delivered again, or killed half way, it puts there what is missing;
 * so it does once a defect is mended that some household met.
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
  const figures = new DifferenceSums();
  const unfinished = new Unfinished();
  await pipelined(
    accountsOf(deps, started, signal),
    (page) => adjustPage(deps, { cause: event, currency, base, figures, unfinished }, page),
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
          ...figures.all(),
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
  readonly figures: DifferenceSums;
  readonly unfinished: Unfinished;
}

async function adjustPage(
  deps: Deps,
  { cause, currency, base, figures, unfinished }: Adjusting,
  page: readonly StreamEvents[],
): Promise<void> {
  const missing: { readonly account: StreamEvents; readonly proposal: Proposal }[] = [];
  const defects = new Defects();
  for (const account of page) {
    const found = defects.look(
      () => foldAdjustment(account.events),
      (defect) => unfinished.met(account.stream, defect),
    );
    if (!found) continue;
    const { pending, established } = found;
    const proposal = [...established, ...(pending ? [pending] : [])].find(
      ({ correctionId }) => correctionId === cause.data.correctionId,
    );
    if (!proposal) continue;
    figures.add(proposal);
    if (proposal === pending) missing.push({ account, proposal });
  }
  defects.finish();
  const recoveries = await recoveriesOf(
    deps,
    missing.map(({ proposal }) => proposal),
  );
  const enrolments = await enrolmentsOf(
    deps,
    missing.map(({ proposal }) => proposal).filter(isOverpaid),
  );
  const decided = new Defects();
  const units = missing.flatMap(
    ({ account, proposal }) =>
      decided.look(
        () => unitOf({ cause, currency, enrolments }, account, proposal, recoveries),
        (defect) => unfinished.met(account.stream, defect),
      ) ?? [],
  );
  decided.finish();
  unfinished.add(units, await recordEach(deps, units, base));
}

async function* one<T>(page: Promise<T>): AsyncGenerator<T> {
  yield await page;
}

/** What the debts of a page are established with. */
interface Established extends Pick<Adjusting, 'cause' | 'currency'> {
  /** Of those who owe, by person. */
  readonly enrolments: ReadonlyMap<string, readonly Recorded[]>;
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

/** A look at where the household lives now, and its debt there: nobody moves between the two. */
function owingParts(proposal: Proposal, currency: string): readonly Part[] {
  const { programmeId, personId } = proposal;
  const debt = debtOf(proposal, currency);
  let { region } = proposal;
  return [
    guard(streams.enrolment(programmeId, personId), (events) => {
      region = foldEnrolment(events).region || proposal.region;
    }),
    partFrom(
      streams.recovery(debt.recoveryId),
      recoveryDecider,
      ['EstablishOverpayment', debt.correctionId, debt.amountMinor],
      () => [{ type: 'EstablishOverpayment' as const, ...debt, region }],
    ),
  ];
}

/**
 * The account and the debt, which grows by an overpayment and shrinks by what arrears are set
 * against: both or neither.
 */
function unitOf(
  { cause, currency, enrolments }: Established,
  account: StreamEvents,
  proposal: Proposal,
  recoveries: ReadonlyMap<string, readonly Recorded[]>,
): Unit {
  const { correctionId, programmeId, personId } = proposal;
  const stream = streams.recovery(recoveryIdOf(programmeId, personId));
  const owed = recoveries.get(stream) ?? [];
  const offsetMinor = offsetOf(proposal, foldRecovery(owed));
  const parts: Part[] = [];
  const debt = isOverpaid(proposal) ? owingParts(proposal, currency) : [];
  parts.push(...debt.slice(1));
  if (offsetMinor > 0n)
    parts.push(
      part(stream, recoveryDecider, {
        type: 'OffsetOverpayment',
        correctionId,
        amountMinor: String(offsetMinor),
      }),
    );
  const loaded = [...parts.map(() => owed), account.events];
  if (debt[0]) {
    parts.unshift(debt[0]);
    loaded.unshift(enrolments.get(personId) ?? []);
  }
  parts.push(
    part(account.stream, adjustmentDecider, {
      type: 'EstablishAdjustment',
      correctionId,
      ...(offsetMinor > 0n ? { offsetMinor: String(offsetMinor) } : {}),
    }),
  );
  return {
    verb: 'adjust',
    key: `${correctionId} ${programmeId} ${personId}`,
    causationId: cause.id,
    parts,
    loaded,
  };
}
