import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventRegistry } from '../../events/registry.js';
import type { AppendGroup, AppendResult, EventStore } from '../../src/adapters/event-store/port.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { recordUnits } from '../../src/write-side/record.js';
import { part, reserving, type Part, type Unit } from '../../src/write-side/unit.js';

class Killed extends Error {}

/** Streams of a store whose groups are not atomic, and a process on it that dies when told. */
class HalfStore implements Pick<EventStore, 'append' | 'appendAll' | 'readStreams'> {
  readonly atomicGroups = false;
  readonly streams = new Map<string, Recorded[]>();
  #position = 0;
  /** Streams that may still be written before the process dies. */
  left = Number.POSITIVE_INFINITY;

  of = (stream: string): readonly Recorded[] => this.streams.get(stream) ?? [];

  readStreams = async (names: readonly string[]) =>
    names.map((stream) => ({ stream, events: [...this.of(stream)] }));

  async appendAll(groups: readonly AppendGroup[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    for (const group of groups) results.push(await this.append(group));
    return results;
  }

  async append({ writes }: AppendGroup): Promise<AppendResult> {
    let position = -1;
    const there = writes.map(({ stream, expected, events }) => {
      const first = expected === 'no-stream' ? 0 : expected + 1;
      return events.every(({ id }, i) => this.of(stream)[first + i]?.id === id);
    });
    for (const [i, { stream, expected, events }] of writes.entries()) {
      const kept = this.streams.get(stream) ?? [];
      if (there[i]) continue;
      if (kept.length - 1 !== (expected === 'no-stream' ? -1 : expected))
        return { kind: 'conflict', stream, expected, actual: kept.length - 1 };
      if (this.left === 0) throw new Killed();
      this.left -= 1;
      this.streams.set(stream, kept);
      for (const event of events) {
        position = this.#position;
        this.#position += 1;
        kept.push({ ...event, stream, revision: kept.length, position } as Recorded);
      }
    }
    return { kind: there.every(Boolean) ? 'duplicate' : 'appended', position };
  }
}

const registry = new EventRegistry();
const ROLE = 'finance-officer';
const PAIRS = 4;

const budget = (stream: string, command: Parameters<typeof budgetDecider.decide>[1]): Part =>
  part(stream, budgetDecider, command);
/** Nothing in the budget says that this was done before: done twice, it counts twice. */
const adjust = (stream: string, reason: string): Part =>
  budget(stream, { type: 'AdjustBudget', deltaMinor: '1', reason });
const first = (n: number): string => `budget-first${n}-2026`;
const last = (n: number): string => `budget-last${n}-2026`;

/** A transfer: of both streams, or of neither. */
const transfer = (n: number): Unit => ({
  verb: 'transfer',
  key: String(n),
  parts: [adjust(last(n), 'transfer'), reserving(adjust(first(n), 'transfer'))],
});

class Process {
  constructor(private readonly store: HalfStore) {}

  run(units: readonly Unit[]) {
    const loaded = units.map((unit) => ({
      ...unit,
      loaded: unit.parts.map(({ stream }) => [...this.store.of(stream)]),
    }));
    return recordUnits(
      { store: this.store, registry, now: () => '2026-01-01T00:00:00.000Z' },
      loaded,
      { actor: { id: 'f', role: ROLE }, correlationId: 'c' },
    );
  }

