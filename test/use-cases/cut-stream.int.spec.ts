import { afterAll, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { processManagers } from '../../src/process-managers/all.js';
import { ProcessManagerRunner } from '../../src/process-managers/runner.js';
import { checkpointInMemory } from '../../src/runtime/checkpoint.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { startEventStoreDb } from '../support/eventstoredb-server.js';
import { approveAlone } from './approved-alone.js';
import { PROGRAMME } from './month.js';
import { households, job, newWorld, openProgramme } from './world.js';

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

const isRecommended = (event: Recorded): boolean =>
  event.type === 'ApplicationRecommended' && event.data.recommendation === 'approve';

it('a household whose stream was cut is set aside by name, and the others are enrolled', async () => {
  const on = await startEventStoreDb();
  const world = await newWorld();
  const store = await openEventStoreDb({ url: on.url, deadlineMs: 30_000 });
  ends.push(
    () => on.stop(),
    () => world.end(),
    () => store.close(),
  );
  const deps = { ...world.engine, store, locks: new KeyedMutex() };
  await openProgramme(deps);
  const rows = households(6, 3, { errors: 0, duplicates: 0 });
  const intake = { programmeId: PROGRAMME, rows, determine: true };
  await importApplications(deps, intake, job(deps, 'intake'));
  const recommending = { programmeId: PROGRAMME, action: 'recommend' } as const;
  await decideApplications(deps, recommending, job(deps, 'officer'));
  const approved = (await store.readCategory('application-', { limit: 100 })).filter(({ events }) =>
    events.some((event) => isRecommended(event)),
  );
  expect(approved.length).toBeGreaterThan(1);
  for (const { stream } of approved) await approveAlone(deps, stream.slice('application-'.length));
  const cut = approved[0]!.stream;
  await on.trim(cut, { truncateBefore: 1 });

  const runner = new ProcessManagerRunner(deps, processManagers(deps), checkpointInMemory());
  await runner.drain();
  const enrolments = await store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 100 });
  expect(enrolments).toHaveLength(approved.length - 1);
  const aside = [{ stream: cut, reason: expect.stringMatching(`^LOG_CORRUPT: ${cut} lacks`) }];
  expect(runner.setAside).toMatchObject(aside);
  // It is as it was however often it is tried.
  expect(await runner.retry()).toBe(0);
  expect(runner.setAside).toMatchObject(aside);
});
