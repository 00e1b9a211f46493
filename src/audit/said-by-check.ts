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
 * I4 for whom an outcome names: who handed over the file that another had applied, and who proposed
 * the payment that an entry was given to, so that they count as those who said so. Kept is what
 * persons record of a file or of an entry, until that is applied.
 */
export class SaidByCheck {
  /** Persons who handed over a file that no bank delivered. */
  readonly #receivedBy = new Map<string, string>();
  /** By the request that applies a file, or the command that gives an entry away. */
  readonly #ofFiles = new Map<string, Naming[]>();
  readonly #ofEntries = new Map<string, Naming[]>();

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'BankMessageReceived':
        if (!isMachine(event.meta.role)) this.#receivedBy.set(event.data.sha256, event.meta.actor);
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
    const handedOverBy = this.#receivedBy.get(sha256);
    const said = this.#ofFiles.get(meta.correlation) ?? [];
    this.#ofFiles.delete(meta.correlation);
    this.#receivedBy.delete(sha256);
    if (handedOverBy === undefined) return;
    if (
      said.some((one) => !isSamePerson(one.by, handedOverBy) && !isOneOf(one.saidBy, handedOverBy))
    )
      found('I4', 'what a file says does not name who handed it over');
  }

  #assigned({ data, meta }: Recorded<'BankEntryAssigned'>, found: Found): void {
    const { proposedBy }: Pick<EventData['BankEntryAssigned'], 'proposedBy'> = data;
    const said = this.#ofEntries.get(meta.command) ?? [];
    this.#ofEntries.delete(meta.command);
    if (proposedBy !== undefined && said.some(({ saidBy }) => !isOneOf(saidBy, proposedBy)))
      found('I4', 'what an entry was given to does not name who proposed it');
  }
}