  /** As jobs do: what the stream written last shows as done is not asked for again. */
  async job(): Promise<void> {
    const todo = Array.from({ length: PAIRS }, (_, n) => n).filter(
      (n) => times(this.store, last(n), 'transfer') === 0,
    );
    await this.run(todo.map(transfer));
  }
}

const times = (store: HalfStore, stream: string, reason: string): number =>
  store.of(stream).filter(({ type, data }) => {
    return type === 'BudgetAdjusted' && 'reason' in data && data.reason === reason;
  }).length;
const transfers = (store: HalfStore): readonly (readonly number[])[] =>
  Array.from({ length: PAIRS }, (_, n) =>
    [first(n), last(n)].map((stream) => times(store, stream, 'transfer')),
  );
const ONCE = Array.from({ length: PAIRS }, () => [1, 1]);

async function allotted(): Promise<HalfStore> {
  const store = new HalfStore();
  for (let n = 0; n < PAIRS; n += 1)
    for (const stream of [first(n), last(n)])
      await new Process(store).run([
        {
          verb: 'allot',
          key: stream,
          parts: [
            budget(stream, {
              type: 'AllotBudget',
              programmeId: 'asd',
              fiscalYear: 2026,
              currency: 'MAD',
              amountMinor: '1000',
              reference: 'LF',
            }),
          ],
        },
      ]);
  return store;
}

/** Whether the work was done before its process was killed. */
async function done(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

const kills = fc.array(fc.nat(3), { maxLength: 6 });

describe('units of two streams on a store that writes one stream at a time', () => {
  it.each([
    ['the stream written first', first],
    ['the stream written last', last],
  ])('are whole, once, however often killed, while others write to %s', async (_, moving) => {
    const between = fc.tuple(fc.nat(3), fc.array(fc.nat(PAIRS - 1), { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(between, { maxLength: 8 }), async (tries) => {
        const store = await allotted();
        for (const [turn, [left, others]] of tries.entries()) {
          store.left = left;
          await done(new Process(store).job());
          store.left = Number.POSITIVE_INFINITY;
          for (const [i, n] of others.entries()) {
            const other = {
              verb: 'other',
              key: `${turn} ${i}`,
              parts: [adjust(moving(n), 'other')],
            };
            await new Process(store).run([other]);
          }
        }
        await new Process(store).job();
        expect(transfers(store)).toEqual(ONCE);
      }),
      { numRuns: 300 },
    );
  });

  it('are whole, once, when two processes do the same at once and are killed', async () => {
    await fc.assert(
      fc.asyncProperty(kills, async (lefts) => {
        const store = await allotted();
        for (const left of lefts) {
          store.left = left;
          await Promise.all([done(new Process(store).job()), done(new Process(store).job())]);
        }
        store.left = Number.POSITIVE_INFINITY;
        await Promise.all([new Process(store).job(), new Process(store).job()]);
        expect(transfers(store)).toEqual(ONCE);
      }),
      { numRuns: 300 },
    );
  });

  it('are whole, once, though a request of the same words is sent after each', async () => {
    const store = await allotted();
    for (let n = 0; n < PAIRS; n += 1) {
      store.left = 1;
      expect(await done(new Process(store).run([transfer(n)]))).toBe(false);
      store.left = Number.POSITIVE_INFINITY;
      expect(times(store, first(n), 'transfer')).toBe(1);
      expect(times(store, last(n), 'transfer')).toBe(0);
      const [result] = await new Process(store).run([transfer(n)]);
      expect(result).toMatchObject({ kind: 'recorded', events: 2 });
    }
    expect(transfers(store)).toEqual(ONCE);
    for (let n = 0; n < PAIRS; n += 1) {
      const one = store.of(first(n)).at(-1)!;
      const two = store.of(last(n)).at(-1)!;
      expect(one.meta.command).toBe(two.meta.command);
      expect(one.id).not.toBe(two.id);
    }
  });

  it('are recorded where somebody else did what was left of them meanwhile', async () => {
    const store = await allotted();
    const there = 'budget-there-2026';
    const allot = budget(there, {
      type: 'AllotBudget',
      programmeId: 'asd',
      fiscalYear: 2026,
      currency: 'MAD',
      amountMinor: '1000',
      reference: 'LF',
    });
    // Nothing is left of it once the budget is there.
    const rest: Part = {
      ...allot,
      decide: (events, context) => (events.length > 0 ? [] : allot.decide(events, context)),
    };
    const append = store.append.bind(store);
    store.append = async (group) => {
      store.append = append;
      await append({ ...group, writes: group.writes.slice(0, 1) });
      await new Process(store).run([{ verb: 'allot', key: there, parts: [allot] }]);
      return append(group);
    };
    const parts = [reserving(adjust(first(0), 'transfer')), rest];
    const [result] = await new Process(store).run([{ verb: 'both', key: '0', parts }]);
    expect(times(store, first(0), 'transfer')).toBe(1);
    expect(store.of(there)).toHaveLength(1);
    expect(result).toMatchObject({ kind: 'recorded', events: 1 });
  });
});
