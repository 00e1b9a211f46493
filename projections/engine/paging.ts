import { DomainError } from '../../src/kernel/errors.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 1_000;

/** `cursor` is what the page before gave as `next`; clients must not look inside. */
export interface PageRequest {
  readonly limit?: number;
  readonly cursor?: string;
}
/** `next` is null on the last page. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** @throws DomainError INVALID_LIMIT */
export function limitOf({ limit = DEFAULT_LIMIT }: PageRequest): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new DomainError(
      'INVALID_LIMIT',
      `limit must be a whole number from 1 to ${MAX_LIMIT}.`,
      'invalid',
      'limit',
    );
  }
  return limit;
}

export type CursorPart = string | number;

/** Numbers in cursors are positions and places: a database would fail on 1.5 or 1e300. */
const isCursorPart = (part: unknown): part is CursorPart =>
  typeof part === 'string' || (Number.isSafeInteger(part) && (part as number) >= 0);

/**
 * The sort key of the last row of a page, made opaque. `kind` keeps the cursor of one list from
 * being used on another.
 */
export const encodeCursor = (kind: string, parts: readonly CursorPart[]): string =>
  Buffer.from(JSON.stringify([kind, ...parts])).toString('base64url');

/**
 * The key to go on after; undefined for the first page.
 * @param shape the types of the parts, in order
 * @throws DomainError INVALID_CURSOR
 */
export function decodeCursor(
  kind: string,
  cursor: string | undefined,
  shape: readonly ('string' | 'number')[],
): CursorPart[] | undefined {
  if (cursor === undefined) return undefined;
  const refuse = () =>
    new DomainError('INVALID_CURSOR', 'cursor was not given by this list.', 'invalid', 'cursor');
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refuse();
  }
  if (!Array.isArray(parsed) || parsed.length !== shape.length + 1 || parsed[0] !== kind)
    throw refuse();
  const parts: unknown[] = parsed.slice(1);
  return parts.map((part, index) => {
    if (!isCursorPart(part) || typeof part !== shape[index]) throw refuse();
    return part;
  });
}

/** A page from rows of which one more than the limit was asked for. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  cursor: (row: Row) => string,
): PageOf<Item> {
  const kept = rows.length > limit ? rows.slice(0, limit) : rows;
  const last = kept.at(-1);
  return {
    items: kept.map(item),
    next: rows.length > limit && last !== undefined ? cursor(last) : null,
  };
}

/** Walks a whole list, page by page, so that an export holds one page in memory. */
export async function* everyPage<T>(
  fetch: (page: PageRequest) => Promise<PageOf<T>>,
  signal?: AbortSignal,
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    signal?.throwIfAborted();
    const page: PageOf<T> = await fetch({
      limit: MAX_LIMIT,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (page.items.length > 0) yield page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
