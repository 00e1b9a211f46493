import type { StreamEvents } from '../adapters/event-store/port.js';
import { cycleDecider, type CycleState } from '../cycle/cycle.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { cycleId as cycleIdOf, paymentId as paymentIdOf, streams } from '../kernel/ids.js';
import { parsePeriod } from '../kernel/time.js';
import { paymentDecider } from '../payment/payment.decider.js';
import { pipelined, record, recordOne, task, type Unit, type UnitResult } from './batch.js';
import { checkCycle } from './check-cycle.js';
import { foldCycle, readCycle } from './cycles.js';
import { foldEnrolment, foldPayment } from './folds.js';
import type { Deps, JobContext, OnProgress } from './job.js';
import { orderedInRound, SetTally, setFromLog } from './ordered-set.js';
import { dueIn, type Due } from './payable.js';
import { PolicyBook, type ProgrammeBook } from './policy-book.js';
import { isErased } from './registered-person.js';
import { ahead, pagesOf } from './walk.js';

export interface PrepareArgs { readonly programmeId: string; /** YYYY-MM */ readonly period: string }
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
 * Opens the cycle where it is not, fixes the log position it is prepared as of, orders a payment for every enrolment
 * payable in the period, and records count, total and hash. Killed half way and run again, it gives the same set.
 * @throws DomainError PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD, EARLIER_CYCLE_NOT_PREPARED, LATER_CYCLE_STARTED, and what the cycle refuses
 */
export async function prepareCycle(deps: Deps, args: PrepareArgs, base: JobContext, onProgress?: OnProgress, signal?: AbortSignal): Promise<PrepareSummary> {
  const period = parsePeriod(args.period);
  const cycleId = cycleIdOf(args.programmeId, period);
  const books = new PolicyBook(deps.store);
  const before = await readCycle(deps.store, cycleId);
  if (isPrepared(before)) return checked(deps, summaryOf(cycleId, before, true), base, onProgress, signal);
  const paidThrough = await paidThroughBefore(deps, args.programmeId, cycleId);
  if (before.status === 'none') {
    const now = await books.programme(args.programmeId);
    await recordOne(deps, { verb: 'open-cycle', key: cycleId, tasks: [task(streams.cycle(cycleId), cycleDecider, {
      command: { type: 'OpenCycle', cycleId, programmeId: args.programmeId, period, policyVersion: now.policyOf(period).version, currency: now.definition.currency },
    })] }, base);
  }
  const resumed = before.status === 'preparing';
  if (!resumed) {
    const asOf = await deps.store.lastPosition();
    await recordOne(deps, { verb: 'start-preparation', key: cycleId, tasks: [task(streams.cycle(cycleId), cycleDecider, { command: { type: 'StartPreparation', asOf } })] }, base);
  }
  const cycle = await readCycle(deps.store, cycleId);
  const book = await books.programme(args.programmeId, cycle.asOf);
  if (cycle.round > 1) await cancelEarlierRounds(deps, cycleId, cycle.round, base, signal);
  const run = new Preparation(deps, base, cycle, book, paidThrough, onProgress);
  const enrolments = pagesOf(deps.store, `enrolment-${args.programmeId}-`, { asOf: cycle.asOf, ...(signal ? { signal } : {}) });
  await pipelined(ahead(enrolments, (page) => run.ordersOf(page)), (orders) => run.record(orders), signal);
  const figures = run.foundOrders ? await setFromLog(deps.store, cycleId, cycle.round, signal) : run.tally.figures();
  await recordOne(deps, { verb: 'record-preparation', key: cycleId, tasks: [task(streams.cycle(cycleId), cycleDecider, {
    command: { type: 'RecordPreparation', asOf: cycle.asOf, count: figures.count, totalMinor: String(figures.totalMinor), contentHash: figures.contentHash },
  })] }, base);
  return checked(deps, summaryOf(cycleId, await readCycle(deps.store, cycleId), false), base, onProgress, signal);
}

/** Has a set that was just prepared (or whose check a killed run left out) checked, where the programme says so. */
async function checked(deps: Deps, summary: PrepareSummary, base: JobContext, onProgress?: OnProgress, signal?: AbortSignal): Promise<PrepareSummary> {
  const cycle = await readCycle(deps.store, summary.cycleId);
  const { rules } = await new PolicyBook(deps.store).programme(cycle.programmeId);
  if (rules.length === 0 || cycle.status !== 'prepared') return summary;
  if (cycle.checkedHash === cycle.contentHash) return { ...summary, openFindings: cycle.openFindings.length };
  const { open } = await checkCycle(deps, { cycleId: summary.cycleId }, base, onProgress, signal);
  return { ...summary, openFindings: open };
}

/**
 * Refuses what a preparation would be refused for before it begins, so that who asks for one in the background is told at once.
 * @throws DomainError INVALID_PERIOD, PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD, EARLIER_CYCLE_NOT_PREPARED, LATER_CYCLE_STARTED
 */
export async function requirePreparable(deps: Pick<Deps, 'store'>, { programmeId, period }: PrepareArgs): Promise<void> {
  const book = await new PolicyBook(deps.store).programme(programmeId);
  book.policyOf(parsePeriod(period));
  await paidThroughBefore(deps, programmeId, cycleIdOf(programmeId, period));
}

