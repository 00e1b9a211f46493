import type { Page } from '../../src/adapters/event-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { historyOf } from '../support/history.js';

const FIRST = historyOf({ households: 1 }).find(({ type }) => type === 'PersonRegistered')!;
const HEX = 16;
const uuidAt = (position: number, what: number): string =>
  `${position.toString(HEX).padStart(8, '0')}-0000-5000-8000-${String(what).padStart(12, '0')}`;

/** As many persons as one likes, none of which is held in memory. */
export class PersonsLog {
  constructor(public count: number) {}

  #at(position: number): Recorded {
    const personId = uuidAt(position, 1);
    const data = {
      ...FIRST.data,
      personId,
      identityHash: position.toString(HEX).padStart(64, '0'),
      sealed: { record: `person/${personId}/profile`, sha256: 'ab'.repeat(32) },
    };
    const stream = streams.person(personId);
    return { ...FIRST, id: uuidAt(position, 2), stream, revision: 0, position, data } as Recorded;
  }

  async readAll(after: number, limit: number): Promise<Page> {
    const next = Math.min(after + limit, this.count - 1);
    const length = Math.max(0, next - after);
    const events = Array.from({ length }, (_, index) => this.#at(after + 1 + index));
    return { events, next: Math.max(after, next), end: next >= this.count - 1 };
  }

  async readStream(stream: string): Promise<readonly Recorded[]> {
    const position = Number.parseInt(stream.slice(streams.person('').length).slice(0, 8), HEX);
    return position < this.count ? [this.#at(position)] : [];
  }

  async readCategory(): Promise<readonly []> {
    return [];
  }

  async lastPosition(): Promise<number> {
    return this.count - 1;
  }

  async *follow(after: number, signal: AbortSignal, pageSize = 100): AsyncGenerator<Page> {
    for (let from = after; !signal.aborted && from < this.count - 1;) {
      const page = await this.readAll(from, pageSize);
      yield page;
      from = page.next;
    }
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
