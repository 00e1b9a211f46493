import { isChecked } from '../../cycle/cycle-approval.decider.js';
import { cycleDecider, type CycleCommand, type LeftOut } from '../../cycle/cycle.decider.js';
import { isPrepared, requireStatus, type CycleState } from '../../cycle/cycle.state.js';
import { cycleId as cycleIdOf, partsOfCycle, streams } from '../../kernel/ids.js';
import { parsePeriod } from '../../kernel/time.js';
import { pipelined, recordOne } from '../../write-side/bulk.js';
import { guard, part, reserving, type Part } from '../../write-side/unit.js';
import { checkCycle } from './check-cycle.js';
import {
  ABANDONED,
  earlierThan,
  firstPaid,
  mayBeSentBack,
  paidThroughBefore,
  requireNear,
  requireNoneLater,
  requirePrepared,
  whyGivenUp,
} from './cycle-order.rule.js';
import { cyclesOf, foldCycle, readCycle } from '../../cycle/cycle-reader.js';
import { cancelOrders } from './standing-orders.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { setFromLog, type SetFigures } from './ordered-set.js';
import { checksSince } from './checks-since.js';
import { versionPaid } from './version-paid.js';
import { requireOpen, whileOpen, whilePaying } from '../../programme/open-programme.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { ahead, pagesOf } from '../../write-side/stream-pages.js';
import { Preparation, type PreparedCycle } from './preparation.js';

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
  /** Households that nothing is ordered for, because the policy does not give what they are due. */
  readonly leftOut: number;
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
    return checked(deps, await summaryOf(deps, before, true), base, onProgress, signal);
  const others = await cyclesOf(deps.store, args.programmeId);
  paidThroughBefore(others, cycleId);
  if (before.status === 'none') await openCycle(deps, args, base);
  await startPreparation(deps, before, cycleId, others, base);
  // What earlier cycles pay is known now: none of them is prepared again from here on.
  const cycles = await cyclesOf(deps.store, args.programmeId);
  const paidThrough = paidThroughBefore(cycles, cycleId);
  const history = await deps.store.readStream(streams.cycle(cycleId));
  const cycle = foldCycle(history);
  if (cycle.round > 1)
    await cancelOrders(
      deps,
      cycleId,
      cycle.round - 1,
      `The cycle was returned and is prepared again, round ${cycle.round}.`,
      base,
      signal,
    );
  await cancelOrdersOfOthers(deps, cycle, base, signal);
  const { count, totalMinor, contentHash, leftOut } = await orderPayments(
    deps,
    { state: cycle, history, firstPeriod: firstPaid(cycles, period) },
    paidThrough,
    base,
    onProgress,
    signal,
  );
  // What was ordered after the cycle was given up would stand for ever.
  if ((await readCycle(deps.store, cycleId)).status === 'abandoned')
    await cancelOrders(deps, cycleId, cycle.round, ABANDONED, base, signal);
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
      leftOut,
    },
    base,
  );
  const prepared = await readCycle(deps.store, cycleId);
  return checked(deps, await summaryOf(deps, prepared, false), base, onProgress, signal);
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

/**
 * Fixes the position of the round, in one append with word of it to the cycle before: that one is
 * not prepared again while this one stands, nor does this one start while that one is. Where there
 * is no such append, the word is given first. Whoever goes on with a preparation is named too.
 */
async function startPreparation(
  deps: Deps,
  before: CycleState,
  cycleId: string,
  others: readonly CycleState[],
  base: JobContext,
): Promise<void> {
  const earlier = earlierThan(others, cycleId);
  const asOf = await deps.store.lastPosition();
  const start = { type: 'StartPreparation', asOf, later: before.later } as const;
  const parts = [
    part(streams.cycle(cycleId), cycleDecider, start),
    whilePaying(partsOfCycle(cycleId).programmeId),
  ];
  if (earlier && before.status !== 'preparing') {
    const { asOf: seen } = earlier;
    const round = before.round + 1;
    const word = { type: 'StartLaterCycle', laterCycleId: cycleId, round, seen } as const;
    parts.unshift(reserving(part(streams.cycle(earlier.cycleId), cycleDecider, word)));
    // The word is to one of them only; none of the others is sent back meanwhile either.
    for (const other of mayBeSentBack(others, earlier.cycleId))
      parts.push(guard(streams.cycle(other), (events) => requirePrepared(foldCycle(events))));
  }
  await recordOne(deps, { verb: 'start-preparation', key: cycleId, parts }, base);
}

