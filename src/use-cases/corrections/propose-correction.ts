import type { EventData } from '../../../events/generated.js';
import { correctionDecider, type CorrectionState } from '../../correction/correction.decider.js';
import { DomainError } from '../../kernel/errors.js';
import { correctionId as correctionIdOf, streams } from '../../kernel/ids.js';
import { parsePeriod, monthsBetween } from '../../kernel/time.js';
import { pipelined, recordOne } from '../../write-side/bulk.js';
import { part } from '../../write-side/unit.js';
import {
  correctionsOf,
  foldCorrection,
  readCorrection,
} from '../../correction/correction-reader.js';
import { pastOf } from '../households/past.js';
import { requireNoneOpen, requireOwn, sameAsLast } from './under-way.rule.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { requireNotClosed, whileNotClosed } from '../../programme/open-programme.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { ahead } from '../../write-side/stream-pages.js';
import { Recomputation, type UnevaluableMonths } from './recomputation.js';

type Started = EventData['CorrectionStarted'];
export interface ProposeArgs {
  readonly programmeId: string;
  /** First month that is recomputed; the last is the last month with a released cycle. */
  readonly fromPeriod: string;
  /** Default first-paid. */
  readonly basis?: Started['basis'];
  /** One household only. */
  readonly personId?: string;
  readonly reason: string;
}
export type ProposeSummary = EventData['CorrectionProposed'] &
  Pick<Started, 'fromPeriod' | 'toPeriod' | 'basis'> & {
    readonly status: CorrectionState['status'];
    /** True where it was proposed before: nothing was recorded. */
    readonly already: boolean;
    /** As far as this run saw them. */
    readonly unevaluable?: UnevaluableMonths;
  };
/** Months that one correction may go back; a household's payments of each are held at once. */
export const MAX_MONTHS = 120;

/**
 * Recomputes what households were due in the months that were paid, and proposes arrears or an
 * overpayment for each that differs. Reads the log in pages of some hundred households, as of one
 * position; killed half way and run again by the same person, it goes on and proposes the same.
 * Once the correction is rejected, or proposed by another run, it records nothing more.
 * @throws DomainError CORRECTION_OPEN, CORRECTION_STATUS, NOTHING_PAID, PERIODS_OUT_OF_ORDER,
 *   LIMIT_EXCEEDED, PROGRAMME_NOT_FOUND, PROGRAMME_CLOSED
 */
export async function proposeCorrection(
  deps: Deps,
  args: ProposeArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<ProposeSummary> {
  const started = await startOrResume(deps, args, base);
  const { correctionId, programmeId } = started;
  const history = await deps.store.readStream(streams.correction(correctionId));
  const before = foldCorrection(history);
  if (before.proposed) return summaryOf(before, true);
  const past = await pastOf(deps.store, programmeId, started.asOf);
  const programme = await new PolicyReader(deps.store).programme(programmeId, started.asOf);
  const corrections = [...(await correctionsOf(deps.store, programmeId, started.asOf)), before];
  const run = new Recomputation(
    deps,
    base,
    { started, history, past, programme, corrections },
    onProgress,
  );
  await pipelined(
    ahead(run.pages(signal), (page) => run.proposalsOf(page)),
    (proposals) => run.record(proposals),
    signal,
  );
  await recordOne(
    deps,
    {
      verb: 'propose-correction',
      key: correctionId,
      parts: [
        part(streams.correction(correctionId), correctionDecider, {
          type: 'ProposeCorrection',
          asOf: started.asOf,
          ...run.figures(),
        }),
      ],
    },
    base,
  );
  const summary = summaryOf(await readCorrection(deps.store, correctionId), false);
  return { ...summary, unevaluable: run.unevaluable };
}

function summaryOf(
  { status, started, proposed }: CorrectionState,
  already: boolean,
): ProposeSummary {
  const { fromPeriod, toPeriod, basis } = started!;
  return { ...proposed!, fromPeriod, toPeriod, basis, status, already };
}

/**
 * What a correction would be refused for before it begins.
 * @throws DomainError as proposeCorrection
 */
export async function requireCorrectable(
  deps: Pick<Deps, 'store'>,
  args: ProposeArgs,
  actorId: string,
): Promise<void> {
  requireNotClosed(await new PolicyReader(deps.store).programme(args.programmeId));
  const corrections = await correctionsOf(deps.store, args.programmeId);
  const resumed = sameAsLast(corrections, args);
  if (resumed) return requireOwn(resumed, actorId);
  requireNoneOpen(corrections);
  correctionIdOf(args.programmeId, corrections.length + 1);
  await periodsOf(deps, args, await deps.store.lastPosition());
}

async function periodsOf(
  deps: Pick<Deps, 'store'>,
  args: ProposeArgs,
  asOf: number,
): Promise<Pick<Started, 'fromPeriod' | 'toPeriod'>> {
  const fromPeriod = parsePeriod(args.fromPeriod, 'fromPeriod');
  const { toPeriod } = await pastOf(deps.store, args.programmeId, asOf);
  if (toPeriod === undefined)
    throw new DomainError(
      'NOTHING_PAID',
      'No cycle of the programme was released yet; what is not paid is not corrected.',
      'rule',
      'programmeId',
    );
  if (fromPeriod > toPeriod)
    throw new DomainError(
      'PERIODS_OUT_OF_ORDER',
      `The last month paid is ${toPeriod}; there is nothing to correct from ${fromPeriod} on.`,
      'rule',
      'fromPeriod',
    );
  const months = monthsBetween(fromPeriod, toPeriod).length;
  if (months > MAX_MONTHS)
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `${months} months at once are too many; a correction takes at most ${MAX_MONTHS}.`,
      'invalid',
      'fromPeriod',
    );
  return { fromPeriod, toPeriod };
}

/** The correction that an earlier run began with the same words, or a new one. */
async function startOrResume(deps: Deps, args: ProposeArgs, base: JobContext): Promise<Started> {
  const { programmeId, basis = 'first-paid', personId, reason } = args;
  await new PolicyReader(deps.store).programme(programmeId);
  const corrections = await correctionsOf(deps.store, programmeId);
  const resumed = sameAsLast(corrections, args);
  if (resumed) {
    requireOwn(resumed, base.actor.id);
    return resumed.started!;
  }
  requireNoneOpen(corrections);
  const asOf = await deps.store.lastPosition();
  const correctionId = correctionIdOf(programmeId, corrections.length + 1);
  await recordOne(
    deps,
    {
      verb: 'start-correction',
      key: correctionId,
      parts: [
        part(streams.correction(correctionId), correctionDecider, {
          type: 'StartCorrection',
          correctionId,
          programmeId,
          basis,
          ...(await periodsOf(deps, args, asOf)),
          asOf,
          reason,
          ...(personId === undefined ? {} : { personId }),
        }),
        whileNotClosed(programmeId),
      ],
    },
    base,
  );
  return foldCorrection(await deps.store.readStream(streams.correction(correctionId))).started!;
}
