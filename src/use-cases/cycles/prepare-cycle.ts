import type { ProgrammePolicies } from '../../write-side/readers.js';
import type { StreamEvents } from '../../adapters/event-store/port.js';
import { cycleDecider, type CycleState } from '../../cycle/cycle.decider.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import {
  cycleId as cycleIdOf,
  paymentId as paymentIdOf,
  recoveryId as recoveryIdOf,
  streams,
} from '../../kernel/ids.js';
import { parsePeriod } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import { payableIn, type EnrolmentState } from '../../enrolment/enrolment.decider.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import { pipelined, record, recordOne, type UnitResult } from '../../write-side/bulk.js';
import { part, type Part, type Unit } from '../../write-side/unit.js';
import { checkCycle } from './check-cycle.js';
import { foldCycle, readCycle } from './cycles.js';
import { foldEnrolment, foldPayment } from '../folds.js';
import {
  arrearsFor,
  foldAdjustment,
  foldRecovery,
  HouseholdAccounts,
  type CarriedArrears,
} from './household-accounts.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { orderedInRound, SetTally, setFromLog } from './ordered-set.js';
import { dueIn, lessRecovery, type Deduction, type Due } from './payable.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { isErased } from '../../person/registered-person.js';
import { ahead, pagesOf } from '../../write-side/stream-pages.js';

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
  const books = new PolicyReader(deps.store);
  const before = await readCycle(deps.store, cycleId);
  if (isPrepared(before))
    return checked(deps, summaryOf(cycleId, before, true), base, onProgress, signal);
  const paidThrough = await paidThroughBefore(deps, args.programmeId, cycleId);
  if (before.status === 'none') {
    const now = await books.programme(args.programmeId);
    await recordOne(
      deps,
      {
        verb: 'open-cycle',
        key: cycleId,
        parts: [
          part(streams.cycle(cycleId), cycleDecider, {
            type: 'OpenCycle',
            cycleId,
            programmeId: args.programmeId,
            period,
            policyVersion: now.policyOf(period).version,
            currency: now.definition.currency,
          }),
        ],
      },
      base,
    );
  }
  const resumed = before.status === 'preparing';
  if (!resumed) {
    const asOf = await deps.store.lastPosition();
    await recordOne(
      deps,
      {
        verb: 'start-preparation',
        key: cycleId,
        parts: [part(streams.cycle(cycleId), cycleDecider, { type: 'StartPreparation', asOf })],
      },
      base,
    );
  }
  const cycle = await readCycle(deps.store, cycleId);
  const book = await books.programme(args.programmeId, cycle.asOf);
  if (cycle.round > 1) await cancelEarlierRounds(deps, cycleId, cycle.round, base, signal);
  const run = new Preparation(deps, base, cycle, book, paidThrough, onProgress);
  const enrolments = pagesOf(deps.store, `enrolment-${args.programmeId}-`, {
    asOf: cycle.asOf,
    ...(signal ? { signal } : {}),
  });
  await pipelined(
    ahead(enrolments, (page) => run.ordersOf(page)),
    (orders) => run.record(orders),
    signal,
  );
  const figures = run.foundOrders
    ? await setFromLog(deps.store, cycleId, cycle.round, signal)
    : run.tally.figures();
  await recordOne(
    deps,
    {
      verb: 'record-preparation',
      key: cycleId,
      parts: [
        part(streams.cycle(cycleId), cycleDecider, {
          type: 'RecordPreparation',
          asOf: cycle.asOf,
          count: figures.count,
          totalMinor: String(figures.totalMinor),
          contentHash: figures.contentHash,
        }),
      ],
    },
    base,
  );
  return checked(
    deps,
    summaryOf(cycleId, await readCycle(deps.store, cycleId), false),
    base,
    onProgress,
    signal,
  );
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

function refuseNone(results: readonly UnitResult[]): void {
  for (const result of results) if (result.kind === 'refused') throw result.error;
}

interface Order {
  readonly paymentId: string;
  readonly personId: string;
  readonly region: string;
  readonly due: Due;
  /** What the payment gives back; `due` is less that. */
  readonly deduction?: Deduction;
  /** Approved arrears that the payment carries; `due` is with them. */
  readonly arrears?: CarriedArrears;
  /**
   * What is ordered where the recovery changed since the cycle's position, and does not give so
   * much any more.
   */
  readonly gross: Due;
}

/** One run over the enrolments of a programme as of the cycle's position. */
class Preparation {
  readonly tally = new SetTally();
  /**
   * An earlier run or round ordered some: the set is then told by the log, not by what this run
   * would have ordered.
   */
  foundOrders = false;
  #seen = 0;
  readonly #adjustments: HouseholdAccounts;
  readonly #recoveries: HouseholdAccounts;

