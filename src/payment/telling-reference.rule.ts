import { standsForNone } from '../kernel/stands-for-none.js';
import { faultOfText } from '../kernel/text.js';

/**
 * A bank's reference that tells a booking from another; undefined for what stands for none, and for
 * what no other door takes as a text: nobody could read it, or would read another one.
 */
export const tellingReference = (
  text: string | undefined,
  /** What names the payment or its message: it is the same of each of its bookings. */
  names: readonly (string | undefined)[] = [],
): string | undefined =>
  text === undefined ||
  standsForNone(text) ||
  names.includes(text) ||
  faultOfText(text, 'one') !== undefined
    ? undefined
    : text;
