import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { AllotBudget } from '../../src/budget/budget.commands.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import type { Call, Command } from '../../src/http/call.js';
import { namesOf } from '../../src/http/idempotency.js';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import type { Role } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { RegisterPerson } from '../../src/person/person.commands.js';
import {
  DefineProgramme,
  OpenProgramme,
  PublishPolicy,
} from '../../src/programme/programme.commands.js';
import { ribNumber } from '../support/applicant.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { ApiProcess, type Told } from './api-process.js';
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

const connected = async (options: object = {}): Promise<EventStore> => {
  const store = await openEventStoreDb({ url: server.url, ...options });
  ends.push(() => store.close());
  return store;
};

/** A request, as this version names it or as one before did. */
class Client {
  constructor(
    private readonly world: World,
    private readonly role: Role,
    private readonly params: Readonly<Record<string, string>> = {},
  ) {}

  call(key: string, body: object): Call {
    const actor = { id: `the.${this.role}`, role: this.role };
    const { vault, clock } = this.world.engine;
    const asked = { method: 'POST', path: JSON.stringify(this.params), body };
    const { commandId, ...kept } = namesOf(vault, actor, key, asked);
    const context = { actor, now: clock.now(), commandId, correlationId: randomUUID() };
    return { context, params: this.params, ...kept };
  }

  /** @param at where it was kept, of the keys that versions kept it under */
  former(key: string, body: object, at: number): Call {
    const call = this.call(key, body);
    const { commandId, fingerprint } = call.former!;
    const { context, params, formerKeys = [] } = call;
    const kept = formerKeys[at] ?? call.key;
    return { context: { ...context, commandId }, params, key: kept, fingerprint };
  }
}

const person = (n: number) => ({
  nationalId: `AB${300_000 + n}`,
  name: 'Fatima Test',
  region: 'MA-06',
  account: { kind: 'iban' as const, number: ibanOfRib(ribNumber(n)) },
});
const keys = (): readonly [string, string, number][] => [
  ['a UUID', randomUUID(), 0],
  ['a word, kept as its hash', `amina-${randomUUID()}`, 0],
  ['a word, kept as it is', `fatima-${randomUUID()}`, 1],
];
const numbered = (from: number) => keys().map((one, n) => [...one, from + n] as const);

describe.each([
  ['the embedded log', async (world: World) => world.engine.store],
  ['EventStoreDB', async () => connected()],
])('a request that an earlier version answered, on %s', (name, storeOf) => {
  let world: World;
  let api: ApiProcess;
  let client: Client;
  beforeAll(async () => {
    world = await newWorld();
    ends.push(() => world.end());
    api = new ApiProcess(world, await storeOf(world));
    client = new Client(world, 'intake');
  });
  const first = name === 'EventStoreDB' ? 20 : 10;

  it.each(numbered(first))(
    'is answered alike, and its key refused for another, where it is %s',
    async (_, key, at, n) => {
      const before = await api.call(RegisterPerson, person(n), client.former(key, person(n), at));
      expect(before.status).toBe(201);
      const position = await api.store.lastPosition();
      const again = await api.call(RegisterPerson, person(n), client.call(key, person(n)));
      expect(again).toEqual(before);
      const other = { ...person(n), phone: '+212612345678' };
      await expect(api.call(RegisterPerson, other, client.call(key, other))).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      expect(await api.store.lastPosition()).toBe(position);
    },
  );

  it('keeps of a new one nothing that is guessed without the key', async () => {
    const body = person(first + 5);
    const call = client.call('order-of-zineb', body);
    const told = await api.call(RegisterPerson, body, call);
    expect(await api.call(RegisterPerson, body, client.call('order-of-zineb', body))).toEqual(told);
    const kept = await api.store.receipt(call.key);
    expect(kept?.fingerprint).toBe(call.fingerprint);
    expect(kept?.fingerprint).not.toBe(call.former!.fingerprint);
    for (const former of call.formerKeys!) expect(await api.store.receipt(former)).toBeUndefined();
  });
});

describe('a request that an earlier version began, whose process ended, on EventStoreDB', () => {
  let world: World;
  let api: ApiProcess;
  beforeAll(async () => {
    world = await newWorld();
    ends.push(() => world.end());
    api = new ApiProcess(world, await connected());
    const manager = 'programme-manager';
    await api.send(DefineProgramme, manager, { ...asdProgramme });
    await api.send(PublishPolicy, manager, { ...asdPolicies[0] }, { programmeId: 'asd' });
    await api.send(OpenProgramme, manager, {}, { programmeId: 'asd' });
  });

  /** @param written appends that come through: the reservation, then stream by stream */
  async function begun<C extends Command>(
    type: Type<C>,
    body: Partial<C>,
    call: Call,
    written: number,
  ): Promise<void> {
    const dying = new ApiProcess(world, await connected({ patienceMs: 200 }));
    await server.fault({ on: 'append', fault: 'unavailable', skip: written, times: -1 });
    await expect(dying.call(type, body, call)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await server.heal();
  }

  it.each(numbered(2030))('gives a budget once, under %s', async (_, key, at, fiscalYear) => {
    const client = new Client(world, 'finance-officer', {
      programmeId: 'asd',
      fiscalYear: String(fiscalYear),
    });
    const body = { amount: '100.00', currency: 'MAD', reference: 'LF' };
    await begun(AllotBudget, body, client.former(key, body, at), 2);
    const told: Told = await api.call(AllotBudget, body, client.call(key, body));
    expect(told.status).toBe(201);
    expect(await api.call(AllotBudget, body, client.call(key, body))).toEqual(told);
    expect(await api.store.readStream(streams.budget('asd', fiscalYear))).toHaveLength(1);
  });

  it.each(numbered(40))(
    'registers the person who claimed the identity, under %s',
    async (_, key, at, n) => {
      const client = new Client(world, 'intake');
      const body = person(n);
      await begun(RegisterPerson, body, client.former(key, body, at), 2);
      const told = await api.call(RegisterPerson, body, client.call(key, body));
      expect(told.status).toBe(201);
      const events = await api.store.readStream(streams.person(String(told.body['personId'])));
      const [registered] = events;
      if (registered?.type !== 'PersonRegistered') throw new Error('a person begins so');
      const [profile] = await world.engine.vault.open([registered.data.sealed]);
      expect(profile).toMatchObject({ nationalId: body.nationalId });
      await expect(
        api.call(RegisterPerson, person(50), client.call(key, person(50))),
      ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    },
  );
});
