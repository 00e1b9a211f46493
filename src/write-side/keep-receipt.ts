import type { EventStore, KeptReceipt, Receipt } from '../adapters/event-store/port.js';

export type ReceiptKept =
  | { readonly kind: 'kept'; readonly position: number }
  | { readonly kind: 'receipt-exists'; readonly receipt: KeptReceipt };

/**
 * Keeps an answer of which no event came, so that the same request is answered alike for ever.
 * @returns its position; or the answer that is kept under its key already, which stays
 * @throws StoreError
 */
export async function keepReceipt(
  store: Pick<EventStore, 'append'>,
  receipt: Receipt,
): Promise<ReceiptKept> {
  const result = await store.append({ writes: [], receipt });
  if (result.kind === 'receipt-exists') return result;
  if (result.kind === 'conflict') throw new Error('a receipt by itself cannot conflict');
  return { kind: 'kept', position: result.position };
}
