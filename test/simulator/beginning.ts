import { EventRegistry } from '../../events/registry.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import type { Deps } from '../../src/write-side/context.js';
import { child, enrolFamilies } from '../use-cases/families.js';
import { households } from '../use-cases/world.js';
import { Bank, simulatedRail } from './bank.js';
import { Chance } from './chance.js';
import { Kept, simulatedVault } from './kept.js';
import { SharedLog, SimulatedStore } from './log.js';
import { Scheduler, type Owner } from './scheduler.js';

export const PROGRAMME = 'asd';
export const FIRST_MONTH = '2025-10';

/** What every history begins with: the reference programme, open, with money and four households. */
export interface Beginning {
  readonly registry: EventRegistry;
  readonly events: readonly Recorded[];
  readonly records: Kept['records'];
  /** Who may still come to the counter. */
  readonly rows: readonly HouseholdRow[];
}

let made: Promise<Beginning> | undefined;

/** Made once, by the real use cases over the same ports. */
export const beginning = (): Promise<Beginning> => (made ??= make());

async function make(): Promise<Beginning> {
  const registry = new EventRegistry();
  const scheduler = new Scheduler(new Chance(0), { lateAnswer: 0, effectAtDeath: 0 });
  const owner: Owner = { name: 'beginning', alive: true, pausedUntil: 0 };
  const kept = new Kept();
  const log = new SharedLog(registry, true, []);
  const deps: Deps = {
    store: new SimulatedStore(scheduler, owner, log, { unknownOutcome: 0 }),
    registry,
    vault: simulatedVault(scheduler, owner, kept),
    clock: { now: () => new Date(scheduler.nowMs).toISOString() },
    rail: simulatedRail(scheduler, owner, new Bank()),
    locks: new KeyedMutex(),
  };
  const children = [child('2013-04'), child('2016-09'), child('2021-02')];
  const families = {
    ida: children.slice(0, 1),
    omar: children.slice(0, 2),
    rachida: children,
    hamid: [],
  };
  let isOver = false;
  const enrolling = enrolFamilies(deps, families, asdVersions.slice(0, 1)).finally(() => {
    isOver = true;
  });
  while (!isOver) await scheduler.step();
  await enrolling;
  const rows: HouseholdRow[] = [];
  // Those that are enrolled first: who is erased may come again.
  for (const [count, seed] of [
    [Object.keys(families).length, 11],
    [8, 77],
  ] as const)
    for await (const batch of households(count, seed, { errors: 0, duplicates: 0 }))
      rows.push(...batch);
  return { registry, events: log.events, records: kept.records, rows };
}
