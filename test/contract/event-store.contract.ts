import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AppendGroup,
  AppendResult,
  EventStore,
  NewEvent,
  StreamWrite,
} from '../../src/adapters/event-store/port.js';
import {
  MAX_EVENT_BYTES,
  MAX_EVENTS_PER_GROUP,
  MAX_PAGE,
} from '../../src/adapters/event-store/port.js';
import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { allotted, amounts, newStream, released, write } from './budget-events.js';

/** A store under test. It may hold other events already: every test uses streams of its own. */
export interface StoreUnderTest {
  readonly store: EventStore;
  close(): Promise<void>;
}

/**
 * What an adapter promises beyond the rest.
 * - gapless: positions grow by one. - commitsInOrder: the groups of one call reach the log in the
 *   order of the call.
 * - atomicGroups: a group over many streams is written at once; otherwise the same group again
 *   completes what is there in part.
 */
export interface Promises {
  readonly gapless: boolean;
  readonly commitsInOrder: boolean;
  readonly atomicGroups: boolean;
}
const ALL: Promises = { gapless: true, commitsInOrder: true, atomicGroups: true };

/** Everything that the rest of Sanad relies on, asked of any adapter. */
export function eventStoreContract(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  promises: Promises = ALL,
): void {
  const { gapless, commitsInOrder, atomicGroups } = promises;
  /** Positions of `count` events in a row after `start`. */
  const expectInARow = (positions: readonly number[], start: number, count: number): void => {
    expect(positions).toHaveLength(count);
    if (gapless) expect(positions).toEqual(Array.from({ length: count }, (_, n) => start + 1 + n));
    for (const [index, position] of positions.entries())
      expect(position).toBeGreaterThan(index === 0 ? start : positions[index - 1]!);
  };
  describe(`event store contract: ${name}`, () => {
    let under: StoreUnderTest;
    let store: EventStore;
    beforeAll(async () => {
      under = await makeStore();
      store = under.store;
    });
    afterAll(() => under.close());

    const appended = async (...writes: readonly StreamWrite[]): Promise<number> => {
      const result = await store.append({ writes });
      if (result.kind !== 'appended') throw new Error(`not appended but ${result.kind}`);
      return result.position;
    };

    describe('appending with an exact expected revision', () => {
      it('creates a stream, continues it, and gives back what was written', async () => {
        const stream = newStream();
        const [first, second] = [allotted(1), allotted(2)];
        await store.append({ writes: [{ stream, expected: 'no-stream', events: [first] }] });
        const result = await store.append({ writes: [{ stream, expected: 0, events: [second] }] });
        const events = await store.readStream(stream);
        expect(events).toEqual([
          { ...first, stream, revision: 0, position: expect.any(Number) },
          { ...second, stream, revision: 1, position: expect.any(Number) },
        ]);
        expect(result).toEqual({ kind: 'appended', position: events[1]!.position });
        expect(await store.lastPosition()).toBeGreaterThanOrEqual(events[1]!.position);
      });

      it.each<[string, StreamWrite['expected'], number]>([
        ['no stream where there is one', 'no-stream', 1],
        ['an earlier revision', 0, 1],
        ['a later revision', 7, 1],
      ])('refuses %s and says where the stream is', async (_, expected, actual) => {
        const stream = newStream();
        await appended(write(stream, 'no-stream', 1, 2));
        expect(await store.append({ writes: [write(stream, expected, 3)] })).toEqual({
          kind: 'conflict',
          stream,
          expected,
          actual,
        });
        expect(amounts(await store.readStream(stream))).toEqual([1, 2]);
      });

      it('refuses a revision of a stream that does not exist', async () => {
        const stream = newStream();
        expect(await store.append({ writes: [write(stream, 3, 1)] })).toEqual({
          kind: 'conflict',
          stream,
          expected: 3,
          actual: -1,
        });
        expect(await store.readStream(stream)).toEqual([]);
      });

      it('lets exactly one of many concurrent appends win', async () => {
        const stream = newStream();
        await appended(write(stream, 'no-stream', 0));
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, n) => store.append({ writes: [write(stream, 0, n + 1)] })),
        );
        expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
        expect(
          results.filter((result) => result.kind === 'conflict' && result.actual === 1),
        ).toHaveLength(49);
        const winner = results.findIndex(({ kind }) => kind === 'appended');
        expect(amounts(await store.readStream(stream))).toEqual([0, winner + 1]);
      });

      it('counts every one of many concurrent read-and-append loops', async () => {
        const stream = newStream();
        await Promise.all(
          Array.from({ length: 8 }, async (_, writer) => {
            for (let n = 0; n < 10;) {
              const revision = (
                await store.readStream(stream, { direction: 'backwards', limit: 1 })
              )[0]?.revision;
              const { kind } = await store.append({
                writes: [write(stream, revision ?? 'no-stream', writer * 10 + n)],
              });
              if (kind === 'appended') n += 1;
            }
          }),
        );
        const events = await store.readStream(stream);
        expect(events.map(({ revision }) => revision)).toEqual(
          Array.from({ length: 80 }, (_, n) => n),
        );
        expect(amounts(events).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 80 }, (_, n) => n),
        );
      });
    });

    describe('groups', () => {
      it('writes to many streams together', async () => {
        const streams = [newStream(), newStream(), newStream()];
        await appended(...streams.map((stream, n) => write(stream, 'no-stream', n, n + 10)));
        const read = await store.readStreams(streams);
        expect(read.map(({ stream, events }) => [stream, amounts(events)])).toEqual(
          streams.map((stream, n) => [stream, [n, n + 10]]),
        );
      });

      it('writes nothing of a group when one of its streams moved, wherever that stands', async () => {
        const [a, b, c] = [newStream(), newStream(), newStream()];
        await appended(write(b, 'no-stream', 1));
        for (const order of [
          [a, b, c],
          [b, a, c],
          [a, c, b],
        ]) {
          const result = await store.append({
            writes: order.map((stream) => write(stream, 'no-stream', 9)),
          });
          expect(result).toEqual({ kind: 'conflict', stream: b, expected: 'no-stream', actual: 0 });
        }
        expect((await store.readStreams([a, b, c])).map(({ events }) => amounts(events))).toEqual([
          [],
          [1],
          [],
        ]);
      });

      it('keeps the groups of one call independent and in order', async () => {
        const [a, b] = [newStream(), newStream()];
        const results = await store.appendAll([
          { writes: [write(a, 'no-stream', 1)] },
          { writes: [write(a, 5, 99), write(b, 'no-stream', 99)] },
          { writes: [write(a, 0, 2)] },
          { writes: [write(b, 'no-stream', 3)] },
        ]);
        expect(results.map(({ kind }) => kind)).toEqual([
          'appended',
          'conflict',
          'appended',
          'appended',
        ]);
        expect(amounts(await store.readStream(a))).toEqual([1, 2]);
        expect(amounts(await store.readStream(b))).toEqual([3]);
      });

      it('answers an empty list of groups with an empty list', async () => {
        expect(await store.appendAll([])).toEqual([]);
      });

      it('takes a thousand groups in one call', async () => {
        const streams = Array.from({ length: 1_000 }, () => newStream());
        const results = await store.appendAll(
          streams.map((stream, n) => ({ writes: [write(stream, 'no-stream', n, n)] })),
        );
        expect(results.every(({ kind }) => kind === 'appended')).toBe(true);
        const positions = results.map(
          (result) => (result as Extract<AppendResult, { kind: 'appended' }>).position,
        );
        expect(new Set(positions).size).toBe(1_000);
        if (commitsInOrder) expect([...positions].sort((x, y) => x - y)).toEqual(positions);
        const read = await store.readStreams(streams);
        expect(read.map(({ events }) => amounts(events))).toEqual(streams.map((_, n) => [n, n]));
      });
    });

    describe('idempotence by event id', () => {
      it('says duplicate to the same group again and writes nothing', async () => {
        const [a, b] = [newStream(), newStream()];
        await appended(write(a, 'no-stream', 1));
        const group: AppendGroup = { writes: [write(a, 0, 2, 3), write(b, 'no-stream', 4)] };
        const first = await store.append(group);
        expect(await store.append(group)).toEqual({
          kind: 'duplicate',
          position: (first as { position: number }).position,
        });
        await appended(write(a, 2, 5));
        expect((await store.append(group)).kind).toBe('duplicate');
        expect(amounts(await store.readStream(a))).toEqual([1, 2, 3, 5]);
      });

      it('says duplicate to a copy that races with the original', async () => {
        const group: AppendGroup = { writes: [write(newStream(), 'no-stream', 1, 2)] };
        const kinds = (
          await Promise.all([store.append(group), store.append(group), store.append(group)])
        ).map(({ kind }) => kind);
        expect(kinds.sort()).toEqual(['appended', 'duplicate', 'duplicate']);
      });

      it('says conflict where only a part is there, or other events are', async () => {
        const [a, b] = [newStream(), newStream()];
        const original = write(a, 'no-stream', 1);
        await appended(original);
        expect(
          (
            await store.append({
              writes: [{ ...original, events: [...original.events, allotted(2)] }],
            })
          ).kind,
        ).toBe('conflict');
        expect((await store.append({ writes: [original, write(b, 'no-stream', 3)] })).kind).toBe(
          atomicGroups ? 'conflict' : 'appended',
        );
        expect((await store.append({ writes: [write(a, 'no-stream', 1)] })).kind).toBe('conflict');
        expect(amounts(await store.readStream(b))).toEqual(atomicGroups ? [] : [3]);
        expect(amounts(await store.readStream(a))).toEqual([1]);
      });
    });

    describe('receipts', () => {
      const receipt = (key: string) => ({
        key,
        fingerprint: 'a1',
        status: 201,
        body: '{"id":"x"}',
      });

      it('keeps the answer with the events, and hands it back to a second use of the key', async () => {
        const key = randomUUID();
        const position = (
          (await store.append({
            writes: [write(newStream(), 'no-stream', 1)],
            receipt: receipt(key),
          })) as { position: number }
        ).position;
        const kept = { ...receipt(key), position };
        expect(await store.receipt(key)).toEqual(kept);
        const other = newStream();
        const again = await store.append({
          writes: [write(other, 'no-stream', 2)],
          receipt: { ...receipt(key), fingerprint: 'b2' },
        });
        expect(again).toEqual({ kind: 'receipt-exists', receipt: kept });
        expect(await store.readStream(other)).toEqual([]);
      });

      it('keeps a receipt of a command that wrote nothing', async () => {
        const key = randomUUID();
        expect((await store.append({ writes: [], receipt: receipt(key) })).kind).toBe('appended');
        expect(await store.receipt(key)).toMatchObject(receipt(key));
      });

      it('keeps none when the group is refused, and has none for a key that was never used', async () => {
        const [stream, key] = [newStream(), randomUUID()];
        await appended(write(stream, 'no-stream', 1));
        expect(
          (await store.append({ writes: [write(stream, 'no-stream', 2)], receipt: receipt(key) }))
            .kind,
        ).toBe('conflict');
        expect(await store.receipt(key)).toBeUndefined();
      });

      it('gives one of two racing commands with the same key the receipt of the other', async () => {
        const key = randomUUID();
        const results = await Promise.all(
          [newStream(), newStream()].map((stream) =>
            store.append({ writes: [write(stream, 'no-stream', 1)], receipt: receipt(key) }),
          ),
        );
        expect(results.map(({ kind }) => kind).sort()).toEqual(['appended', 'receipt-exists']);
      });
    });

    describe('reading a stream', () => {
      const stream = newStream();
      let positions: number[];
      beforeAll(async () => {
        await appended(write(stream, 'no-stream', 0, 1, 2));
        await appended(write(newStream(), 'no-stream', 99));
        await appended(write(stream, 2, 3, 4));
        positions = (await store.readStream(stream)).map(({ position }) => position);
      });

      it.each<[string, Parameters<EventStore['readStream']>[1], number[]]>([
        ['forwards', {}, [0, 1, 2, 3, 4]],
        ['forwards from a revision', { from: 3 }, [3, 4]],
        ['forwards with a limit', { from: 1, limit: 2 }, [1, 2]],
        ['backwards', { direction: 'backwards' }, [4, 3, 2, 1, 0]],
        [
          'backwards from a revision with a limit',
          { direction: 'backwards', from: 3, limit: 2 },
          [3, 2],
        ],
        ['from behind its end', { from: 5 }, []],
      ])('%s', async (_, options, expected) => {
        expect(amounts(await store.readStream(stream, options))).toEqual(expected);
      });

      it('as of a position', async () => {
        expect(amounts(await store.readStream(stream, { asOf: positions[2]! }))).toEqual([0, 1, 2]);
        expect(
          amounts(
            await store.readStream(stream, {
              asOf: positions[3]!,
              direction: 'backwards',
              limit: 1,
            }),
          ),
        ).toEqual([3]);
        expect(
          (await store.readStreams([stream], { asOf: positions[1]! })).map(({ events }) =>
            amounts(events),
          ),
        ).toEqual([[0, 1]]);
      });

      it('gives many streams in the order asked, also absent and repeated ones', async () => {
        const [other, absent] = [newStream(), newStream()];
        await appended(write(other, 'no-stream', 7));
        const read = await store.readStreams([other, absent, stream, other]);
        expect(read.map((each) => [each.stream, amounts(each.events)])).toEqual([
          [other, [7]],
          [absent, []],
          [stream, [0, 1, 2, 3, 4]],
          [other, [7]],
        ]);
        expect(await store.readStreams([])).toEqual([]);
      });
    });

    describe('reading a category', () => {
      const prefix = `${newStream('enrolment')}-`;
      const names = ['a', 'b', 'ba', 'c', 'd'].map((name) => prefix + name);
      let afterThree: number;
      beforeAll(async () => {
        await store.appendAll(
          [names[3]!, names[0]!, names[2]!].map((stream, n) => ({
            writes: [write(stream, 'no-stream', n, n)],
          })),
        );
        afterThree = await store.lastPosition();
        await store.appendAll(
          [names[1]!, names[4]!].map((stream) => ({ writes: [write(stream, 'no-stream', 5)] })),
        );
        await appended(write(names[0]!, 1, 6), write(`${prefix.slice(0, -1)}/x`, 'no-stream', 9));
      });

      it('gives whole streams in the order of their names, page by page', async () => {
        const first = await store.readCategory(prefix, { limit: 3 });
        const second = await store.readCategory(prefix, { limit: 3, after: first.at(-1)!.stream });
        expect(first.map(({ stream }) => stream)).toEqual(names.slice(0, 3));
        expect(second.map(({ stream }) => stream)).toEqual(names.slice(3));
        expect(amounts(first[0]!.events)).toEqual([1, 1, 6]);
        expect(first[0]!.events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
      });

      it('leaves out what came after a position', async () => {
        const read = await store.readCategory(prefix, { limit: 10, asOf: afterThree });
        expect(read.map(({ stream, events }) => [stream, amounts(events)])).toEqual([
          [names[0], [1, 1]],
          [names[2], [2, 2]],
          [names[3], [0, 0]],
        ]);
      });

      it('gives events of some types only, where asked, and the last of each stream', async () => {
        const some = `${newStream('enrolment')}-`;
        const kinds = (events: readonly Recorded[]) =>
          events.map(({ type, revision }) => `${revision} ${type}`);
        for (const [name, events] of [
          ['a', [allotted(1), released(2), released(3)]],
          ['b', [released(4), allotted(5)]],
          ['c', [released(6), released(7), allotted(8), released(9)]],
          ['d', [allotted(1)]],
        ] as const) {
          await appended({ stream: some + name, expected: 'no-stream', events });
        }
        const read = (types: EventType[], limit: number, after?: string) =>
          store.readCategory(some, {
            types,
            limit,
            ...(after === undefined ? {} : { after: some + after }),
          });
        expect((await read(['BudgetAllotted'], 10)).map(({ events }) => kinds(events))).toEqual([
          ['0 BudgetAllotted', '2 BudgetReservationReleased'],
          ['1 BudgetAllotted'],
          ['2 BudgetAllotted', '3 BudgetReservationReleased'],
          ['0 BudgetAllotted'],
        ]);
        expect((await read([], 2)).map(({ stream, events }) => [stream, kinds(events)])).toEqual([
          [`${some}a`, ['2 BudgetReservationReleased']],
          [`${some}b`, ['1 BudgetAllotted']],
        ]);
        expect(
          (await read(['BudgetReservationReleased'], 2, 'b')).map(({ events }) => kinds(events)),
        ).toEqual([
          [
            '0 BudgetReservationReleased',
            '1 BudgetReservationReleased',
            '3 BudgetReservationReleased',
          ],
          ['0 BudgetAllotted'],
        ]);
      });

      it('has nothing for a prefix that nobody uses', async () => {
        expect(await store.readCategory(`${newStream('enrolment')}-`, { limit: 10 })).toEqual([]);
      });
    });

    describe('reading everything', () => {
      it('gives events in commit order, each once, with positions that grow', async () => {
        const start = await store.lastPosition();
        const streams = Array.from({ length: 20 }, () => newStream());
        await Promise.all(
          streams.map(async (stream, n) => {
            await appended(write(stream, 'no-stream', n));
            await appended(write(stream, 0, n, n));
          }),
        );
        const seen: Recorded[] = [];
        for (let position = start; ;) {
          const page = await store.readAll(position, 7);
          expect(page.events.length).toBeLessThanOrEqual(7);
          seen.push(...page.events);
          position = page.next;
          if (page.end) break;
        }
        expectInARow(
          seen.map(({ position }) => position),
          start,
          60,
        );
        expect(new Set(seen.map(({ stream, revision }) => `${stream} ${revision}`)).size).toBe(60);
        for (const stream of streams)
          expect(
            seen.filter((event) => event.stream === stream).map(({ revision }) => revision),
          ).toEqual([0, 1, 2]);
      });

      it('gives a long walk every event once, while others append', async () => {
        const start = await store.lastPosition();
        const some = () =>
          store.appendAll(
            Array.from({ length: 500 }, (_, n) => ({
              writes: [write(newStream(), 'no-stream', n, n)],
            })),
          );
        await some();
        const more = some();
        const positions: number[] = [];
        for (let position = start; ;) {
          const page = await store.readAll(position, 250);
          positions.push(...page.events.map((event) => event.position));
          position = page.next;
          if (page.end && positions.length >= 2_000) break;
        }
        await more;
        expectInARow(positions, start, 2_000);
      });

      it('ends where the log ends', async () => {
        const last = await store.lastPosition();
        expect(await store.readAll(last, 10)).toEqual({ events: [], next: last, end: true });
      });

      it('never gives more than MAX_PAGE', async () => {
        const start = await store.lastPosition();
        await store.appendAll([
          {
            writes: [
              {
                stream: newStream(),
                expected: 'no-stream',
                events: Array.from({ length: MAX_PAGE + 1 }, (_, n) => allotted(n)),
              },
            ],
          },
        ]);
        const page = await store.readAll(start, MAX_PAGE + 1_000);
        expect(page.events.length).toBeLessThanOrEqual(MAX_PAGE);
        expect(page.events.length).toBeGreaterThan(0);
        expectInARow(
          page.events.map(({ position }) => position),
          start,
          page.events.length,
        );
        if (gapless) expect(page.next).toBe(start + page.events.length);
        expect(page.next).toBeGreaterThanOrEqual(page.events.at(-1)!.position);
        expect(page.end).toBe(false);
      });
    });

    describe('following', () => {
      /** Collects events until `count` came, then stops. */
      const collect = async (
        after: number,
        count: number,
        pageSize?: number,
      ): Promise<Recorded[]> => {
        const abort = new AbortController();
        const seen: Recorded[] = [];
        for await (const page of store.follow(after, abort.signal, pageSize)) {
          seen.push(...page.events);
          if (seen.length >= count) abort.abort();
        }
        return seen;
      };

      it('gives history, then what concurrent writers commit, without a gap or a double', async () => {
        const start = await store.lastPosition();
        await appended(write(newStream(), 'no-stream', 1, 2, 3));
        const total = 3 + 10 * 20;
        const second = (await store.readAll(start, 2)).events[1]!.position;
        const followers = [
          collect(start, total, 5),
          collect(start, total),
          collect(second, total - 2, 50),
        ];
        await Promise.all(
          Array.from({ length: 10 }, async (_, writer) => {
            const stream = newStream();
            for (let n = 0; n < 20; n += 1) {
              await appended(write(stream, n === 0 ? 'no-stream' : n - 1, n));
              if (n % 7 === writer % 7) await wait(1);
            }
          }),
        );
        const [one, two, three] = await Promise.all(followers);
        const positions = one!.map(({ position }) => position);
        expectInARow(positions, start, total);
        expect(two!.map(({ position }) => position)).toEqual(positions);
        expect(three!.map(({ position }) => position)).toEqual(positions.slice(2));
        expect(new Set(one!.map(({ stream, revision }) => `${stream} ${revision}`)).size).toBe(
          total,
        );
      });

      it('wakes a follower that has caught up', async () => {
        const start = await store.lastPosition();
        const followed = collect(start, 1);
        await wait(20);
        const stream = newStream();
        await appended(write(stream, 'no-stream', 5));
        expect((await followed).map((event) => event.stream)).toEqual([stream]);
      });

      it('ends when its signal aborts, also while it waits', async () => {
        const abort = new AbortController();
        const pages: unknown[] = [];
        const done = (async () => {
          for await (const page of store.follow(await store.lastPosition(), abort.signal))
            pages.push(page);
        })();
        await wait(20);
        abort.abort();
        await done;
        expect(pages).toEqual([]);
      });
    });

    describe('limits and refusals', () => {
      const refused = async (event: NewEvent, stream = newStream()): Promise<unknown> => {
        const refusal = await store
          .append({ writes: [{ stream, expected: 'no-stream', events: [allotted(1), event] }] })
          .catch((error: unknown) => error);
        expect(await store.readStream(stream)).toEqual([]);
        return refusal;
      };

      it('refuses a payload that does not fit its schema and names the field', async () => {
        const event = allotted(1);
        expect(
          await refused({ ...event, data: { ...(event.data as object), amountMinor: '1.5' } }),
        ).toMatchObject({ name: 'ContractError', code: 'EVENT_INVALID', field: 'amountMinor' });
        expect(
          await refused({ ...event, data: { ...(event.data as object), surprise: true } }),
        ).toMatchObject({ name: 'ContractError', field: 'surprise' });
      });

      it('refuses a type and a version that nobody published, and an id that is none', async () => {
        expect(
          await refused({ ...allotted(1), type: 'BudgetVanished' as 'BudgetAllotted' }),
        ).toMatchObject({ name: 'ContractError', code: 'EVENT_TYPE_UNKNOWN' });
        expect(await refused({ ...allotted(1), v: 99 })).toMatchObject({
          name: 'ContractError',
          code: 'EVENT_VERSION_UNKNOWN',
        });
        expect(await refused({ ...allotted(1), id: 'seven' })).toMatchObject({
          name: 'ContractError',
          field: 'id',
        });
      });

      it.each([
        ['empty', ''],
        ['without a dash', 'budget'],
        ['in capitals', 'Budget-1'],
        ['that ends with its dash', 'budget-'],
        ['with quotes', 'budget-"quoted"'],
        ['outside ASCII', 'budget-é'],
        ['too long', `budget-${'x'.repeat(300)}`],
      ])('refuses a stream name %s', async (_, stream) => {
        await expect(
          store.append({ writes: [write(stream, 'no-stream', 1)] }),
        ).rejects.toMatchObject({ name: 'ContractError', field: 'stream' });
      });

      it('refuses a stream twice in one group', async () => {
        const stream = newStream();
        await expect(
          store.append({ writes: [write(stream, 'no-stream', 1), write(stream, 0, 2)] }),
        ).rejects.toMatchObject({ name: 'ContractError' });
        expect(await store.readStream(stream)).toEqual([]);
      });

      it('refuses a group over the limit of events, whole', async () => {
        const stream = newStream();
        const events = Array.from({ length: MAX_EVENTS_PER_GROUP + 1 }, (_, n) => allotted(n));
        await expect(
          store.append({ writes: [{ stream, expected: 'no-stream', events }] }),
        ).rejects.toMatchObject({ name: 'StoreError', code: 'LIMIT_EXCEEDED' });
        expect(await store.readStream(stream)).toEqual([]);
      });

      /** An application whose facts are about so many bytes, in Arabic, quotes and emoji. */
      const submitted = (bytes: number): NewEvent => ({
        ...allotted(1),
        type: 'ApplicationSubmitted',
        data: {
          applicationId: randomUUID(),
          programmeId: 'asd',
          personId: randomUUID(),
          region: 'MA-06',
          receivedOn: '2026-01-05',
          channel: 'import',
          facts: { note: 'سند "x" \\ \u0000 🙂'.repeat(Math.floor(bytes / 25)) },
          contentHash: 'a'.repeat(64),
        },
      });

      it('keeps a big event byte for byte, and refuses one over the limit', async () => {
        const stream = newStream('application');
        const big = submitted(MAX_EVENT_BYTES - 200_000);
        await appended({ stream, expected: 'no-stream', events: [big] });
        expect((await store.readStream(stream))[0]!.data).toEqual(big.data);
        expect(await refused(submitted(MAX_EVENT_BYTES + 300_000))).toMatchObject({
          name: 'StoreError',
          code: 'LIMIT_EXCEEDED',
        });
      });
    });
  });
}
