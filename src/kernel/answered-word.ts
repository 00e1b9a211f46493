import type { EventType } from '../../events/generated.js';

/**
 * What was said became of an attempt. It is only held against what was recorded, so that a word as
 * a read model keeps it will do.
 */
interface Word {
  readonly attempt?: unknown;
  readonly outcome?: unknown;
}

const SAID: Readonly<Partial<Record<EventType, string>>> = {
  PaymentAccepted: 'accepted',
  PaymentSettled: 'settled',
  PaymentRejected: 'rejected',
  PaymentReturned: 'returned',
  PaymentOutcomeUnknown: 'unknown',
};

interface Answer {
  readonly type: string;
  readonly data: object;
}

const fieldOf = ({ data }: Answer, name: string): unknown =>
  Object.hasOwn(data, name) ? (data as Readonly<Record<string, unknown>>)[name] : undefined;

/**
 * Whether what was proposed of an attempt is known by an event of its payment: the same was
 * recorded of it, or more than that it is on its way or that nobody knows.
 */
export function isAnsweredBy({ attempt, outcome }: Word, event: Answer): boolean {
  if (fieldOf(event, 'attempt') !== attempt) return false;
  if (event.type === 'PaymentBooked') return fieldOf(event, 'outcome') === outcome;
  if (event.type === 'PaymentBreakRecorded') return fieldOf(event, 'reported') === outcome;
  const said = SAID[event.type as EventType];
  if (said === undefined) return false;
  return (
    said === outcome || (said !== 'unknown' && (outcome === 'accepted' || outcome === 'unknown'))
  );
}
