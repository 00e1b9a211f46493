import type { StreamEvents } from '../adapters/event-store/port.js';
import { adjustmentDecider, type Proposal } from '../correction/adjustment.decider.js';
import { correctionDecider } from '../correction/correction.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { recoveryId as recoveryIdOf, streams } from '../kernel/ids.js';
import { recoveryDecider } from '../recovery/recovery.decider.js';
import { pipelined, record, recordOne } from '../write-side/bulk.js';
import { part, type Part, type Unit } from '../write-side/unit.js';
import { readCorrection } from '../use-cases/corrections/corrections.js';
import { foldAdjustment, foldRecovery } from '../use-cases/folds.js';
import { AUTOMATION, type Deps, type JobContext } from '../write-side/context.js';
import { PolicyReader } from '../programme/policy-reader.js';
import { debtOf, offsetOf } from '../use-cases/corrections/household-debt.rule.js';
import type { ProcessManager } from './runner.js';
import { pagesOf } from '../write-side/stream-pages.js';

/**
 * Puts what was approved on the households' accounts, page by page: arrears for the next cycle, and
 * overpayments to be recovered. Delivered again, or killed half way, it puts there what is missing.
 */
export const whenCorrectionApprovedThenAdjust = (deps: Deps): ProcessManager => ({
  name: 'when-correction-approved-then-adjust',
  handles: ['CorrectionApproved'],
  async handle(events, signal) {
    for (const event of events)
      if (event.type === 'CorrectionApproved') await adjust(deps, event, signal);
  },
});

type Approved = Extract<Recorded, { readonly type: 'CorrectionApproved' }>;

async function adjust(deps: Deps, event: Approved, signal?: AbortSignal): Promise<void> {
  const { correctionId } = event.data;
  const { status, started } = await readCorrection(deps.store, correctionId);
  if (status !== 'approved' || !started) return;
  const { programmeId, personId } = started;
  const { currency } = (await new PolicyReader(deps.store).programme(programmeId)).definition;
  const base: JobContext = { actor: AUTOMATION, correlationId: event.meta.correlation };
  const figures = { arrearsCount: 0, arrears: 0n, overpaidCount: 0, overpaid: 0n };
  const pages =
    personId === undefined
      ? pagesOf(deps.store, `adjustment-${programmeId}-`, signal ? { signal } : {})
      : one(deps.store.readStreams([streams.adjustment(programmeId, personId)]));
  await pipelined(
    pages,
    async (page) => {
      const found = page.flatMap(({ stream, events }) => {
        const { pending, established } = foldAdjustment(events);
        const proposal = [...established, ...(pending ? [pending] : [])].find(
          (known) => known.correctionId === correctionId,
        );
        if (!proposal) return [];
        const difference = BigInt(proposal.differenceMinor);
        if (difference > 0n) {
          figures.arrearsCount += 1;
          figures.arrears += difference;
        } else {
          figures.overpaidCount += 1;
          figures.overpaid -= difference;
        }
        return proposal === pending ? [{ stream, events, proposal }] : [];
      });
      const recoveries = await recoveriesOf(
        deps,
        found.map(({ proposal }) => proposal),
      );
      const units = found.map(({ stream, events, proposal }) =>
        unitOf(event, currency, { stream, events }, proposal, recoveries),
      );
      for (const result of await record(deps, units, base))
        if (result.kind === 'refused') throw result.error;
    },
    signal,
  );
  const { arrearsCount, arrears, overpaidCount, overpaid } = figures;
  await recordOne(
    deps,
    {
      verb: 'apply-correction',
      key: correctionId,
      causationId: event.id,
      parts: [
        part(streams.correction(correctionId), correctionDecider, {
          type: 'ApplyCorrection',
          arrearsCount,
          arrearsMinor: String(arrears),
          overpaidCount,
          overpaidMinor: String(overpaid),
        }),
      ],
    },
    base,
  );
}

async function* one<T>(page: Promise<T>): AsyncGenerator<T> {
  yield await page;
}

const isOverpaid = ({ differenceMinor }: Proposal): boolean => BigInt(differenceMinor) < 0n;

async function recoveriesOf(
  deps: Deps,
  proposals: readonly Proposal[],
): Promise<ReadonlyMap<string, readonly Recorded[]>> {
  if (proposals.length === 0) return new Map();
  return new Map(
    (
      await deps.store.readStreams(
        proposals.map(({ programmeId, personId }) =>
          streams.recovery(recoveryIdOf(programmeId, personId)),
        ),
      )
    ).map(({ stream, events }) => [stream, events]),
  );
}

/**
 * The account and the debt, which grows by an overpayment and shrinks by what arrears are set
 * against: both or neither.
 */
function unitOf(
  cause: Approved,
  currency: string,
  account: StreamEvents,
  proposal: Proposal,
  recoveries: ReadonlyMap<string, readonly Recorded[]>,
): Unit {
  const { correctionId, programmeId, personId } = proposal;
  const stream = streams.recovery(recoveryIdOf(programmeId, personId));
  const owed = recoveries.get(stream) ?? [];
  const offsetMinor = offsetOf(proposal, foldRecovery(owed));
  const parts: Part[] = [];
  if (isOverpaid(proposal))
    parts.push(
      part(stream, recoveryDecider, {
        type: 'EstablishOverpayment',
        ...debtOf(proposal, currency),
      }),
    );
  if (offsetMinor > 0n)
    parts.push(
      part(stream, recoveryDecider, {
        type: 'OffsetOverpayment',
        correctionId,
        amountMinor: String(offsetMinor),
      }),
    );
  const loaded = [...parts.map(() => owed), account.events];
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
