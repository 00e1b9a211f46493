import { entitlementFor } from '../eligibility/determine.js';
import { versionInEffect, versionInForce } from '../eligibility/policy.js';
import { ARREARS_ITEM, isOfPolicy } from '../eligibility/rules.js';
import { enrolmentDecider } from '../enrolment/enrolment.decider.js';
import {
  factsIn,
  isCertifiedIn,
  isPaidIn,
  payableIn,
  type EnrolmentState,
} from '../enrolment/enrolment.state.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment, partsOfPayment } from '../kernel/ids.js';
import { settledBefore, type AsOf } from './as-of.js';
import { requireCertified } from './certified-months.js';
import { CorrectedMonths } from './corrected-months.js';
import { begunAt, DueMonths, type Begun } from './due-months.js';
import { forgetBefore, stateOf, textOf, versionAt, type Version } from './enrolment-versions.js';
import { Era } from './era.js';
import {
  CARRIED,
  cycleIn,
  monthsIn,
  ordered,
  orderedAnew,
  ordersOf,
  type PaidMonths,
} from './paid-months.js';
import { compiledOf, entitlementUnder, type PublishedPolicies } from './published-policies.js';
import { atMost } from './at-most.js';
import type { Found } from './report.js';

type Adjustment = Extract<Recorded, { type: 'AdjustmentProposed' }>;
type Month = Adjustment['data']['periods'][number];
/** What others of the audit know of persons and payments. */
export interface Known {
  /** Who had the person's identity before them. */
  earlierOf(personId: string): readonly string[];
  /** Whether it was not cancelled, nor rejected or returned for good, now or as of a position. */
  stands(paymentId: string, asOf?: number): boolean;
  /** Whether it was instructed: what was not, and is not due, is left out of its release. */
  isSent(paymentId: string): boolean;
  /** Whether it had failed as of a position, and a break left open then whether it was paid. */
  isInDoubt(paymentId: string, asOf: number): boolean;
}
type Ordered = Extract<Recorded, { type: 'PaymentOrdered' }>;

interface Kept {
  now: Version;
  paid: PaidMonths;
  begun: Begun | undefined;
}

/**
 * I5 and I7: every ordered amount is what the recorded facts and the policy of each of its periods
 * give, item by item (but for approved arrears and recoveries, which the households' accounts
 * prove); no period of an enrolment, and none of an identity, is ordered twice; nothing is ordered
 * for an enrolment that was not payable as of the cycle's position, nor instructed for one that was
 * not at its release; and what a correction says is due is what the facts and a policy of that
 * month give. About 700 bytes an enrolment.
 */
export class EntitlementCheck {
  readonly #enrolments = new Map<string, Kept>();
  readonly #erasedAt = new Map<string, number>();
  readonly #corrected = new CorrectedMonths();
  readonly #dueMonths: DueMonths;
  /** Where cycles were released that are not instructed yet. */
  readonly #released = new Map<string, number>();

  constructor(
    private readonly policies: Pick<PublishedPolicies, 'of' | 'inForce'>,
    private readonly known: Known,
    private readonly era = new Era(),
  ) {
    this.#dueMonths = new DueMonths(era);
  }