const isPrepared = ({ status }: CycleState): boolean => !['none', 'open', 'preparing', 'returned'].includes(status);

function summaryOf(cycleId: string, state: CycleState, already: boolean): PrepareSummary {
  const { round, asOf, policyVersion, count, totalMinor, contentHash } = state;
  return { cycleId, round, asOf, policyVersion, count, totalMinor, contentHash, already };
}

/**
 * The latest position that an earlier cycle of the programme was prepared as of. Cycles are prepared in the order of
 * their periods: what a cycle owes for earlier months depends on what the earlier cycles saw.
 */
async function paidThroughBefore(deps: Pick<Deps, 'store'>, programmeId: string, cycleId: string): Promise<number> {
  let paidThrough = -1;
  for await (const page of pagesOf(deps.store, `cycle-${programmeId}-`)) {
    for (const { stream, events } of page) {
      const other = stream.slice('cycle-'.length);
      const state = foldCycle(events);
      if (other < cycleId && !isPrepared(state)) throw new DomainError('EARLIER_CYCLE_NOT_PREPARED', `Prepare ${other} first: this cycle pays what that one could not.`, 'rule', 'period');
      if (other > cycleId && state.round > 0) throw new DomainError('LATER_CYCLE_STARTED', `${other} was prepared already and pays what was due before it.`, 'rule', 'period');
      if (other < cycleId) paidThrough = Math.max(paidThrough, state.asOf);
    }
  }
  return paidThrough;
}

/** Payments that earlier rounds ordered are cancelled; this round orders again what is still due. */
async function cancelEarlierRounds(deps: Deps, cycleId: string, round: number, base: JobContext, signal?: AbortSignal): Promise<void> {
  await pipelined(pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {}), async (page) => {
    const units = page.flatMap(({ stream, events }): Unit[] => {
      const state = foldPayment(events);
      if (state.status !== 'ordered' || state.round >= round) return [];
      return [{ verb: 'cancel', key: stream, loaded: [events], tasks: [task(stream, paymentDecider, { command: { type: 'CancelPayment', reason: `The cycle was returned and is prepared again, round ${round}.` } })] }];
    });
    refuseNone(await record(deps, units, base));
  }, signal);
}

function refuseNone(results: readonly UnitResult[]): void {
  for (const result of results) if (result.kind === 'refused') throw result.error;
}

interface Order { readonly paymentId: string; readonly personId: string; readonly region: string; readonly due: Due }

/** One run over the enrolments of a programme as of the cycle's position. */
class Preparation {
  readonly tally = new SetTally();
  /** An earlier run or round ordered some: the set is then told by the log, not by what this run would have ordered. */
  foundOrders = false;
  #seen = 0;

  constructor(
    private readonly deps: Deps, private readonly base: JobContext, private readonly cycle: CycleState,
    private readonly book: ProgrammeBook, private readonly paidThrough: number, private readonly onProgress?: OnProgress,
  ) {
    this.foundOrders = cycle.round > 1;
  }

  /** What the cycle owes the enrolments of a page, as of its position. */
  async ordersOf(page: readonly StreamEvents[]): Promise<readonly Order[]> {
    const { programmeId, period } = this.cycle;
    const orders: Order[] = [];
    for (const { events } of page) {
      const state = foldEnrolment(events);
      const due = dueIn(state, events[0]!.position, period, this.paidThrough, this.book);
      // Only whose enrolment is over can have been erased.
      if (!due || (state.status === 'ended' && (await this.#erased(state.personId)))) continue;
      orders.push({ paymentId: paymentIdOf(programmeId, period, state.personId), personId: state.personId, region: state.region, due });
    }
    this.#seen += page.length;
    return orders;
  }

  /** Given pages in order: the hash is over payment ids in order. */
  async record(orders: readonly Order[]): Promise<void> {
    for (const { paymentId, due } of orders) this.tally.add(paymentId, due.amountMinor, this.book.definition.currency);
    const known = this.cycle.round > 1 ? await this.deps.store.readStreams(orders.map(({ paymentId }) => streams.payment(paymentId))) : undefined;
    const units = orders.flatMap((order, i): Unit[] => {
      const events = known?.[i]!.events;
      return events && orderedInRound(events, this.cycle.round) ? [] : [this.#unit(order, events)];
    });
    const results = await record(this.deps, units, this.base);
    refuseNone(results);
    this.foundOrders ||= results.some((result) => result.kind !== 'recorded');
    this.onProgress?.({ what: 'enrolments', done: this.#seen });
  }

  async #erased(personId: string): Promise<boolean> {
    return isErased(await this.deps.store.readStream(streams.person(personId), { asOf: this.cycle.asOf }));
  }

  #unit({ paymentId, personId, region, due }: Order, known: readonly Recorded[] | undefined): Unit {
    const { programmeId, period, round } = this.cycle;
    return {
      verb: 'order', key: paymentId, ...(known ? { loaded: [known] } : {}),
      tasks: [task(streams.payment(paymentId), paymentDecider, {
        command: { type: 'OrderPayment', paymentId, programmeId, period, personId, region, round, currency: this.book.definition.currency, ...due },
      })],
    };
  }
}
