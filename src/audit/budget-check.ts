import type { Recorded } from '../kernel/decider.js';
import { isClosed, type CycleLedger } from './cycle-ledger.js';
import type { Found } from './report.js';

type BudgetEvent = Recorded<
  | 'BudgetAllotted'
  | 'BudgetAdjusted'
  | 'BudgetReserved'
  | 'BudgetReservationReleased'
  | 'BudgetSpent'
  | 'BudgetRefunded'
  | 'BudgetOverdrawn'
>;
interface Budget {
  allotted: bigint;
  reserved: bigint;
  spent: bigint;
  /** What money that had left already took beyond what was allotted, and nobody covered yet. */
  overdrawn: bigint;
  /** Said to be overdrawn for this cycle; the reservation and the spending follow at once. */
  overdrawing?: { readonly cycleId: string; readonly amount: bigint; reserved?: bigint };
}

/**
 * I3, and the part of I6 that is about budgets: no budget has less than is reserved and spent at
 * any position (less what settled late and overdrew it, which is said by an event and spent at
 * once), and what it spends and takes back is what the payments of the cycle say.
 */
export class BudgetCheck {
  readonly #budgets = new Map<string, Budget>();

  add(event: BudgetEvent, cycles: (cycleId: string) => CycleLedger, found: Found): void {
    this.#requireSpent(event, found);
    switch (event.type) {
      case 'BudgetOverdrawn':
        return this.#overdrawn(event, found);
      case 'BudgetAllotted':
        this.#budgets.set(event.stream, {
          allotted: BigInt(event.data.amountMinor),
          reserved: 0n,
          spent: 0n,
          overdrawn: 0n,
        });
        return;
      case 'BudgetAdjusted':
        this.#budget(event.stream).allotted += BigInt(event.data.deltaMinor);
        return this.#require(event.stream, found);
      case 'BudgetReserved':
        return this.#reserved(event, cycles(event.data.cycleId), found);
      case 'BudgetReservationReleased':
        return this.#move(
          event,
          cycles(event.data.cycleId),
          -BigInt(event.data.amountMinor),
          0n,
          found,
        );
      case 'BudgetSpent':
        return this.#spent(event, cycles(event.data.cycleId), found);
      case 'BudgetRefunded':
        return this.#refunded(event, cycles(event.data.cycleId), found);
    }
  }

  /** Only money that left overdraws a budget, so nothing else may stand on it. */
  #overdrawn(event: Recorded<'BudgetOverdrawn'>, found: Found): void {
    const budget = this.#budget(event.stream);
    const { cycleId } = event.data;
    const amount = BigInt(event.data.amountMinor);
    if (amount <= 0n || event.meta.role !== 'automation')
      found('I3', `overdrawn by ${amount} by ${event.meta.role}`);
    budget.overdrawn += amount;
    budget.overdrawing = { cycleId, amount };
  }

  /** After a budget was overdrawn: what is missing is reserved, and then spent, all of it. */
  #requireSpent({ stream, type, data }: BudgetEvent, found: Found): void {
    const budget = this.#budget(stream);
    const { overdrawing } = budget;
    if (!overdrawing) return;
    const { cycleId, amount, reserved } = overdrawing;
    const wanted = reserved === undefined ? 'BudgetReserved' : 'BudgetSpent';
    const is =
      type === wanted &&
      data.cycleId === cycleId &&
      BigInt(data.amountMinor) >= (reserved ?? amount);
    if (!is) found('I3', `overdrawn by ${amount} for ${cycleId}, and ${type} instead of ${wanted}`);
    if (is && type === 'BudgetReserved') overdrawing.reserved = BigInt(data.amountMinor);
    else delete budget.overdrawing;
  }

  #reserved(event: Recorded<'BudgetReserved'>, cycle: CycleLedger, found: Found): void {
    const amount = BigInt(event.data.amountMinor);
    if (isClosed(cycle)) cycle.reservedSinceClosed += amount;
    this.#move(event, cycle, amount, 0n, found);
  }

  /** What settled since the budget last spent. */
  #spent(event: Recorded<'BudgetSpent'>, cycle: CycleLedger, found: Found): void {
    const amount = BigInt(event.data.amountMinor);
    requireMoved(event, cycle.gained.take(event.data.throughPosition), found);
    if (isClosed(cycle)) cycle.reservedSinceClosed -= amount;
    this.#move(event, cycle, -amount, amount, found);
  }

  /** What came back since the budget last took back. */
  #refunded(event: Recorded<'BudgetRefunded'>, cycle: CycleLedger, found: Found): void {
    const amount = BigInt(event.data.amountMinor);
    requireMoved(event, cycle.lost.take(event.data.throughPosition), found);
    if (isClosed(cycle)) cycle.reservedSinceClosed += amount;
    this.#move(event, cycle, amount, -amount, found);
  }

  /** Between free, reserved and spent, in total and for the cycle. */
  #move(
    event: { readonly stream: string; readonly data: { readonly cycleId: string } },
    cycle: CycleLedger,
    reserved: bigint,
    spent: bigint,
    found: Found,
  ): void {
    const budget = this.#budget(event.stream);
    budget.reserved += reserved;
    budget.spent += spent;
    this.#require(event.stream, found);
    cycle.reservedMinor += reserved;
    cycle.spentMinor += spent;
    if (cycle.reservedMinor < 0n || cycle.spentMinor < 0n)
      found(
        'I3',
        `${cycle.reservedMinor} reserved and ${cycle.spentMinor} spent for ${event.data.cycleId}`,
      );
  }

  #require(stream: string, found: Found): void {
    const budget = this.#budget(stream);
    const { allotted, reserved, spent, overdrawn } = budget;
    const beyond = reserved + spent - allotted;
    if (beyond > overdrawn)
      found('I3', `${reserved} reserved and ${spent} spent of ${allotted} allotted`);
    // What was covered, or came back, is not overdrawn any more.
    else if (!budget.overdrawing) budget.overdrawn = beyond > 0n ? beyond : 0n;
    if (reserved < 0n || spent < 0n) found('I3', `${reserved} reserved and ${spent} spent`);
  }

  #budget(stream: string): Budget {
    let budget = this.#budgets.get(stream);
    if (!budget) {
      budget = { allotted: 0n, reserved: 0n, spent: 0n, overdrawn: 0n };
      this.#budgets.set(stream, budget);
    }
    return budget;
  }
}

function requireMoved(
  { type, position, data }: Recorded<'BudgetSpent' | 'BudgetRefunded'>,
  moved: { readonly count: number; readonly minor: bigint },
  found: Found,
): void {
  const { amountMinor, count, throughPosition } = data;
  if (throughPosition >= position || moved.count !== count || moved.minor !== BigInt(amountMinor))
    found(
      'I6',
      `${type} ${BigInt(amountMinor)} for ${count} payments through ${throughPosition}; the log has ${moved.minor} for ${moved.count}`,
    );
}