  add(event: Recorded, asOf: AsOf, found: Found): void {
    this.era.add(event);
    this.#corrected.add(event);
    this.#dueMonths.add(event);
    switch (event.type) {
      case 'PersonErased':
        this.#erasedAt.set(event.data.personId, event.position);
        return;
      case 'EnrolmentStarted':
      case 'EntitlementRevised':
      case 'EnrolmentSuspended':
      case 'EnrolmentReinstated':
      case 'RecertificationFellDue':
      case 'EnrolmentRecertified':
      case 'EnrolmentMoved':
      case 'EnrolmentEnded': {
        const kept = this.#enrolments.get(event.stream);
        const before = kept ? stateOf(kept.now.state) : enrolmentDecider.initialState;
        if (event.type === 'EnrolmentMoved' && event.data.fromRegion !== before.region)
          found('I7', `moved from ${event.data.fromRegion}; the enrolment is of ${before.region}`);
        if (event.type === 'RecertificationFellDue') this.#requireNotPutOff(event, before, found);
        const state = enrolmentDecider.evolve(before, event);
        const now: Version = { at: event.position, state: textOf(state), before: kept?.now };
        const begun = begunAt(event, kept?.begun);
        if (!kept) this.#enrolments.set(event.stream, { now, paid: '', begun });
        else Object.assign(kept, { now, begun });
        const settled = settledBefore(event.position, asOf);
        forgetBefore(now, Math.min(settled, ...this.#released.values()));
        return;
      }
      case 'CycleReleased':
        this.#released.set(event.data.cycleId, event.position);
        return;
      case 'CycleInstructed':
        this.#released.delete(event.data.cycleId);
        return;
      case 'PaymentInstructed':
        return this.#instructed(event, found);
      case 'PaymentOrdered':
        this.#orderedAnew(event, asOf);
        return this.#ordered(event, asOf.payment(event.data.paymentId), found);
      case 'AdjustmentProposed':
        return this.#adjusted(event, asOf.correction(event.data.correctionId), found);
      default:
        return;
    }
  }

  /** The cycles that ordered, as of a position, what the policy gives a household for a month. */
  cyclesPaying(household: string, month: string, asOf: number): readonly string[] {
    const paid = this.#enrolments.get(`enrolment-${household}`)?.paid ?? '';
    return ordersOf(paid, month, asOf).flatMap(({ kind, cycle }) => (kind === '>' ? [cycle] : []));
  }

  /** The months before its own for which a cycle orders what the policy gives a household. */
  earlierMonths(household: string, cycle: string): readonly string[] {
    const paid = this.#enrolments.get(`enrolment-${household}`)?.paid ?? '';
    return monthsIn(paid, cycle).filter((month) => month < cycle);
  }

  /** Two agreed until when it is certified; in older versions one person could put that off. */
  #requireNotPutOff(
    { data }: Recorded<'RecertificationFellDue'>,
    { dueOn }: EnrolmentState,
    found: Found,
  ): void {
    if (this.era.isNew && dueOn !== undefined && data.dueOn > dueOn)
      found('I7', `recertification said to be due on ${data.dueOn}; it was due on ${dueOn}`);
  }

  /** A cycle that was returned or abandoned may order other months than before. */
  #orderedAnew({ data: { programmeId, personId, period }, position }: Ordered, asOf: AsOf): void {
    const kept = this.#enrolments.get(`enrolment-${programmeId}-${personId}`);
    if (kept) kept.paid = orderedAnew(kept.paid, { cycle: period, position }, asOf);
  }

  #ordered(event: Ordered, asOf: number, found: Found): void {
    const { programmeId, personId, period } = event.data;
    const kept = this.#enrolments.get(`enrolment-${programmeId}-${personId}`);
    if (!kept) return found('I7', 'ordered for somebody who is not enrolled');
    const then = versionAt(kept, asOf);
    if (!then)
      return found(
        'I7',
        'ordered for an enrolment that began after what the cycle is prepared as of',
      );
    const state = stateOf(then.state);
    if ((this.#erasedAt.get(personId) ?? Infinity) <= asOf)
      found('I7', 'ordered for a person who was erased');
    this.#asEnrolled(event, asOf, state, found);
    const items = event.data.items.filter(isOfPolicy);
    const periods = [...new Set(items.map((item) => item.period))].sort();
    // Of older logs it was not asked.
    if (this.era.isNew) requireCertified(state, period, periods, found);
    const isDue = (month: string): boolean => this.#isDue(event.data, month, asOf, state);
    this.#dueMonths.require(kept.begun, event.data, { months: periods, asOf, isDue }, found);
    if (!periods.includes(period) && !isPaidIn(state, period))
      found('I7', `ordered for ${period}, in which the enrolment is not payable`);
    for (const month of periods) {
      if (!payableIn(state, month))
        found('I7', `ordered for ${month}, in which the enrolment is not payable`);
      this.#onceToIdentity(event.data, month, found);
      this.#notOnAccount(event.data, month, asOf, found);
      const sum = total(items.filter((item) => item.period === month));
      this.#once(kept, event, month, sum, found);
      const expected = entitlementUnder(this.policies, programmeId, { month, asOf, state });
      if (expected === undefined) {
        found('I5', `no policy is paid in ${month}`);
        continue;
      }
      const said = items.filter((item) => item.period === month);
      if (JSON.stringify(said) !== JSON.stringify(expected.items))
        found(
          'I5',
          `${month}: the items are not what version ${expected.policyVersion} gives on the recorded facts (${total(said)} ordered, ${expected.amountMinor} due)`,
        );
    }
    this.#carried(kept, event);
    if (total(event.data.items) !== BigInt(event.data.amountMinor))
      found('I5', `the items sum to ${total(event.data.items)}, not ${event.data.amountMinor}`);
  }

  /** Whether nothing but the order can have paid a month that is due. */
  #isDue(
    { programmeId, personId }: Ordered['data'],
    month: string,
    asOf: number,
    state: EnrolmentState,
  ): boolean {
    if (!payableIn(state, month) || !isCertifiedIn(state, month)) return false;
    if (this.#corrected.establishedFor(`${programmeId}-${personId}`, month) > 0n) return false;
    const isOrdered = [personId, ...this.known.earlierOf(personId)].some((holder) => {
      const paid = this.#enrolments.get(`enrolment-${programmeId}-${holder}`)?.paid ?? '';
      return ordersOf(paid, month, Infinity).some(({ kind }) => kind !== 'R');
    });
    const due = isOrdered
      ? undefined
      : entitlementUnder(this.policies, programmeId, { month, asOf, state });
    return due !== undefined && due.items.length > 0;
  }

  /**
   * Nothing is instructed with its cycle to whom the release found to be ended or suspended in a
   * month that the payment is for. What was left out then is instructed on the enrolment of its own
   * time.
   */
  #instructed({ data }: Recorded<'PaymentInstructed'>, found: Found): void {
    const released = this.#released.get(cycleOfPayment(data.paymentId));
    if (released === undefined || !this.era.isNew) return;
    const { programmeId, period, personId } = partsOfPayment(data.paymentId);
    const kept = this.#enrolments.get(`enrolment-${programmeId}-${personId}`);
    const then = kept && versionAt(kept, released);
    if (!then) return;
    const state = stateOf(then.state);
    for (const month of monthsIn(kept.paid, period))
      if (month >= state.startPeriod && !payableIn(state, month))
        found('I7', `instructed for ${month}, which was not payable any more at the release`);
  }

