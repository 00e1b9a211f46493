import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AppendResult, NewEvent, StreamWrite } from '../../src/adapters/event-store/port.js';
import { MAX_EVENT_BYTES, MAX_EVENTS_PER_GROUP } from '../../src/adapters/event-store/port.js';
import type { ContractStore } from './contract-store.js';
import { allotted, amounts, newStream, write } from './budget-events.js';

/** Appending at an exact revision, in groups, with receipts, within limits. */
export function appendingContract(under: ContractStore): void {
  const { appended } = under;
  const { commitsInOrder } = under.promises;

  describe('appending with an exact expected revision', () => {
    it('creates a stream, continues it, and gives back what was written', async () => {
      const stream = newStream();
      const first = allotted(1);
      const second = allotted(2);
      await under.store.append({ writes: [{ stream, expected: 'no-stream', events: [first] }] });
      const result = await under.store.append({
        writes: [{ stream, expected: 0, events: [second] }],
      });
      const events = await under.store.readStream(stream);
      expect(events).toEqual([
        { ...first, stream, revision: 0, position: expect.any(Number) },
        { ...second, stream, revision: 1, position: expect.any(Number) },
      ]);
      expect(result).toEqual({ kind: 'appended', position: events[1]!.position });
      expect(await under.store.lastPosition()).toBeGreaterThanOrEqual(events[1]!.position);
    });

    it.each<[string, StreamWrite['expected'], number]>([
      ['no stream where there is one', 'no-stream', 1],
      ['an earlier revision', 0, 1],
      ['a later revision', 7, 1],
    ])('refuses %s and says where the stream is', async (_, expected, actual) => {
      const stream = newStream();
      await appended(write(stream, 'no-stream', 1, 2));
      expect(await under.store.append({ writes: [write(stream, expected, 3)] })).toEqual({
        kind: 'conflict',
        stream,
        expected,
        actual,
      });
      expect(amounts(await under.store.readStream(stream))).toEqual([1, 2]);
    });

    it('refuses a revision of a stream that does not exist', async () => {
      const stream = newStream();
      expect(await under.store.append({ writes: [write(stream, 3, 1)] })).toEqual({
        kind: 'conflict',
        stream,
        expected: 3,
        actual: -1,
      });
      expect(await under.store.readStream(stream)).toEqual([]);
    });

    it('lets exactly one of many concurrent appends win', async () => {
      const stream = newStream();
      await appended(write(stream, 'no-stream', 0));
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          under.store.append({ writes: [write(stream, 0, n + 1)] }),
        ),
      );
      expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
      expect(
        results.filter((result) => result.kind === 'conflict' && result.actual === 1),
      ).toHaveLength(49);
      const winner = results.findIndex(({ kind }) => kind === 'appended');
      expect(amounts(await under.store.readStream(stream))).toEqual([0, winner + 1]);
    });

    it('counts every one of many concurrent read-and-append loops', async () => {
      const stream = newStream();
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let n = 0; n < 10;) {
            const revision = (
              await under.store.readStream(stream, { direction: 'backwards', limit: 1 })
            )[0]?.revision;
            const { kind } = await under.store.append({
              writes: [write(stream, revision ?? 'no-stream', writer * 10 + n)],
            });
            if (kind === 'appended') n += 1;
          }
        }),
      );
      const events = await under.store.readStream(stream);
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
      const read = await under.store.readStreams(streams);
      expect(read.map(({ stream, events }) => [stream, amounts(events)])).toEqual(
        streams.map((stream, n) => [stream, [n, n + 10]]),
      );
    });

    it('writes nothing of a group when one of its streams moved, wherever that stands', async () => {
      const a = newStream();
      const b = newStream();
      const c = newStream();
      await appended(write(b, 'no-stream', 1));
      for (const order of [
        [a, b, c],
        [b, a, c],
        [a, c, b],
      ]) {
        const result = await under.store.append({
          writes: order.map((stream) => write(stream, 'no-stream', 9)),
        });
        expect(result).toEqual({ kind: 'conflict', stream: b, expected: 'no-stream', actual: 0 });
      }
      expect(
        (await under.store.readStreams([a, b, c])).map(({ events }) => amounts(events)),
      ).toEqual([[], [1], []]);
    });

    it('writes a group where a stream that it only looks at is where it should be', async () => {
      const written = newStream();
      const there = newStream();
      const absent = newStream();
      await appended(write(there, 'no-stream', 1, 2));
      const look = (stream: string, expected: StreamWrite['expected']) => ({
        writes: [write(written, 'no-stream', 9), { stream, expected, events: [] }],
      });
      expect((await under.store.append(look(there, 0))).kind).toBe('conflict');
      expect((await under.store.append(look(there, 'no-stream'))).kind).toBe('conflict');
      expect((await under.store.append(look(absent, 0))).kind).toBe('conflict');
      expect(amounts(await under.store.readStream(written))).toEqual([]);
      expect((await under.store.append(look(there, 1))).kind).toBe('appended');
      const again = { stream: absent, expected: 'no-stream', events: [] } as const;
      await appended(write(written, 0, 10), again);
      await appended(write(absent, 'no-stream', 1));
      expect(amounts(await under.store.readStream(written))).toEqual([9, 10]);
    });

    it('keeps the groups of one call independent and in order', async () => {
      const a = newStream();
      const b = newStream();
      const results = await under.store.appendAll([
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
      expect(amounts(await under.store.readStream(a))).toEqual([1, 2]);
      expect(amounts(await under.store.readStream(b))).toEqual([3]);
    });

    it('answers an empty list of groups with an empty list', async () => {
      expect(await under.store.appendAll([])).toEqual([]);
    });

    it('takes a thousand groups in one call', async () => {
      const streams = Array.from({ length: 1_000 }, () => newStream());
      const results = await under.store.appendAll(
        streams.map((stream, n) => ({ writes: [write(stream, 'no-stream', n, n)] })),
      );
      expect(results.every(({ kind }) => kind === 'appended')).toBe(true);
      const positions = results.map(
        (result) => (result as Extract<AppendResult, { kind: 'appended' }>).position,
      );
      expect(new Set(positions).size).toBe(1_000);
      if (commitsInOrder) expect([...positions].sort((x, y) => x - y)).toEqual(positions);
      const read = await under.store.readStreams(streams);
      expect(read.map(({ events }) => amounts(events))).toEqual(streams.map((_, n) => [n, n]));
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
        (await under.store.append({
          writes: [write(newStream(), 'no-stream', 1)],
          receipt: receipt(key),
        })) as { position: number }
      ).position;
      const kept = { ...receipt(key), position };
      expect(await under.store.receipt(key)).toEqual(kept);
      const other = newStream();
      const again = await under.store.append({
        writes: [write(other, 'no-stream', 2)],
        receipt: { ...receipt(key), fingerprint: 'b2' },
      });
      expect(again).toEqual({ kind: 'receipt-exists', receipt: kept });
      expect(await under.store.readStream(other)).toEqual([]);
    });

    it('finds the answer that earlier versions kept under other keys', async () => {
      const formerKey = randomUUID();
      const key = randomUUID();
      const first = await under.store.append({
        writes: [write(newStream(), 'no-stream', 1)],
        receipt: receipt(formerKey),
      });
      const { position } = first as { position: number };
      const stream = newStream();
      for (const writes of [[write(stream, 'no-stream', 2)], []])
        for (const formerKeys of [[formerKey], [randomUUID(), formerKey]])
          expect(
            await under.store.append({ writes, receipt: { ...receipt(key), formerKeys } }),
          ).toEqual({ kind: 'receipt-exists', receipt: { ...receipt(formerKey), position } });
      expect(await under.store.readStream(stream)).toEqual([]);
      const other = { ...receipt(key), formerKeys: [randomUUID()] };
      expect((await under.store.append({ writes: [], receipt: other })).kind).toBe('appended');
      expect(await under.store.receipt(key)).toMatchObject(receipt(key));
    });

    it('keeps a receipt of a command that wrote nothing', async () => {
      const key = randomUUID();
      expect((await under.store.append({ writes: [], receipt: receipt(key) })).kind).toBe(
        'appended',
      );
      expect(await under.store.receipt(key)).toMatchObject(receipt(key));
    });

    it('keeps none when the group is refused, and has none for a key that was never used', async () => {
      const stream = newStream();
      const key = randomUUID();
      await appended(write(stream, 'no-stream', 1));
      expect(
        (
          await under.store.append({
            writes: [write(stream, 'no-stream', 2)],
            receipt: receipt(key),
          })
        ).kind,
      ).toBe('conflict');
      expect(await under.store.receipt(key)).toBeUndefined();
    });

    it('gives one of two racing commands with the same key the receipt of the other', async () => {
      const key = randomUUID();
      const results = await Promise.all(
        [newStream(), newStream()].map((stream) =>
          under.store.append({ writes: [write(stream, 'no-stream', 1)], receipt: receipt(key) }),
        ),
      );
      expect(results.map(({ kind }) => kind).sort()).toEqual(['appended', 'receipt-exists']);
    });
  });

  describe('limits and refusals', () => {
    const refused = async (event: NewEvent, stream = newStream()): Promise<unknown> => {
      const refusal = await under.store
        .append({ writes: [{ stream, expected: 'no-stream', events: [allotted(1), event] }] })
        .catch((error: unknown) => error);
      expect(await under.store.readStream(stream)).toEqual([]);
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
        under.store.append({ writes: [write(stream, 'no-stream', 1)] }),
      ).rejects.toMatchObject({ name: 'ContractError', field: 'stream' });
    });

    it('refuses a stream twice in one group', async () => {
      const stream = newStream();
      await expect(
        under.store.append({ writes: [write(stream, 'no-stream', 1), write(stream, 0, 2)] }),
      ).rejects.toMatchObject({ name: 'ContractError' });
      expect(await under.store.readStream(stream)).toEqual([]);
    });

    it('refuses a group over the limit of events, whole', async () => {
      const stream = newStream();
      const events = Array.from({ length: MAX_EVENTS_PER_GROUP + 1 }, (_, n) => allotted(n));
      await expect(
        under.store.append({ writes: [{ stream, expected: 'no-stream', events }] }),
      ).rejects.toMatchObject({ name: 'StoreError', code: 'LIMIT_EXCEEDED' });
      expect(await under.store.readStream(stream)).toEqual([]);
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
      expect((await under.store.readStream(stream))[0]!.data).toEqual(big.data);
      expect(await refused(submitted(MAX_EVENT_BYTES + 300_000))).toMatchObject({
        name: 'StoreError',
        code: 'LIMIT_EXCEEDED',
      });
    });
  });
}
