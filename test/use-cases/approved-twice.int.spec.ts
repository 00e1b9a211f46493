import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { contextOf } from '../../src/cli/command.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import type { Deps } from '../../src/write-side/context.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { enrolled, PROGRAMME } from './month.js';
import { newWorld, openProgramme, type World } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;

let server: TestEventStoreDb;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await startEventStoreDb();
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  await server.stop();
});

const distributed = async (world: World): Promise<Deps> => {
  const store = await openEventStoreDb({ url: server.url });
  ends.push(() => store.close());
  return { ...world.engine, store, locks: new KeyedMutex() };
};
/** As the command line names what is asked for. */
const asked = (id: string, role: Role, verb: string, ...more: readonly string[]) =>
  contextOf({ id, role }, verb, CYCLE, ...more);

async function whole(deps: Deps): Promise<readonly Recorded[]> {
  const { events } = await deps.store.readAll(-1, 5_000);
  return events;
}

describe.each([
  ['the embedded log', async (world: World): Promise<Deps> => world.engine],
  ['EventStoreDB', distributed],
])('a cycle that is approved, returned, prepared and approved again on %s', (_, depsOf) => {
  it('is four commands, and the second approval is one with its money', async () => {
    const world = await newWorld();
    ends.push(() => world.end());
    const deps = await depsOf(world);
    await openProgramme(deps);
    await enrolled(deps, 6);
    const commands = new Set<string>();
    for (let round = 1; round <= 3; round += 1) {
      const { contentHash } = await prepareCycle(
        deps,
        { programmeId: PROGRAMME, period: PERIOD },
        asked('farid', 'finance-officer', 'prepare'),
      );
      await approveCycle(
        deps,
        { cycleId: CYCLE, contentHash },
        asked('kenza', 'finance-controller', 'approve', 'the same words'),
      );
      expect((await readCycle(deps.store, CYCLE)).status).toBe('approved');
      await returnCycle(
        deps,
        { cycleId: CYCLE, reason: 'look again' },
        asked('rachid', 'finance-controller', 'return', 'look again'),
      );
      expect((await readCycle(deps.store, CYCLE)).status).toBe('returned');
    }
    const cycle = await deps.store.readStream(streams.cycle(CYCLE));
    const decided = cycle.filter(
      ({ type }) => type === 'CycleApproved' || type === 'CycleReturned',
    );
    for (const { meta } of decided) commands.add(meta.command);
    expect(commands.size).toBe(6);
    const events = await whole(deps);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const check = createAuditCheck({ positionGaps: deps.store.positionGaps === true });
    for (const event of events) check.add(event);
    expect(check.finish().violations).toEqual([]);
    const budget = await deps.store.readStream(streams.budget(PROGRAMME, 2025));
    expect(budget.filter(({ type }) => type === 'BudgetReserved')).toHaveLength(3);
  });
});
