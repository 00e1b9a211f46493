/**
 * What the stand-in answers to an instruction. Everything is drawn by a hash of seed, payment and
 * attempt: the same instruction gets the same answers in any order and however often it is asked,
 * as from a bank that has made up its mind.
 */
import { hash } from 'node:crypto';

/** One line of `GET /cycles/{cycleId}/instructions`. */
export interface Instruction {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  /** Major units, as a decimal string. */
  readonly amount: string;
  readonly currency: string;
  /** Civil date YYYY-MM-DD. */
  readonly executionDate: string;
}

/** One element of the body of `POST /payments/outcomes`. */
export interface Outcome {
  readonly endToEndId: string;
  readonly paymentId: string;
  readonly attempt: number;
  readonly outcome: 'accepted' | 'settled' | 'rejected' | 'returned' | 'unknown';
  readonly amount?: string;
  readonly currency?: string;
  readonly reason?: string;
  readonly settledOn?: string;
  readonly reference?: string;
}

/** Shares of all first attempts, each 0 to 1. What is left is accepted and then settled. */
export interface Shares {
  /** Accepted, and never heard of again. */
  readonly acceptedOnly: number;
  readonly rejected: number;
  /** Settled, and then sent back by the payee's bank. */
  readonly returned: number;
  /** Silent until everything else is answered; the acceptance comes after the settlement. */
  readonly late: number;
  /** Said to be unknown first, and settled once everything else is answered. */
  readonly unknown: number;
  /** Half are settled and then rejected; half are rejected and then settled. */
  readonly contradictory: number;
  /** Of all, besides what becomes of them: the last answer is sent a second time. */
  readonly duplicates: number;
}

export const DEFAULT_SHARES: Shares = {
  acceptedOnly: 0,
  rejected: 0.03,
  returned: 0.01,
  late: 0.02,
  unknown: 0.005,
  contradictory: 0.002,
  duplicates: 0.02,
};

/** Those of which a payment has at most one, in the order in which they are drawn. */
const FATES = ['acceptedOnly', 'rejected', 'returned', 'late', 'unknown', 'contradictory'] as const;
type Fate = (typeof FATES)[number] | 'settled';

/**
 * ISO 20022 external status and return reason codes: account wrong, closed, blocked; transfers not
 * allowed; payee dead.
 */
const REJECTIONS = ['AC01', 'AC04', 'AC06', 'AG01'] as const;
const RETURNS = ['AC04', 'AC06', 'MD07'] as const;

/**
 * What is said about a payment, in rounds: each round is reported before the next begins, for a
 * whole page of payments. `later` waits until every page is through.
 */
export interface Answers {
  readonly now: readonly (Outcome | undefined)[];
  readonly later: readonly (Outcome | undefined)[];
}
export const ROUNDS = 4;

/** @throws Error naming a share that is no share, or that together they are more than all */
export function checkShares(shares: Shares): void {
  for (const [name, share] of Object.entries(shares) as [string, number][]) {
    if (!(share >= 0 && share <= 1)) throw new Error(`The share ${name} must be from 0 to 1.`);
  }
  const sum = FATES.reduce((total, fate) => total + shares[fate], 0);
  if (sum > 1 + 1e-9)
    throw new Error(
      `The shares of ${FATES.join(', ')} sum to ${sum.toFixed(3)}; together they can be 1 at most.`,
    );
}

export class Behaviour {
  /**
   * @param redraw whether a later attempt is drawn like the first; otherwise it settles, as after a
   *   mended account
   */
  constructor(
    private readonly seed: string,
    private readonly shares: Shares,
    private readonly redraw = false,
  ) {
    checkShares(shares);
  }

  answers(instruction: Instruction): Answers {
    const { paymentId, attempt, endToEndId } = instruction;
    const drawn = new Drawn(hash('sha256', `${this.seed}\n${paymentId}\n${attempt}`, 'hex'));
    const base = { endToEndId, paymentId, attempt };
    const { reference } = drawn;
    const accepted: Outcome = { ...base, outcome: 'accepted' };
    const settled: Outcome = {
      ...base,
      outcome: 'settled',
      amount: instruction.amount,
      currency: instruction.currency,
      settledOn: instruction.executionDate,
      reference,
    };
    const rejected: Outcome = {
      ...base,
      outcome: 'rejected',
      reason: drawn.oneOf(REJECTIONS),
      reference,
    };
    const returned: Outcome = {
      ...base,
      outcome: 'returned',
      amount: instruction.amount,
      currency: instruction.currency,
      reason: drawn.oneOf(RETURNS),
      reference,
    };
    const again = (last: Outcome): Outcome | undefined =>
      drawn.duplicate < this.shares.duplicates ? last : undefined;
    switch (this.#fate(attempt, drawn.fate)) {
      case 'settled':
        return { now: [accepted, settled, undefined, again(settled)], later: [] };
      case 'acceptedOnly':
        return { now: [accepted, undefined, undefined, again(accepted)], later: [] };
      case 'rejected':
        return { now: [undefined, rejected, undefined, again(rejected)], later: [] };
      case 'returned':
        return { now: [accepted, settled, returned, again(returned)], later: [] };
      case 'late':
        return { now: [], later: [settled, accepted, again(settled)] };
      case 'unknown':
        return { now: [{ ...base, outcome: 'unknown' }], later: [settled, again(settled)] };
      case 'contradictory':
        return drawn.choice < 0.5
          ? { now: [accepted, settled, rejected, again(rejected)], later: [] }
          : { now: [undefined, rejected, settled, again(settled)], later: [] };
    }
  }

  #fate(attempt: number, drawn: number): Fate {
    if (attempt > 1 && !this.redraw) return 'settled';
    let rest = drawn;
    for (const fate of FATES) {
      if (rest < this.shares[fate]) return fate;
      rest -= this.shares[fate];
    }
    return 'settled';
  }
}

/** Independent draws, each evenly from 0 up to 1, out of the 64 hex digits of one hash. */
class Drawn {
  constructor(private readonly digits: string) {}

  get fate(): number {
    return this.#part(0);
  }
  get duplicate(): number {
    return this.#part(12);
  }
  get choice(): number {
    return this.#part(24);
  }
  get reference(): string {
    return `SI${this.digits.slice(36, 52).toUpperCase()}`;
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.choice * choices.length)]!;
  }

  #part(at: number): number {
    return Number.parseInt(this.digits.slice(at, at + 12), 16) / 2 ** 48;
  }
}
