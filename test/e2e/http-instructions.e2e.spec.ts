import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  paid,
  person,
  setUp,
  submitted,
  type Json,
} from './http-world.js';

const CYCLE = 'asd-2025-10';
const PATH = `/cycles/${CYCLE}/instructions`;

describe("a payment system that reads a cycle's instructions", () => {
  let world: HttpWorld;
  const persons: string[] = [];
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    for (const n of [1, 2]) {
      const { personId, applicationId } = await submitted(world, n);
      await approved(world, applicationId);
      await enrolled(world, personId);
      persons.push(personId);
    }
    await paid(world, CYCLE);
  });
  afterAll(() => world.close());

  const noted = (): Json[] =>
    readFileSync(join(world.dir, 'access.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line): Json => JSON.parse(line))
      .filter(({ what }) => what === 'instructions');

  it('is noted for each person whose account it was told, and not for those of other pages', async () => {
    const system = await world.as('bank', 'payment-system');
    const page = await system.get(`${PATH}?limit=1`);
    const line = JSON.parse(page.text) as Json;
    const [told, other] = line.paymentId.endsWith(persons[0]) ? persons : persons.toReversed();
    expect(line.payee.name).toBe(person(persons.indexOf(told!) + 1).name);
    const by = { actor: 'bank', role: 'payment-system', what: 'instructions', count: 1 };
    const ofFirst = noted();
    expect(ofFirst).toHaveLength(2);
    expect(ofFirst).toEqual(
      expect.arrayContaining([CYCLE, told].map((of) => expect.objectContaining({ ...by, of }))),
    );
    expect(new Set(ofFirst.map(({ correlation }) => correlation)).size).toBe(1);

    expect((await system.get(`${PATH}?after=${line.cursor}`)).text).toContain(other);
    const ofBoth = noted().slice(2);
    expect(ofBoth.map(({ of }) => of).sort()).toEqual([CYCLE, other].sort());
  });

  it('is noted once for each person of a whole page, and never the data', async () => {
    const before = noted().length;
    const reader = await world.as('bank-2', 'payment-system');
    const { text } = await reader.get(PATH);
    expect(text.trim().split('\n')).toHaveLength(2);
    const lines = noted().slice(before);
    expect(lines.map(({ of, count }) => [of, count]).sort()).toEqual(
      [[CYCLE, 2], ...persons.map((of) => [of, 1])].sort(),
    );
    expect(JSON.stringify(lines)).not.toContain(person(1).account.number);
  });

  it('is not noted where nobody is named or the role may not read them', async () => {
    const before = noted().length;
    const system = await world.as('bank', 'payment-system');
    const last = JSON.parse((await system.get(PATH)).text.trim().split('\n')[1]!) as Json;
    expect((await system.get(`${PATH}?after=${last.cursor}`)).text).toBe('');
    const clerk = await world.as('i.berrada', 'intake');
    await expectStatus(403, clerk.get(PATH));
    // The page that the cursor was taken from.
    expect(noted()).toHaveLength(before + 3);
  });
});