  constructor(
    private readonly deps: Deps,
    private readonly base: JobContext,
    private readonly cycle: CycleState,
    private readonly book: ProgrammePolicies,
    private readonly paidThrough: number,
    private readonly onProgress?: OnProgress,
  ) {
    this.foundOrders = cycle.round > 1;
    this.#adjustments = new HouseholdAccounts(
      deps.store,
      `adjustment-${cycle.programmeId}-`,
      cycle.asOf,
    );
    this.#recoveries = new HouseholdAccounts(
      deps.store,
      `recovery-${cycle.programmeId}-`,
      cycle.asOf,
    );
  }

  /** What the cycle owes the enrolments of a page, as of its position. */
  async ordersOf(page: readonly StreamEvents[]): Promise<readonly Order[]> {
    const { period } = this.cycle;
    const orders: Order[] = [];
    const persons = page.map(({ stream }) => stream.slice(-36));
    const [adjustments, recoveries] = await Promise.all([
      this.#adjustments.of(persons),
      this.#recoveries.of(persons),
    ]);
    for (const [i, { events }] of page.entries()) {
      const state = foldEnrolment(events);
      if (!payableIn(state, period)) continue;
      const order = this.#orderOf(
        state,
        events[0]!.position,
        adjustments.get(persons[i]!),
        recoveries.get(persons[i]!),
      );
      // Only whose enrolment is over can have been erased.
      if (!order || (state.status === 'ended' && (await this.#erased(state.personId)))) continue;
      orders.push(order);
    }
    this.#seen += page.length;
    return orders;
  }

  #orderOf(
    state: EnrolmentState,
    firstPosition: number,
    adjusted: readonly Recorded[] | undefined,
    owed: readonly Recorded[] | undefined,
  ): Order | undefined {
    const { programmeId, period, round } = this.cycle;
    const { personId, region } = state;
    const paymentId = paymentIdOf(programmeId, period, personId);
    const arrears = adjusted && arrearsFor(foldAdjustment(adjusted), paymentId, round);
    const gross = dueIn(state, firstPosition, period, this.paidThrough, this.book, arrears);
    if (!gross) return undefined;
    return {
      paymentId,
      personId,
      region,
      gross,
      ...(owed ? lessRecovery(gross, foldRecovery(owed), paymentId, period) : { due: gross }),
      ...(arrears ? { arrears } : {}),
    };
  }

  /** Given pages in order: the hash is over payment ids in order. */
  async record(orders: readonly Order[]): Promise<void> {
    for (const { paymentId, due } of orders)
      this.tally.add(paymentId, due.amountMinor, this.book.definition.currency);
    const known = await this.#known(orders);
    const todo = orders.filter(
      ({ paymentId }) =>
        !orderedInRound(known.get(streams.payment(paymentId)) ?? [], this.cycle.round),
    );
    const results = await record(
      this.deps,
      todo.map((order) => this.#unit(order, known)),
      this.base,
    );
    const changed = todo.filter((_, i) => isRefused(results[i]!, 'DEDUCTION_NOT_PLANNED'));
    const again = await record(
      this.deps,
      changed.map(({ deduction: _none, ...order }) =>
        this.#unit({ ...order, due: order.gross }, known),
      ),
      this.base,
    );
    refuseNone([
      ...results.filter((result) => !isRefused(result, 'DEDUCTION_NOT_PLANNED')),
      ...again,
    ]);
    this.foundOrders ||=
      todo.length < orders.length || results.some((result) => result.kind !== 'recorded');
    this.onProgress?.({ what: 'enrolments', done: this.#seen });
  }

  /**
   * Streams that may be there already: of payments in a later round, and of everything that a
   * correction touches.
   */
  async #known(orders: readonly Order[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const names = orders.flatMap((order) => {
      const touched = [
        ...(order.arrears ? [this.#adjustment(order)] : []),
        ...(order.deduction ? [this.#recovery(order)] : []),
      ];
      return this.cycle.round > 1 || touched.length > 0
        ? [streams.payment(order.paymentId), ...touched]
        : [];
    });
    return new Map(
      names.length === 0
        ? []
        : (await this.deps.store.readStreams(names)).map(({ stream, events }) => [stream, events]),
    );
  }

  #adjustment({ personId }: Order): string {
    return streams.adjustment(this.cycle.programmeId, personId);
  }
  #recovery({ personId }: Order): string {
    return streams.recovery(recoveryIdOf(this.cycle.programmeId, personId));
  }

  async #erased(personId: string): Promise<boolean> {
    return isErased(
      await this.deps.store.readStream(streams.person(personId), { asOf: this.cycle.asOf }),
    );
  }

  /** The payment, with what it takes from the household's accounts: all of it or nothing. */
  #unit(order: Order, known: ReadonlyMap<string, readonly Recorded[]>): Unit {
    const { programmeId, period, round } = this.cycle;
    const { paymentId, personId, region, due, arrears, deduction } = order;
    const parts: Part[] = [];
    if (arrears)
      parts.push(
        part(this.#adjustment(order), adjustmentDecider, {
          type: 'OrderArrears',
          paymentId,
          round,
          amountMinor: arrears.amountMinor,
          correctionIds: arrears.correctionIds,
        }),
      );
    if (deduction)
      parts.push(
        part(this.#recovery(order), recoveryDecider, {
          type: 'Deduct',
          paymentId,
          round,
          ...deduction,
        }),
      );
    parts.push(
      part(streams.payment(paymentId), paymentDecider, {
        type: 'OrderPayment',
        paymentId,
        programmeId,
        period,
        personId,
        region,
        round,
        currency: this.book.definition.currency,
        ...due,
      }),
    );
    return {
      verb: 'order',
      key: paymentId,
      parts,
      ...(known.size > 0 ? { loaded: parts.map(({ stream }) => known.get(stream) ?? []) } : {}),
    };
  }
}

const isRefused = (result: UnitResult, code: string): boolean =>
  result.kind === 'refused' && result.error.code === code;
