import { paymentId, streams, uuidOf } from '../../src/kernel/ids.js';
import type { HistoryBuilder } from './history-builder.js';
import { personOf, REGIONS, HASH } from './history-people.js';

/** One payment, and what becomes of it by the number of its household. */
class Payment {
  readonly #id: string;
  readonly #stream: string;

  constructor(
    private readonly history: HistoryBuilder,
    private readonly index: number,
    private readonly period: string,
  ) {
    this.#id = paymentId('asd', period, personOf(index));
    this.#stream = streams.payment(this.#id);
  }

  order(): void {
    this.history.record(this.#stream, 'finance-officer', {
      type: 'PaymentOrdered',
      data: {
        paymentId: this.#id,
        programmeId: 'asd',
        period: this.period,
        personId: personOf(this.index),
        region: REGIONS[this.index % REGIONS.length]!,
        round: 1,
        amountMinor: '50000',
        currency: 'MAD',
        policyVersion: 3,
        contentHash: HASH,
        items: [{ code: 'flat-aid', period: this.period, amountMinor: '50000' }],
      },
    });
  }

  instruct(): void {
    this.history.record(this.#stream, 'automation', {
      type: 'PaymentInstructed',
      data: this.#instruction(1),
    });
  }

  /** What the bank says, if anything; of one household in forty it says two things. */
  answer(): void {
    if (this.index % 40 === 6) return;
    if (this.#isRejected()) return this.#reject();
    if (this.index % 2 === 0)
      this.history.record(this.#stream, 'payment-system', {
        type: 'PaymentAccepted',
        data: { paymentId: this.#id, attempt: 1, endToEndId: this.#endToEndId(1), source: 'file' },
      });
    this.#settle(1);
    if (this.index % 40 === 5) this.#contradict();
  }

  /** What the finance officers do about it. */
  again(): void {
    if (this.index % 80 === 5)
      this.history.record(this.#stream, 'finance-officer', {
        type: 'PaymentBreakResolved',
        data: {
          paymentId: this.#id,
          breakId: uuidOf('break', this.#id),
          resolution: 'bank-error',
          reason: 'the bank withdrew it',
        },
      });
    if (!this.#isRejected()) return;
    this.history.record(this.#stream, 'finance-officer', {
      type: 'PaymentReinstructed',
      data: this.#instruction(2),
    });
    this.#settle(2);
  }

  #isRejected(): boolean {
    return this.index % 40 === 4;
  }

  #reject(): void {
    this.history.record(this.#stream, 'payment-system', {
      type: 'PaymentRejected',
      data: {
        paymentId: this.#id,
        attempt: 1,
        endToEndId: this.#endToEndId(1),
        reason: 'AC04',
        source: 'file',
      },
    });
  }

  #settle(attempt: number): void {
    this.history.record(this.#stream, 'payment-system', {
      type: 'PaymentSettled',
      data: {
        paymentId: this.#id,
        attempt,
        endToEndId: this.#endToEndId(attempt),
        amountMinor: '50000',
        currency: 'MAD',
        settledOn: `${this.period}-26`,
        source: 'file',
      },
    });
  }

  #contradict(): void {
    this.history.record(this.#stream, 'payment-system', {
      type: 'PaymentBreakRecorded',
      data: {
        paymentId: this.#id,
        breakId: uuidOf('break', this.#id),
        attempt: 1,
        endToEndId: this.#endToEndId(1),
        kind: 'rejected-after-settled',
        reported: 'rejected',
        reason: 'AM05',
        source: 'http',
      },
    });
  }

  #instruction(attempt: number) {
    return {
      paymentId: this.#id,
      attempt,
      messageId: `ASD${this.period.replace('-', '')}-${attempt}`,
      endToEndId: this.#endToEndId(attempt),
      accountId: uuidOf('account', this.index),
      amountMinor: '50000',
      currency: 'MAD',
      executionDate: attempt === 1 ? `${this.period}-25` : `${this.period}-28`,
    };
  }

  #endToEndId(attempt: number): string {
    const id = uuidOf('e2e', this.#id, attempt);
    return `E${id.replaceAll('-', '').slice(0, 24).toUpperCase()}`;
  }
}

/** The cycle of a month, which pays each of its payments the same. */
class Cycle {
  readonly #payments: readonly Payment[];
  readonly #id: string;
  readonly #stream: string;
  readonly #budget = streams.budget('asd', 2026);
  readonly #totalMinor: string;

