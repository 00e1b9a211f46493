import { describe, expect, test } from '@jest/globals';
import { LogAnchor, type Anchor } from '../../src/kernel/anchor.js';
import { checkedWork } from '../../src/kernel/concurrency/checked-work.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { ArrayLog } from '../support/array-log.js';
import { eventually } from '../support/eventually.js';
import { historyOf } from '../support/history.js';

const EVENTS = historyOf({ households: 3 });
const AT = 20;
const STANDS = EVENTS[AT]!;

/** As it is kept while the log has everything. */
async function anchorAt(events: readonly Recorded[], at: number): Promise<Anchor> {
  const anchor = new LogAnchor(new ArrayLog(events), 'The test', 'Run it again.');
  return anchor.moveTo(events[at]!);
}

async function checked(
  events: readonly Recorded[],
  kept: Anchor | undefined,
  position = kept?.position ?? -1,
): Promise<unknown> {
  const anchor = new LogAnchor(new ArrayLog(events), 'The test', 'Run it again.');
  anchor.keep(position, kept);
  return anchor.check().then(
    () => 'stands',
    (error: unknown) => error,
  );
}

const refused = (...words: readonly string[]) =>
  expect.objectContaining({
    code: 'CHECKPOINT_NOT_IN_LOG',
    kind: 'unavailable',
    detail: expect.stringMatching(
      new RegExp(`^The test .*${words.map((word) => `${word}.*`).join('')} Run it again\\.$`),
    ),
  });

describe('what a checkpoint stands on', () => {
  test('is there as long as the log has its event, whatever came after it', async () => {
    const kept = await anchorAt(EVENTS, AT);
    expect(kept).toMatchObject({ log: EVENTS[0]!.id, id: STANDS.id, position: STANDS.position });
    expect(await checked(EVENTS, kept)).toBe('stands');
    expect(await checked(EVENTS.slice(0, AT + 1), kept)).toBe('stands');
  });

  test('is not there in a log that ends before it, that is empty, or that is another', async () => {
    const kept = await anchorAt(EVENTS, AT);
    expect(await checked(EVENTS.slice(0, AT), kept)).toEqual(
      refused(`event ${STANDS.id}`, 'has no such event and ends at position 19', 'older copy'),
    );
    expect(await checked([], kept)).toEqual(refused('the log that is there is empty'));
    const other = EVENTS.map((event) => ({ ...event, id: `x${event.id.slice(1)}` }));
    expect(await checked(other, kept)).toEqual(
      refused(`begins with event ${other[0]!.id}: another one`),
    );
  });

  test('is not there where an older copy went on to the same position', async () => {
    const kept = await anchorAt(EVENTS, AT);
    const instead = (change: Partial<Recorded>): Recorded[] => [
      ...EVENTS.slice(0, AT),
      { ...STANDS, ...change } as Recorded,
      ...EVENTS.slice(AT + 1),
    ];
    const id = '0badf00d-0000-4000-8000-000000000000';
    expect(await checked(instead({ id }), kept)).toEqual(refused(`has event ${id} in its place`));
    // The same command, sent again: the same id at the same place.
    expect(await checked(instead({ time: '2031-01-01T00:00:00.000Z' }), kept)).toEqual(
      refused('in its place'),
    );
    const moved = EVENTS.map((event) => ({ ...event, position: event.position * 2 }));
    expect(await checked(moved, kept)).toEqual(refused('in its place'));
  });

  test('is its position only where an earlier version kept it', async () => {
    expect(await checked(EVENTS, undefined, EVENTS.length - 1)).toBe('stands');
    expect(await checked(EVENTS.slice(0, 5), undefined, 5)).toEqual(
      refused('stands at position 5', 'ends at position 4'),
    );
    expect(await checked([], undefined)).toBe('stands');
  });

  test('never moves back', async () => {
    const anchor = new LogAnchor(new ArrayLog(EVENTS), 'The test', '');
    await anchor.moveTo(EVENTS[9]!);
    await anchor.moveTo(EVENTS[4]!);
    expect(anchor.current).toMatchObject({ id: EVENTS[9]!.id });
  });
});

describe('work that goes on from a checkpoint', () => {
  const never = new AbortController().signal;
  const untilAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  test('ends when what it stands on is gone, and not when that cannot be asked', async () => {
    const log = new ArrayLog(EVENTS);
    const anchor = new LogAnchor(log, 'The test', 'Run it again.');
    await anchor.moveTo(STANDS);
    let asked = 0;
    const check = async (): Promise<void> => {
      asked += 1;
      if (asked < 5) throw new Error('the store is away');
      if (asked > 10) log.lost.add(STANDS.position);
      await anchor.check();
    };
    await expect(checkedWork(check, untilAborted, never, 1)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_IN_LOG',
    });
    expect(asked).toBe(11);
  });

  test('ends as it would without: with its own failure, or when it is stopped', async () => {
    const well = (): Promise<void> => Promise.resolve();
    const fails = (): Promise<void> => Promise.reject(new Error('of its own'));
    await expect(checkedWork(well, fails, never, 1)).rejects.toThrow('of its own');
    const stop = new AbortController();
    let ended = false;
    const running = checkedWork(well, untilAborted, stop.signal, 1).then(() => {
      ended = true;
    });
    expect(ended).toBe(false);
    stop.abort();
    await running;
    await eventually('its end', () => ended);
  });
});
