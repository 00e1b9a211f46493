import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { findCycle } from '../../projections/disbursement/cycle.queries.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { paymentId } from '../../src/kernel/ids.js';
import { ArrayLog } from '../support/array-log.js';
import { isPaid, personOf } from '../support/history-people.js';
import { historyOf } from '../support/history.js';
import { startPostgres } from '../support/postgres.js';
import { engines, PROJECTIONS } from './stores.js';

const HOUSEHOLDS = 60;
const CYCLE = 'asd-2026-02';
const regionOf = (index: number): string => `MA-${String((index % 12) + 1).padStart(2, '0')}`;
const [here, elsewhere] = Array.from({ length: HOUSEHOLDS }, (_, index) => index).filter(
  isPaid,
) as [number, number];
const paymentOf = (index: number): string => paymentId('asd', '2026-02', personOf(index));
const finding = (
  id: string,
  payments: string[],
  region?: string,
): EventData['CycleChecked']['findings'][number] => ({
  findingId: `shared-account-${id.repeat(12)}`,
  check: 'shared-account',
  level: 'block',
  count: 7,
  amountMinor: '350000',
  payments,
  measured: '7',
  limit: '1',
  ...(region === undefined ? {} : { region }),
});
const BOTH = finding('a', [here, elsewhere].map(paymentOf));
const THEIRS = finding('b', [paymentOf(elsewhere)]);
const OF_REGION = finding('c', [], regionOf(here));
const OF_ANOTHER = finding('d', [], regionOf(elsewhere));
const WHOLE = finding('e', []);

/** The history of others, in which the checks found more and two households were left out. */
const EVENTS = historyOf({ households: HOUSEHOLDS }).map((event): Recorded => {
  if (event.type === 'CycleChecked') {
    const findings = [BOTH, THEIRS, OF_REGION, OF_ANOTHER, WHOLE];
    return { ...event, data: { ...event.data, findings } };
  }
  if (event.type !== 'CycleFindingOverridden') return event;
  const households = [here, elsewhere].map((index) => ({
    personId: personOf(index),
    code: 'FACTS_INVALID',
  }));
  const data = { cycleId: CYCLE, round: 1, count: 2, households };
  return { ...event, type: 'CycleHouseholdsLeftOut', v: 1, data };
});

const postgres = await startPostgres('what a limited role sees of a cycle');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

describe.each(engines(postgres))('a cycle, for a role limited to a region, on $name', (engine) => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await engine.open();
    const log = new ArrayLog(EVENTS);
    await new ProjectionRunner({ store, projections: PROJECTIONS, log }).catchUp();
  });
  afterAll(async () => {
    await store.close();
    engine.cleanUp();
  });

  it('names no household, and no payment of another region', async () => {
    const { findings, leftOut } = (await findCycle(store, CYCLE, [regionOf(here)]))!;
    expect(leftOut).toEqual({ count: 2, households: [] });
    const { measured: _, limit: __, ...both } = BOTH;
    expect(findings).toEqual([
      { ...both, count: 1, amountMinor: '50000', payments: [paymentOf(here)] },
      OF_REGION,
    ]);
    expect((await findCycle(store, CYCLE, ['EH-99']))!.findings).toEqual([]);
  });

  it('names all of them for who is not limited', async () => {
    const { findings, leftOut } = (await findCycle(store, CYCLE))!;
    expect(leftOut!.households).toHaveLength(2);
    expect(findings).toEqual([BOTH, THEIRS, OF_REGION, OF_ANOTHER, WHOLE]);
  });
});
