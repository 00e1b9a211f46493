import { cycleDecider, type CycleCommand } from '../../cycle/cycle.decider.js';
import { type CycleState } from '../../cycle/cycle.state.js';
import { DomainError } from '../../kernel/errors.js';
import { cycleId as cycleIdOf, streams } from '../../kernel/ids.js';
import { parsePeriod } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { pipelined, record, recordOne } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import { checkCycle } from './check-cycle.js';
import { foldCycle, readCycle } from './cycles.js';
import { foldPayment } from '../folds.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { setFromLog, type SetFigures } from './ordered-set.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { ahead, pagesOf } from '../../write-side/stream-pages.js';
import { Preparation, refuseNone } from './preparation.js';

export interface PrepareArgs {
  readonly programmeId: string;
  /** YYYY-MM */ readonly period: string;
}

export interface PrepareSummary {
  readonly cycleId: string;
  readonly round: number;
  readonly asOf: number;
  readonly policyVersion: number;
  readonly count: number;
  readonly totalMinor: string;
  /** What the finance controller approves. */
  readonly contentHash: string;
  /** True where the cycle was prepared before: nothing was recorded. */
  readonly already: boolean;
  /** Blocking findings that nobody overrode; absent where the programme configured no checks. */
  readonly openFindings?: number;
}

/**
 * Opens the cycle where it is not, fixes the log position it is prepared as of, orders a payment
 * for every enrolment payable in the period, and records count, total and hash. Killed half way and
 * run again, it gives the same set.
 * @throws DomainError PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD, EARLIER_CYCLE_NOT_PREPARED,
 *   LATER_CYCLE_STARTED, and what the cycle refuses
 */
