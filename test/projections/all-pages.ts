import { expect } from '@jest/globals';
import type { PageOf, PageRequest } from '../../projections/engine/paging.js';

/** Every item of a list, fetched page by page; no page has more than was asked for. */
export async function all<T>(
  fetch: (page: PageRequest) => Promise<PageOf<T>>,
  limit: number,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page: PageOf<T> = await fetch({ limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}
