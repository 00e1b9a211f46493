import type { AccountHold } from '../kernel/accounts.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment, partsOfPayment, streams } from '../kernel/ids.js';
import { DEFAULT_HOLD, holdOf } from '../programme/controls.rule.js';
import { Era } from './era.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';

type Instructed = Recorded<'PaymentInstructed' | 'PaymentReinstructed'>;

/** As of when an account is looked at, and under which of the programme's holds. */
interface AsOf {
  readonly position: number;
  readonly time: string;
  readonly holds: readonly AccountHold[];
}

const DAY_MS = 86_400_000;

/**
 * I4 for accounts: nothing is instructed to one that waited for a second person, or for days after
 * it took another's place. A cycle is instructed on the accounts, and under the hold, of its
 * release, and to none that was registered since (I2). What was left out, or failed, is instructed
 * later on those of then; a hold that is set meanwhile counts from the next time on, so that the
 * account must have been held by the hold before as well. Events of old versions do not say how
 * their actor came; what stands before the first that does was decided under older rules. An
 * account is its person's: another's of the same id is another. 48 bytes an account.
 */
export class HeldAccountsCheck {
  /** Persons who have or had an account: a further one takes its place. */
  readonly #had = new KeyTable();
  readonly #changed = new FirstPositions();
  /** When each that changed did, in milliseconds since 1970. */
  readonly #changedAt: number[] = [];
  readonly #verified = new FirstPositions();
  /** Registered while a cycle that is released was not instructed yet. */
  readonly #late = new FirstPositions();
  readonly #holds = new Map<string, readonly [before: AccountHold, now: AccountHold]>();
  readonly #releases = new Map<string, AsOf>();

  constructor(private readonly era = new Era()) {}

  add(event: Recorded, found: Found): void {
    this.era.add(event);
    switch (event.type) {
      case 'AccountHoldSet': {
        const { programmeId } = event.data;
        const [, before] = this.#holdsOf(programmeId);
        this.#holds.set(programmeId, [before, holdOf(event.data)]);
        return;
      }
      case 'PayeeAccountRegistered':
        return this.#registered(event);
      case 'PayeeAccountVerified':
        this.#verified.add(keyOf(event.stream, event.data.accountId), event.position);
        return;
      case 'CycleReleased': {
        const { position, time, data } = event;
        const [, now] = this.#holdsOf(programmeOfCycle(data.cycleId));
        this.#releases.set(data.cycleId, { position, time, holds: [now] });
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

  #registered({ stream, data, position, time }: Recorded<'PayeeAccountRegistered'>): void {
    const key = keyOf(stream, data.accountId);
    if (this.#releases.size > 0) this.#late.add(key, position);
    if (this.#had.find(stream) < 0) this.#had.add(stream);
    else this.#changedAt[this.#changed.add(key, position)] ??= Date.parse(time);
  }

  /** @param asOf undefined: now */
  #instructed({ data, position, time }: Instructed, asOf: AsOf | undefined, found: Found): void {
    if (!this.era.isNew) return;
    const { programmeId, personId } = partsOfPayment(data.paymentId);
    const key = keyOf(streams.person(personId), data.accountId);
    const then = asOf ?? { position, time, holds: this.#holdsOf(programmeId) };
    if (asOf && this.#late.find(key, position) >= 0 && this.#late.find(key, asOf.position) < 0)
      found('I2', 'instructed to an account that was registered after the release');
    const isVerified = this.#verified.find(key, then.position) >= 0;
    const changed = this.#changed.find(key, then.position);
    const waits = ({ verification }: AccountHold): boolean =>
      !isVerified && (verification === 'every' || (verification === 'changed' && changed >= 0));
    const isEarly = ({ days }: AccountHold): boolean =>
      changed >= 0 && this.#changedAt[changed]! + days * DAY_MS > Date.parse(then.time);
    if (then.holds.every(waits))
      found('I4', 'instructed to an account that waits for a second person');
    else if (then.holds.every((hold) => waits(hold) || isEarly(hold)))
      found('I4', 'instructed to an account that changed too few days before');
  }

  #holdsOf(programmeId: string): readonly [AccountHold, AccountHold] {
    return this.#holds.get(programmeId) ?? [DEFAULT_HOLD, DEFAULT_HOLD];
  }
}

const programmeOfCycle = (cycleId: string): string => cycleId.slice(0, -'-YYYY-MM'.length);
const keyOf = (person: string, accountId: string): string => `${person} ${accountId}`;

/** Where in the log something was first said of each key. */
class FirstPositions {
  readonly #keys = new KeyTable();
  readonly #positions: number[] = [];

  /** The number of the key, from 0. */
  add(key: string, position: number): number {
    const at = this.#keys.add(key);
    this.#positions[at] ??= position;
    return at;
  }

  /** The number of a key of which something was said before a position, or -1. */
  find(key: string, before: number): number {
    // Most logs have few of these, and millions of payments to ask for.
    if (this.#keys.size === 0) return -1;
    const at = this.#keys.find(key);
    return at >= 0 && this.#positions[at]! < before ? at : -1;
  }
}
