import type { EventStore } from '../../adapters/event-store/port.js';
import {
  correctionDecider,
  isOpen,
  type CorrectionState,
} from '../../correction/correction.decider.js';
import { type Recorded, fold } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { foldCycle } from '../cycles/cycles.js';

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

/** What was paid for good: cycles that were released are not prepared again. */
export interface Past {
  /** Last month with a released cycle; undefined where none is. */
  readonly toPeriod: string | undefined;
  /**
   * The latest position that a released cycle was prepared as of. An enrolment that is newer is
   * paid from its start by its first cycle.
   */
  readonly paidThrough: number;
  /** Cycles that are closed: what was rejected or returned in them is not paid any more. */
  readonly closed: ReadonlySet<string>;
}

export async function pastOf(store: EventStore, programmeId: string, asOf: number): Promise<Past> {
  let toPeriod: string | undefined;
  let paidThrough = -1;
  const closed = new Set<string>();
  for await (const page of pagesOf(store, `cycle-${programmeId}-`, { asOf })) {
    for (const { events } of page) {
      const cycle = foldCycle(events);
      if (cycle.status !== 'released' && cycle.status !== 'instructed' && cycle.status !== 'closed')
        continue;
      if (toPeriod === undefined || cycle.period > toPeriod) toPeriod = cycle.period;
      paidThrough = Math.max(paidThrough, cycle.asOf);
      if (cycle.status === 'closed') closed.add(cycle.cycleId);
    }
  }
  return { toPeriod, paidThrough, closed };
}

/**
 * @throws DomainError CORRECTION_OPEN where another correction of the programme waits for a
 *   decision
 */
export function requireNoneOpen(corrections: readonly CorrectionState[]): void {
  const open = corrections.find(isOpen);
  if (open)
    throw new DomainError(
      'CORRECTION_OPEN',
      `${open.started!.correctionId} is ${open.status}; it comes first, because what it finds counts as paid for the next.`,
      'conflict',
      'programmeId',
    );
}
