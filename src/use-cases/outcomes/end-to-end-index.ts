import type { EventStore } from '../../adapters/event-store/port.js';
import type { EndToEndLookup } from './take-in-outcomes.js';
import { isUuid, uetrOf } from '../../kernel/ids.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/** What an instruction is looked up by: our end-to-end id (E and 24 hex digits), or the UETR. */
export type InstructionKey = 'endToEndId' | 'uetr';

/**
 * Finds payments by a reference of their instructions from the log itself, for outcome files of
 * banks that know no payment id. Read when it is first asked; some 40 bytes a payment, because a
 * person's id and half of the reference (64 bits, of a hash) is all it keeps. A wrong hit is
 * possible in theory and does no harm: whoever takes it compares the whole reference.
 * @param cycleIds the cycles whose payments the file may be about; absent: all
 */
export function endToEndIndex(
  store: EventStore,
  cycleIds?: readonly string[],
  signal?: AbortSignal,
  by: InstructionKey = 'endToEndId',
): EndToEndLookup {
  return instructionIndex(store, cycleIds, signal, by).lookup;
}

/**
 * The same, and the messages that the instructions went out in; of both, one reading of the log.
 */
export interface InstructionIndex {
  readonly lookup: EndToEndLookup;
  messageOf(reference: string): Promise<string | undefined>;
}
export function instructionIndex(
  store: EventStore,
  cycleIds?: readonly string[],
  signal?: AbortSignal,
  by: InstructionKey = 'endToEndId',
): InstructionIndex {
  let built: Promise<Index> | undefined;
  const index = (): Promise<Index> => (built ??= build(store, cycleIds, by, signal));
  return {
    async lookup(references) {
      const read = await index();
      return references.map((reference) => read.find(reference));
    },
    async messageOf(reference) {
      return (await index()).messageOf(reference);
    },
  };
}

async function build(
  store: EventStore,
  cycleIds: readonly string[] | undefined,
  by: InstructionKey,
  signal?: AbortSignal,
): Promise<Index> {
  const index = new Index();
  for (const prefix of cycleIds?.map((id) => `payment-${id}-`) ?? ['payment-']) {
    for await (const page of pagesOf(store, prefix, {
      types: ['PaymentInstructed', 'PaymentReinstructed'],
      ...(signal ? { signal } : {}),
    })) {
      for (const { events } of page) {
        for (const event of events) {
          if (event.type !== 'PaymentInstructed' && event.type !== 'PaymentReinstructed') continue;
          const { endToEndId, paymentId, attempt, messageId } = event.data;
          index.add(by === 'uetr' ? uetrOf(paymentId, attempt) : endToEndId, paymentId, messageId);
        }
      }
    }
  }
  return index;
}

const PERSON_BYTES = 16;
const PERSON_TEXT = 36;

/** Open addressing over typed arrays; nothing in it is an object per payment. */
class Index {
  readonly #cycles: string[] = [];
  /** Numbers of the messages, in the order in which they were first met. */
  readonly #messages = new Map<string, number>();
  #names: readonly string[] | undefined;
  #messageOf = new Uint32Array(1 << 11);
  #count = 0;
  #slots = new Int32Array(1 << 12).fill(-1);
  #keys = new BigUint64Array(1 << 11);
  #cycleOf = new Uint16Array(1 << 11);
  #persons = Buffer.alloc(PERSON_BYTES << 11);

  add(reference: string, paymentId: string, messageId: string): void {
    const key = keyOf(reference);
    if (key === undefined) return;
    if (this.#count === this.#keys.length) this.#grow();
    const cycle = paymentId.slice(0, -PERSON_TEXT - 1);
    if (this.#cycles.at(-1) !== cycle) this.#cycles.push(cycle);
    this.#keys[this.#count] = key;
    this.#cycleOf[this.#count] = this.#cycles.length - 1;
    this.#messageOf[this.#count] = this.#numberOf(messageId);
    this.#persons.write(
      paymentId.slice(-PERSON_TEXT).replaceAll('-', ''),
      this.#count * PERSON_BYTES,
      'hex',
    );
    this.#place(this.#count);
    this.#count += 1;
  }

  find(reference: string): string | undefined {
    const entry = this.#entryOf(reference);
    return entry === undefined ? undefined : this.#paymentAt(entry);
  }

  messageOf(reference: string): string | undefined {
    const entry = this.#entryOf(reference);
    if (entry === undefined) return undefined;
    this.#names ??= [...this.#messages.keys()];
    return this.#names[this.#messageOf[entry]!];
  }

  #numberOf(messageId: string): number {
    const known = this.#messages.get(messageId);
    if (known !== undefined) return known;
    const number = this.#messages.size;
    this.#messages.set(messageId, number);
    return number;
  }

  #entryOf(reference: string): number | undefined {
    const key = keyOf(reference);
    if (key === undefined) return undefined;
    for (let slot = this.#slotOf(key); ; slot = (slot + 1) & (this.#slots.length - 1)) {
      const entry = this.#slots[slot]!;
      if (entry < 0) return undefined;
      if (this.#keys[entry] === key) return entry;
    }
  }

  #paymentAt(entry: number): string {
    const hex = this.#persons.toString('hex', entry * PERSON_BYTES, (entry + 1) * PERSON_BYTES);
    const person = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ].join('-');
    return `${this.#cycles[this.#cycleOf[entry]!]}-${person}`;
  }

  /**
   * The key is a hash already, but its last 16 bits begin with the version of the UUID that it was
   * made from, which is always the same.
   */
  #slotOf(key: bigint): number {
    return Number((key >> 16n) & BigInt(this.#slots.length - 1));
  }

  #place(entry: number): void {
    let slot = this.#slotOf(this.#keys[entry]!);
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & (this.#slots.length - 1);
    this.#slots[slot] = entry;
  }

  #grow(): void {
    const size = this.#keys.length * 2;
    const keys = new BigUint64Array(size);
    keys.set(this.#keys);
    const cycleOf = new Uint16Array(size);
    cycleOf.set(this.#cycleOf);
    const messageOf = new Uint32Array(size);
    messageOf.set(this.#messageOf);
    const persons = Buffer.alloc(size * PERSON_BYTES);
    this.#persons.copy(persons);
    this.#keys = keys;
    this.#cycleOf = cycleOf;
    this.#messageOf = messageOf;
    this.#persons = persons;
    this.#slots = new Int32Array(size * 2).fill(-1);
    for (let entry = 0; entry < this.#count; entry += 1) this.#place(entry);
  }
}

/** The first 64 bits of the hash in an end-to-end id of ours, or of a UETR; else undefined. */
function keyOf(reference: string): bigint | undefined {
  if (/^E[0-9A-F]{24}$/.test(reference)) return BigInt(`0x${reference.slice(1, 17)}`);
  return isUuid(reference) ? BigInt(`0x${reference.replaceAll('-', '').slice(0, 16)}`) : undefined;
}
