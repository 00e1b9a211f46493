import type { EventStore } from '../adapters/event-store/port.js';
import { fold, type Recorded } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { pagesOf } from '../write-side/stream-pages.js';
import { correctionDecider, type CorrectionState } from './correction.decider.js';

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
