import type { EventStore } from '../adapters/event-store/port.js';
import type { Context } from '../kernel/decider.js';
import { hasCommand } from './command-id.js';
import type { Part } from './unit.js';

/**
 * Decides the parts as they stand and writes nothing. Asked before something is done that the
 * decision cannot take back: what is sealed for a person whom nobody registered can never be erased
 * by anybody. A part that an earlier try of this command wrote counts as decided.
 * @throws DomainError what a decider refuses
 */
export async function requireAccepted(
  store: Pick<EventStore, 'readStreams'>,
  parts: readonly Part[],
  { actor, now, commandId }: Pick<Context, 'actor' | 'now' | 'commandId'>,
): Promise<void> {
  const streams = await store.readStreams(parts.map(({ stream }) => stream));
  parts.forEach((part, i) => {
    const { events } = streams[i]!;
    if (!hasCommand(events, commandId)) part.decide(events, { actor, now });
  });
}
