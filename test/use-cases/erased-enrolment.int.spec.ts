import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { processManagers } from '../../src/process-managers/all.js';
import { PolicyReader } from '../../src/programme/policy-reader.js';
import { enrolled, PROGRAMME } from './month.js';
import { newWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 1);
});
afterAll(() => world.end());

test('what an erased person is enrolled in ends by the month of the programme’s time zone', async () => {
  const { engine } = world;
  const { definition } = await new PolicyReader(engine.store).programme(PROGRAMME);
  expect(definition.timeZone).toBe('Africa/Casablanca');
  const { events } = (await engine.store.readCategory('person-', { limit: 1 }))[0]!;
  const personId = events[0]!.stream.slice('person-'.length);
  const erased = {
    ...events[0]!,
    type: 'PersonErased',
    time: '2025-12-31T23:30:00.000Z',
    data: { personId, reason: 'asked' },
  } as Recorded;
  const ends = 'when-person-erased-then-end-enrolments';
  await processManagers(engine)
    .find(({ name }) => name === ends)!
    .handle([erased]);
  const life = await engine.store.readStream(streams.enrolment(PROGRAMME, personId));
  expect(life.at(-1)).toMatchObject({ type: 'EnrolmentEnded', data: { lastPeriod: '2026-01' } });
});
