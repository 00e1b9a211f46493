import type { EventStore } from '../../adapters/event-store/port.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';
import { pastIn, type Past } from './past.rule.js';

/** What the programme's cycles had paid for good at a position of the log. */
export const pastOf = async (store: EventStore, programmeId: string, asOf: number): Promise<Past> =>
  pastIn(await cyclesOf(store, programmeId, asOf));