/**
 * Opens the cycle under the policy that pays its period now; also one that was abandoned.
 * @param now UTC instant
 * @throws DomainError PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD, PERIOD_TOO_FAR,
 *   LATER_CYCLE_STARTED; and in the parts CYCLE_ALREADY_OPEN, PROGRAMME_NOT_OPEN, PROGRAMME_CLOSED
 */
export async function openCycleParts(
  { store }: Pick<Deps, 'store'>,
  { programmeId, period }: PrepareArgs,
  now: string,
): Promise<readonly Part[]> {
  const cycleId = cycleIdOf(programmeId, period);
  requireNoneLater(await cyclesOf(store, programmeId), cycleId);
  const programme = await new PolicyReader(store).programme(programmeId);
  const { version: policyVersion } = programme.policyOf(period);
  const { currency, timeZone } = programme.definition;
  requireNear(period, timeZone, now);
  const open = {
    type: 'OpenCycle',
    cycleId,
    programmeId,
    period,
    policyVersion,
    currency,
  } as const;
  return [part(streams.cycle(cycleId), cycleDecider, open), whileOpen(programmeId)];
}

/** Opens a cycle for a caller that has no command bus; refuses what `openCycleParts` refuses. */
export async function openCycle(deps: Deps, args: PrepareArgs, base: JobContext): Promise<void> {
  const key = cycleIdOf(args.programmeId, args.period);
  const parts = await openCycleParts(deps, args, deps.clock.now());
  await recordOne(deps, { verb: 'open-cycle', key, parts }, base);
}

/** Orders a payment for every payable enrolment, and says what set they make. */
async function orderPayments(
  deps: Deps,
  cycle: PreparedCycle,
  paidThrough: number,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<SetFigures & { readonly leftOut: LeftOut }> {
  const { programmeId, asOf, round, period } = cycle.state;
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
  const figures = run.foundOrders
    ? await setFromLog(deps.store, cycleIdOf(programmeId, period), round, signal)
    : run.tally.figures();
  return { ...figures, leftOut: run.leftOut };
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
  if (isChecked(cycle, await checksSince(deps.store, cycle.programmeId)))
    return { ...summary, openFindings: cycle.openFindings.length };
  const { open } = await checkCycle(deps, { cycleId: summary.cycleId }, base, onProgress, signal);
  return { ...summary, openFindings: open };
}

/**
 * Refuses what a preparation would be refused for before it begins, so that who asks for one in the
 * background is told at once.
 * @throws DomainError INVALID_PERIOD, PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD, PERIOD_TOO_FAR,
 *   EARLIER_CYCLE_NOT_PREPARED, LATER_CYCLE_STARTED, CYCLE_STATUS
 */
export async function requirePreparable(
  deps: Pick<Deps, 'store'>,
  { programmeId, period }: PrepareArgs,
  now: string,
): Promise<void> {
  const programme = await new PolicyReader(deps.store).programme(programmeId);
  programme.policyOf(parsePeriod(period));
  const cycleId = cycleIdOf(programmeId, period);
  const cycles = await cyclesOf(deps.store, programmeId);
  paidThroughBefore(cycles, cycleId);
  const cycle = cycles.find((one) => one.cycleId === cycleId);
  if (!cycle) {
    requireOpen(programme);
    requireNear(period, programme.definition.timeZone, now);
  }
  if (cycle?.status === 'abandoned') requireStatus(cycle, 'open', 'returned');
}

async function summaryOf(
  { store }: Pick<Deps, 'store'>,
  state: CycleState,
  already: boolean,
): Promise<PrepareSummary> {
  const { cycleId, programmeId, period, round, asOf } = state;
  const { count, totalMinor, contentHash, leftOut } = state;
  return {
    cycleId,
    round,
    asOf,
    policyVersion: await versionPaid(store, { programmeId, period, cycle: state }),
    count,
    totalMinor,
    contentHash,
    leftOut,
    already,
  };
}

/**
 * What abandoned cycles, and later ones that were returned, still have ordered may be due in this
 * one: it is cancelled first.
 */
async function cancelOrdersOfOthers(
  deps: Deps,
  { programmeId, cycleId }: CycleState,
  base: JobContext,
  signal?: AbortSignal,
): Promise<void> {
  for (const other of await cyclesOf(deps.store, programmeId)) {
    const reason = whyGivenUp(other, cycleId);
    if (reason !== undefined)
      await cancelOrders(deps, other.cycleId, other.round, reason, base, signal);
  }
}
