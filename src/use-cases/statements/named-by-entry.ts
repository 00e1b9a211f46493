import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { isUuid } from '../../kernel/ids.js';
import type { Instructed } from '../instructions/instructed-messages.js';
import { idsOf, type NamedByEntry, type Verdict } from './bank-verdict.rule.js';

type Unclear = Extract<Verdict, { readonly kind: 'unclear' }>;

/**
 * What of ours an entry names that waits for a person, by whatever reference: a cycle does not
 * close before it.
 */
export async function named(
  entry: NumberedEntry,
  verdict: Unclear,
  ours: Instructed,
): Promise<Unclear> {
  const [messageId, ...messages] = await messagesOf(entry, ours);
  const [paymentId, ...payments] = await paymentsOf(entry, ours);
  const others = [
    ...payments.map((one) => ({ paymentId: one })),
    ...messages.map((one) => ({ messageId: one })),
  ];
  const names: NamedByEntry = {
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(others.length === 0 ? {} : { others }),
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

/** The payments of ours that an entry names, once each: those of its ids, then that of its UETR. */
async function paymentsOf(entry: NumberedEntry, ours: Instructed): Promise<readonly string[]> {
  const { ids, uetr } = idsOf(entry);
  const found = ids.length > 0 ? await ours.lookup(ids) : [];
  const ofUetr = uetr !== undefined && isUuid(uetr) ? await ours.byUetr(uetr) : undefined;
  const all = [...found, ofUetr?.paymentId].filter((one) => one !== undefined);
  return [...new Set(all)];
}

/**
 * The messages of ours that an entry says to be of, once each; a bank writes names of its own, too.
 */
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
