import type { Recorded } from '../kernel/decider.js';
import type { Era } from './era.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

/** More than the clocks of the machines that write one log are apart: five minutes are refused. */
const HOUR_S = 3_600;

/**
 * I8 for instants: no event is earlier than what caused it, than the one before it in its stream
 * and, but for what clocks are apart, than the one before it in the log. What was written before
 * events said how their actor came, and so before the clock was held, is not compared. Four bytes
 * an event and a stream.
 */
export class TimesCheck {
  readonly #events = new Instants();
  readonly #streams = new Instants();
  #before = 0;

  constructor(private readonly era: Era) {}

  /**
   * @param index the dense number of the event
   * @param stream that of its stream
   * @param cause that of what caused it, or -1
   */
  add(event: Recorded, index: number, stream: number, cause: number, found: Found): void {
    const at = secondsOf(event.time);
    if (this.era.isNew) {
      if (cause >= 0 && at < this.#events.of(cause))
        found('I8', `at ${event.time}, before what caused it`);
      if (at < this.#streams.of(stream))
        found('I8', `at ${event.time}, before the event before it in its stream`);
      if (at + HOUR_S < this.#before)
        found('I8', `at ${event.time}, more than an hour before the event before it`);
    }
    this.#events.set(index, at);
    this.#streams.set(stream, at);
    this.#before = at;
  }
}

const LAST_S = 2 ** 32 - 1;
const secondsOf = (time: string): number =>
  Math.min(Math.max(Math.floor(Date.parse(time) / 1_000), 0), LAST_S);

/** Instants by dense number, in seconds. */
class Instants {
  #seconds = new Uint32Array(FIRST_ROOM);

  of(index: number): number {
    return this.#seconds[index] ?? 0;
  }

  set(index: number, seconds: number): void {
    this.#seconds = withRoomFor(this.#seconds, index, Uint32Array);
    this.#seconds[index] = seconds;
  }
}
