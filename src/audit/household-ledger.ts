import type { EventData } from '../../events/generated.js';
import type { Found } from './report.js';
import { atMost } from './at-most.js';
import type { Recorded } from '../kernel/decider.js';
import { isSamePerson } from '../kernel/subject.js';

interface Carried {
  readonly paymentId: string;
  readonly round: number;
}
interface Deduction {
  readonly round: number;
  readonly minor: bigint;
  readonly grossMinor: bigint;
}
interface Ordered {
  readonly arrears: bigint;
  readonly recovery: bigint;
  readonly grossMinor: bigint;
}

/** Of a correction whose findings come onto an account. */
interface Approved {
  /** Where it was approved. */
  readonly at: number;
  /** Whether who wrote that sets overpayments against arrears. */
  readonly isNew: boolean;
}

/** What was proposed last and is on no account: in sum, and by month. */
interface Pending {
  readonly correctionId: string;
  readonly minor: bigint;
  readonly months: ReadonlyMap<string, FoundIn>;
}
/** What was found for a month, and what of it was deducted and is not on the account. */
interface FoundIn {
  readonly minor: bigint;
  readonly deducted: bigint;
}

/** What a household is owed for the past and owes, kept from the events alone. */
export class HouseholdLedger {
  pending: Pending | undefined;
  suspended = false;
  /** Where a deduction was made or given back last; -1 where none was. */
  deductedAt = -1;
  /** Where arrears were given back by a payment last; -1 where none were. */
  #releasedAt = -1;
  readonly #arrears = new Map<string, { readonly minor: bigint; carriedBy: Carried | undefined }>();
  /** What arrears were set against the debt, until they come onto the account. */
  #offset: { readonly correctionId: string; readonly minor: bigint } | undefined;
  /** What corrections found to be owed: overpaid, less what that was set against. */
  readonly #overpaidBy = new Map<string, bigint>();
  readonly #establishedBy = new Set<string>();
  /** Of which months the debt is. */
  readonly #owedIn = new Map<string, bigint>();
  readonly #deductions = new Map<string, Deduction>();
  /** The newest round that was ordered, by payment. */
  readonly #rounds = new Map<string, number>();
  /**
   * Payments that the accounts say carry something, and in which round, until they are ordered so.
   * What a later round carries is in the place of that.
   */
  readonly #unconfirmed = {
    arrears: new Map<string, number>(),
    recovery: new Map<string, number>(),
  };
  #overpaid = 0n;
  #waived = 0n;
  #plan:
    { readonly sharePercent: number; readonly floorMinor: bigint; readonly by: string } | undefined;

  get balance(): bigint {
    return this.#overpaid - this.#waived - this.#recovered();
  }

  unconfirmed(): Iterable<string> {
    const { arrears, recovery } = this.#unconfirmed;
    return new Set([...arrears.keys(), ...recovery.keys()]);
  }

  /**
   * What is set against the debt, or against arrears, follows from what the household has of it at
   * some time since the approval, which is known where that stayed the same.
   */
  established(
    {
      correctionId,
      differenceMinor,
      offsetMinor = '0',
      arrearsOffset = [],
    }: EventData['AdjustmentEstablished'],
    approved: Approved,
    found: Found,
  ): void {
    const minor = BigInt(differenceMinor);
    const offset = BigInt(offsetMinor);
    const recorded = this.#offset?.correctionId === correctionId ? this.#offset.minor : 0n;
    const held = this.#overpaid - this.#recovered() + recorded;
    if (offset !== recorded) found('I6', `${offset} set against a debt that was not`);
    else if (this.deductedAt <= approved.at) {
      const most = approved.isNew ? atMost(held, this.#tooMuchIn(this.pending)) : held;
      const due = atMost(minor, most);
      if (offset !== due)
        found('I6', `${offset} of ${minor} set against a debt; the household has ${due} of it`);
    }
    this.#offset = undefined;
    if (this.#establishedBy.has(correctionId))
      found('I6', `put on the account twice by ${correctionId}`);
    this.#requirePending(correctionId, minor, 'put on the account', found);
    this.#establishedBy.add(correctionId);
    this.#moveDebt(this.pending, offset);
    this.pending = undefined;
    if (minor < 0n) return this.#setOff(correctionId, -minor, arrearsOffset, approved, found);
    if (arrearsOffset.length > 0) found('I6', 'arrears set against arrears');
    if (minor > offset)
      this.#arrears.set(correctionId, { minor: minor - offset, carriedBy: undefined });
  }

  /** What the debt has of months that are due more now, and what was deducted in them after all. */
  #tooMuchIn(pending: Pending | undefined): bigint {
    let sum = 0n;
    for (const [month, { minor, deducted }] of pending?.months ?? [])
      sum += atMost(minor, (this.#owedIn.get(month) ?? 0n) + atMost(deducted, deducted));
    return sum;
  }

  /**
   * A correction's debt is of the months that it found too much, in their order; what is set
   * against it is of those that it found due.
   */
  #moveDebt(pending: Pending | undefined, offset: bigint): void {
    if (!pending) return;
    let left = this.#overpaidBy.get(pending.correctionId) ?? 0n;
    let setOff = offset;
    for (const [month, { minor }] of pending.months) {
      const before = this.#owedIn.get(month) ?? 0n;
      const more = atMost(-minor, left);
      const less = atMost(minor, setOff);
      left -= more;
      setOff -= less;
      const owed = before + more - atMost(before, less);
      if (owed > 0n) this.#owedIn.set(month, owed);
      else this.#owedIn.delete(month);
    }
  }

  /** Of an overpayment, what no arrears were left for is owed. */
  #setOff(
    correctionId: string,
    overpaid: bigint,
    offset: NonNullable<EventData['AdjustmentEstablished']['arrearsOffset']>,
    { at, isNew }: Approved,
    found: Found,
  ): void {
    let left = overpaid;
    for (const one of offset) {
      const minor = BigInt(one.amountMinor);
      const arrears = this.#arrears.get(one.correctionId);
      if (!arrears || arrears.carriedBy || arrears.minor < minor)
        found('I6', `set against arrears of ${one.correctionId}, which are not there for it`);
      else if (arrears.minor === minor) this.#arrears.delete(one.correctionId);
      else this.#arrears.set(one.correctionId, { ...arrears, minor: arrears.minor - minor });
      left -= minor;
    }
    if ((this.#overpaidBy.get(correctionId) ?? 0n) !== left)
      found('I6', `${left} of an overpayment is owed, which nobody is asked to give back`);
    const isAlone = [...this.#arrears.values()].every(({ carriedBy }) => carriedBy);
    if (left > 0n && !isAlone && this.#releasedAt <= at && isNew)
      found('I6', 'an overpayment is owed beside arrears that it was not set against');
  }

  /** Approved, and put on no account. */
  lapsed({ correctionId, differenceMinor }: EventData['AdjustmentLapsed'], found: Found): void {
    this.#requirePending(correctionId, BigInt(differenceMinor), 'lapsed', found);
    if (this.#offset?.correctionId === correctionId || this.#overpaidBy.has(correctionId))
      found('I6', `what ${correctionId} found lapsed, and is set against a debt or owed`);
    this.pending = undefined;
  }

  /** Arrears that were on the account, of which a payment arrived after all. */
  arrearsLapsed(
    { correctionId, differenceMinor }: EventData['AdjustmentLapsed'],
    found: Found,
  ): void {
    const arrears = this.#arrears.get(correctionId);
    if (arrears?.minor !== BigInt(differenceMinor))
      found('I6', `arrears of ${differenceMinor} lapsed, which are not on the account`);
    if (arrears?.carriedBy)
      found('I6', `arrears lapsed that ${arrears.carriedBy.paymentId} carries`);
    this.#arrears.delete(correctionId);
  }

  #requirePending(correctionId: string, minor: bigint, what: string, found: Found): void {
    if (this.pending?.correctionId !== correctionId || this.pending.minor !== minor)
      found('I6', `${minor} ${what}, which is not what was proposed`);
  }

  arrearsOrdered(
    { paymentId, round, amountMinor, correctionIds }: EventData['ArrearsOrdered'],
    found: Found,
  ): void {
    let sum = 0n;
    for (const one of this.#arrears.values())
      if (one.carriedBy?.paymentId === paymentId) one.carriedBy = undefined;
    for (const correctionId of correctionIds) {
      const arrears = this.#arrears.get(correctionId);
      if (!arrears) found('I6', `arrears of ${correctionId}, which are not on the account`);
      else if (arrears.carriedBy)
        found(
          'I2',
          `arrears of ${correctionId} are ordered twice: ${arrears.carriedBy.paymentId} carries them`,
        );
      else arrears.carriedBy = { paymentId, round };
      sum += arrears?.minor ?? 0n;
    }
    if (sum !== BigInt(amountMinor))
      found('I6', `arrears of ${amountMinor} ordered; the account has ${sum}`);
    this.#unconfirmed.arrears.set(paymentId, round);
  }

  arrearsReleased(
    { position, data: { paymentId, round, amountMinor } }: Recorded<'ArrearsReleased'>,
    isPaid: (paymentId: string) => boolean,
    found: Found,
  ): void {
    this.#releasedAt = position;
    let sum = 0n;
    for (const one of this.#arrears.values()) {
      if (one.carriedBy?.paymentId !== paymentId || one.carriedBy.round !== round) continue;
      one.carriedBy = undefined;
      sum += one.minor;
    }
    if (sum !== BigInt(amountMinor))
      found('I6', `arrears of ${amountMinor} released; the payment carried ${sum}`);
    if (this.#rounds.get(paymentId) === round && isPaid(paymentId))
      found('I2', 'arrears released that a payment pays');
    this.#confirm('arrears', paymentId, round);
  }

  overpaid({ correctionId, amountMinor }: EventData['OverpaymentEstablished'], found: Found): void {
    if (this.#overpaidBy.has(correctionId))
      found('I6', `the overpayment of ${correctionId} is owed twice`);
    if (this.pending?.correctionId !== correctionId || -this.pending.minor < BigInt(amountMinor))
      found('I6', `an overpayment of ${amountMinor}, which is not what was proposed`);
    this.#overpaidBy.set(correctionId, BigInt(amountMinor));
    this.#overpaid += BigInt(amountMinor);
  }

  offset(
    { correctionId, amountMinor, waivedMinor }: EventData['OverpaymentOffset'],
    found: Found,
  ): void {
    if (this.pending?.correctionId !== correctionId)
      found('I6', 'set against a debt what no correction found');
    this.#offset = { correctionId, minor: BigInt(amountMinor) };
    this.#overpaid -= BigInt(amountMinor);
    this.#waived -= BigInt(waivedMinor);
    if (this.balance < 0n || this.#waived < 0n || this.#overpaid < 0n)
      found('I6', `${amountMinor} set against a debt, which is more than is owed or was waived`);
  }

  planned({ sharePercent, floorMinor }: EventData['RecoveryPlanAgreed'], by: string): void {
    this.#plan = { sharePercent, floorMinor: BigInt(floorMinor), by };
  }

  deducted(
    { paymentId, round, grossMinor, amountMinor, remainingMinor }: EventData['RecoveryDeducted'],
    found: Found,
  ): void {
    const gross = BigInt(grossMinor);
    const minor = BigInt(amountMinor);
    const before = this.#deductions.get(paymentId);
    if (before && before.round >= round)
      found('I2', `deducted twice from the payment in round ${round}`);
    this.#deductions.set(paymentId, { round, minor, grossMinor: gross });
    this.#unconfirmed.recovery.set(paymentId, round);
    if (!this.#plan) found('I6', 'deducted without a plan');
    else {
      if (minor * 100n > gross * BigInt(this.#plan.sharePercent))
        found(
          'I6',
          `deducted ${minor} of ${gross}, which is more than ${this.#plan.sharePercent} percent`,
        );
      if (gross - minor < this.#plan.floorMinor)
        found(
          'I6',
          `deducted ${minor} of ${gross}, which leaves less than the floor ${this.#plan.floorMinor}`,
        );
    }
    if (this.suspended) found('I6', 'deducted while the recovery is suspended');
    if (this.balance < 0n)
      found(
        'I6',
        `recovered ${this.#recovered()} and waived ${this.#waived} of ${this.#overpaid} overpaid`,
      );
    else if (this.balance !== BigInt(remainingMinor))
      found('I6', `${remainingMinor} said to remain; the log has ${this.balance}`);
  }

  reversed(
    { paymentId, round, amountMinor }: EventData['RecoveryDeductionReversed'],
    isPaid: (paymentId: string) => boolean,
    found: Found,
  ): void {
    const deduction = this.#deductions.get(paymentId);
    if (deduction?.round !== round || deduction.minor !== BigInt(amountMinor))
      found('I6', `a deduction of ${amountMinor} given back that was not made`);
    if (this.#rounds.get(paymentId) === round && isPaid(paymentId))
      found('I2', 'a deduction given back of a payment that pays');
    this.#deductions.delete(paymentId);
    this.#confirm('recovery', paymentId, round);
  }

  waived({ amountMinor }: EventData['OverpaymentWaived'], by: string, found: Found): void {
    this.#waived += BigInt(amountMinor);
    if (this.#plan && isSamePerson(this.#plan.by, by)) found('I4', 'waived by who agreed the plan');
    if (this.balance < 0n)
      found(
        'I6',
        `recovered ${this.#recovered()} and waived ${this.#waived} of ${this.#overpaid} overpaid`,
      );
  }

  completed(
    { overpaidMinor, recoveredMinor, waivedMinor }: EventData['RecoveryCompleted'],
    found: Found,
  ): void {
    if (this.balance !== 0n) found('I6', `completed with ${this.balance} left`);
    if (
      BigInt(overpaidMinor) !== this.#overpaid ||
      BigInt(recoveredMinor) !== this.#recovered() ||
      BigInt(waivedMinor) !== this.#waived
    )
      found('I6', 'completed with other figures than the log has');
  }

  paymentOrdered(
    paymentId: string,
    round: number,
    { arrears, recovery, grossMinor }: Ordered,
    found: Found,
  ): void {
    this.#rounds.set(paymentId, round);
    let carried = 0n;
    for (const { minor, carriedBy } of this.#arrears.values())
      if (carriedBy?.paymentId === paymentId && carriedBy.round === round) carried += minor;
    if (carried !== arrears)
      found('I6', `the payment has arrears of ${arrears}; the account says ${carried}`);
    const deduction = this.#deductions.get(paymentId);
    const deducted = deduction?.round === round ? deduction : undefined;
    if ((deducted?.minor ?? 0n) !== recovery)
      found('I6', `the payment gives back ${recovery}; the account says ${deducted?.minor ?? 0n}`);
    else if (deducted && deducted.grossMinor !== grossMinor)
      found('I6', `deducted from ${deducted.grossMinor}; the payment is of ${grossMinor}`);
    this.#confirm('arrears', paymentId, round);
    this.#confirm('recovery', paymentId, round);
  }

  #confirm(what: 'arrears' | 'recovery', paymentId: string, round: number): void {
    const rounds = this.#unconfirmed[what];
    if (rounds.get(paymentId) === round) rounds.delete(paymentId);
  }

  #recovered(): bigint {
    let total = 0n;
    for (const { minor } of this.#deductions.values()) total += minor;
    return total;
  }
}
