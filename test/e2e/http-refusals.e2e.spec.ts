import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import {
  expectStatus,
  facts,
  HttpWorld,
  person,
  setUp,
  submitted,
  type Caller,
} from './http-world.js';
import { expectProblem } from './expect-problem.js';

/** Names of the threads that are begun while something is done. */
async function threadsOf(work: () => Promise<unknown>): Promise<string[]> {
  const begun: string[] = [];
  const note = (message: unknown): void => {
    // One that ended has no name any more.
    begun.push(String((message as { readonly worker: Worker }).worker.threadName));
  };
  subscribe('worker_threads', note);
  try {
    await work();
  } finally {
    unsubscribe('worker_threads', note);
  }
  return begun;
}

describe('what bad input gets over HTTP', () => {
  let world: HttpWorld;
  let intake: Caller;
  let officer: Caller;
  let supervisor: Caller;
  let finance: Caller;
  let manager: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    intake = await world.as('i.berrada', 'intake');
    officer = await world.as('o.chraibi', 'case-officer');
    supervisor = await world.as('s.doukkali', 'supervisor');
    finance = await world.as('f.elfassi', 'finance-officer');
    manager = await world.as('m.alaoui', 'programme-manager');
  });
  afterAll(() => world.close());

  it('gives a type that leads to a page about the code, without a token', async () => {
    const { type, code } = await expectProblem(intake.get('/nowhere'), 404, 'NOT_FOUND');
    const reply = await fetch(world.server.url + new URL(type).pathname);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await reply.text();
    expect(page).toContain(`<h1>${code}</h1>`);
    expect(page).toContain('There is nothing at this address.');

    const list = await fetch(`${world.server.url}/problems`);
    expect(list.status).toBe(200);
    expect(await list.text()).toContain('href="/problems/not-found"');
    await expectProblem(intake.get('/problems/%3Cb%3E'), 404, 'PROBLEM_UNKNOWN');
  });

  it('names unknown fields, at any depth, and fields of a wrong type', async () => {
    await expectProblem(
      intake.post('/persons', { ...person(10), shoeSize: 43 }),
      400,
      'UNKNOWN_FIELD',
      'shoeSize',
    );
    await expectProblem(
      intake.post('/persons', { ...person(10), account: { ...person(10).account, pin: '1' } }),
      400,
      'UNKNOWN_FIELD',
      'account/pin',
    );
    await expectProblem(
      intake.post('/persons', { ...person(10), name: 7 }),
      400,
      'INVALID_FIELD',
      'name',
    );
    await expectProblem(
      intake.post('/persons', { ...person(10), account: 'none' }),
      400,
      'INVALID_FIELD',
      'account',
    );
    await expectProblem(intake.post('/persons', [person(10)]), 400, 'BODY_NOT_AN_OBJECT');
  });

  it('never quotes what is personal', async () => {
    const wrong = {
      ...person(11),
      nationalId: '!!secret-number!!',
      account: { kind: 'iban', number: 'MA00secretaccount' },
    };
    const { text } = await intake.post('/persons', wrong);
    expect(text).not.toContain('secret');
    expect(
      (
        await intake.post('/persons', {
          ...person(11),
          account: { kind: 'iban', number: 'MA000000000000000000' },
        })
      ).text,
    ).toContain('INVALID_ACCOUNT');
  });

  it('refuses prototypes, malformed and endless JSON', async () => {
    const raw = (body: string) =>
      manager.send('POST', '/programmes', body, {
        'content-type': 'application/json',
        'idempotency-key': 'raw',
      });
    await expectProblem(raw('{"a":'), 400, 'MALFORMED_JSON');
    await expectProblem(raw('{"__proto__":{"role":"auditor"}}'), 400, 'UNKNOWN_FIELD', '__proto__');
    await expectProblem(
      raw('{"name":{"constructor":{}}}'),
      400,
      'UNKNOWN_FIELD',
      'name/constructor',
    );
    await expectProblem(raw(`${'['.repeat(1_000)}${']'.repeat(1_000)}`), 400, 'TOO_DEEP');
    await expectProblem(raw(`[${'[],'.repeat(300_000)}1]`), 400, 'LIMIT_EXCEEDED');
    await expectProblem(raw('{"name":{"fr":"\\udc00"}}'), 400, 'INVALID_TEXT', 'name/fr');
    await expectProblem(raw(JSON.stringify({ a: 'x'.repeat(1_100_000) })), 413, 'BODY_TOO_LARGE');
    await expectProblem(
      manager.send('POST', '/programmes', 'a=1', {
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': 'raw',
      }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  it('asks who calls before it reads what they sent, and reads nothing that has no place', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'raw' };
    const body = '['.repeat(1_000);
    await expectProblem(
      manager.send('POST', '/programmes', body, { ...headers, authorization: '' }),
      401,
      'TOKEN_MISSING',
    );
    await expectProblem(
      manager.send('POST', '/programmes', body, { ...headers, authorization: 'Bearer x.y.z' }),
      401,
      'TOKEN_INVALID',
    );
    await expectProblem(manager.send('POST', '/nowhere', body, headers), 404, 'NOT_FOUND');
  });

  it('tells a wrong method, a wrong address and a wrong caller apart', async () => {
    const wrongMethod = await finance.send('DELETE', '/cycles', undefined, {});
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers.get('allow')).toContain('POST');
    await expectProblem(finance.get('/nowhere'), 404, 'NOT_FOUND');
    await expectProblem(
      finance.send('GET', '/cycles', undefined, { authorization: 'Bearer x.y.z' }),
      401,
      'TOKEN_INVALID',
    );
    await expectProblem(
      finance.send('GET', '/cycles', undefined, { authorization: '' }),
      401,
      'TOKEN_MISSING',
    );
    await expectProblem(intake.get('/audit/events'), 403, 'ROLE_NOT_ALLOWED');
  });

  it('refuses negative, fractional and foreign money', async () => {
    const allot = (amount: unknown, currency = 'MAD') =>
      finance.post('/budgets/asd/2026/allotments', { amount, currency, reference: 'act' });
    await expectProblem(allot('-1.00'), 400, 'INVALID_AMOUNT', 'amount');
    await expectProblem(allot('1.005'), 400, 'INVALID_AMOUNT', 'amount');
    await expectProblem(allot(100), 400, 'INVALID_AMOUNT', 'amount');
    await expectProblem(allot('1e3'), 400, 'INVALID_AMOUNT', 'amount');
    await expectProblem(allot('0.00'), 400, 'AMOUNT_NOT_POSITIVE', 'amount');
    await expectProblem(allot('1.00', 'EUR'), 422, 'CURRENCY_DIFFERS', 'currency');
    await expectProblem(allot('1.00', 'XXX'), 400, 'UNKNOWN_CURRENCY', 'currency');
  });

  it('refuses periods and days that do not exist', async () => {
    await expectProblem(
      finance.post('/cycles', { programmeId: 'asd', period: '2025-13' }),
      400,
      'INVALID_PERIOD',
      'period',
    );
    await expectProblem(finance.post('/cycles/asd-2025-00/prepare'), 400, 'INVALID_ID', 'cycleId');
    await expectProblem(
      finance.post('/cycles', { programmeId: 'asd', period: '2019-01' }),
      422,
      'NO_POLICY_FOR_PERIOD',
      'period',
    );
    await expectProblem(
      finance.post('/cycles', { programmeId: 'nobody', period: '2025-10' }),
      404,
      'PROGRAMME_NOT_FOUND',
      'programmeId',
    );
    await expectProblem(
      intake.post('/applications', {
        programmeId: 'asd',
        personId: 'x',
        receivedOn: '2025-02-30',
        channel: 'counter',
        facts,
      }),
      400,
      'INVALID_ID',
      'personId',
    );
    const { personId } = await submitted(world, 12);
    await expectProblem(
      intake.post('/applications', {
        programmeId: 'asd',
        personId,
        receivedOn: '2025-02-30',
        channel: 'counter',
        facts,
      }),
      400,
      'INVALID_DATE',
      'receivedOn',
    );
  });

  it('refuses facts that do not fit the policy, naming the fact', async () => {
    const { personId } = await submitted(world, 13);
    const bad = { ...facts, children: [{ ...facts.children[0], birthMonth: 'soon' }] };
    const { field } = await expectProblem(
      intake.post('/applications', {
        programmeId: 'asd',
        personId,
        receivedOn: '2025-10-05',
        channel: 'counter',
        facts: bad,
      }),
      400,
      'FACTS_INVALID',
    );
    expect(field).toContain('children/0/birthMonth');
  });

  it('refuses a policy whose CEL does not type-check or never ends in a verdict, naming criterion and column', async () => {
    const [first] = asdPolicies;
    const next = {
      ...asdPolicies.at(-1)!,
      version: 4,
      firstPaidPeriod: '2027-01',
      effectiveFrom: '2027-01-01',
    };
    const withExpression = (expression: string) => ({
      ...next,
      policy: {
        ...first!.policy,
        criteria: [
          { ...first!.policy.criteria[0]!, expression },
          ...first!.policy.criteria.slice(1),
        ],
      },
    });
    const wrong = await expectProblem(
      manager.post('/programmes/asd/policies', withExpression('scoreMicro < ')),
      400,
      'POLICY_INVALID',
    );
    expect(wrong.detail).toContain(first!.policy.criteria[0]!.id);
    // Whatever it is, it is tried where it can be ended, and the thread of the server goes on.
    const threads = await threadsOf(() =>
      manager.post('/programmes/asd/policies', withExpression('1 / 0 > 0')),
    );
    expect(threads).toEqual(['policy']);
    expect(
      (await manager.post('/programmes/asd/policies', withExpression('scoreMicro + 1'))).body.code,
    ).toBe('POLICY_INVALID');
    await expectProblem(
      manager.post('/programmes/asd/policies', { ...next, version: 9 }),
      409,
      'POLICY_VERSION_OUT_OF_ORDER',
      'version',
    );
    await expectProblem(
      manager.post('/programmes', asdProgramme),
      409,
      'PROGRAMME_ALREADY_DEFINED',
      'programmeId',
    );
  });

  it('registers one of two persons who bring the same identity at the same instant', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => intake.post('/persons', person(20))),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([
      201,
      ...Array.from({ length: 7 }, () => 409),
    ]);
    for (const { status, body } of replies)
      if (status === 409)
        expect(body).toMatchObject({ code: 'IDENTITY_ALREADY_REGISTERED', field: 'nationalId' });
    await expectProblem(
      intake.post('/persons', { ...person(20), nationalId: ' ab-100.020 ' }),
      409,
      'IDENTITY_ALREADY_REGISTERED',
      'nationalId',
    );
  });

  it('lets nobody recommend or approve their own, nor what was amended since', async () => {
    const { applicationId } = await submitted(world, 21);
    const { position } = await expectStatus(
      200,
      officer.post(`/applications/${applicationId}/determination`),
    );
    const { application } = await expectStatus(
      200,
      officer.get(`/applications/${applicationId}?after=${position}`),
    );
    const { contentHash } = application;
    const same = await world.as('i.berrada', 'case-officer');
    await expectProblem(
      same.post(`/applications/${applicationId}/recommendation`, {
        recommendation: 'approve',
        contentHash,
      }),
      403,
      'SAME_PERSON',
    );
    await expectStatus(
      200,
      officer.post(`/applications/${applicationId}/recommendation`, {
        recommendation: 'approve',
        contentHash,
      }),
    );
    for (const subject of ['i.berrada', 'o.chraibi']) {
      await expectProblem(
        (await world.as(subject, 'supervisor')).post(`/applications/${applicationId}/approval`, {
          contentHash,
        }),
        403,
        'SAME_PERSON',
      );
    }
    await expectStatus(
      200,
      intake.post(`/applications/${applicationId}/amend`, {
        facts: { ...facts, coveredByOtherScheme: true },
        reason: 'told so',
      }),
    );
    await expectProblem(
      supervisor.post(`/applications/${applicationId}/approval`, { contentHash }),
      409,
      'CONTENT_CHANGED',
      'contentHash',
    );
  });
});