  constructor(
    private readonly history: HistoryBuilder,
    households: readonly number[],
    private readonly period: string,
  ) {
    this.#payments = households.map((index) => new Payment(history, index, period));
    this.#id = `asd-${period}`;
    this.#stream = streams.cycle(this.#id);
    this.#totalMinor = String(50_000 * households.length);
  }

  prepare(): void {
    this.history.record(this.#stream, 'finance-officer', {
      type: 'CycleOpened',
      data: {
        cycleId: this.#id,
        programmeId: 'asd',
        period: this.period,
        policyVersion: 3,
        currency: 'MAD',
      },
    });
    this.history.record(this.#stream, 'finance-officer', {
      type: 'CyclePreparationStarted',
      data: { cycleId: this.#id, round: 1, asOf: this.#last() },
    });
    for (const payment of this.#payments) payment.order();
    this.history.record(this.#stream, 'finance-officer', {
      type: 'CyclePrepared',
      data: {
        cycleId: this.#id,
        round: 1,
        asOf: this.#last(),
        count: this.#payments.length,
        totalMinor: this.#totalMinor,
        contentHash: HASH,
      },
    });
  }

  /** Finds something that must be overridden, and something that need not. */
  check(): void {
    const finding = (check: 'shared-account' | 'over-forecast', level: 'block' | 'warn') => ({
      findingId: `${check}-0123456789ab`,
      check,
      level,
      count: 1,
      amountMinor: '50000',
      payments: [],
    });
    this.history.record(this.#stream, 'finance-officer', {
      type: 'CycleChecked',
      data: {
        cycleId: this.#id,
        round: 1,
        asOf: this.#last(),
        contentHash: HASH,
        findings: [finding('shared-account', 'block'), finding('over-forecast', 'warn')],
      },
    });
    // By another controller than the one who approves.
    this.history.record(this.#stream, 'automation', {
      type: 'CycleFindingOverridden',
      data: {
        cycleId: this.#id,
        round: 1,
        findingId: 'shared-account-0123456789ab',
        reason: 'an orphanage',
      },
    });
  }

  approveAndRelease(): void {
    const contentHash = HASH;
    const totalMinor = this.#totalMinor;
    this.history.record(this.#budget, 'finance-controller', {
      type: 'BudgetReserved',
      data: {
        programmeId: 'asd',
        fiscalYear: 2026,
        cycleId: this.#id,
        amountMinor: totalMinor,
      },
    });
    this.history.record(this.#stream, 'finance-controller', {
      type: 'CycleApproved',
      data: { cycleId: this.#id, contentHash, totalMinor, fiscalYear: 2026 },
    });
    this.history.record(this.#stream, 'automation', {
      type: 'CycleReleased',
      data: {
        cycleId: this.#id,
        contentHash,
        count: this.#payments.length,
        totalMinor,
        executionDate: `${this.period}-25`,
      },
    });
  }

  instruct(): void {
    for (const payment of this.#payments) payment.instruct();
    const count = this.#payments.length;
    const totalMinor = this.#totalMinor;
    this.history.record(this.#stream, 'automation', {
      type: 'CycleInstructed',
      data: {
        cycleId: this.#id,
        count,
        totalMinor,
        files: [
          {
            name: `${this.#id}.xml`,
            messageId: `ASD${this.period}`,
            sha256: HASH,
            count,
            totalMinor,
          },
        ],
      },
    });
  }

  /** What the bank says, and what is done about it. */
  settle(): void {
    for (const payment of this.#payments) payment.answer();
    for (const payment of this.#payments) payment.again();
    this.history.record(this.#budget, 'automation', {
      type: 'BudgetSpent',
      data: {
        programmeId: 'asd',
        fiscalYear: 2026,
        cycleId: this.#id,
        amountMinor: '50000',
        count: 1,
        throughPosition: this.#last(),
      },
    });
  }

  #last(): number {
    return this.history.events.length - 1;
  }
}

export function pay(history: HistoryBuilder, households: readonly number[], period: string): void {
  const cycle = new Cycle(history, households, period);
  cycle.prepare();
  if (period === '2026-02') cycle.check();
  cycle.approveAndRelease();
  cycle.instruct();
  cycle.settle();
}
