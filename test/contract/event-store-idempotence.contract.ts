import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AppendGroup, NewEvent } from '../../src/adapters/event-store/port.js';
import type { ContractStore } from './contract-store.js';
import { allotted, amounts, newStream, released, write } from './budget-events.js';

/** What is there already is not written again: the same id and the same data. */
export function idempotenceContract(under: ContractStore): void {
  const { appended } = under;
  const { atomicGroups } = under.promises;

  describe('idempotence by event id', () => {
    it('says duplicate to the same group again and writes nothing', async () => {
      const a = newStream();
      const b = newStream();
      await appended(write(a, 'no-stream', 1));
      const group: AppendGroup = { writes: [write(a, 0, 2, 3), write(b, 'no-stream', 4)] };
      const first = await under.store.append(group);
      expect(await under.store.append(group)).toEqual({
        kind: 'duplicate',
        position: (first as { position: number }).position,
      });
      await appended(write(a, 2, 5));
      expect((await under.store.append(group)).kind).toBe('duplicate');
      expect(amounts(await under.store.readStream(a))).toEqual([1, 2, 3, 5]);
    });

    it('says conflict to the same id with other data or of another type, and keeps what is there', async () => {
      const stream = newStream();
      const first = allotted(1);
      const again = (event: NewEvent) =>
        under.store.append({ writes: [{ stream, expected: 'no-stream', events: [event] }] });
      await appended({ stream, expected: 'no-stream', events: [first] });
      const conflict = { kind: 'conflict', stream, expected: 'no-stream', actual: 0 };
      expect(await again(allotted(2, first.id))).toEqual(conflict);
      expect(await again({ ...released(1), id: first.id })).toEqual(conflict);
      const other = newStream();
      expect(
        (
          await under.store.append({
            writes: [
              write(other, 'no-stream', 3),
              { stream, expected: 'no-stream', events: [allotted(2, first.id)] },
            ],
          })
        ).kind,
      ).toBe('conflict');
      expect(await under.store.readStream(stream)).toMatchObject([first]);
      expect(await under.store.readStream(other)).toEqual([]);
    });

    it('says duplicate to what was asked for again later, by a request of another id', async () => {
      const stream = newStream();
      const first = allotted(1);
      await appended({ stream, expected: 'no-stream', events: [first] });
      const later: NewEvent = {
        ...first,
        time: '2026-01-05T09:00:00.000Z',
        data: Object.fromEntries(Object.entries(first.data as object).toReversed()),
        meta: { ...first.meta, correlation: randomUUID() },
      };
      const writes = [{ stream, expected: 'no-stream' as const, events: [later] }];
      expect((await under.store.append({ writes })).kind).toBe('duplicate');
      expect(await under.store.readStream(stream)).toMatchObject([first]);
    });

    it('says duplicate to a copy that races with the original', async () => {
      const group: AppendGroup = { writes: [write(newStream(), 'no-stream', 1, 2)] };
      const kinds = (
        await Promise.all([
          under.store.append(group),
          under.store.append(group),
          under.store.append(group),
        ])
      ).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['appended', 'duplicate', 'duplicate']);
    });

    it('says conflict where only a part is there, or other events are', async () => {
      const a = newStream();
      const b = newStream();
      const original = write(a, 'no-stream', 1);
      await appended(original);
      expect(
        (
          await under.store.append({
            writes: [{ ...original, events: [...original.events, allotted(2)] }],
          })
        ).kind,
      ).toBe('conflict');
      expect(
        (await under.store.append({ writes: [original, write(b, 'no-stream', 3)] })).kind,
      ).toBe(atomicGroups ? 'conflict' : 'appended');
      expect((await under.store.append({ writes: [write(a, 'no-stream', 1)] })).kind).toBe(
        'conflict',
      );
      expect(amounts(await under.store.readStream(b))).toEqual(atomicGroups ? [] : [3]);
      expect(amounts(await under.store.readStream(a))).toEqual([1]);
    });
  });
}
