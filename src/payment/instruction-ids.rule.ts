import { uuidOf } from '../kernel/ids.js';

/** ISO 20022 Max35Text. */
const MAX = 35;

/**
 * A message id: readable where it fits, else a hash of the same parts. The same parts give the same
 * id for ever.
 */
export function messageIdOf(programmeId: string, period: string, part: string): string {
  const readable = `${programmeId.toUpperCase()}-${period}-${part}`;
  return readable.length <= MAX
    ? readable
    : `M${hex(uuidOf('message', programmeId, period, part))}`;
}

/**
 * The end-to-end id of an attempt: 'E' and 24 hex characters, a function of payment and attempt.
 */
export const endToEndIdOf = (paymentId: string, attempt: number): string =>
  `E${hex(uuidOf('e2e', paymentId, attempt)).slice(0, 24)}`;

const hex = (uuid: string): string =>
  (
    uuid.slice(0, 8) +
    uuid.slice(9, 13) +
    uuid.slice(14, 18) +
    uuid.slice(19, 23) +
    uuid.slice(24)
  ).toUpperCase();
