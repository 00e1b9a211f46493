import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import {
  DetermineEligibility,
  SubmitApplication,
} from '../../src/application/application.commands.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import { streams } from '../../src/kernel/ids.js';
import { ErasePerson, RegisterPerson } from '../../src/person/person.commands.js';
import {
  DefineProgramme,
  OpenProgramme,
  PublishPolicy,
} from '../../src/programme/programme.commands.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { facts, ribNumber } from '../support/applicant.js';
import { ApiProcess } from './api-process.js';
import { newWorld, type World } from './world.js';

const ends: (() => Promise<unknown>)[] = [];
let server: TestEventStoreDb;
beforeAll(async () => {
  server = await startEventStoreDb();
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  await server.stop();
});

const opened = async (): Promise<World> => {
  const world = await newWorld();
  ends.push(() => world.end());
  return world;
};
const connected = async (): Promise<EventStore> => {
  const store = await openEventStoreDb({ url: server.url });
  ends.push(() => store.close());
  return store;
};

describe.each([
  ['the embedded log', async (world: World) => [world.engine.store, world.engine.store] as const],
  ['EventStoreDB', async () => [await connected(), await connected()] as const],
])('two api processes on %s', (_, stores) => {
  let here: ApiProcess;
  let there: ApiProcess;
  let registered = 0;

  beforeAll(async () => {
    const world = await opened();
    const [one, two] = await stores(world);
    here = new ApiProcess(world, one);
    there = new ApiProcess(world, two);
    const [first] = asdPolicies;
    await here.send(DefineProgramme, 'programme-manager', { ...asdProgramme });
    await here.send(PublishPolicy, 'programme-manager', { ...first }, { programmeId: 'asd' });
    await here.send(OpenProgramme, 'programme-manager', {}, { programmeId: 'asd' });
  });

  const register = async (at: ApiProcess): Promise<string> => {
    registered += 1;
    const { body } = await at.send(RegisterPerson, 'intake', {
      nationalId: `AB${200_000 + registered}`,
      name: 'Fatima Test',
      region: 'MA-06',
      account: { kind: 'iban', number: ibanOfRib(ribNumber(registered)) },
    });
    return String(body['personId']);
  };
  const submit = (at: ApiProcess, personId: string) =>
    at.send(SubmitApplication, 'intake', {
      programmeId: 'asd',
      personId,
      receivedOn: '2026-03-05',
      channel: 'counter',
      facts,
    });
  const determine = async (at: ApiProcess, applicationId: string): Promise<number> => {
    const { status } = await at.send(DetermineEligibility, 'case-officer', {}, { applicationId });
    expect(status).toBe(200);
    const events = await at.store.readStream(streams.application(applicationId));
    const last = events.at(-1);
    return last?.type === 'EligibilityDetermined' ? last.data.policyVersion : 0;
  };

  it('determine under a policy that the other published a moment ago', async () => {
    const before = await submit(there, await register(there));
    expect(before.status).toBe(201);
    expect(await determine(there, String(before.body['applicationId']))).toBe(1);
    const [, second] = asdPolicies;
    const publish = (who: string) =>
      here.send(PublishPolicy, 'programme-manager', { ...second }, { programmeId: 'asd' }, who);
    expect((await publish('a.first')).body['status']).toBe('proposed');
    const published = await publish('a.second');
    expect(published.body['status']).toBe('published');
    expect(published.status).toBe(201);
    const after = await submit(there, await register(there));
    expect(await determine(there, String(after.body['applicationId']))).toBe(2);
  });

  it('refuse an application of a person whom the other erased a moment ago', async () => {
    const personId = await register(there);
    expect((await submit(there, personId)).status).toBe(201);
    const erase = (who: string) =>
      here.send(ErasePerson, 'administrator', { reason: 'asked' }, { personId }, who);
    expect((await erase('a.first')).body['status']).toBe('proposed');
    const erased = await erase('a.second');
    expect(erased.status).toBe(200);
    expect((await submit(there, personId)).body).toMatchObject({ code: 'PERSON_ERASED' });
  });

  it('keep the key of a person whom two ask to erase at once, whoever asks again', async () => {
    // Both are the first by what they read; then each is the second by what the log has.
    for (let tries = 0; tries < 20; tries += 1) {
      const personId = await register(there);
      const keys = [randomUUID(), randomUUID()] as const;
      const erase = (at: ApiProcess, n: 0 | 1) =>
        at.send(ErasePerson, 'administrator', { reason: 'asked' }, { personId }, `a.${n}`, keys[n]);
      const told = await Promise.all([erase(here, 0), erase(there, 1)]);
      const again = [await erase(here, 0), await erase(there, 1)];
      expect(again.map(({ body }) => body)).toEqual(told.map(({ body }) => body));
      const events = await here.store.readStream(streams.person(personId));
      const [registered] = events;
      if (registered?.type !== 'PersonRegistered') throw new Error('a person begins so');
      const [opened] = await here.vault.open([registered.data.sealed]);
      const isErased = events.some(({ type }) => type === 'PersonErased');
      expect(opened === undefined).toBe(isErased);
      if (!isErased) return;
    }
    throw new Error('they never were both the first');
  });

  it('do not keep that a programme was not there yet', async () => {
    const personId = await register(there);
    const later = { ...asdProgramme, programmeId: 'later' };
    const asked = () =>
      there.send(SubmitApplication, 'intake', {
        programmeId: 'later',
        personId,
        receivedOn: '2026-03-05',
        channel: 'counter',
        facts,
      });
    expect((await asked()).body).toMatchObject({ code: 'PROGRAMME_NOT_FOUND' });
    await here.send(DefineProgramme, 'programme-manager', later);
    expect((await asked()).body).toMatchObject({ code: 'PROGRAMME_NOT_OPEN' });
  });
});
