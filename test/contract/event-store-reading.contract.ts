import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { MAX_PAGE } from '../../src/adapters/event-store/port.js';
import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { ContractStore } from './contract-store.js';
import { allotted, amounts, newStream, released, write } from './budget-events.js';
import { eventLoopTurns } from '../support/eventually.js';

/** Reading streams, categories and everything, and following what is appended. */
export function readingContract(under: ContractStore): void {
  const { appended, expectInARow } = under;
  const { gapless } = under.promises;

  describe('reading a stream', () => {
    const stream = newStream();
    let positions: number[];
    beforeAll(async () => {
      await appended(write(stream, 'no-stream', 0, 1, 2));
      await appended(write(newStream(), 'no-stream', 99));
      await appended(write(stream, 2, 3, 4));
      positions = (await under.store.readStream(stream)).map(({ position }) => position);
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
      expect(amounts(await under.store.readStream(stream, options))).toEqual(expected);
    });

    it('as of a position', async () => {
      expect(amounts(await under.store.readStream(stream, { asOf: positions[2]! }))).toEqual([
        0, 1, 2,
      ]);
      expect(
        amounts(
          await under.store.readStream(stream, {
            asOf: positions[3]!,
            direction: 'backwards',
            limit: 1,
          }),
        ),
      ).toEqual([3]);
      expect(
        (await under.store.readStreams([stream], { asOf: positions[1]! })).map(({ events }) =>
          amounts(events),
        ),
      ).toEqual([[0, 1]]);
    });

    it('gives many streams in the order asked, also absent and repeated ones', async () => {
      const other = newStream();
      const absent = newStream();
      await appended(write(other, 'no-stream', 7));
      const read = await under.store.readStreams([other, absent, stream, other]);
      expect(read.map((each) => [each.stream, amounts(each.events)])).toEqual([
        [other, [7]],
        [absent, []],
        [stream, [0, 1, 2, 3, 4]],
        [other, [7]],
      ]);
      expect(await under.store.readStreams([])).toEqual([]);
    });
  });

  describe('reading a category', () => {
    const prefix = `${newStream('enrolment')}-`;
    const names = ['a', 'b', 'ba', 'c', 'd'].map((name) => prefix + name);
    let afterThree: number;
    beforeAll(async () => {
      await under.store.appendAll(
        [names[3]!, names[0]!, names[2]!].map((stream, n) => ({
          writes: [write(stream, 'no-stream', n, n)],
        })),
      );
      afterThree = await under.store.lastPosition();
      await under.store.appendAll(
        [names[1]!, names[4]!].map((stream) => ({ writes: [write(stream, 'no-stream', 5)] })),
      );
      await appended(write(names[0]!, 1, 6), write(`${prefix.slice(0, -1)}/x`, 'no-stream', 9));
    });

    it('gives whole streams in the order of their names, page by page', async () => {
      const first = await under.store.readCategory(prefix, { limit: 3 });
      const second = await under.store.readCategory(prefix, {
        limit: 3,
        after: first.at(-1)!.stream,
      });
      expect(first.map(({ stream }) => stream)).toEqual(names.slice(0, 3));
      expect(second.map(({ stream }) => stream)).toEqual(names.slice(3));
      expect(amounts(first[0]!.events)).toEqual([1, 1, 6]);
      expect(first[0]!.events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
    });

    it('leaves out what came after a position', async () => {
      const read = await under.store.readCategory(prefix, { limit: 10, asOf: afterThree });
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
        under.store.readCategory(some, {
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
      expect(await under.store.readCategory(`${newStream('enrolment')}-`, { limit: 10 })).toEqual(
        [],
      );
    });
  });

  describe('reading everything', () => {
    it('gives events in commit order, each once, with positions that grow', async () => {
      const start = await under.store.lastPosition();
      const streams = Array.from({ length: 20 }, () => newStream());
      await Promise.all(
        streams.map(async (stream, n) => {
          await appended(write(stream, 'no-stream', n));
          await appended(write(stream, 0, n, n));
        }),
      );
      const seen: Recorded[] = [];
      for (let position = start; ;) {
        const page = await under.store.readAll(position, 7);
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
      const start = await under.store.lastPosition();
      const some = () =>
        under.store.appendAll(
          Array.from({ length: 500 }, (_, n) => ({
            writes: [write(newStream(), 'no-stream', n, n)],
          })),
        );
      await some();
      const more = some();
      const positions: number[] = [];
      for (let position = start; ;) {
        const page = await under.store.readAll(position, 250);
        positions.push(...page.events.map((event) => event.position));
        position = page.next;
        if (page.end && positions.length >= 2_000) break;
      }
      await more;
      expectInARow(positions, start, 2_000);
    });

    it('ends where the log ends', async () => {
      const last = await under.store.lastPosition();
      expect(await under.store.readAll(last, 10)).toEqual({ events: [], next: last, end: true });
    });

    it('never gives more than MAX_PAGE', async () => {
      const start = await under.store.lastPosition();
      await under.store.appendAll([
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
      const page = await under.store.readAll(start, MAX_PAGE + 1_000);
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
      for await (const page of under.store.follow(after, abort.signal, pageSize)) {
        seen.push(...page.events);
        if (seen.length >= count) abort.abort();
      }
      return seen;
    };

    it('gives history, then what concurrent writers commit, without a gap or a double', async () => {
      const start = await under.store.lastPosition();
      await appended(write(newStream(), 'no-stream', 1, 2, 3));
      const total = 3 + 10 * 20;
      // More than two: events of the server itself may stand between.
      const second = (await under.store.readAll(start, 100)).events[1]!.position;
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
            if (n % 7 === writer % 7) await eventLoopTurns(1);
          }
        }),
      );
      const [one, two, three] = await Promise.all(followers);
      const positions = one!.map(({ position }) => position);
      expectInARow(positions, start, total);
      expect(two!.map(({ position }) => position)).toEqual(positions);
      expect(three!.map(({ position }) => position)).toEqual(positions.slice(2));
      expect(new Set(one!.map(({ stream, revision }) => `${stream} ${revision}`)).size).toBe(total);
    });

    /** What a follower asked of the store before is answered once a later reading is. */
    const readTwice = async (): Promise<void> => {
      for (let time = 0; time < 2; time += 1)
        await under.store.readAll(await under.store.lastPosition(), 1);
    };

    it('wakes a follower that has caught up', async () => {
      const start = await under.store.lastPosition();
      const followed = collect(start, 1);
      await readTwice();
      const stream = newStream();
      await appended(write(stream, 'no-stream', 5));
      expect((await followed).map((event) => event.stream)).toEqual([stream]);
    });

    it('ends when its signal aborts, also while it waits', async () => {
      const abort = new AbortController();
      const pages: unknown[] = [];
      const done = (async () => {
        for await (const page of under.store.follow(await under.store.lastPosition(), abort.signal))
          pages.push(page);
      })();
      await readTwice();
      abort.abort();
      await done;
      expect(pages).toEqual([]);
    });
  });
}
