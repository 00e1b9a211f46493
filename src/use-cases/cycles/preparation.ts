import type { ProgrammePolicies } from '../../write-side/readers.js';
import type { StreamEvents } from '../../adapters/event-store/port.js';
import type { LeftOut } from '../../cycle/cycle.decider.js';
import { requireStatus, type CycleState } from '../../cycle/cycle.state.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import {
  cycleId as cycleIdOf,
  paymentId as paymentIdOf,
  personIn,
  recoveryId as recoveryIdOf,
  streams,
} from '../../kernel/ids.js';
import { isOneOf } from '../../kernel/subject.js';
import { paymentDecider, type PaymentCommand } from '../../payment/payment.decider.js';
import { isOverdue, isPaidIn } from '../../enrolment/enrolment.state.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import { deductibleMinor } from '../../recovery/recovery.state.js';
import { recordEach, type UnitResult } from '../../write-side/bulk.js';
import { guard, part, partFrom, type Part, type Unit } from '../../write-side/unit.js';
import { foldEnrolment, foldRecovery } from '../folds.js';
import { foldCycle } from '../../cycle/cycle-reader.js';
import { arrearsPart } from './arrears-part.js';
import { DoubtedArrears } from './doubted-arrears.js';
import { waitingOf } from './doubted-arrears.rule.js';
import { HouseholdAccounts } from './household-accounts.js';
import { HouseholdBalances } from '../households/household-balances.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { orderedInRound } from './ordered.rule.js';
import { SetTally } from './ordered-set.js';
import { orderFor, type Order, type OrderTerms } from './household-order.rule.js';
import { isTooFar, timesEnrolled } from '../households/months-paid.rule.js';
import { overdueUnit } from './overdue-unit.js';
import { PaidToIdentity } from '../households/paid-to-identity.js';
import { isNotEvaluable } from './payable.rule.js';
import { isErased } from '../../person/person-history.rule.js';
import { Defect, Defects } from '../../write-side/defect.js';
import { Unwritable } from '../../write-side/unwritable.js';

/** More than any payment, in minor units. */
const WHATEVER_IT_IS = 1n << 62n;
/** Households left out that are named. */
const MOST_NAMED = 100;

/** One run over the enrolments of a programme as of the cycle's position. */
export class Preparation {
  readonly tally = new SetTally();
  /**
   * An earlier run or round ordered some: the set is then told by the log, not by what this run
   * would have ordered.
   */
  foundOrders = false;
  private readonly cycle: CycleState;
  #seen = 0;
  /** Enrolments that nobody recertified in time: not paid, and suspended. */
  #overdue: (Unit & { readonly personId: string })[] = [];
  #leftOutCount = 0;
  readonly #leftOut: LeftOut['households'] = [];
  readonly #history: readonly Recorded[];
  readonly #terms: OrderTerms;
  readonly #adjustments: HouseholdAccounts;
  readonly #recoveries: HouseholdAccounts;
  readonly #doubtedArrears: DoubtedArrears;
  readonly #balances: HouseholdBalances;
  readonly #paidToIdentity: PaidToIdentity;
  readonly #beingPrepared: Part;

