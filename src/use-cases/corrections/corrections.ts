import type { EventStore } from '../../adapters/event-store/port.js';
import { correctionDecider, type CorrectionState } from '../../correction/correction.decider.js';
import { type Recorded, fold } from '../../kernel/decider.js';
import { streams } from '../../kernel/ids.js';
import { cyclesOf } from '../cycles/cycles.js';
import { pastIn, type Past } from './past.rule.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export const foldCorrection = (events: readonly Recorded[]): CorrectionState =>
  fold(correctionDecider, events);
export const readCorrection = async (
  store: EventStore,
  correctionId: string,
): Promise<CorrectionState> =>
  foldCorrection(await store.readStream(streams.correction(correctionId)));

/** The corrections of a programme, in the order they were started. */
export async function correctionsOf(
  store: EventStore,
  programmeId: string,
  asOf?: number,
): Promise<readonly CorrectionState[]> {
  const all: CorrectionState[] = [];
  for await (const page of pagesOf(
    store,
    `correction-${programmeId}-`,
    asOf === undefined ? {} : { asOf },
  ))
    for (const { events } of page) all.push(foldCorrection(events));
  return all;
}

/** What the programme's cycles had paid for good at a position of the log. */
export const pastOf = async (store: EventStore, programmeId: string, asOf: number): Promise<Past> =>
  pastIn(await cyclesOf(store, programmeId, asOf));
