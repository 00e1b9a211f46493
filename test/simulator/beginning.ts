import { EventRegistry } from '../../events/registry.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import type { Deps } from '../../src/write-side/context.js';
import { child, enrolFamilies, type Family } from '../use-cases/families.js';
import { households } from '../use-cases/world.js';
import { Bank, simulatedRail } from './bank.js';
import { Chance } from './chance.js';
import { inMemory, Kept } from './kept.js';
import { SharedLog, SimulatedStore } from './log.js';
import type { Places } from './places.js';
import { SHORT, type Scale } from './scale.js';
import { Scheduler, type Owner } from './scheduler.js';

export const PROGRAMME = 'asd';
export const FIRST_MONTH = '2025-10';

/** What every history is played with. */
export interface Setting {
  readonly scale: Scale;
  readonly registry: EventRegistry;
  /** Who may still come to the counter. */
  readonly rows: readonly HouseholdRow[];
}

/** What every history begins with: the reference programme, open, with money and households. */
export interface Beginning extends Setting {
  readonly events: readonly Recorded[];
  readonly records: Kept['records'];
}

const made = new Map<Scale, Promise<Beginning>>();

/** Made once for a scale, by the real use cases over the same ports. */
export function beginning(scale: Scale = SHORT): Promise<Beginning> {
  const found = made.get(scale) ?? make(scale);
  made.set(scale, found);
  return found;
}

/** Families of one, two and three children, and of none. */
function familiesOf({ households: count }: Scale): Readonly<Record<string, Family>> {
  const children = [child('2013-04'), child('2016-09'), child('2021-02')];
  const names = ['ida', 'omar', 'rachida', 'hamid'];
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `${names[n % names.length]!}${n < names.length ? '' : Math.floor(n / names.length)}`,
      children.slice(0, (n + 1) % names.length),
    ]),
  );
}

async function make(scale: Scale): Promise<Beginning> {
  const kept = new Kept();
  const registry = new EventRegistry();
  const log = new SharedLog(registry, true, []);
  await enrolOn((scheduler) => inMemory(scheduler, log, kept), registry, scale);
  return { ...(await settingOf(scale)), events: log.events, records: kept.records };
}

/** Enrols the households of a scale, by the real use cases. */
export async function enrolOn(
  placesOn: (scheduler: Scheduler) => Places,
  registry: EventRegistry,
  scale: Scale,
): Promise<void> {
  const scheduler = new Scheduler(new Chance(0), { lateAnswer: 0, effectAtDeath: 0 });
  const owner: Owner = { name: 'beginning', alive: true, pausedUntil: 0 };
  const places = placesOn(scheduler);
  const deps: Deps = {
    store: new SimulatedStore(scheduler, owner, places.log, { unknownOutcome: 0 }),
    registry,
    vault: places.partsOf(owner).vault,
    clock: { now: () => new Date(scheduler.nowMs).toISOString() },
    rail: simulatedRail(scheduler, owner, new Bank()),
    locks: new KeyedMutex(),
  };
  const families = familiesOf(scale);
  let isOver = false;
  const enrolling = enrolFamilies(deps, families, asdVersions.slice(0, 1)).finally(() => {
    isOver = true;
  });
  while (!isOver) await scheduler.step();
  await enrolling;
}

export async function settingOf(scale: Scale): Promise<Setting> {
  const rows: HouseholdRow[] = [];
  // Those that are enrolled first: who is erased may come again.
  for (const [count, seed] of [
    [scale.households, 11],
    [scale.newcomers, 77],
  ] as const)
    for await (const batch of households(count, seed, { errors: 0, duplicates: 0 }))
      rows.push(...batch);
  return { scale, registry: new EventRegistry(), rows };
}
