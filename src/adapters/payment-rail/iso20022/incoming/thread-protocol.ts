import type { BankMessageEnd, BankMessageError } from './port.js';

/** To the reading thread: pieces of the file in order, then the end. */
export type ToReader = { readonly bytes: Uint8Array } | 'end';

/**
 * From it: entries as the JSON of one array, because that crosses threads faster than objects; how
 * it ended.
 */
export type FromReader =
  | { readonly kind: 'entries'; readonly json: string }
  /** One piece was read; another may be sent. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'end'; readonly end: BankMessageEnd }
  | {
      readonly kind: 'refused';
      readonly error: Pick<BankMessageError, 'code' | 'reason' | 'place'>;
    };