  constructor(
    private readonly deps: Deps,
    private readonly base: JobContext,
    { state, history, firstPeriod }: PreparedCycle,
    private readonly programme: ProgrammePolicies,
    private readonly paidThrough: number,
    private readonly onProgress?: OnProgress,
  ) {
    const cycle = state;
    this.cycle = cycle;
    this.#history = history;
    this.#terms = { programme, firstPeriod, paidThrough };
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
    this.#doubtedArrears = new DoubtedArrears(deps.store, cycle.programmeId, { asOf: cycle.asOf });
    this.#balances = new HouseholdBalances(deps.store, cycle.programmeId, cycle.asOf);
    this.#paidToIdentity = new PaidToIdentity(deps.store, cycle.programmeId, {
      before: cycle.period,
    });
    this.#beingPrepared = this.#stillPrepared();
  }

  /** What the cycle owes the enrolments of a page, as of its position. */
  async ordersOf(page: readonly StreamEvents[]): Promise<readonly Order[]> {
    const { period } = this.cycle;
    const orders: Order[] = [];
    const persons = page.map(personOf);
    const [adjustments, recoveries] = await Promise.all([
      this.#adjustments.of(persons),
      this.#recoveries.of(persons),
    ]);
    const paid = await this.#paidBefore(page);
    const doubted = await this.#doubted(adjustments);
    const owing = await this.#owing(recoveries);
    const defects = new Defects();
    for (const [i, { events }] of page.entries()) {
      const personId = persons[i]!;
      const order = this.#orderOrLeaveOut(personId, defects, () => {
        const state = foldEnrolment(events);
        if (!isPaidIn(state, period)) return undefined;
        if (isOverdue(state, period)) {
          this.#overdue.push({ ...overdueUnit(page[i]!, period), personId });
          return undefined;
        }
        return orderFor(this.cycle, this.#terms, {
          enrolment: events,
          state,
          paidBefore: paid.get(personId),
          adjusted: adjustments.get(personId),
          doubted: waitingOf(doubted.get(this.#paymentOf(personId))),
          owed: owing.get(personId),
        });
      });
      // Only whose enrolment is over can have been erased.
      if (!order || (order.isOver && (await this.#erased(personId)))) continue;
      orders.push(order);
    }
    defects.finish();
    this.#seen += page.length;
    return orders;
  }

  #paymentOf(personId: string): string {
    return paymentIdOf(this.cycle.programmeId, this.cycle.period, personId);
  }

  /**
   * Of households that give something back by a plan, those that were not paid too little: what
   * they owe may be of a payment that came back since, or a deduction was made after all. A
   * correction finds that first.
   */
  async #owing(
    recoveries: ReadonlyMap<string, readonly Recorded[]>,
  ): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const defects = new Defects();
    // One that meets a defect is met again, and left out, where its order is made.
    const isAsked = (personId: string, events: readonly Recorded[]): boolean | undefined =>
      defects.look(
        () => deductibleMinor(foldRecovery(events), this.#paymentOf(personId), WHATEVER_IT_IS) > 0n,
        () => undefined,
      );
    const asked = new Map([...recoveries].map(([id, events]) => [id, isAsked(id, events)]));
    const balances = await this.#balances.of([...asked.keys()].filter((id) => asked.get(id)));
    return new Map(
      [...recoveries].filter(([id]) => !asked.get(id) || (balances.get(id) ?? 1n) <= 0n),
    );
  }

  /** By payment, arrears that wait or that somebody freed. */
  #doubted(adjustments: ReadonlyMap<string, readonly Recorded[]>) {
    const accounts = new Map(
      [...adjustments].map(([personId, events]) => [this.#paymentOf(personId), events] as const),
    );
    return this.#doubtedArrears.waiting(accounts);
  }

  /**
   * Of the enrolments that no earlier cycle saw: the months that were paid to the same identity
   * before, registered for this person or another.
   */
  async #paidBefore(
    page: readonly StreamEvents[],
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    if (this.paidThrough < 0) return new Map();
    const begun = page.filter(({ events }) =>
      events.some(
        ({ type, position }) => type === 'EnrolmentStarted' && position > this.paidThrough,
      ),
    );
    if (begun.length === 0) return new Map();
    const own = begun.filter(({ events }) => timesEnrolled(events) > 1);
    return this.#paidToIdentity.of(begun.map(personOf), new Set(own.map(personOf)));
  }

  /**
   * A household whose facts the policy cannot be applied to (one that a newer version requires is
   * missing), or that meets a defect of ours, keeps nobody else from being paid: it is left out,
   * and named.
   */
  #orderOrLeaveOut(
    personId: string,
    defects: Defects,
    orderOf: () => Order | undefined,
  ): Order | undefined {
    defects.tries();
    try {
      return orderOf();
    } catch (error) {
      const isOurs = !isNotEvaluable(error) && !isTooFar(error);
      this.#leaveOut(personId, isOurs ? defects.met(error) : error);
      return undefined;
    }
  }

  /** Neither does one whose payment no event can hold, or deciding on which meets a defect. */
  #doneOrLeftOut({ personId }: Pick<Order, 'personId'>, result: UnitResult): void {
    if (result.kind !== 'refused') return;
    if (!(result.error instanceof Unwritable || result.error instanceof Defect)) throw result.error;
    this.#leaveOut(personId, result.error);
  }

  #leaveOut(personId: string, { code, field }: DomainError): void {
    this.#leftOutCount += 1;
    if (this.#leftOut.length < MOST_NAMED)
      this.#leftOut.push({
        personId,
        code,
        ...(field ? { place: field.slice(0, 200) } : {}),
      });
  }

  /** How many households were left out, and the first of them. */
  get leftOut(): LeftOut {
    return { count: this.#leftOutCount, households: this.#leftOut };
  }

  /** Given pages in order: the hash is over payment ids in order. */
  async record(orders: readonly Order[]): Promise<void> {
    const overdue = this.#overdue.splice(0);
    const suspended = await recordEach(this.deps, overdue, this.base);
    overdue.forEach((unit, i) => this.#doneOrLeftOut(unit, suspended[i]!));
    for (const { paymentId, due } of orders)
      this.tally.add(paymentId, due.amountMinor, this.programme.definition.currency);
    const known = await this.#known(orders);
    const unordered = orders.filter(
      ({ paymentId }) =>
        !orderedInRound(known.get(streams.payment(paymentId)) ?? [], this.cycle.round),
    );
    const results = await recordEach(
      this.deps,
      unordered.map((order) => this.#unit(order, known)),
      this.base,
    );
    const changed = unordered.filter((_, i) => isRefused(results[i]!, 'DEDUCTION_NOT_PLANNED'));
    const again = await recordEach(
      this.deps,
      changed.map(({ deduction: _none, ...order }) =>
        this.#unit({ ...order, due: order.gross }, known),
      ),
      this.base,
    );
    unordered.forEach((order, i) => {
      const result = results[i]!;
      if (!isRefused(result, 'DEDUCTION_NOT_PLANNED')) this.#doneOrLeftOut(order, result);
    });
    changed.forEach((order, i) => this.#doneOrLeftOut(order, again[i]!));
    this.foundOrders ||=
      unordered.length < orders.length || results.some((result) => result.kind !== 'recorded');
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

  /**
   * Nothing is ordered in a round that ended meanwhile, nor by anybody whom the cycle does not
   * name.
   */
  #stillPrepared(): Part {
    const { programmeId, period, round } = this.cycle;
    return guard(streams.cycle(cycleIdOf(programmeId, period)), (events) => {
      const now = foldCycle(events);
      requireStatus(now, 'preparing');
      if (now.round !== round || !isOneOf(now.preparers, this.base.actor.id))
        throw new DomainError(
          'PREPARATION_DIFFERS',
          'The cycle was returned and is prepared again; this preparation is over.',
          'conflict',
        );
    });
  }

  /** The payment, with what it takes from the household's accounts: all of it or nothing. */
  #unit(order: Order, known: ReadonlyMap<string, readonly Recorded[]>): Unit {
    const { programmeId, period, round } = this.cycle;
    const { paymentId, personId, region, due, arrears, deduction } = order;
    const parts: Part[] = [];
    if (arrears)
      parts.push(
        arrearsPart(this.#adjustment(order), {
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
    const { currency } = this.programme.definition;
    // What its items follow from: the facts, by their hash, and the policy.
    const { amountMinor, contentHash, policyVersion } = due;
    const content = ['OrderPayment', round, currency, amountMinor, contentHash, policyVersion];
    const command: PaymentCommand = {
      type: 'OrderPayment',
      paymentId,
      programmeId,
      period,
      personId,
      region,
      round,
      currency,
      ...due,
    };
    parts.push(partFrom(streams.payment(paymentId), paymentDecider, content, () => [command]));
    return {
      verb: 'order',
      key: paymentId,
      parts: [...parts, this.#beingPrepared],
      loaded: [...parts.map(({ stream }) => known.get(stream) ?? []), this.#history],
    };
  }
}

const personOf = ({ stream }: StreamEvents): string => personIn(stream);
/** A cycle that is being prepared, and its events. */
export interface PreparedCycle {
  readonly state: CycleState;
  readonly history: readonly Recorded[];
  /** That the programme's first cycle pays, or paid. */
  readonly firstPeriod: string;
}

const isRefused = (result: UnitResult, code: string): boolean =>
  result.kind === 'refused' && result.error.code === code;
