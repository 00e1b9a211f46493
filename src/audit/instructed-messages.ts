import { FIRST_ROOM, withRoomFor } from './growing-column.js';

/**
 * The messages that each payment was instructed in: 4 bytes a payment, and an entry for each that
 * was instructed again.
 */
export class InstructedMessages {
  readonly #ids: string[] = [''];
  readonly #numbers = new Map<string, number>();
  /** By payment's stream: the first message; 0 where there is none. */
  #first = new Uint32Array(FIRST_ROOM);
  readonly #further = new Map<number, readonly string[]>();

  /** @param stream dense number of the payment's stream */
  add(stream: number, messageId: string): void {
    this.#first = withRoomFor(this.#first, stream, Uint32Array);
    if (this.#first[stream] === 0) this.#first[stream] = this.#numberOf(messageId);
    else this.#further.set(stream, [...(this.#further.get(stream) ?? []), messageId]);
  }

  of(stream: number): readonly string[] {
    const first = this.#first[stream] ?? 0;
    return first === 0 ? [] : [this.#ids[first]!, ...(this.#further.get(stream) ?? [])];
  }

  #numberOf(messageId: string): number {
    const known = this.#numbers.get(messageId);
    if (known !== undefined) return known;
    const number = this.#ids.push(messageId) - 1;
    this.#numbers.set(messageId, number);
    return number;
  }
}
