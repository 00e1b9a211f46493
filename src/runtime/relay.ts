import type { BrokerWriter } from '../adapters/event-bus/port.js';
import type { EventStore } from '../adapters/event-store/port.js';
import type { RelayState } from '../adapters/relay-state/port.js';

const PAGE = 1_000;

/**
 * `position` is the last that was published and kept; `published` counts the events of this
 * process.
 */
export interface RelayFigures {
  readonly active: boolean;
  readonly position: number;
  readonly published: number;
}

/**
 * Carries the log to the broker: reads in commit order, publishes, and only then moves the
 * checkpoint. Killed in between it publishes again, so that consumers see an event at least once.
 * Of many relays one is at work; the others wait.
 */
export class Relay {
  #active = false;
  #position = -1;
  #published = 0;

  constructor(
    private readonly store: Pick<EventStore, 'follow'>,
    private readonly state: RelayState,
    private readonly connect: () => Promise<BrokerWriter>,
    private readonly onPublished: () => void = () => undefined,
  ) {}

  get figures(): RelayFigures {
    return { active: this.#active, position: this.#position, published: this.#published };
  }

  /**
   * Works until the signal aborts. Whoever runs it starts it again after a failure: it goes on
   * after the checkpoint.
   * @throws when the broker, the store or the hold is lost
   */
  async run(signal: AbortSignal): Promise<void> {
    const hold = await this.state.hold(signal);
    if (!hold) return;
    try {
      const publisher = await this.connect();
      this.#active = true;
      this.#position = hold.position;
      try {
        for await (const { events } of this.store.follow(
          hold.position,
          AbortSignal.any([signal, hold.lost]),
          PAGE,
        )) {
          const last = events.at(-1);
          if (!last) continue;
          await publisher.deliver(events, this.#position);
          await hold.moved(last.position);
          this.#position = last.position;
          this.#published += events.length;
          this.onPublished();
        }
      } finally {
        this.#active = false;
        await publisher.close().catch(() => undefined);
      }
      if (hold.lost.aborted && !signal.aborted)
        throw new Error('The relay lost its hold: the connection to PostgreSQL ended.');
    } finally {
      await hold.release().catch(() => undefined);
    }
  }
}
