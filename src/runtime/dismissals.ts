import type { EventStore } from '../adapters/event-store/port.js';
import type { Recorded } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { dismissedIn } from './set-aside.js';
import type { SetAside } from '../write-side/set-aside.js';
import { pagesOf } from '../write-side/stream-pages.js';

export type Dismissed = Pick<SetAside, 'manager' | 'eventId'>;

/**
 * What two people said that nothing has to come of any more, by automation and event. It is of the
 * log, not of the checkpoint: also where the log is followed from the start again, none of it is
 * acted on.
 */
export class Dismissals {
  readonly #said = new Set<string>();

  constructor(private readonly store: Pick<EventStore, 'readCategory' | 'readStream'>) {}

  /** All that the log has; some 100 bytes each. @throws StoreError */
  async load(): Promise<void> {
    const options = { types: ['SetAsideDismissed'] } as const;
    for await (const page of pagesOf(this.store, 'automation-', options))
      for (const { events } of page) this.add(events);
  }

  /** Those that a page of the log says, which are known from now on. */
  add(events: readonly Recorded[]): readonly Dismissed[] {
    const dismissed = dismissedIn(events);
    for (const one of dismissed) this.#said.add(keyOf(one));
    return dismissed;
  }

  has(one: Dismissed): boolean {
    return this.#said.has(keyOf(one));
  }

  /** As `has`, by what the log says now: where others decide while this one waits. */
  async hasNow(one: Dismissed): Promise<boolean> {
    this.add(await this.store.readStream(streams.automation(one.eventId)));
    return this.has(one);
  }
}

const keyOf = ({ manager, eventId }: Dismissed): string => `${manager} ${eventId}`;

export const isSame = (a: Dismissed, b: Dismissed): boolean => keyOf(a) === keyOf(b);