export async function prepareCycle(
  deps: Deps,
  args: PrepareArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<PrepareSummary> {
  const period = parsePeriod(args.period);
  const cycleId = cycleIdOf(args.programmeId, period);
  const before = await readCycle(deps.store, cycleId);
  if (isPrepared(before))
    return checked(deps, summaryOf(cycleId, before, true), base, onProgress, signal);
  const paidThrough = await paidThroughBefore(deps, args.programmeId, cycleId);
  if (before.status === 'none') await openCycle(deps, args.programmeId, period, base);
  if (before.status !== 'preparing') {
    const asOf = await deps.store.lastPosition();
    await decide(deps, cycleId, 'start-preparation', { type: 'StartPreparation', asOf }, base);
  }
  const cycle = await readCycle(deps.store, cycleId);
  if (cycle.round > 1) await cancelEarlierRounds(deps, cycleId, cycle.round, base, signal);
  const { count, totalMinor, contentHash } = await orderPayments(
    deps,
    cycle,
    paidThrough,
    base,
    onProgress,
    signal,
  );
  await decide(
    deps,
    cycleId,
    'record-preparation',
    {
      type: 'RecordPreparation',
      asOf: cycle.asOf,
      count,
      totalMinor: String(totalMinor),
      contentHash,
    },
    base,
  );
  const prepared = await readCycle(deps.store, cycleId);
  return checked(deps, summaryOf(cycleId, prepared, false), base, onProgress, signal);
}

const decide = (
  deps: Deps,
  cycleId: string,
  verb: string,
  command: CycleCommand,
  base: JobContext,
): Promise<unknown> =>
  recordOne(
    deps,
    { verb, key: cycleId, parts: [part(streams.cycle(cycleId), cycleDecider, command)] },
    base,
  );

/** Opens the cycle under the policy that pays its period now. */
async function openCycle(
  deps: Deps,
  programmeId: string,
  period: string,
  base: JobContext,
): Promise<void> {
  const cycleId = cycleIdOf(programmeId, period);
  const programme = await new PolicyReader(deps.store).programme(programmeId);
  const { version: policyVersion } = programme.policyOf(period);
  const { currency } = programme.definition;
  await decide(
    deps,
    cycleId,
    'open-cycle',
    { type: 'OpenCycle', cycleId, programmeId, period, policyVersion, currency },
    base,
  );
}

/** Orders a payment for every payable enrolment, and says what set they make. */
async function orderPayments(
  deps: Deps,
  cycle: CycleState,
  paidThrough: number,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<SetFigures> {
  const { programmeId, asOf, round } = cycle;
  const programme = await new PolicyReader(deps.store).programme(programmeId, asOf);
  const run = new Preparation(deps, base, cycle, programme, paidThrough, onProgress);
  const enrolments = pagesOf(deps.store, `enrolment-${programmeId}-`, {
    asOf,
    ...(signal ? { signal } : {}),
  });
  await pipelined(
    ahead(enrolments, (page) => run.ordersOf(page)),
    (orders) => run.record(orders),
    signal,
  );
  if (!run.foundOrders) return run.tally.figures();
  return setFromLog(deps.store, cycleIdOf(programmeId, cycle.period), round, signal);
}

/**
 * Has a set that was just prepared (or whose check a killed run left out) checked, where the
 * programme says so.
 */
async function checked(
  deps: Deps,
  summary: PrepareSummary,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<PrepareSummary> {
  const cycle = await readCycle(deps.store, summary.cycleId);
  const { rules } = await new PolicyReader(deps.store).programme(cycle.programmeId);
  if (rules.length === 0 || cycle.status !== 'prepared') return summary;
  if (cycle.checkedHash === cycle.contentHash)
    return { ...summary, openFindings: cycle.openFindings.length };
  const { open } = await checkCycle(deps, { cycleId: summary.cycleId }, base, onProgress, signal);
  return { ...summary, openFindings: open };
}

/**
 * Refuses what a preparation would be refused for before it begins, so that who asks for one in the
 * background is told at once.
 * @throws DomainError INVALID_PERIOD, PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD,
 *   EARLIER_CYCLE_NOT_PREPARED, LATER_CYCLE_STARTED
 */
export async function requirePreparable(
  deps: Pick<Deps, 'store'>,
  { programmeId, period }: PrepareArgs,
): Promise<void> {
  const book = await new PolicyReader(deps.store).programme(programmeId);
  book.policyOf(parsePeriod(period));
  await paidThroughBefore(deps, programmeId, cycleIdOf(programmeId, period));
}

const isPrepared = ({ status }: CycleState): boolean =>
  !['none', 'open', 'preparing', 'returned'].includes(status);

function summaryOf(cycleId: string, state: CycleState, already: boolean): PrepareSummary {
  const { round, asOf, policyVersion, count, totalMinor, contentHash } = state;
  return { cycleId, round, asOf, policyVersion, count, totalMinor, contentHash, already };
}

/**
 * The latest position that an earlier cycle of the programme was prepared as of. Cycles are
 * prepared in the order of their periods: what a cycle owes for earlier months depends on what the
 * earlier cycles saw.
 */
async function paidThroughBefore(
  deps: Pick<Deps, 'store'>,
  programmeId: string,
  cycleId: string,
): Promise<number> {
  let paidThrough = -1;
  for await (const page of pagesOf(deps.store, `cycle-${programmeId}-`)) {
    for (const { stream, events } of page) {
      const other = stream.slice('cycle-'.length);
      const state = foldCycle(events);
      if (other < cycleId && !isPrepared(state))
        throw new DomainError(
          'EARLIER_CYCLE_NOT_PREPARED',
          `Prepare ${other} first: this cycle pays what that one could not.`,
          'rule',
          'period',
        );
      if (other > cycleId && state.round > 0)
        throw new DomainError(
          'LATER_CYCLE_STARTED',
          `${other} was prepared already and pays what was due before it.`,
          'rule',
          'period',
        );
      if (other < cycleId) paidThrough = Math.max(paidThrough, state.asOf);
    }
  }
  return paidThrough;
}

/**
 * Payments that earlier rounds ordered are cancelled; this round orders again what is still due.
 */
async function cancelEarlierRounds(
  deps: Deps,
  cycleId: string,
  round: number,
  base: JobContext,
  signal?: AbortSignal,
): Promise<void> {
  await pipelined(
    pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {}),
    async (page) => {
      const units = page.flatMap(({ stream, events }): Unit[] => {
        const state = foldPayment(events);
        if (state.status !== 'ordered' || state.round >= round) return [];
        return [
          {
            verb: 'cancel',
            key: stream,
            loaded: [events],
            parts: [
              part(stream, paymentDecider, {
                type: 'CancelPayment',
                reason: `The cycle was returned and is prepared again, round ${round}.`,
              }),
            ],
          },
        ];
      });
      refuseNone(await record(deps, units, base));
    },
    signal,
  );
}
