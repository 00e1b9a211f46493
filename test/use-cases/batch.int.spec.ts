import { describe, expect, test } from '@jest/globals';
import { pipelined } from '../../src/write-side/bulk.js';

async function* numbers(count: number, onRead?: (n: number) => void): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) {
    onRead?.(n);
    yield n;
  }
}
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await Promise.resolve();
};

describe('pipelined', () => {
  test('starts the batches in order and never has more than three under way', async () => {
    const started: number[] = [];
    let underWay = 0;
    let most = 0;
    await pipelined(numbers(20), async (n) => {
      started.push(n);
      underWay += 1;
      most = Math.max(most, underWay);
      await turns((n * 7) % 11);
      underWay -= 1;
    });
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBe(3);
  });

  test('a failure stops the reading, waits for what is under way, and is thrown', async () => {
    let read = 0;
    let finished = 0;
    await expect(
      pipelined(
        numbers(100, () => {
          read += 1;
        }),
        async (n) => {
          if (n === 4) throw new Error('four');
          await turns(50);
          finished += 1;
        },
      ),
    ).rejects.toThrow('four');
    expect(read).toBeLessThan(10);
    expect(finished).toBeGreaterThanOrEqual(4);
  });

  test('an aborted signal stops before the next batch', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    await expect(
      pipelined(
        numbers(100),
        async (n) => {
          seen.push(n);
          if (n === 2) stop.abort(new Error('enough'));
        },
        stop.signal,
      ),
    ).rejects.toThrow('enough');
    expect(seen).toEqual([0, 1, 2]);
  });
});
