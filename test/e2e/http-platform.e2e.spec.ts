import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROLES } from '../../src/kernel/decider.js';
import { csvCell } from '../../src/kernel/csv.js';
import { expectProblem } from './expect-problem.js';
import {
  expectStatus,
  HttpWorld,
  person,
  setUp,
  submitted,
  type Caller,
  type Json,
} from './http-world.js';

const PUBLIC = [
  /^GET \/$/,
  /^(GET|HEAD) \/problems(\/:code)?$/,
  /^(GET|HEAD) \/schemas\/events\/:aggregate\/:file$/,
  /^GET \/health\//,
  /^GET \/metrics$/,
  /^GET \/openapi\.json$/,
  /^GET \/docs/,
  /^HEAD /,
  /^OPTIONS /,
];

describe('the platform under every endpoint', () => {
  let world: HttpWorld;
  let finance: Caller;
  let intake: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    finance = await world.as('f.elfassi', 'finance-officer');
    intake = await world.as('i.berrada', 'intake');
  });
  afterAll(() => world.close());

  it('lets nobody in without a token, and every endpoint has declared whom it lets in', async () => {
    const callers = await Promise.all(
      ROLES.filter((role) => role !== 'automation').map((role) => world.as('walker', role)),
    );
    const closed = world.server.routes.filter(
      (route) => !PUBLIC.some((pattern) => pattern.test(route)),
    );
    expect(closed.length).toBeGreaterThan(45);
    for (const route of closed) {
      const [method, path] = route.split(' ') as [string, string];
      const url = path.replace(/:[A-Za-z]+/g, 'x');
      expect(
        `${route} ${(await finance.send(method, url, undefined, { authorization: '' })).body.code}`,
      ).toBe(`${route} TOKEN_MISSING`);
      const answers = await Promise.all(
        callers.map((caller) => caller.send(method, url, undefined, {})),
      );
      expect(
        `${route} is closed to all: ${answers.every(({ body }) => body?.code === 'ROLE_NOT_ALLOWED')}`,
      ).toBe(`${route} is closed to all: false`);
      for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('leads whoever opens its address to the description of the API', async () => {
    const opened = await fetch(`${world.server.url}/`);
    expect([opened.status, new URL(opened.url).pathname]).toEqual([200, '/docs']);
    expect(await opened.text()).toContain('<title>Swagger UI</title>');
  });

  it('describes every endpoint with its schema, its refusals and the security scheme', async () => {
    const { body } = await finance.get('/openapi.json', { authorization: '' });
    expect(body.components.securitySchemes.bearer).toMatchObject({
      type: 'http',
      scheme: 'bearer',
    });
    const described = Object.entries(body.paths as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        operation: operation as Json,
      })),
    );
    for (const route of world.server.routes.filter(
      (one) => !PUBLIC.some((pattern) => pattern.test(one)),
    )) {
      const found = described.find((one) => one.route === route.replace(/:([A-Za-z]+)/g, '{$1}'));
      expect(`${route} ${found === undefined ? 'is not described' : 'is described'}`).toBe(
        `${route} is described`,
      );
      expect(found!.operation.security).toEqual([{ bearer: [] }]);
      const { content } = found!.operation.responses['401'];
      const [type, schema] = route.includes('/govstack/')
        ? ['application/json', 'GovstackErrorSchema']
        : ['application/problem+json', 'ProblemSchema'];
      expect(content[type].schema).toEqual({ $ref: `#/components/schemas/${schema}` });
    }
    const references = [
      ...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]*)"/g),
    ].map((match) => match[1]!);
    for (const reference of references)
      expect(Object.keys(body.components.schemas)).toContain(reference);
    expect(body.paths['/applications'].get.parameters.map(({ name }: Json) => name)).toEqual(
      expect.arrayContaining(['cursor', 'limit', 'format', 'after', 'status']),
    );
    const { RegisterPerson } = body.components.schemas;
    expect(RegisterPerson.required).toEqual(
      expect.arrayContaining(['nationalId', 'name', 'region', 'account']),
    );
  });

  it('answers the same key and body alike for ever, also refusals, and another body with a conflict', async () => {
    const first = await intake.post('/persons', person(30), 'key-1');
    const again = await intake.post('/persons', person(30), 'key-1');
    expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
    const reordered = Object.fromEntries(Object.entries(person(30)).reverse());
    expect((await intake.post('/persons', reordered, 'key-1')).text).toBe(first.text);
    expect((await intake.post('/persons', person(31), 'key-1')).body).toMatchObject({
      status: 409,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    const refused = await intake.post('/persons', person(30), 'key-2');
    expect(refused.body.code).toBe('IDENTITY_ALREADY_REGISTERED');
    expect(await intake.post('/persons', person(30), 'key-2')).toMatchObject({
      status: 409,
      text: refused.text,
    });
    expect(
      (await (await world.as('another', 'intake')).post('/persons', person(32), 'key-1')).status,
    ).toBe(201);
  });

  it('answers the same key alike when it comes many times at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => intake.post('/persons', person(33), 'key-many')),
    );
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(201);
    const adjustments = await Promise.all(
      Array.from({ length: 20 }, () =>
        finance.post(
          '/budgets/asd/2025/adjustments',
          { delta: '1.00', currency: 'MAD', reason: 'once' },
          'adjust-many',
        ),
      ),
    );
    expect(new Set(adjustments.map(({ text }) => text)).size).toBe(1);
    const { items } = await expectStatus(
      200,
      finance.get(`/budgets?after=${adjustments[0]!.body.position}`),
    );
    expect(items[0].allotted).toBe('1000001.00');
  });

  it('asks for a key, and for one that can be kept', async () => {
    const bare = await intake.send('POST', '/persons', JSON.stringify(person(34)), {
      'content-type': 'application/json',
    });
    expect(bare.body).toMatchObject({
      status: 400,
      code: 'IDEMPOTENCY_KEY_REQUIRED',
      field: 'Idempotency-Key',
    });
    expect((await intake.post('/persons', person(34), 'x'.repeat(129))).body.code).toBe(
      'IDEMPOTENCY_KEY_INVALID',
    );
  });

  it("hands the caller's correlation id on, into the log of events too", async () => {
    const visit = '4bf92f3577b34da6a3ce929d0e0e4736';
    const reply = await intake.post('/persons', person(35), 'correlated', {
      'x-correlation-id': visit,
    });
    expect(reply.headers.get('x-correlation-id')).toBe(visit);
    const auditor = await world.as('a.auditor', 'auditor');
    const { events } = await expectStatus(
      200,
      auditor.get(`/audit/streams/person-${reply.body.personId}`),
    );
    expect(events[0].meta).toMatchObject({
      actor: 'i.berrada',
      role: 'intake',
      correlation: visit,
    });
  });

  it('hands on no correlation id in which a name or a number may be written', async () => {
    const sentAndGot = async (id: string): Promise<boolean> =>
      (await intake.get('/applications', { 'x-correlation-id': id })).headers.get(
        'x-correlation-id',
      ) === id;
    const uuid = '0D0F6D1E-1111-4111-B111-0000000003E9';
    for (const id of [uuid, uuid.toLowerCase(), '0'.repeat(31) + 'a'])
      expect([id, await sentAndGot(id)]).toEqual([id, true]);
    for (const id of ['fatima.test', '15-320-0456', 'visit-4711', '1'.repeat(32), `${uuid}0`])
      expect([id, await sentAndGot(id)]).toEqual([id, false]);
  });

  it('walks a list by cursors, and exports it as NDJSON and CSV without formulas', async () => {
    for (let n = 40; n < 44; n += 1) await submitted(world, n);
    const { position } = await submitted(world, 44);
    const officer = await world.as('o.chraibi', 'case-officer');
    await expectStatus(200, officer.get(`/applications?after=${position}`));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Json = await expectStatus(
        200,
        officer.get(`/applications?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`),
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item: Json) => item.applicationId));
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    const ndjson = await officer.get('/applications', { accept: 'application/x-ndjson' });
    expect(
      ndjson.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).applicationId)
        .sort(),
    ).toEqual([...seen].sort());
    const csv = await officer.get('/applications?format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(seen.length + 1);
    expect((await officer.get('/applications?format=xml')).body.code).toBe('INVALID_FIELD');
    expect((await officer.get('/applications?cursor=made-up')).body.code).toBe('INVALID_CURSOR');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-12.50', '-12.50'],
    ['-A1', "'-A1"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    [null, ''],
    [true, 'true'],
  ])('writes %j into a CSV cell as %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('says when a read model is behind what was asked for', async () => {
    const impatient = await HttpWorld.open({ SANAD_READ_WAIT_MS: '50' });
    try {
      const caller = await impatient.as('f', 'finance-officer');
      const reply = await caller.get('/cycles?after=1000000');
      expect(reply.body).toMatchObject({ status: 503, code: 'READ_MODEL_BEHIND' });
      expect(reply.headers.get('retry-after')).toBe('1');
    } finally {
      await impatient.close();
    }
  });

  it('slows down who asks too often, by caller', async () => {
    const narrow = await HttpWorld.open({ SANAD_THROTTLE_LIMIT: '5' });
    try {
      const caller = await narrow.as('busy', 'auditor');
      const replies = await Promise.all(Array.from({ length: 8 }, () => caller.get('/programmes')));
      const refused = replies.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(3);
      expect(refused[0]!.body.code).toBe('TOO_MANY_REQUESTS');
      expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await (await narrow.as('calm', 'auditor')).get('/programmes')).status).toBe(200);
      // Before their bodies are read: none of these is JSON, and the last ones are not looked at.
      const writer = await narrow.as('writer', 'programme-manager');
      const ask = (path: string, headers = {}) =>
        writer.send('POST', path, '{', { 'content-type': 'application/json', ...headers });
      const codes: number[] = [];
      for (const path of ['/programmes', '/programmes', '/programmes', '/bank/entries/matching'])
        codes.push((await ask(path)).status);
      for (const path of ['/programmes', '/govstack/callback', '/programmes'])
        codes.push((await ask(path)).status);
      expect(codes).toEqual([400, 400, 400, 400, 400, 429, 429]);
      const nobody: number[] = [];
      for (let i = 0; i < 7; i += 1)
        nobody.push((await ask('/programmes', { authorization: '' })).status);
      expect(nobody).toEqual([401, 401, 401, 401, 401, 429, 429]);
    } finally {
      await narrow.close();
    }
  });

  it('tells how it is: live, ready, and in figures', async () => {
    const bare = { authorization: '' };
    expect((await finance.get('/health/live', bare)).body).toEqual({ status: 'ok' });
    expect((await finance.get('/health/ready', bare)).body.status).toBe('ok');
    const { text } = await finance.get('/metrics', bare);
    expect(text).toMatch(/sanad_commands_total\{command="RegisterPerson",outcome="done"\} [1-9]/);
    expect(text).toMatch(
      /sanad_commands_total\{command="RegisterPerson",outcome="IDENTITY_ALREADY_REGISTERED"\} [1-9]/,
    );
    for (const name of [
      'sanad_http_request_seconds_bucket',
      'sanad_store_position',
      'sanad_projection_lag',
      'sanad_event_loop_delay_seconds',
    ])
      expect(text).toContain(name);
  });

  it('lists what was done in a second, whichever way the second is written', async () => {
    await submitted(world, 51);
    const auditor = await world.as('a.alaoui', 'auditor');
    const { items: all } = await expectStatus(200, auditor.get('/audit/events?limit=1000'));
    const second = (all as Json[]).map(({ time }) => time).find((time) => !time.endsWith('.000Z'))!;
    const from = `${second.slice(0, 19)}Z`;
    const after = new Date(Date.parse(from) + 1_000).toISOString();
    const whole = (all as Json[]).filter(
      ({ time }) => time >= `${from.slice(0, -1)}.000Z` && time < after,
    );
    for (const [first, last] of [
      [from, `${after.slice(0, 19)}Z`],
      [from.replace('Z', '.000Z'), after],
    ]) {
      const query = `/audit/events?limit=1000&from=${first}&to=${last}`;
      const { items } = await expectStatus(200, auditor.get(query));
      expect((items as Json[]).map(({ position }) => position)).toEqual(
        whole.map(({ position }) => position),
      );
    }
    const { items } = await expectStatus(200, auditor.get(`/audit/events?limit=1000&to=${from}`));
    expect((items as Json[]).every(({ time }) => time < from.replace('Z', '.000Z'))).toBe(true);
  });

  it('notes who read personal data, and never the data', async () => {
    const { personId } = await submitted(world, 50);
    await expectStatus(
      200,
      (await world.as('s.doukkali', 'supervisor')).get(`/persons/${personId}/profile`),
    );
    const notes = readFileSync(join(world.dir, 'access.ndjson'), 'utf8');
    expect(notes).toContain(
      `"actor":"s.doukkali","role":"supervisor","what":"profile","of":"${personId}"`,
    );
    expect(notes).not.toContain('Fatima');
    const auditor = await world.as('a.alaoui', 'auditor');
    const asked = `/audit/readings?of=${personId}`;
    const { items, next } = await expectStatus(200, auditor.get(asked));
    expect(items).toMatchObject([
      { actor: 's.doukkali', role: 'supervisor', what: 'profile', of: personId, count: 1 },
    ]);
    expect(next).toBeNull();
    const { time } = items[0];
    const found = async (filter: string): Promise<number> =>
      (await expectStatus(200, auditor.get(`${asked}&${filter}`))).items.length;
    expect(await found(`from=${time}`)).toBe(1);
    expect(await found(`to=${time}`)).toBe(0);
    expect(await found('actor=s.doukkali')).toBe(1);
    expect(await found('actor=s.other')).toBe(0);
    const csv = await auditor.get(`${asked}&format=csv`);
    expect(csv.text).toContain(`,s.doukkali,supervisor,profile,${personId},1,`);
    await expectProblem(
      (await world.as('s.doukkali', 'supervisor')).get(asked),
      403,
      'ROLE_NOT_ALLOWED',
    );
    await expectProblem(
      auditor.get('/audit/readings?from=2026-02-30T00:00:00Z'),
      400,
      'INVALID_FIELD',
      'from',
    );
  });
});
