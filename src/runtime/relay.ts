import type { BrokerWriter, TopicsLeft } from '../adapters/event-bus/port.js';
import type { EventStore } from '../adapters/event-store/port.js';
import type { RelayHold, RelayState } from '../adapters/relay-state/port.js';
import { LogAnchor } from '../kernel/anchor.js';
import { checkedWork } from '../kernel/concurrency/checked-work.js';
import type { Place } from './followers.js';

const PAGE = 1_000;
const REMEDY =
  'It would publish nothing of what that log says from here on. Stop every relay, run "sanad relay reset", and start them again (docs/operations.md, "Restoring").';

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
  #place: Exclude<Place, number> | 'at-work' = 'begins';
  #position = -1;
  #published = 0;

  constructor(
    private readonly store: Pick<EventStore, 'follow' | 'readAll' | 'readStream' | 'lastPosition'>,
    private readonly state: RelayState,
    private readonly connect: (left?: TopicsLeft) => Promise<BrokerWriter>,
    private readonly onWell: () => void = () => undefined,
    private readonly lookEveryMs?: number,
  ) {}

  get figures(): RelayFigures {
    const active = this.#place === 'at-work';
    return { active, position: this.#position, published: this.#published };
  }

  /** Where it is, for whoever looks whether it moves. */
  get place(): Place {
    return this.#place === 'at-work' ? this.#position : this.#place;
  }

  /**
   * Works until the signal aborts. Whoever runs it starts it again after a failure: it goes on
   * after the checkpoint.
   * @throws DomainError CHECKPOINT_NOT_IN_LOG, TOPICS_NOT_AS_LEFT; when
   *   the broker, the store or the hold is lost
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#place = 'stands-by';
    const hold = await this.state.hold(signal).finally(() => {
      this.#place = 'begins';
    });
    if (!hold) return;
    try {
      const anchor = new LogAnchor(this.store, 'The checkpoint of the relay', REMEDY);
      anchor.keep(hold.position, hold.ground.anchor);
      await anchor.check();
      const publisher = await this.connect(hold.ground.left);
      const check = async (): Promise<void> => {
        await anchor.check();
        await publisher.check();
      };
      this.#position = hold.position;
      this.#place = 'at-work';
      this.onWell();
      try {
        await checkedWork(
          check,
          (until) => this.#publish(hold, publisher, anchor, until),
          AbortSignal.any([signal, hold.lost]),
          this.lookEveryMs,
        );
      } finally {
        this.#place = 'begins';
        await publisher.close().catch(() => undefined);
      }
      if (hold.lost.aborted && !signal.aborted)
        throw new Error('The relay lost its hold: the connection to PostgreSQL ended.');
    } finally {
      await hold.release().catch(() => undefined);
    }
  }
  async #publish(
    hold: RelayHold,
    publisher: BrokerWriter,
    anchor: LogAnchor,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const { events } of this.store.follow(hold.position, signal, PAGE)) {
      const last = events.at(-1);
      if (!last) continue;
      await publisher.deliver(events, this.#position);
      const ground = { anchor: await anchor.moveTo(last), left: publisher.left };
      await hold.moved(last.position, ground);
      this.#position = last.position;
      this.#published += events.length;
      this.onWell();
    }
  }
}
