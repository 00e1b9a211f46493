import type { EventStore } from '../adapters/event-store/port.js';

/** Whether a cycle of the programme was ever begun. */
export const isPaying = async (
  store: Pick<EventStore, 'readCategory'>,
  programmeId: string,
): Promise<boolean> => (await store.readCategory(`cycle-${programmeId}-`, { limit: 1 })).length > 0;
