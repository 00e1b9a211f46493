import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { isUuid } from '../../kernel/ids.js';
import type { Instructed } from '../instructions/instructed-messages.js';
import { idsOf, type NamedByEntry, type Verdict } from './bank-verdict.rule.js';

type Unclear = Extract<Verdict, { readonly kind: 'unclear' }>;

/**
 * What of ours an entry names that waits for a person, by whatever reference: a cycle does not close
 * before it.
 */
export async function named(
  entry: NumberedEntry,
  verdict: Unclear,
  ours: Instructed,
): Promise<Unclear> {
  const [messageId] = await messagesOf(entry, ours);
  const paymentId = await paymentOf(entry, ours);
  const names: NamedByEntry = {
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(messageId === undefined ? {} : { messageId }),
  };
  if (messageId === undefined && paymentId === undefined) return verdict;
  if (verdict.code !== 'REFERENCE_UNKNOWN' || entry.scope === 'transaction')
    return { ...verdict, names };
  return {
    ...verdict,
    code: 'MESSAGE_UNCLEAR',
    detail: `The entry names a whole message of ours, ${messageId}; say of each payment of it what became of it.`,
    names,
  };
}

async function paymentOf(entry: NumberedEntry, ours: Instructed): Promise<string | undefined> {
  const { ids, uetr } = idsOf(entry);
  if (ids.length > 0) return (await ours.lookup(ids)).find((found) => found !== undefined);
  return uetr !== undefined && isUuid(uetr) ? (await ours.byUetr(uetr))?.paymentId : undefined;
}

/** The messages of ours that an entry says to be of, once each; a bank writes names of its own, too. */
export async function messagesOf(
  entry: NumberedEntry,
  ours: Instructed,
): Promise<readonly string[]> {
  const { messageId, batchId } = entry.kind === 'booking' ? entry.references : entry.original;
  const others = entry.kind === 'booking' ? (entry.otherMessages ?? []) : [];
  const found: string[] = [];
  for (const id of [batchId, messageId, ...others])
    if (id !== undefined && !found.includes(id) && (await ours.message(id))) found.push(id);
  return found;
}
