import type { AccountHold } from '../kernel/accounts.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment, partsOfPayment } from '../kernel/ids.js';
import { DEFAULT_HOLD, holdOf } from '../programme/controls.rule.js';
import { Era } from './era.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';

type Verification = AccountHold['verification'];
type Instructed = Recorded<'PaymentInstructed' | 'PaymentReinstructed'>;

/** As of when an account is looked at, and under which of the programme's holds. */
interface AsOf {
  readonly position: number;
  readonly holds: readonly Verification[];
}

/**
 * I4 for accounts: nothing is instructed to one that waited for a second person. A cycle is
 * instructed on the accounts, and under the hold, of its release. What was left out, or failed, is
 * instructed later on those of then; a hold that is set meanwhile counts from the next time on, so
 * that the account must have been held by the hold before as well. Events of old versions do not
 * say how their actor came; what stands before the first that does was decided under older rules.
 * 40 bytes an account.
 */
export class HeldAccountsCheck {
  /** Persons who have or had an account: a further one takes its place. */
  readonly #had = new KeyTable();
  readonly #changed = new FirstPositions();
  readonly #verified = new FirstPositions();
  readonly #holds = new Map<string, readonly [before: Verification, now: Verification]>();
  readonly #releases = new Map<string, AsOf>();

  constructor(private readonly era = new Era()) {}

  add(event: Recorded, found: Found): void {
    this.era.add(event);
    switch (event.type) {
      case 'AccountHoldSet': {
        const { programmeId } = event.data;
        const [, before] = this.#holdsOf(programmeId);
        this.#holds.set(programmeId, [before, holdOf(event.data).verification]);
        return;
      }
      case 'PayeeAccountRegistered':
        return this.#registered(event);
      case 'PayeeAccountVerified':
        this.#verified.add(event.data.accountId, event.position);
        return;
      case 'CycleReleased': {
        const { cycleId } = event.data;
        const [, now] = this.#holdsOf(programmeOfCycle(cycleId));
        this.#releases.set(cycleId, { position: event.position, holds: [now] });
        return;
      }
      case 'CycleInstructed':
        // What was left out is instructed after it, as what is instructed again.
        this.#releases.delete(event.data.cycleId);
        return;
      case 'PaymentInstructed':
        return this.#instructed(
          event,
          this.#releases.get(cycleOfPayment(event.data.paymentId)),
          found,
        );
      case 'PaymentReinstructed':
        return this.#instructed(event, undefined, found);
      default:
        return;
    }
  }

  #registered({ stream, data, position }: Recorded<'PayeeAccountRegistered'>): void {
    if (this.#had.find(stream) >= 0) this.#changed.add(data.accountId, position);
    else this.#had.add(stream);
  }

  /** @param asOf undefined: now */
  #instructed({ data, position }: Instructed, asOf: AsOf | undefined, found: Found): void {
    if (!this.era.isNew) return;
    const { paymentId, accountId } = data;
    const { programmeId } = partsOfPayment(paymentId);
    const then = asOf ?? { position, holds: this.#holdsOf(programmeId) };
    if (this.#verified.isBefore(accountId, then.position)) return;
    const isChanged = this.#changed.isBefore(accountId, then.position);
    if (then.holds.every((hold) => hold === 'every' || (hold === 'changed' && isChanged)))
      found('I4', 'instructed to an account that waits for a second person');
  }

  #holdsOf(programmeId: string): readonly [Verification, Verification] {
    const { verification } = DEFAULT_HOLD;
    return this.#holds.get(programmeId) ?? [verification, verification];
  }
}

const programmeOfCycle = (cycleId: string): string => cycleId.slice(0, -'-YYYY-MM'.length);

/** Where in the log something was first said of each key. */
class FirstPositions {
  readonly #keys = new KeyTable();
  readonly #positions: number[] = [];

  add(key: string, position: number): void {
    if (this.#keys.find(key) < 0) this.#positions[this.#keys.add(key)] = position;
  }

  isBefore(key: string, position: number): boolean {
    const at = this.#keys.find(key);
    return at >= 0 && this.#positions[at]! < position;
  }
}
