import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';

/** What is to be paid. */
export interface Instruction {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly amountMinor: string;
  readonly currency: string;
  readonly executionDate: string;
}
/**
 * What is said of a payment: the value of a message on sanad.payment-outcomes.v1
 * (events/payment-outcome.v1.schema.json).
 */
export interface Outcome {
  readonly paymentId: string;
  readonly endToEndId: string;
  readonly attempt: number;
  readonly outcome: 'accepted' | 'settled' | 'rejected' | 'returned' | 'unknown';
  readonly amount?: string;
  readonly currency?: string;
  readonly settledOn?: string;
  readonly reason?: string;
}
/** Pays, or refuses with an ISO 20022 reason. */
export type Pay = (
  instruction: Instruction,
) => { readonly paid: true } | { readonly paid: false; readonly reason: string };

/**
 * What was paid, by end-to-end id: one a payment and attempt. It is on disk before anybody hears of
 * it, so that an instruction that comes again, after a crash too, gets the same answer and is not
 * paid twice.
 */
export class Ledger {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #descriptor: number | undefined;
  #written = 0;

  /** @param file one outcome a line; absent: in memory */
  constructor(
    private readonly pay: Pay,
    file?: string,
  ) {
    if (file === undefined) return;
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8');
      // A line without its end was being written when the program died; nobody has heard of it.
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      truncateSync(file, Buffer.byteLength(whole));
      for (const line of whole.split('\n').filter(Boolean)) this.#note(JSON.parse(line) as Outcome);
    }
    this.#descriptor = openSync(file, 'a');
  }

  /** Payments that were decided, each once. */
  get size(): number {
    return this.#outcomes.size;
  }
  /** How often something was decided by this process. */
  get decided(): number {
    return this.#written;
  }

  /** Outcomes in the order of the instructions; durable when it returns. */
  settle(instructions: readonly Instruction[]): readonly Outcome[] {
    const fresh: Outcome[] = [];
    const outcomes = instructions.map((instruction) => {
      const known = this.#outcomes.get(instruction.endToEndId);
      if (known) return known;
      const outcome = outcomeOf(instruction, this.pay(instruction));
      this.#note(outcome);
      fresh.push(outcome);
      return outcome;
    });
    this.#written += fresh.length;
    if (this.#descriptor !== undefined && fresh.length > 0) {
      writeSync(this.#descriptor, fresh.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
      fsyncSync(this.#descriptor);
    }
    return outcomes;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #note(outcome: Outcome): void {
    this.#outcomes.set(outcome.endToEndId, outcome);
  }
}

function outcomeOf(
  { paymentId, attempt, endToEndId, amountMinor, currency, executionDate }: Instruction,
  verdict: ReturnType<Pay>,
): Outcome {
  const which = { paymentId, attempt, endToEndId };
  if (!verdict.paid) return { ...which, outcome: 'rejected', reason: verdict.reason };
  return {
    ...which,
    outcome: 'settled',
    amount: majorUnits(amountMinor, currency),
    currency,
    settledOn: executionDate,
  };
}

/** Minor units as a decimal string in major units, with the decimals of ISO 4217. */
function majorUnits(minor: string, currency: string): string {
  const decimals =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
      .maximumFractionDigits ?? 2;
  const digits = minor.padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
