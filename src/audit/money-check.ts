import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';
import type { AsOf } from './as-of.js';
import { BudgetCheck } from './budget-check.js';
import {
  emptyLedger,
  isClosed,
  ofAnotherSet,
  type CycleLedger,
  type Status,
} from './cycle-ledger.js';
import { DoubtedPayments } from './doubted-payments.js';
import { Era } from './era.js';
import { checkClosing, checkFigures } from './figures-check.js';
import { FurtherParts } from './further-parts.js';
import { givenBack } from './given-back.js';
import { OpenBreaks } from './open-breaks.js';
import { PaymentTable } from './payment-table.js';
import type { Found } from './report.js';

/** An event of a payment, as far as its place goes. */
interface Placed {
  readonly position: number;
  readonly data: { readonly paymentId: string };
}

/**
 * I2, I3 and I6 over the whole log: what each payment goes through, what each budget holds at every
 * position, and that the books of each cycle say what its payments say. 13 bytes a payment,
 * whatever the number of its events, and an entry for each settlement that the budget has not
 * caught up with.
 */
export class MoneyCheck {
  readonly #payments: PaymentTable;
  readonly #openBreaks = new OpenBreaks();
  /** Failed payments that may have arrived. */
  readonly doubted = new DoubtedPayments();
  /** Of payments, by stream, what did not come back. */
  readonly #kept = new Map<number, bigint>();
  readonly #furtherParts = new FurtherParts();
  readonly #cycles = new Map<string, CycleLedger>();
  readonly #budgets = new BudgetCheck();
  readonly #cycle = (cycleId: string): CycleLedger => {
    let cycle = this.#cycles.get(cycleId);
    if (!cycle) {
      cycle = emptyLedger();
      this.#cycles.set(cycleId, cycle);
    }
    return cycle;
  };

  constructor(
    private readonly era = new Era(),
    asOf: Pick<AsOf, 'earliest'> = { earliest: () => Infinity },
  ) {
    this.#payments = new PaymentTable(asOf);
  }

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'PaymentOrdered':
        return this.#ordered(event, stream, found);
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        return this.#instructed(event, stream, found);
      case 'PaymentAccepted':
        return this.#outcome(event, stream, 'outstanding', ['outstanding'], found);
      case 'PaymentSettled':
        if (BigInt(event.data.amountMinor) !== this.#payments.amount(stream))
          found(
            'I2',
            `settled ${event.data.amountMinor} of ${this.#payments.amount(stream)} ordered`,
          );
        return this.#outcome(event, stream, 'settled', ['outstanding'], found);
      case 'PaymentRejected':
        return this.#outcome(event, stream, 'rejected', ['outstanding'], found);
      case 'PaymentReturned':
        return this.#outcome(event, stream, 'returned', ['outstanding', 'settled'], found);
      case 'PaymentCancelled':
        if (this.#is(stream) !== 'ordered') found('I2', `cancelled when ${this.#is(stream)}`);
        return this.#move(event, stream, 'cancelled');
      case 'PaymentBreakRecorded':
        this.doubted.opened(event);
        return this.#broken(event);
      case 'PaymentBreakResolved':
        this.doubted.resolved(event);
        return this.#resolved(event, stream, found);
      case 'CyclePreparationStarted':
        return this.#preparationStarted(event);
      case 'CyclePrepared':
        return this.#prepared(event, found);
      case 'CycleApproved':
        return this.#approved(event, found);
      case 'CycleReleased':
        this.#approved(event, found);
        return this.#released(event, found);
      case 'CycleInstructed':
        return this.#cycleInstructed(event, found);
      case 'CycleReconciled':
        return this.#reconciled(event, found);
      case 'CycleReinstructionStarted':
        // What was reconciled before does not hold any more.
        this.#cycle(event.data.cycleId).figures = undefined;
        return;
      case 'CycleClosed':
        return this.#closed(event, found);
      case 'BudgetAllotted':
      case 'BudgetAdjusted':
      case 'BudgetReserved':
      case 'BudgetReservationReleased':
      case 'BudgetSpent':
      case 'BudgetRefunded':
      case 'BudgetOverdrawn':
        return this.#budgets.add(event, this.#cycle, found);
      default:
        return;
    }
  }

  /** The log position that the cycle of a payment is prepared as of. */
  asOfOf(paymentId: string): number {
    return this.#cycle(cycleOfPayment(paymentId)).asOf;
  }
  /** Whether the payment of a stream (its dense number) is with the bank or settled. */
  isPaid(stream: number): boolean {
    return this.#is(stream) === 'outstanding' || this.#is(stream) === 'settled';
  }
  /** Attempts and amounts, by stream. */
  get table(): Pick<PaymentTable, 'attempt' | 'amount'> {
    return this.#payments;
  }
  /** Whether it was instructed. */
  isSent(stream: number): boolean {
    return this.#payments.attempt(stream) > 0;
  }
  /**
   * Whether it was ordered, and neither cancelled nor rejected or returned for good, by a position;
   * or whether a break left open then that it had been paid all the same.
   */
  stands(paymentId: string, stream: number, asOf = Number.MAX_SAFE_INTEGER): boolean {
    const status = this.#payments.statusAsOf(stream, asOf);
    if (status === 'rejected' || status === 'returned')
      return (
        this.#cycle(cycleOfPayment(paymentId)).closedAt > asOf || this.doubted.at(paymentId, asOf)
      );
    return status !== 'none' && status !== 'cancelled';
  }
  /** The earliest position that a cycle is being prepared as of; Infinity where none is. */
  get earliestAsOf(): number {
    let earliest = Infinity;
    for (const cycle of this.#cycles.values())
      if (cycle.round > 0 && !cycle.prepared) earliest = Math.min(earliest, cycle.asOf);
    return earliest;
  }

  /** Money that no event of its own accounts for shows when the log ends. */
  finish(found: (invariant: 'I6', detail: string, stream: string) => void): void {
    for (const [cycleId, cycle] of this.#cycles) {
      const settled = cycle.sums.settled.minor;
      const accounted = cycle.spentMinor + cycle.gained.minor - cycle.lost.minor;
      if (accounted !== settled + cycle.keptMinor)
        found(
          'I6',
          `${cycle.spentMinor} spent and ${accounted - cycle.spentMinor} to be, and ${settled} settled and ${cycle.keptMinor} kept by banks`,
          `cycle-${cycleId}`,
        );
      if (isClosed(cycle) && cycle.reservedMinor > cycle.reservedSinceClosed)
        found(
          'I6',
          `closed with ${cycle.reservedMinor - cycle.reservedSinceClosed} still reserved`,
          `cycle-${cycleId}`,
        );
    }
  }

  #ordered(event: Recorded<'PaymentOrdered'>, stream: number, found: Found): void {
    const before = this.#is(stream);
    const amount = BigInt(event.data.amountMinor);
    if (before !== 'none' && !(before === 'cancelled' && this.#payments.attempt(stream) === 0))
      found('I2', `ordered again when ${before}`);
    if (amount <= 0n) found('I6', `ordered ${amount}`);
    const cycle = this.#cycle(cycleOfPayment(event.data.paymentId));
    if (event.data.round !== cycle.round || cycle.prepared)
      found('I6', `ordered in round ${event.data.round}, which is not being prepared`);
    cycle.roundCount += 1;
    cycle.roundMinor += amount;
    cycle.movedAt = event.position;
    this.#leave(cycle, stream);
    this.#payments.setAmount(stream, amount);
    this.#enter(cycle, stream, 'ordered', event.position);
  }

  #instructed(
    event: Recorded<'PaymentInstructed' | 'PaymentReinstructed'>,
    stream: number,
    found: Found,
  ): void {
    const before = this.#is(stream);
    const allowed =
      event.type === 'PaymentInstructed'
        ? before === 'ordered'
        : before === 'rejected' || before === 'returned';
    if (!allowed) found('I2', `instructed when ${before}`);
    if (event.data.attempt !== this.#payments.attempt(stream) + 1)
      found('I2', `attempt ${event.data.attempt} after ${this.#payments.attempt(stream)}`);
    if (BigInt(event.data.amountMinor) !== this.#payments.amount(stream))
      found(
        'I2',
        `instructed ${event.data.amountMinor} of ${this.#payments.amount(stream)} ordered`,
      );
    this.#payments.setAttempt(stream, event.data.attempt);
    const cycle = this.#cycle(cycleOfPayment(event.data.paymentId));
    if (!cycle.released) found('I6', 'instructed before its cycle was released');
    if (event.type === 'PaymentInstructed') {
      cycle.instructedCount += 1;
      cycle.instructedMinor += BigInt(event.data.amountMinor);
    }
    this.#move(event, stream, 'outstanding');
  }

  #outcome(
    event: Placed & { readonly type: string; readonly data: { readonly attempt: number } },
    stream: number,
    to: Status,
    from: readonly Status[],
    found: Found,
  ): void {
    const before = this.#is(stream);
    if (!from.includes(before)) found('I2', `${event.type} when ${before}`);
    if (event.data.attempt !== this.#payments.attempt(stream))
      found(
        'I2',
        `${event.type} of attempt ${event.data.attempt}; the live one is ${this.#payments.attempt(stream)}`,
      );
    this.#move(event, stream, to);
  }

  #broken(event: Recorded<'PaymentBreakRecorded'>): void {
    const cycle = this.#cycle(cycleOfPayment(event.data.paymentId));
    if (this.#openBreaks.add(event)) cycle.openBreaks += 1;
    cycle.movedAt = event.position;
  }

  /**
   * A person's verdict on a break moves the payment too, so it must be true of all attempts
   * together.
   */
  #resolved(event: Recorded<'PaymentBreakResolved'>, stream: number, found: Found): void {
    const { breakId, resolution } = event.data;
    const open = this.#openBreaks.take(breakId);
    const attempt = open?.attempt;
    const cycle = this.#cycle(cycleOfPayment(event.data.paymentId));
    if (open) cycle.openBreaks -= 1;
    cycle.movedAt = event.position;
    if (attempt === undefined) found('I2', 'resolved a break that is not open');
    if (resolution !== 'counted-as-settled' && resolution !== 'counted-as-returned') return;
    const before = this.#is(stream);
    const cameBack = () =>
      givenBack(event.data, open, { minor: this.#payments.amount(stream), era: this.era }, found);
    const isOther = before === 'settled' && attempt !== this.#payments.settledBy(stream);
    const other = isOther || before === 'rejected' ? before : undefined;
    if (
      resolution === 'counted-as-returned' &&
      this.#furtherParts.isOne(event, attempt, stream, other, found)
    )
      return this.#cameBackLater(event, stream, cameBack());
    if (before === 'outstanding' && attempt !== this.#payments.attempt(stream))
      found('I2', `${resolution}, while attempt ${this.#payments.attempt(stream)} is live`);
    if (isOther)
      found(
        'I2',
        `attempt ${attempt} ${resolution}, when attempt ${this.#payments.settledBy(stream)} settled`,
      );
    if (resolution === 'counted-as-settled')
      return this.#move(event, stream, 'settled', { attempt });
    const backMinor = cameBack();
    this.#move(event, stream, 'returned', { attempt, backMinor });
    this.#furtherParts.cameBack(event, attempt, stream);
    if (before === 'returned') this.#cameBackLater(event, stream, backMinor);
  }

  /** Another part of what a bank had kept. */
  #cameBackLater({ position, data }: Placed, stream: number, backMinor: bigint): void {
    const kept = this.#kept.get(stream) ?? 0n;
    const minor = kept > backMinor ? backMinor : kept;
    if (minor <= 0n) return;
    const cycle = this.#cycle(cycleOfPayment(data.paymentId));
    cycle.lost.add(position, minor);
    cycle.keptMinor -= minor;
    this.#kept.set(stream, kept - minor);
  }

  #preparationStarted({ data }: Recorded<'CyclePreparationStarted'>): void {
    const cycle = this.#cycle(data.cycleId);
    cycle.asOf = data.asOf;
    cycle.round = data.round;
    cycle.roundCount = 0;
    cycle.roundMinor = 0n;
    cycle.prepared = undefined;
  }

  #prepared({ data }: Recorded<'CyclePrepared'>, found: Found): void {
    const { cycleId, count, totalMinor, contentHash } = data;
    const cycle = this.#cycle(cycleId);
    cycle.prepared = { count, minor: BigInt(totalMinor), contentHash };
    if (cycle.roundCount !== count || cycle.roundMinor !== cycle.prepared.minor)
      found(
        'I6',
        `prepared ${count} payments of ${totalMinor}; the log has ${cycle.roundCount} of ${cycle.roundMinor}`,
      );
  }

  #approved({ type, data }: Recorded<'CycleApproved' | 'CycleReleased'>, found: Found): void {
    const other = ofAnotherSet(this.#cycle(data.cycleId), data);
    if (other) found('I6', `${type} of another ${other} than was prepared`);
  }

  #released({ data }: Recorded<'CycleReleased'>, found: Found): void {
    const cycle = this.#cycle(data.cycleId);
    cycle.released = true;
    if (cycle.reservedMinor !== BigInt(data.totalMinor))
      found('I6', `released ${data.totalMinor} with ${cycle.reservedMinor} reserved`);
  }

  #cycleInstructed({ data }: Recorded<'CycleInstructed'>, found: Found): void {
    const { cycleId, count, totalMinor } = data;
    const { instructedCount, instructedMinor } = this.#cycle(cycleId);
    if (instructedCount !== count || instructedMinor !== BigInt(totalMinor))
      found(
        'I6',
        `instructed ${count} of ${totalMinor}; the log has ${instructedCount} of ${instructedMinor}`,
      );
  }

  #reconciled({ data, position }: Recorded<'CycleReconciled'>, found: Found): void {
    const cycle = this.#cycle(data.cycleId);
    checkFigures(data, cycle, position, found);
    cycle.figures = data;
  }

  #closed({ data, position, time }: Recorded<'CycleClosed'>, found: Found): void {
    const cycle = this.#cycle(data.cycleId);
    const seen = this.era.isNew ? this.#openBreaks.seenIn(data.cycleId, time) : undefined;
    checkClosing(data, cycle, seen, found);
    cycle.closedAt = position;
  }

  #is(stream: number): Status {
    return this.#payments.status(stream);
  }

  #move(
    { position, data: { paymentId } }: Placed,
    stream: number,
    to: Status,
    {
      attempt = this.#payments.attempt(stream),
      backMinor = this.#payments.amount(stream),
    }: Moved = {},
  ): void {
    const cycle = this.#cycle(cycleOfPayment(paymentId));
    const before = this.#is(stream);
    cycle.movedAt = position;
    this.doubted.moved(paymentId, to, position);
    this.#leave(cycle, stream);
    if (to === 'settled' && before !== 'settled')
      cycle.gained.add(position, this.#payments.amount(stream));
    if (to !== 'settled' && before === 'settled') {
      const kept = this.#payments.amount(stream) - backMinor;
      if (backMinor > 0n) cycle.lost.add(position, backMinor);
      cycle.keptMinor += kept;
      if (kept !== 0n) this.#kept.set(stream, (this.#kept.get(stream) ?? 0n) + kept);
    }
    if (to === 'settled') this.#payments.setSettledBy(stream, attempt);
    this.#enter(cycle, stream, to, position);
  }

  #leave(cycle: CycleLedger, stream: number): void {
    const held = cycle.sums[this.#is(stream)];
    held.count -= 1;
    held.minor -= this.#payments.amount(stream);
  }

  #enter(cycle: CycleLedger, stream: number, to: Status, position: number): void {
    this.#payments.setStatus(stream, to, position);
    const held = cycle.sums[to];
    held.count += 1;
    held.minor += this.#payments.amount(stream);
  }
}

interface Moved {
  readonly attempt?: number | undefined;
  /** What came back; absent: all of it. */
  readonly backMinor?: bigint;
}
