import { jest } from '@jest/globals';
import { Backoff, pauseAfter } from '../../src/kernel/concurrency/backoff.js';
import { Batcher } from '../../src/kernel/concurrency/batcher.js';
import { EventLoopBatcher } from '../../src/kernel/concurrency/event-loop-batcher.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { pause } from '../../src/kernel/concurrency/pause.js';
import { Semaphore } from '../../src/kernel/concurrency/semaphore.js';
import { SharedWork } from '../../src/kernel/concurrency/shared-work.js';

/** Work that ends when it is told to, and what was started so far. */
function gates() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    work: (name: string) => () => {
      started.push(name);
      return new Promise<string>((resolve) => {
        ends.set(name, () => resolve(name));
      });
    },
    end: async (name: string): Promise<void> => {
      ends.get(name)!();
      await new Promise(setImmediate);
    },
  };
}
const turn = (): Promise<void> => new Promise(setImmediate);

describe('KeyedMutex', () => {
  test('work that shares a key goes in the order of the calls, other work at once', async () => {
    const { started, work, end } = gates();
    const locks = new KeyedMutex();
    const all = [
      locks.hold(['a', 'b'], work('first')),
      locks.hold(['b', 'c'], work('second')),
      locks.hold(['c'], work('third')),
      locks.hold(['d'], work('apart')),
    ];
    await turn();
    expect(started).toEqual(['first', 'apart']);
    await end('first');
    expect(started).toEqual(['first', 'apart', 'second']);
    await end('second');
    expect(started.at(-1)).toBe('third');
    await end('third');
    await end('apart');
    expect(await Promise.all(all)).toEqual(['first', 'second', 'third', 'apart']);
  });

  test('a key named twice does not wait for itself, and work that fails gives its keys back', async () => {
    const locks = new KeyedMutex();
    await expect(locks.hold(['a', 'a'], () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await locks.hold(['a'], async () => 'yes')).toBe('yes');
  });
});

describe('Semaphore', () => {
  test('runs so many at once and the others in order, also after a failure', async () => {
    const { started, work, end } = gates();
    const slots = new Semaphore(2);
    const failing = slots.run(async () => {
      await work('a')();
      throw new Error('no');
    });
    const others = ['b', 'c', 'd'].map((name) => slots.run(work(name)));
    await turn();
    expect(started).toEqual(['a', 'b']);
    await Promise.all([expect(failing).rejects.toThrow('no'), end('a')]);
    expect(started).toEqual(['a', 'b', 'c']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    await end('c');
    await end('d');
    expect(await Promise.all(others)).toEqual(['b', 'c', 'd']);
  });
});

describe('Batcher', () => {
  const options = { atOnce: 1, weight: () => 1, most: 2, ofOne: () => true };

  test('what comes while a group is under way goes together, up to the weight of a group', async () => {
    const groups: (readonly number[])[] = [];
    const batcher = new Batcher<number, number>(async (requests) => {
      groups.push(requests);
      await turn();
      return requests.map((n) => n * 10);
    }, options);
    expect(await Promise.all([1, 2, 3, 4].map((n) => batcher.ask(n)))).toEqual([10, 20, 30, 40]);
    await batcher.settled();
    expect(groups).toEqual([[1], [2, 3], [4]]);
  });

  test('a request that fails fails alone', async () => {
    const batcher = new Batcher<number, number>(async (requests) => {
      await turn();
      if (requests.includes(3)) throw new Error('three');
      return requests;
    }, options);
    const answers = await Promise.allSettled([1, 2, 3].map((n) => batcher.ask(n)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });
});

describe('EventLoopBatcher', () => {
  test('callers of one turn of the event loop go on together; a later one waits anew', async () => {
    const batcher = new EventLoopBatcher();
    const first = batcher.wait();
    expect(batcher.wait()).toBe(first);
    await first;
    expect(batcher.wait()).not.toBe(first);
  });
});

describe('Backoff', () => {
  test('doubles up to the longest and begins anew after a success', () => {
    const backoff = new Backoff(100, 350);
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([
      100, 200, 350, 350,
    ]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });
  test('is as long after so many attempts, wherever they are counted', () => {
    expect([1, 2, 3, 4].map((attempts) => pauseAfter(attempts, 100, 350))).toEqual([
      100, 200, 350, 350,
    ]);
  });
});

describe('pause', () => {
  test('ends with the signal, before or during it', async () => {
    const stop = new AbortController();
    const paused = pause(60_000, stop.signal);
    stop.abort();
    await expect(paused).resolves.toBeUndefined();
    await expect(pause(60_000, stop.signal)).resolves.toBeUndefined();
  });

  test('ends when its time is over, and not before', async () => {
    jest.useFakeTimers();
    try {
      let over = false;
      const paused = pause(20).then(() => {
        over = true;
      });
      await jest.advanceTimersByTimeAsync(19);
      expect(over).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await paused;
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('KeyedMutex, for work that only looks', () => {
  test('keeps out whoever changes, before and after, and nobody else who looks', async () => {
    const { started, work, end } = gates();
    const locks = new KeyedMutex();
    const all = [
      locks.hold(['a'], work('look 1'), ['programme']),
      locks.hold(['b'], work('look 2'), ['programme']),
      locks.hold(['programme'], work('change')),
      locks.hold(['c'], work('look 3'), ['programme']),
      locks.hold(['d'], work('look 4'), ['programme']),
    ];
    await turn();
    expect(started).toEqual(['look 1', 'look 2']);
    await end('look 1');
    expect(started).toEqual(['look 1', 'look 2']);
    await end('look 2');
    expect(started).toEqual(['look 1', 'look 2', 'change']);
    await end('change');
    expect(started).toEqual(['look 1', 'look 2', 'change', 'look 3', 'look 4']);
    await end('look 3');
    await end('look 4');
    await Promise.all(all);
  });
});

describe('shared work', () => {
  it('is done for all who asked before it began, and again for those who asked later', async () => {
    const ends: (() => void)[] = [];
    let begun = 0;
    const work = async (): Promise<number> => {
      begun += 1;
      const nth = begun;
      await new Promise<void>((resolve) => ends.push(resolve));
      if (nth === 1) throw new Error('the first fails');
      return nth;
    };
    const shared = new SharedWork<number>();
    const first = shared.share('a', work).catch(({ message }: Error) => message);
    const later = [shared.share('a', work), shared.share('a', work)];
    const other = shared.share('b', work);
    expect(begun).toBe(2);
    ends.shift()!();
    expect(await first).toBe('the first fails');
    ends.shift()!();
    expect(await other).toBe(2);
    ends.shift()!();
    expect(await Promise.all(later)).toEqual([3, 3]);
  });
});
