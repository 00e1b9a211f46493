import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { HttpWorld, setUp, type Caller } from './http-world.js';

const BASE = 'https://aid.example/sanad';

describe('a server whose addresses begin with a base of its own', () => {
  let world: HttpWorld;
  let manager: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open({ SANAD_BASE_URI: `${BASE}/` });
    await setUp(world);
    manager = await world.as('m.alaoui', 'programme-manager');
  });
  afterAll(() => world.close());

  it('begins with it in every refusal, wherever it is made', async () => {
    const refusals = [
      // By the guard, by the router, by a query, and by a decider, whose answer is kept.
      await manager.get('/programmes', { authorization: '' }),
      await manager.send('DELETE', '/programmes', undefined, {}),
      await manager.get('/cycles/asd-2031-01'),
      await manager.post('/programmes/asd/opening', {}, 'again'),
      await manager.post('/programmes/asd/opening', {}, 'again'),
    ];
    expect(refusals.map(({ body }) => body.type)).toEqual([
      `${BASE}/problems/token-missing`,
      `${BASE}/problems/method-not-allowed`,
      `${BASE}/problems/cycle-not-found`,
      `${BASE}/problems/programme-already-open`,
      `${BASE}/problems/programme-already-open`,
    ]);
    const malformed = await (await fetch(`${world.server.url}/%zz`)).json();
    expect(malformed).toMatchObject({ type: `${BASE}/problems/malformed-url` });
  });

  it('begins with it where the description gives an example, and in the events of the feed', async () => {
    const { components } = (await manager.get('/openapi.json')).body;
    expect(components.schemas.ProblemSchema.properties.type.examples).toEqual([
      `${BASE}/problems/not-found`,
    ]);
    const auditor = await world.as('a.auditor', 'auditor');
    const { text } = await auditor.get('/feed?limit=1');
    expect(JSON.parse(text)).toMatchObject({
      dataschema: `${BASE}/schemas/events/programme/ProgrammeDefined.v1.schema.json`,
    });
  });

  it('serves the schema that each event of the feed names, as it was released, to anybody', async () => {
    const auditor = await world.as('a.auditor', 'auditor');
    const { text } = await auditor.get('/feed?limit=100');
    const named = new Set(
      text
        .trim()
        .split('\n')
        .map((line) => String(JSON.parse(line).dataschema)),
    );
    expect(named.size).toBeGreaterThan(2);
    for (const address of named) {
      expect(address.startsWith(`${BASE}/schemas/`)).toBe(true);
      const reply = await fetch(world.server.url + address.slice(BASE.length));
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
      expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const file = address.slice(`${BASE}/schemas/`.length);
      expect(await reply.json()).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    }
    for (const other of ['payment/Nothing.v1.schema.json', 'payment/..%2freleased.json']) {
      const reply = await fetch(`${world.server.url}/schemas/events/${other}`);
      expect(reply.headers.get('cache-control')).toBe('no-store');
      expect(await reply.json()).toMatchObject({ status: 404, code: 'SCHEMA_UNKNOWN' });
    }
  });

  it('has none of it in the log', async () => {
    const auditor = await world.as('a.auditor', 'auditor');
    const { events } = (await auditor.get('/audit/log')).body;
    expect(events.length).toBeGreaterThan(2);
    expect(JSON.stringify(events)).not.toContain('aid.example');
  });
});
