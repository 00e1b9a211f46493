import { ContractError, type EventRegistry } from '../../../../events/registry.js';
import type { Recorded } from '../../../kernel/decider.js';
import type { EventType } from '../../../../events/generated.js';
import type { ServerWrite } from './append.js';
import type { ServerEvent } from './server-event.js';
import type { ServerGroup } from './groups.js';
import { serverIdOf, type Metadata } from './identity.js';
import { MAX_EVENTS_PER_GROUP, type AppendGroup } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';
import { checkStream, lineOf, recordedOfParsed } from '../stored-line.js';

/**
 * The streams that are followed: one prefix a category, as the registry's aggregates and `identity`
 * name them.
 */
export function prefixesOf(registry: EventRegistry): readonly string[] {
  const categories = new Set([
    'identity',
    ...registry.types().map((type) => registry.aggregateOf(type)!),
  ]);
  return [...categories].sort().map((category) => `${category}-`);
}

/**
 * Checks a group as the embedded log does, and brings it into the server's form.
 * @throws ContractError, StoreError LIMIT_EXCEEDED
 */
export function serverGroupOf(
  registry: EventRegistry,
  prefixes: readonly string[],
  { writes, receipt }: AppendGroup,
): ServerGroup {
  const streams = new Set<string>();
  let count = 0;
  const serverWrites = writes.map(({ stream, expected, events }): ServerWrite => {
    const type = events[0]?.type ?? '';
    checkStream(stream, type);
    if (!prefixes.some((prefix) => stream.startsWith(prefix)))
      throw new ContractError(
        'EVENT_INVALID',
        type,
        0,
        'stream',
        `${stream} is of no category that is followed`,
      );
    if (streams.has(stream))
      throw new ContractError(
        'EVENT_INVALID',
        type,
        0,
        'stream',
        `${stream} is twice in one group`,
      );
    streams.add(stream);
    count += events.length;
    const first = expected === 'no-stream' ? -1 : expected;
    return {
      stream,
      expected: first,
      events: events.map((event, index) => {
        lineOf(registry, stream, first + 1 + index, event);
        const { id, type, v, time, data, meta } = event;
        return {
          id: serverIdOf(event),
          type,
          data: data as object,
          metadata: { id, v, time, meta } satisfies Metadata,
        };
      }),
    };
  });
  if (count > MAX_EVENTS_PER_GROUP)
    throw new StoreError(
      'LIMIT_EXCEEDED',
      `A group of ${count} events; the most is ${MAX_EVENTS_PER_GROUP}.`,
    );
  return { writes: serverWrites, receipt };
}

/**
 * The stored form of an event, validated and lifted; its keys stand in the order of StoredEvent, so
 * that its line is the one that the embedded log would store.
 * @throws StoreError LOG_CORRUPT, LOG_NEWER_VERSION
 */
export function recordedOfServer(registry: EventRegistry, event: ServerEvent): Recorded {
  const { id, stream, revision, type, data, position } = event;
  const metadata = event.metadata as Partial<Metadata> | undefined;
  if (
    typeof metadata?.v !== 'number' ||
    typeof metadata.time !== 'string' ||
    typeof metadata.meta !== 'object'
  ) {
    throw new StoreError(
      'LOG_CORRUPT',
      `The event at position ${position} cannot be trusted: it was not written by Sanad.`,
    );
  }
  const { v, time, meta } = metadata;
  return recordedOfParsed(
    registry,
    {
      id: metadata.id ?? id,
      stream,
      revision,
      type: type as EventType,
      v,
      time,
      data,
      meta,
    } as Parameters<typeof recordedOfParsed>[1],
    position,
  );
}
