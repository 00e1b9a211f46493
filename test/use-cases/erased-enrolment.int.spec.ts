import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { processManagers } from '../../src/process-managers/all.js';
import { PolicyReader } from '../../src/programme/policy-reader.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { enrolled, PROGRAMME } from './month.js';
import { by, drain, erasedByTwo, newWorld, type World } from './world.js';

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

test('the identity of who is erased is free though the erasure was cut off, and another’s is not', async () => {
  const { engine } = world;
  const claim = (identityHash: string, personId: string) =>
    part(streams.identity(identityHash), identityDecider, {
      type: 'ClaimIdentity',
      identityHash,
      personId,
    });
  const erased = async (identityHash: string, holder?: string): Promise<string> => {
    const personId = uuidOf('spec-cut-off', identityHash);
    await execute(
      engine,
      [
        claim(identityHash, holder ?? personId),
        part(streams.person(personId), personDecider, {
          type: 'RegisterPerson',
          personId,
          identityHash,
          region: 'MA-06',
          sealed: { record: `person/${personId}/profile`, sha256: 'ab'.repeat(32) },
        }),
      ],
      by(engine, 'ines', 'intake', 'register', personId),
    );
    await execute(
      engine,
      [part(streams.person(personId), personDecider, ...erasedByTwo(personId))],
      by(engine, 'adil', 'administrator', 'erase', personId),
    );
    return personId;
  };
  const mine = 'ef'.repeat(32);
  const taken = 'cd'.repeat(32);
  const personId = await erased(mine);
  await erased(taken, uuidOf('spec-cut-off', 'another'));
  for (let times = 0; times < 2; times += 1) await drain(engine);
  const after = await engine.store.readStreams([mine, taken].map(streams.identity));
  expect(after.map(({ events }) => events.map(({ type }) => type))).toEqual([
    ['IdentityClaimed', 'IdentityReleased'],
    ['IdentityClaimed'],
  ]);
  expect(after[0]!.events.at(-1)).toMatchObject({
    data: { personId },
    meta: { role: 'automation' },
  });
  const other = claim(mine, uuidOf('spec-cut-off', 'next'));
  expect(await execute(engine, [other], by(engine, 'ines', 'intake', 'again'))).toMatchObject({
    events: 1,
  });
});
