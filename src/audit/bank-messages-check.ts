import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';

interface Tally {
  /** Outcomes and breaks in the whole log, when the file was received. */
  readonly outcomes: number;
  readonly breaks: number;
}

/**
 * I2 for what is said of a whole file of a bank: no more of it was applied or was a break than the
 * log has since the file came, and its figures add up. (An entry that waits for a person may have been
 * in an earlier file, too.) An entry a file that is being applied.
 */
export class BankMessagesCheck {
  readonly #files = new Map<string, Tally>();
  #outcomes = 0;
  #breaks = 0;

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'PaymentAccepted':
      case 'PaymentSettled':
      case 'PaymentRejected':
      case 'PaymentReturned':
      case 'PaymentOutcomeUnknown':
        this.#outcomes += 1;
        return;
      case 'PaymentBreakRecorded':
        this.#breaks += 1;
        return;
      case 'BankMessageReceived':
        this.#files.set(event.data.sha256, { outcomes: this.#outcomes, breaks: this.#breaks });
        return;
      case 'BankMessageApplied':
        return this.#applied(event, found);
      default:
        return;
    }
  }

  #applied({ data }: Recorded<'BankMessageApplied'>, found: Found): void {
    const { sha256, outcomes } = data;
    const { read, applied, unchanged, breaks, refused } = outcomes;
    if (applied + unchanged + breaks + refused !== read)
      found('I2', `${read} read; ${applied + unchanged + breaks + refused} of them accounted for`);
    const file = this.#files.get(sha256);
    if (!file) return;
    this.#files.delete(sha256);
    for (const [said, had, what] of [
      [applied, this.#outcomes - file.outcomes, 'applied'],
      [breaks, this.#breaks - file.breaks, 'breaks'],
    ] as const)
      if (said > had) found('I2', `${said} said to be ${what}; the log has ${had}`);
  }
}
