import type { CategoryOptions, EventStore, StreamEvents } from '../adapters/event-store/port.js';
import { PAGE } from './context.js';

/**
 * Pages of whole streams of a category, in name order; the next page is asked for while the caller
 * works on this one.
 * @param prefix for example "enrolment-asd-"
 */
export async function* pagesOf(
  store: Pick<EventStore, 'readCategory'>,
  prefix: string,
  options: {
    readonly asOf?: number;
    readonly limit?: number;
    readonly types?: CategoryOptions['types'];
    readonly signal?: AbortSignal | undefined;
  } = {},
): AsyncGenerator<readonly StreamEvents[]> {
  const limit = options.limit ?? PAGE;
  const read = (after: string | undefined): Promise<readonly StreamEvents[]> =>
    store.readCategory(prefix, {
      limit,
      ...(after === undefined ? {} : { after }),
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
      ...(options.types ? { types: options.types } : {}),
    });
  let next: Promise<readonly StreamEvents[]> | undefined = read(undefined);
  while (next) {
    const page: readonly StreamEvents[] = await next;
    options.signal?.throwIfAborted();
    next = page.length === limit ? read(page[page.length - 1]!.stream) : undefined;
    next?.catch(() => undefined);
    if (page.length > 0) yield page;
  }
}

/** Pages of the streams named, in the order asked, as whole streams. */
export async function* pagesOfStreams(
  store: EventStore,
  streams: Iterable<string>,
  limit = PAGE,
): AsyncGenerator<readonly StreamEvents[]> {
  let names: string[] = [];
  for (const stream of streams) {
    names.push(stream);
    if (names.length === limit) {
      yield await store.readStreams(names);
      names = [];
    }
  }
  if (names.length > 0) yield await store.readStreams(names);
}

/**
 * Prepares the next page while the caller works on this one: `make` of page n + 1 is under way when
 * page n is handed out. Pages stay in order.
 */
export async function* ahead<A, B>(
  pages: AsyncIterable<A>,
  make: (page: A) => Promise<B>,
): AsyncGenerator<B> {
  let coming: Promise<B> | undefined;
  for await (const page of pages) {
    const made = make(page);
    made.catch(() => undefined);
    if (coming) yield await coming;
    coming = made;
  }
  if (coming) yield await coming;
}
