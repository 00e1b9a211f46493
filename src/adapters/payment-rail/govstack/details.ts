import { RailError } from '../port.js';
import { send } from './client.js';
import type { BlockTransaction, GovstackSettings, SentBatch } from './port.js';
import { hasFieldTwice, parseWithinLimits } from '../../../kernel/json-limits.js';

const PAGE = 200;
const MAX_TEXT = 200;

/**
 * Pages of BatchDetails, from page 0 until one that is not full. A block that never stops is
 * stopped after as many pages as the batch can have, and one more.
 * @throws RailError RAIL_REFUSED, RAIL_FAILED, LIMIT_EXCEEDED
 */
export async function* details(
  settings: GovstackSettings,
  { batchId, correlationId, transfers }: SentBatch,
  signal?: AbortSignal,
): AsyncGenerator<readonly BlockTransaction[]> {
  const what = `BatchDetails of batch ${correlationId}`;
  const pages = Math.ceil(transfers.length / PAGE) + 1;
  for (let page = 0; page < pages; page += 1) {
    const query = new URLSearchParams({
      batchId: batchId ?? correlationId,
      pageNo: String(page),
      pageSize: String(PAGE),
      'X-CorrelationID': correlationId,
    });
    const { text } = await send(
      settings,
      {
        what,
        method: 'GET',
        path: `/api/v1/batch/detail?${query}`,
        headers: { 'Platform-TenantId': settings.tenantId ?? settings.bbId },
      },
      signal ? { signal } : {},
    );
    const transactions = transactionsIn(text, what);
    yield transactions;
    if (transactions.length < PAGE) return;
  }
}

function transactionsIn(text: string, what: string): readonly BlockTransaction[] {
  let value: unknown;
  try {
    // The amount's digits are read as written, not as a number (JSON.parse source text access).
    value = parseWithinLimits(text, (within) => JSON.parse(within, exact));
    // What is said twice is said as nobody knows.
    if (hasFieldTwice(text, value)) value = undefined;
  } catch {
    value = undefined;
  }
  if (!Array.isArray(value))
    throw new RailError('RAIL_FAILED', `${what} was answered with something else than a list.`);
  return value.map((each: unknown): BlockTransaction => {
    const of = (name: string): object => {
      const field =
        typeof each === 'object' && each !== null
          ? (each as Readonly<Record<string, unknown>>)[name]
          : undefined;
      if (typeof field === 'string') return { [name]: field.slice(0, MAX_TEXT) };
      if (name === 'amount' && field === null) return { amount: null };
      // An instant as a number is none that the published API has; the callback has one.
      if (field === undefined || field === null || name === 'completedAt') return {};
      // What is no text is not absent: nothing is read from it, and nothing is assumed in its
      // place.
      return { [name]: JSON.stringify(field).slice(0, MAX_TEXT) };
    };
    return Object.assign(
      {},
      ...[
        'transactionId',
        'payeePartyId',
        'amount',
        'currency',
        'status',
        'completedAt',
        'errorInformation',
      ].map(of),
    ) as BlockTransaction;
  });
}

/**
 * TypeScript's library does not know the third argument yet (ECMAScript: JSON.parse source text
 * access).
 */
function exact(this: unknown, key: string, value: unknown, ...context: unknown[]): unknown {
  const [from] = context as [{ readonly source?: string } | undefined];
  return key === 'amount' && typeof value === 'number' ? (from?.source ?? String(value)) : value;
}
