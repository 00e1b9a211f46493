import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';

/** By category, the fields of every event's data that make the name of its stream. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  programme: ['programmeId'],
  budget: ['programmeId', 'fiscalYear'],
  person: ['personId'],
  identity: ['identityHash'],
  application: ['applicationId'],
  enrolment: ['programmeId', 'personId'],
  cycle: ['cycleId'],
  payment: ['paymentId'],
  message: ['sha256'],
  entry: ['entryId'],
  correction: ['correctionId'],
  adjustment: ['programmeId', 'personId'],
  recovery: ['recoveryId'],
  automation: ['eventId'],
};

const UUID_LENGTH = 36;

/**
 * I8 and I2: an event is about what its stream is of, an id is of the parts that it is made of, a
 * payment is instructed to an account of its payee, and what is sealed of somebody is their own. 24
 * bytes an account.
 */
export class NamesCheck {
  readonly #accounts = new KeyTable();

  add(event: Recorded, found: Found): void {
    if (!isOfItsStream(event)) found('I8', 'the event is about something else than its stream');
    switch (event.type) {
      case 'PaymentOrdered':
        return requireParts(
          event.data.paymentId,
          [...cycleParts(event.data), event.data.personId],
          found,
        );
      case 'CycleOpened':
        return requireParts(event.data.cycleId, cycleParts(event.data), found);
      case 'OverpaymentEstablished': {
        const { recoveryId, programmeId, personId } = event.data;
        return requireParts(recoveryId, [programmeId, personId], found);
      }
      case 'PersonRegistered': {
        const { personId, sealed } = event.data;
        return requireOwnRecord(sealed, `person/${personId}/profile`, found);
      }
      case 'PayeeAccountRegistered': {
        const { personId, accountId, sealed } = event.data;
        this.#accounts.add(`${personId} ${accountId}`);
        return requireOwnRecord(sealed, `person/${personId}/account/${accountId}`, found);
      }
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        return this.#instructed(event.data, found);
      default:
        return;
    }
  }

  #instructed({ paymentId, accountId }: EventData['PaymentInstructed'], found: Found): void {
    if (this.#accounts.find(`${paymentId.slice(-UUID_LENGTH)} ${accountId}`) < 0)
      found('I2', 'instructed to an account that is not of the payee');
  }
}

/** A record that is another's would pay another, under this one's name. */
function requireOwnRecord(
  { record }: EventData['PersonRegistered']['sealed'],
  name: string,
  found: Found,
): void {
  if (record !== name && !record.startsWith(`${name}/`))
    found('I2', 'what is sealed of the person is kept under the name of another record');
}

/** Every event comes through here, so no text is made of the parts. */
function isOfItsStream({ stream, data }: Recorded): boolean {
  let at = stream.indexOf('-');
  const fields = NAMED_BY[stream.slice(0, at)];
  if (!fields) return true;
  for (const field of fields) {
    const part = String(Reflect.get(data, field));
    if (stream[at] !== '-' || !stream.startsWith(part, at + 1)) return false;
    at += part.length + 1;
  }
  return at === stream.length;
}

const cycleParts = ({
  programmeId,
  period,
}: EventData['CycleOpened' | 'PaymentOrdered']): string[] => [programmeId, period];

function requireParts(id: string, parts: readonly string[], found: Found): void {
  if (id !== parts.join('-')) found('I8', `${id} is not made of what it is said to be of`);
}
