import type { Event } from './event.js';
import type { Inbox } from './inbox.js';
import type { Instruction, Ledger, Outcome } from './ledger.js';

/**
 * A piece of the feed: events in order, and the position up to which it was read; no events: there
 * is nothing more now.
 */
export interface FeedPiece {
  readonly events: readonly Event[];
  readonly position: number;
}
export interface Ways {
  /** Resolves when the outcomes are durable at the other end. */
  readonly publish: (outcomes: readonly Outcome[]) => Promise<void>;
  /**
   * Reads the feed after a position: how what is missing is fetched. Absent: the caller must read
   * its topic again.
   */
  readonly feed?: (after: number) => Promise<FeedPiece>;
}

/** Events are missing, and there is no feed to fetch them from. */
export class Gap extends Error {
  constructor(
    readonly after: number,
    readonly before: number,
  ) {
    super(`events are missing after position ${after} and before ${before}`);
  }
}

const INSTRUCTED = /^sanad\.payment\.Payment(Instructed|Reinstructed)\.v1$/;

/**
 * Pays what is instructed and says what became of it. The order makes each step bear being
 * repeated: the ledger is durable, then the outcomes are at the other end, then the inbox moves on.
 * Killed anywhere, it says the same again, and pays once. After a failure it takes nothing more.
 */
export class PaymentSystem {
  #failed: unknown;

  constructor(
    private readonly inbox: Inbox,
    private readonly ledger: Ledger,
    private readonly ways: Ways,
  ) {}

  /**
   * Takes events of one source in its order; those that are known are dropped, and what is missing
   * is fetched first.
   * @throws Gap where something is missing and cannot be fetched
   */
  async take(events: readonly Event[]): Promise<void> {
    this.#assertSound();
    for (let rest = events; rest.length > 0;) {
      const fresh: Event[] = [];
      let next = 0;
      for (; next < rest.length; next += 1) {
        const event = rest[next]!;
        const place = this.inbox.place(event);
        if (place === 'gap') break;
        if (place === 'known') continue;
        this.inbox.done(event);
        fresh.push(event);
      }
      await this.#answer(fresh);
      rest = rest.slice(next);
      if (rest.length > 0) await this.resynchronise(rest[0]!.position);
    }
  }

  /**
   * Reads the feed from where the inbox is, to its end or past a position.
   * @throws Gap where there is no feed, or it does not have what is missing
   */
  async resynchronise(before = Number.MAX_SAFE_INTEGER): Promise<void> {
    this.#assertSound();
    const from = this.inbox.position;
    if (!this.ways.feed) throw new Gap(from, before);
    while (this.inbox.position < before) {
      const { events, position } = await this.ways.feed(this.inbox.position);
      for (const event of events) {
        const place = this.inbox.place(event);
        if (place === 'gap') throw new Gap(this.inbox.position, event.position);
        if (place === 'new') this.inbox.done(event);
      }
      this.inbox.reached(position);
      await this.#answer(events);
      if (events.length === 0) break;
    }
    if (before < Number.MAX_SAFE_INTEGER && this.inbox.position < before)
      throw new Gap(this.inbox.position, before);
  }

  async #answer(events: readonly Event[]): Promise<void> {
    try {
      const outcomes = this.ledger.settle(
        events.filter(({ type }) => INSTRUCTED.test(type)).map(({ data }) => instructionOf(data)),
      );
      if (outcomes.length > 0) await this.ways.publish(outcomes);
      this.inbox.save();
    } catch (error) {
      this.#failed = error;
      throw error;
    }
  }

  /**
   * After a failure the inbox in memory is ahead of what was answered; the one on disk is not:
   * start anew with that.
   */
  #assertSound(): void {
    if (this.#failed !== undefined)
      throw new Error('it failed before; start anew', { cause: this.#failed });
  }
}

function instructionOf(data: Readonly<Record<string, unknown>>): Instruction {
  const text = (name: string): string => {
    const value = data[name];
    if (typeof value !== 'string') throw new Error(`an instruction has no ${name}`);
    return value;
  };
  const attempt = data['attempt'];
  if (typeof attempt !== 'number') throw new Error('an instruction has no attempt');
  return {
    paymentId: text('paymentId'),
    endToEndId: text('endToEndId'),
    attempt,
    amountMinor: text('amountMinor'),
    currency: text('currency'),
    executionDate: text('executionDate'),
  };
}
