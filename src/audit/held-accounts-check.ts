import type { AccountHold } from '../kernel/accounts.js';
import type { Recorded } from '../kernel/decider.js';
import { partsOfPayment } from '../kernel/ids.js';
import { DEFAULT_HOLD, holdOf } from '../programme/controls.rule.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';

type Verification = AccountHold['verification'];

/**
 * I4 for accounts: nothing is instructed to one that waited for a second person. A hold that is set
 * while a cycle is being instructed counts from the next one on, so that an account must have been
 * held by the hold before as well. Events of old versions do not say how their actor came; what
 * stands before the first that does was decided under older rules. 24 bytes an account.
 */
export class HeldAccountsCheck {
  readonly #verified = new KeyTable();
  readonly #changed = new KeyTable();
  readonly #holds = new Map<string, readonly [before: Verification, now: Verification]>();
  #isUnderRules = false;

  add(event: Recorded, found: Found): void {
    if (event.meta.channel !== undefined) this.#isUnderRules = true;
    switch (event.type) {
      case 'AccountHoldSet': {
        const [, before] = this.#holdOf(event.data.programmeId);
        this.#holds.set(event.data.programmeId, [before, holdOf(event.data).verification]);
        return;
      }
      case 'PayeeAccountRegistered':
        // The first follows the person's registration at once.
        if (event.revision > 1) this.#changed.add(event.data.accountId);
        return;
      case 'PayeeAccountVerified':
        this.#verified.add(event.data.accountId);
        return;
      case 'PaymentInstructed':
      case 'PaymentReinstructed': {
        const { paymentId, accountId } = event.data;
        if (!this.#isUnderRules || this.#verified.find(accountId) >= 0) return;
        const holds = this.#holdOf(partsOfPayment(paymentId).programmeId);
        if (holds.every((hold) => this.#waits(accountId, hold)))
          found('I4', 'instructed to an account that waits for a second person');
        return;
      }
      default:
        return;
    }
  }

  #holdOf(programmeId: string): readonly [Verification, Verification] {
    const { verification } = DEFAULT_HOLD;
    return this.#holds.get(programmeId) ?? [verification, verification];
  }

  #waits(accountId: string, hold: Verification): boolean {
    return hold === 'every' || (hold === 'changed' && this.#changed.find(accountId) >= 0);
  }
}