  /** Arrears, and what is given back, by the months that they are of. */
  #carried(kept: Kept, { data: { period: cycle, round, items }, position }: Ordered): void {
    for (const { code, period, amountMinor } of items) {
      const kind = code === ARREARS_ITEM ? 'A' : 'R';
      const order = { kind, cycle, minor: BigInt(amountMinor), position, round } as const;
      if (!isOfPolicy({ code })) kept.paid = ordered(kept.paid, period, order);
    }
  }

  /**
   * What the order says of the household is what was recorded of it. Orders of logs that do not say
   * how their actors came may name the newest facts.
   */
  #asEnrolled({ data }: Ordered, asOf: number, state: EnrolmentState, found: Found): void {
    const { programmeId, period } = data;
    const version = this.policies.inForce(programmeId, period, asOf)?.data.version;
    if (data.policyVersion !== version)
      found('I5', `ordered under version ${data.policyVersion}; in ${period} ${version} is paid`);
    if (data.region !== state.region)
      found('I7', `ordered in ${data.region}; the enrolment is of ${state.region}`);
    if (!this.era.isNew) return;
    if (data.contentHash !== factsIn(state, period).contentHash)
      found('I5', `ordered on other facts than those of ${period}`);
  }

  /**
   * No version is said of a month in which the household is not payable, that no policy is paid in,
   * or that was paid to its identity elsewhere. Months of an enrolment that ended before the
   * present one began are not held any more, and are left out.
   */
  #adjusted({ data }: Adjustment, asOf: number, found: Found): void {
    const { programmeId, personId, periods } = data;
    const kept = this.#enrolments.get(`enrolment-${programmeId}-${personId}`);
    const then = kept && versionAt(kept, asOf);
    if (!then) return found('I5', 'corrected for somebody who was not enrolled');
    const state = stateOf(then.state);
    const known = this.policies
      .of(programmeId)
      .filter((policy) => policy.position <= asOf)
      .map((policy) => policy.data);
    for (const month of periods) {
      const { period, policyVersion, dueMinor } = month;
      if (period < state.startPeriod) continue;
      const isPaying = payableIn(state, period);
      this.#requirePaid(kept.paid, data, { ...month, isPaying }, asOf, found);
      const rules = this.#corrected.isLawful(data, period)
        ? versionInEffect(known, period)
        : versionInForce(known, period);
      const isDue =
        isPaying &&
        (isCertifiedIn(state, period) || !this.era.isNew) &&
        !(policyVersion === undefined && this.#isPaidElsewhere(data, period, asOf));
      const due =
        isDue && rules
          ? entitlementFor(
              compiledOf(rules.policy),
              rules.version,
              factsIn(state, period).facts,
              period,
            ).amountMinor
          : '0';
      if (policyVersion !== undefined && policyVersion !== rules?.version)
        found('I5', `${period}: due under version ${rules?.version}, not ${policyVersion}`);
      else if (due !== dueMinor)
        found('I5', `${period}: ${dueMinor} said to be due; the recorded facts give ${due}`);
    }
  }

  /**
   * Whether a month was paid to somebody who had the person's identity before, as of a position.
   */
  #isPaidElsewhere(
    { programmeId, personId }: Adjustment['data'],
    month: string,
    asOf: number,
  ): boolean {
    return this.known.earlierOf(personId).some((other) => {
      const paid = this.#enrolments.get(`enrolment-${programmeId}-${other}`)?.paid ?? '';
      return ordersOf(paid, month, asOf).some(
        ({ kind, cycle }) =>
          kind !== 'R' && this.known.stands(`${programmeId}-${cycle}-${other}`, asOf),
      );
    });
  }

  /**
   * What a correction says was paid for a month is what the cycles that it looks at ordered and
   * stands, and what earlier corrections put on the account. Arrears and what is given back are of
   * the account, unless it took them back and the payment was paid late all the same. What may have
   * been paid counts up to what is due.
   */
  #requirePaid(
    paid: PaidMonths,
    { programmeId, personId, correctionId }: Adjustment['data'],
    { period, paidMinor, dueMinor, isPaying }: Month & { readonly isPaying: boolean },
    asOf: number,
    found: Found,
  ): void {
    if (!this.era.isNew) return;
    let minor = this.#corrected.establishedFor(`${programmeId}-${personId}`, period);
    let doubted = 0n;
    for (const order of ordersOf(paid, period, asOf)) {
      if (!this.#corrected.looksAt(correctionId, order.cycle)) continue;
      const paymentId = `${programmeId}-${order.cycle}-${personId}`;
      const isLeftOut = !isPaying && !this.known.isSent(paymentId);
      if (isLeftOut || !this.known.stands(paymentId, asOf)) continue;
      const carrying = { paymentId, round: order.round };
      const what = CARRIED[order.kind];
      if (what && !this.#corrected.hasLapsed(what, carrying, asOf)) continue;
      if (!this.known.isInDoubt(paymentId, asOf)) minor += order.minor;
      else if (what !== 'recovery') doubted += order.minor;
    }
    minor += atMost(doubted, BigInt(dueMinor) - minor);
    if (BigInt(paidMinor) !== minor)
      found('I5', `${period}: ${paidMinor} said to be paid; the log has ${minor}`);
  }

  /**
   * A period is in the orders of one cycle only; in those of a later one where the first is not
   * paid any more.
   */
  #once(
    kept: Kept,
    { data: { programmeId, personId, period }, position }: Ordered,
    month: string,
    minor: bigint,
    found: Found,
  ): void {
    const before = cycleIn(kept.paid, month);
    if (before !== undefined && this.known.stands(`${programmeId}-${before}-${personId}`))
      found('I5', `${month} was ordered before, in the cycle ${before}`);
    else {
      const order = { kind: '>', cycle: period, minor, position, round: 0 } as const;
      kept.paid = ordered(kept.paid, month, order);
    }
  }

  /** A period is not ordered again for who is registered with the identity now. */
  #onceToIdentity({ programmeId, personId }: Ordered['data'], month: string, found: Found): void {
    for (const other of this.known.earlierOf(personId)) {
      const kept = this.#enrolments.get(`enrolment-${programmeId}-${other}`);
      const cycle = kept && cycleIn(kept.paid, month);
      if (cycle !== undefined && this.known.stands(`${programmeId}-${cycle}-${other}`))
        found('I5', `${month} was paid to the same identity before, in the cycle ${cycle}`);
    }
  }

  /** A month that a correction found to be due is paid from the account, and once. */
  #notOnAccount(
    { programmeId, personId }: Ordered['data'],
    month: string,
    asOf: number,
    found: Found,
  ) {
    const household = `${programmeId}-${personId}`;
    if (!this.era.isNew || !this.#corrected.isKnown(household, asOf)) return;
    const minor = this.#corrected.establishedFor(household, month);
    if (minor > 0n) found('I5', `${month}: corrections put ${minor} on the account for it already`);
  }
}

const total = (items: readonly { readonly amountMinor: string }[]): bigint =>
  items.reduce((sum, item) => sum + BigInt(item.amountMinor), 0n);
