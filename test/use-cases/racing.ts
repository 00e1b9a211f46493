import { afterAll, beforeAll, expect } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import type { AppendGroup } from '../../src/adapters/event-store/port.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import type { ReinstructSummary } from '../../src/use-cases/instructions/reinstruction-summary.rule.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { Deps } from '../../src/write-side/context.js';
import { MemoryStore } from '../support/memory-store.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

export const CYCLE = `${PROGRAMME}-2025-12`;

/** A process over a log in memory. */
export type Here = Deps & { readonly store: MemoryStore };

/** The two kinds of stores, by whether they write groups whole. */
export const STORES = [
  ['that writes groups whole', true],
  ['that writes one stream at a time', false],
] as const;

/** Does something else just before the first append that writes an event of the type. */
export function justBefore({ store }: Here, type: EventType, other: () => Promise<unknown>): void {
  store.beforeAppend = async ({ writes }: AppendGroup) => {
    if (!writes.some(({ events }) => events.some((event) => event.type === type))) return;
    store.beforeAppend = undefined;
    await other();
  };
}

export const eventsOf = async ({ store }: Here): Promise<readonly Recorded[]> =>
  (await store.readAll(-1, 100_000)).events;

/** A process with locks of its own: nothing but the log is between two of them. */
export const another = (of: Here): Here => ({ ...of, locks: new KeyedMutex() });

export interface Racing {
  /** The log with enrolled households, and a folder for files. */ anew(): Promise<Here>;
  /** December, all settled but what was rejected, and reconciled. */ reconciled(): Promise<Here>;
}

/** Registers what makes and ends the worlds of a file's tests. */
export function racing(atomic: boolean): Racing {
  let world: World;
  let deps: Here;
  /** The log with enrolled households, to begin each test from. */
  let start: readonly Recorded[];
  beforeAll(async () => {
    world = await newWorld();
    deps = { ...world.engine, store: new MemoryStore(atomic), locks: new KeyedMutex() };
    await enrolled(deps, 12);
    start = await eventsOf(deps);
  });
  const worlds: World[] = [];
  afterAll(async () => {
    await world.end();
    for (const one of worlds) await one.end();
  });
  const anew = async (): Promise<Here> => {
    const forFiles = await newWorld();
    worlds.push(forFiles);
    return { ...deps, rail: forFiles.engine.rail, store: new MemoryStore(atomic, start) };
  };

  /** December, all settled but what was rejected, and reconciled. */
  async function reconciled(): Promise<Here> {
    const here = await anew();
    const { cycleId } = await released(here, '2025-12');
    const outcomes = answers(here, cycleId, (_paymentId, n) =>
      n === 0
        ? { outcome: 'rejected', reason: 'AC04' }
        : { outcome: 'settled', settledOn: '2025-12-29' },
    );
    await takeInOutcomes(here, { source: 'file', outcomes }, job(here, 'bank'));
    await drain(here);
    await reconcileCycle(here, { cycleId }, as(here, 'finance', 'reconcile'));
    return here;
  }
  return { anew, reconciled };
}

export const reinstruct = (here: Here): Promise<ReinstructSummary> =>
  reinstructPayments(
    another(here),
    { cycleId: CYCLE, executionDate: '2026-01-10', sameAccount: true },
    job(here, 'finance'),
  );

/** Every payment that was instructed again is in a file that the log knows. */
export const filesKnown = async (here: Here): Promise<void> => {
  const events = await eventsOf(here);
  const known = events.flatMap((event) =>
    event.type === 'CycleInstructed' || event.type === 'CycleReinstructed'
      ? event.data.files.map(({ messageId }) => messageId)
      : [],
  );
  for (const event of events)
    if (event.type === 'PaymentReinstructed') expect(known).toContain(event.data.messageId);
};
