import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { streams } from '../../kernel/ids.js';

/** The position at which a programme's checks became what they are; -1 where none were ever set. */
export const checksSinceIn = (events: readonly Recorded[]): number =>
  events.findLast(({ type }) => type === 'ChecksConfigured')?.position ?? -1;

export const checksSince = async (
  store: Pick<EventStore, 'readStream'>,
  programmeId: string,
  asOf?: number,
): Promise<number> =>
  checksSinceIn(
    await store.readStream(streams.programme(programmeId), asOf === undefined ? {} : { asOf }),
  );
