import type { EventData } from '../../events/generated.js';
import type { Recorded, Role } from '../kernel/decider.js';
import { isOneOf, isSamePerson } from '../kernel/subject.js';
import type { Found } from './report.js';

/** From which version on an event says who said so before who recorded it. */
const SAYS_WHO = {
  PaymentAccepted: 3,
  PaymentSettled: 5,
  PaymentRejected: 3,
  PaymentReturned: 5,
  PaymentBreakRecorded: 5,
} as const;
type Saying = Recorded<keyof typeof SAYS_WHO>;

/** Who recorded something of a file or an entry, and whom it names besides. */
interface Naming {
  readonly by: string;
  readonly saidBy: readonly string[];
}

const isMachine = (role: Role): boolean => role === 'payment-system' || role === 'automation';
const isOfPerson = (source: string): boolean =>
  source === 'http' || source === 'file' || source === 'topic';

/**
 * I4 for whom an outcome names: who handed over the file that another had applied, who released it,
 * and who proposed the payment that an entry of it was given to, so that they count as those who
 * said so. Kept is what persons record of a file or of an entry, until that is applied, and of
 * which persons files and open entries are.
 */
export class SaidByCheck {
  /** On whose word a file is: who handed it over, where no bank did, and who released it. */
  readonly #persons = new Map<string, readonly string[]>();
  /** The files of open entries that are of persons. */
  readonly #entries = new Map<string, string>();
  /** By the request that applies a file, or the command that gives an entry away. */
  readonly #ofFiles = new Map<string, Naming[]>();
  readonly #ofEntries = new Map<string, Naming[]>();

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'BankMessageReceived':
        if (!isMachine(event.meta.role)) this.#persons.set(event.data.sha256, [event.meta.actor]);
        return;
      case 'BankMessageReleased':
        return this.#released(event);
      case 'BankEntryQuarantined':
        return this.#quarantined(event);
      case 'BankEntryDismissed':
        this.#entries.delete(event.stream);
        return;
      case 'PaymentAccepted':
      case 'PaymentSettled':
      case 'PaymentRejected':
      case 'PaymentReturned':
      case 'PaymentBreakRecorded':
        return this.#said(event);
      case 'BankMessageApplied':
        return this.#applied(event, found);
      case 'BankEntryAssigned':
        return this.#assigned(event, found);
      default:
        return;
    }
  }

  #quarantined({ stream, data: { sha256 = '' } }: Recorded<'BankEntryQuarantined'>): void {
    if (this.#persons.has(sha256)) this.#entries.set(stream, sha256);
  }

  /** A bank that delivers the same file vouches for it. */
  #released({ data: { sha256 }, meta }: Recorded<'BankMessageReleased'>): void {
    const before = this.#persons.get(sha256) ?? [];
    if (isMachine(meta.role)) this.#persons.delete(sha256);
    else this.#persons.set(sha256, [...before, meta.actor]);
  }

  #said({ type, v, data, meta }: Saying): void {
    if (v < SAYS_WHO[type] || isMachine(meta.role) || isOfPerson(data.source)) return;
    const { source, saidBy = [] } = data;
    const [kept, key] =
      source === 'operator'
        ? ([this.#ofEntries, meta.command] as const)
        : ([this.#ofFiles, meta.correlation] as const);
    const others = kept.get(key) ?? [];
    const isKept = others.some(
      (one) => isSamePerson(one.by, meta.actor) && one.saidBy.join(' ') === saidBy.join(' '),
    );
    if (!isKept) kept.set(key, [...others, { by: meta.actor, saidBy }]);
  }

  #applied({ data: { sha256 }, meta }: Recorded<'BankMessageApplied'>, found: Found): void {
    const said = this.#ofFiles.get(meta.correlation) ?? [];
    this.#ofFiles.delete(meta.correlation);
    if (said.some((one) => !this.#names(one, sha256)))
      found('I4', 'what a file says does not name who handed it over or released it');
  }

  #names({ by, saidBy }: Naming, sha256: string): boolean {
    const persons = this.#persons.get(sha256) ?? [];
    return persons.every((person) => isSamePerson(by, person) || isOneOf(saidBy, person));
  }

  #assigned({ stream, data, meta }: Recorded<'BankEntryAssigned'>, found: Found): void {
    const { proposedBy }: Pick<EventData['BankEntryAssigned'], 'proposedBy'> = data;
    const said = this.#ofEntries.get(meta.command) ?? [];
    this.#ofEntries.delete(meta.command);
    if (proposedBy !== undefined && said.some(({ saidBy }) => !isOneOf(saidBy, proposedBy)))
      found('I4', 'what an entry was given to does not name who proposed it');
    const sha256 = this.#entries.get(stream);
    this.#entries.delete(stream);
    if (sha256 !== undefined && said.some((one) => !this.#names(one, sha256)))
      found('I4', 'what an entry was given to does not name whose file it is of');
  }
}
