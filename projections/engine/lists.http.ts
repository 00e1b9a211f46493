import { exported, formatOf } from '../../src/http/exports.js';
import { presented } from '../../src/http/present.js';
import type { ListQuery, QueryDeps } from '../../src/http/query-handlers.js';
import { everyPage, type PageOf, type PageRequest } from './paging.js';

/**
 * Answers a question for a list: one page as JSON, or all of it as a stream of NDJSON or CSV, page
 * by page.
 * @param columns of the CSV, in order
 */
export async function listed<T>(
  query: ListQuery,
  deps: QueryDeps,
  fetch: (page: PageRequest) => Promise<PageOf<T>>,
  columns: readonly string[],
  name: string,
): Promise<unknown> {
  const format = formatOf(query.format, query.call.accept);
  if (format !== 'json') return exported(format, shown(fetch, deps), columns, name);
  const page = await fetch(query.page);
  return { items: await presented(page.items, deps.programmes), next: page.next };
}

async function* shown<T>(
  fetch: (page: PageRequest) => Promise<PageOf<T>>,
  { programmes }: QueryDeps,
): AsyncGenerator<readonly unknown[]> {
  for await (const items of everyPage(fetch))
    yield (await presented(items, programmes)) as readonly unknown[];
}
