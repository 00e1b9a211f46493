import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '../../src/kernel/decider.js';
import { enrolled, approved, expectStatus, facts, HttpWorld, paid, person } from './http-world.js';
import {
  lastPosition,
  setUp,
  submitted,
  type Caller,
  type Json,
  type Reply,
} from './http-world.js';
import { expectProblem } from './expect-problem.js';

const HERE = 'MA-06';
const ELSEWHERE = 'MA-01';
const HASH = 'a'.repeat(64);
const UUID = '00000000-0000-4000-8000-000000000001';
const reason = 'because';
const fromPeriod = '2025-11';
const day = '2026-03-02';

/** A household of HERE that is enrolled and paid for October. */
interface Household {
  readonly personId: string;
  readonly applicationId: string;
  readonly paymentId: string;
}
type Bodies = Readonly<Record<string, Json>>;

/** A body for each regional command, as its schema asks; what it is about is in another region. */
const bodiesFor = ({ personId, paymentId }: Household): Bodies => ({
  '/persons': person(77, HERE),
  '/persons/{personId}/accounts': person(78).account,
  '/persons/{personId}/accounts/{accountId}/verification': { method: 'call' },
  '/persons/{personId}/accounts/{accountId}/closing': { reason },
  '/persons/{personId}/erasure': { reason },
  '/persons/{personId}/move': { region: HERE, reason },
  '/applications': {
    programmeId: 'asd',
    personId,
    receivedOn: '2025-10-06',
    channel: 'counter',
    facts,
  },
  '/applications/{applicationId}/amend': { facts, reason },
  '/applications/{applicationId}/determination': {},
  '/applications/{applicationId}/recommendation': { recommendation: 'approve', contentHash: HASH },
  '/applications/{applicationId}/return': { reason },
  '/applications/{applicationId}/approval': { contentHash: HASH },
  '/applications/{applicationId}/rejection': { contentHash: HASH, reason },
  '/applications/{applicationId}/withdrawal': { reason },
  '/applications/{applicationId}/appeal': { grounds: reason },
  '/applications/{applicationId}/appeal-decision': { decision: 'uphold', reason },
  '/enrolments/{programmeId}/{personId}/suspension': { fromPeriod, reason },
  '/enrolments/{programmeId}/{personId}/reinstatement': { fromPeriod, reason },
  '/enrolments/{programmeId}/{personId}/ending': { lastPeriod: fromPeriod, reason },
  '/enrolments/{programmeId}/{personId}/revision': { fromPeriod, facts, reason },
  '/enrolments/{programmeId}/{personId}/recertification-due': { dueOn: day },
  '/enrolments/{programmeId}/{personId}/recertification': { fromPeriod, facts, nextDueOn: day },
  '/payments/outcomes': { outcomes: [{ paymentId, attempt: 1, outcome: 'accepted' }] },
  '/payments/{paymentId}/reinstruction': { executionDate: day, anyDay: true },
  '/payments/{paymentId}/cancellation': { reason },
  '/payments/{paymentId}/cancellation-request': { reason },
  '/payments/{paymentId}/breaks/{breakId}/owner': { owner: 'somebody' },
  '/payments/{paymentId}/breaks/{breakId}/resolution': { resolution: 'no-effect', reason },
  '/proposals/withdrawal': { kind: 'facts', programmeId: 'asd', personId, reason },
  '/recoveries/{programmeId}/{personId}/plan': { sharePercent: 10, floor: '1.00', reason },
  '/recoveries/{programmeId}/{personId}/suspension': { reason },
  '/recoveries/{programmeId}/{personId}/resumption': { reason },
  '/recoveries/{programmeId}/{personId}/waiver': { amount: '1.00', reason },
});

describe('a token that is limited to a region', () => {
  let world: HttpWorld;
  let household: Household;
  interface Endpoint {
    readonly path: string;
    readonly wide: unknown;
    readonly roles: readonly Role[];
  }
  let commands: readonly Endpoint[];
  let questions: readonly Endpoint[];
  /** Questions about one thing. */
  let about: readonly Endpoint[];
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    const { personId, applicationId } = await submitted(world, 1, HERE);
    await approved(world, applicationId);
    await enrolled(world, personId);
    await paid(world, 'asd-2025-10');
    const finance = await world.as('f.elfassi', 'finance-officer');
    const { items } = await expectStatus(200, finance.get('/payments?cycleId=asd-2025-10'));
    household = { personId, applicationId, paymentId: items[0].paymentId };
    const document = (await (await fetch(`${world.server.url}/openapi.json`)).json()) as Json;
    // Those of GovStack are walked by http-regions-govstack.
    const endpoints = (method: 'get' | 'post'): Endpoint[] =>
      Object.entries(document.paths as Json).flatMap(([path, { [method]: one }]: [string, Json]) =>
        one && !/^\/govstack\b/.test(path)
          ? [
              {
                path,
                wide: one['x-programme-wide'],
                roles: (/Roles: ([^.]*)\./.exec(one.description ?? '')?.[1]?.split(', ') ??
                  []) as Role[],
              },
            ]
          : [],
      );
    commands = endpoints('post');
    const asked = endpoints('get').filter(({ roles }) => roles.length > 0);
    questions = asked.filter(({ path }) => !path.includes('{'));
    about = asked.filter(({ path }) => path.includes('{'));
  });
  afterAll(() => world.close());

  const filled = (path: string, whose = household): string =>
    path.replace(
      /\{(\w+)\}/g,
      (_, name: string) =>
        ({
          ...whose,
          programmeId: 'asd',
          cycleId: 'asd-2025-10',
          fiscalYear: '2025',
          entryId: HASH,
          hash: HASH,
          accountId: UUID,
          breakId: UUID,
          correctionId: 'asd-1',
        })[name] ?? 'unknown',
    );

  it('meets commands that all say whether they are regional', () => {
    expect(commands.length).toBeGreaterThan(50);
    expect(commands.filter(({ wide }) => typeof wide !== 'boolean')).toEqual([]);
    expect(
      commands
        .filter(({ wide }) => !wide)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(Object.keys(bodiesFor(household)).sort());
  });

  it('is refused on whatever concerns the whole programme, before anything is looked at', async () => {
    const before = await lastPosition(world);
    for (const { path, wide, roles } of commands.filter((one) => one.wide)) {
      for (const role of roles) {
        const limited = await world.as('x.limited', role, [HERE]);
        const { status, body } = await limited.post(filled(path), {});
        expect({ path, role, wide, status, code: body.code }).toEqual({
          path,
          role,
          wide: true,
          status: 403,
          code: 'REGION_NOT_ALLOWED',
        });
      }
    }
    expect(await lastPosition(world)).toBe(before);
  });

  it('finds in each list what is of its regions, and is refused the log as a whole', async () => {
    const { position: _, ...ids } = { ...household, position: 0 };
    const shows = (body: Json) =>
      Object.values(ids).some((id) => JSON.stringify(body).includes(id)) ||
      /"(budget|job)Id"/.test(JSON.stringify(body));
    const seen: string[] = [];
    const refused: string[] = [];
    for (const { path, roles } of questions) {
      for (const role of roles) {
        const everywhere = await (await world.as('x.everywhere', role)).get(path);
        const { status, body } = await (await world.as('x.limited', role, [ELSEWHERE])).get(path);
        if (status === 403) refused.push(path);
        else
          expect({ path, role, status, shows: shows(body) }).toMatchObject({
            status: everywhere.status,
            shows: false,
          });
        if (status === 200 && shows(everywhere.body)) seen.push(path);
      }
    }
    expect([...new Set(refused)].sort()).toEqual([
      '/audit/activity',
      '/audit/events',
      '/audit/log',
      '/audit/readings',
      '/feed',
    ]);
    expect([...new Set(seen)]).toEqual(
      expect.arrayContaining(['/applications', '/budgets', '/jobs', '/payments']),
    );
  });

  it('is refused on what belongs to another region', async () => {
    const before = await lastPosition(world);
    const bodies = bodiesFor(household);
    for (const { path, roles } of commands.filter(({ wide }) => !wide)) {
      const limited = await world.as('x.limited', roles[0]!, [ELSEWHERE]);
      const { status, body } = await limited.post(filled(path), bodies[path]);
      if (path === '/payments/outcomes')
        expect(body.results[0]).toMatchObject({ result: 'refused', code: 'REGION_NOT_ALLOWED' });
      else
        expect({ path, status, code: body.code, detail: body.detail }).toMatchObject({
          path,
          status: 403,
          code: 'REGION_NOT_ALLOWED',
        });
    }
    expect(await lastPosition(world)).toBe(before);
  });

  it('is told the same of what is elsewhere and of what is nowhere, whatever it asks for', async () => {
    const nobody = '5c0bb5b5-9d1e-5e0a-8b57-3f1c2f0a9a10';
    const nowhere: Household = {
      personId: nobody,
      applicationId: nobody,
      paymentId: `asd-2025-10-${nobody}`,
    };
    const answers = async (whose: Household, limited: Caller, path: string): Promise<string> => {
      const body = bodiesFor(whose)[path];
      const asked = filled(path, whose);
      const { status, text } = await (body ? limited.post(asked, body) : limited.get(asked));
      const said = Object.values(whose).reduce((left, id) => left.replaceAll(id, 'id'), text);
      return `${status} ${said.replace(/"(correlationId|madeAt)":"[^"]*"/g, '')}`;
    };
    for (const { path, roles } of commands.filter(({ wide }) => !wide)) {
      if (path === '/persons') continue;
      for (const role of roles) {
        const limited = await world.as('x.limited', role, [ELSEWHERE]);
        const there = await answers(household, limited, path);
        // What a body is about, only some of the roles propose.
        const isOthers = path === '/proposals/withdrawal' && role !== 'supervisor';
        const code = isOthers ? 'ROLE_NOT_ALLOWED' : 'REGION_NOT_ALLOWED';
        expect(`${path} ${role} ${there}`).toContain(code);
        expect(await answers(nowhere, limited, path)).toBe(there);
      }
    }
    for (const { path, roles } of about)
      for (const role of roles) {
        const limited = await world.as('x.limited', role, [ELSEWHERE]);
        expect(`${path} ${role} ${await answers(nowhere, limited, path)}`).toBe(
          `${path} ${role} ${await answers(household, limited, path)}`,
        );
      }
  });

  it('is not told whether an identity is known that it may register nobody with', async () => {
    const clerk = await world.as('i.local', 'intake', [ELSEWHERE]);
    const before = await lastPosition(world);
    for (const n of [1, 79])
      await expectProblem(clerk.post('/persons', person(n, HERE)), 403, 'REGION_NOT_ALLOWED');
    expect(await lastPosition(world)).toBe(before);
    await expectProblem(
      clerk.post('/persons', person(1, ELSEWHERE)),
      409,
      'IDENTITY_ALREADY_REGISTERED',
    );
  });

  it('may correct what was paid, without the identity of anybody in the reason', async () => {
    const intake = await world.as('i.berrada', 'intake');
    await expectStatus(201, intake.post('/persons', { ...person(79), nationalId: '15-320-0456' }));
    const finance = await world.as('f.elfassi', 'finance-officer');
    const correction = { programmeId: 'asd', fromPeriod: '2025-10', reason: 'of 153 200 456' };
    await expectProblem(
      finance.post('/corrections', correction),
      400,
      'PERSONAL_DATA_IN_TEXT',
      'reason',
    );
    const { items } = await expectStatus(200, finance.get('/jobs'));
    expect(items.filter(({ kind }: Json) => kind === 'correct')).toEqual([]);
  });

  it('does not tell an officer whether something is elsewhere or nowhere', async () => {
    const { applicationId, personId } = await submitted(world, 24, 'MA-01');
    const nobody = '5c0bb5b5-9d1e-5e0a-8b57-3f1c2f0a9a10';
    const local = await world.as('o.local', 'case-officer', ['MA-06']);
    const clerk = await world.as('i.local', 'intake', ['MA-06']);
    const answer = async (reply: Promise<Reply>): Promise<Json> => {
      const { status, body } = await reply;
      return { ...body, status, correlationId: '' };
    };
    const alike = async (ask: (id: string) => Promise<Reply>, there: string): Promise<string> => {
      const elsewhere = await answer(ask(there));
      expect(elsewhere).toEqual(await answer(ask(nobody)));
      return elsewhere.code;
    };
    const { account } = person(25);
    expect([
      await alike((id) => clerk.post(`/persons/${id}/accounts`, account), personId),
      await alike((id) => local.post(`/applications/${id}/determination`), applicationId),
      await alike(
        (id) =>
          clerk.post(`/applications/${id}/amend`, { facts: { wrong: true }, reason: 'typed' }),
        applicationId,
      ),
      await alike(
        (id) =>
          clerk.post('/applications', {
            programmeId: 'asd',
            personId: id,
            receivedOn: '2025-10-01',
            channel: 'counter',
            facts,
          }),
        personId,
      ),
    ]).toEqual(Array(4).fill('REGION_NOT_ALLOWED'));
    expect(await alike((id) => local.get(`/persons/${id}/profile`), personId)).toBe(
      'PERSON_NOT_FOUND',
    );
  });

  it('keeps an officer to their regions, in what they do and what they see', async () => {
    const { applicationId, position } = await submitted(world, 22, 'MA-01');
    const local = await world.as('o.local', 'case-officer', ['MA-06']);
    await expectProblem(
      local.post(`/applications/${applicationId}/determination`),
      403,
      'REGION_NOT_ALLOWED',
    );
    await expectProblem(
      local.get(`/applications/${applicationId}?after=${position}`),
      404,
      'APPLICATION_NOT_FOUND',
    );
    const { items } = await expectStatus(
      200,
      local.get(`/applications?limit=1000&after=${position}`),
    );
    expect(new Set(items.map((item: Json) => item.region))).toEqual(new Set(['MA-06']));
    await expectProblem(
      (await world.as('i.local', 'intake', ['MA-06'])).post('/persons', person(23, 'MA-01')),
      403,
      'REGION_NOT_ALLOWED',
    );
    await expectProblem(
      (await world.as('f.local', 'finance-officer', ['MA-06'])).post('/cycles', {
        programmeId: 'asd',
        period: '2025-10',
      }),
      403,
      'REGION_NOT_ALLOWED',
    );
  });
});

describe('a payment system', () => {
  let world: HttpWorld;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
  });
  afterAll(() => world.close());

  it('sees its own files and jobs, in any spelling of its account, and no other', async () => {
    const bank = await world.as('bank.a', 'payment-system');
    const other = await world.as('bank.b', 'payment-system');
    const reply = await bank.send('POST', '/bank/messages', '<Document/>', {
      'content-type': 'application/xml',
      'idempotency-key': 'file-1',
    });
    expect(reply.status).toBe(202);
    const { sha256, jobId } = reply.body;
    for (const own of [bank, await world.as('BANK.A', 'payment-system')]) {
      await own.job(jobId);
      expect((await own.get(`/bank/messages/${sha256}`)).body).toMatchObject({ sender: 'bank.a' });
      expect((await own.get('/bank/messages')).body.items).toHaveLength(1);
    }
    expect((await other.get('/bank/messages')).body.items).toEqual([]);
    expect((await other.get('/jobs')).body.items).toEqual([]);
    expect((await bank.get('/jobs')).body.items).toEqual([
      { jobId, state: 'done', kind: 'message', askedBy: 'bank.a' },
    ]);
    for (const path of [
      `/jobs/${jobId}`,
      `/jobs/message-${HASH}`,
      '/jobs/prepare-asd-2025-10',
      '/jobs/match',
      `/bank/messages/${sha256}`,
      `/bank/messages/${HASH}`,
    ]) {
      const { status, body } = await other.get(path);
      expect({ path, status, code: body.code }).toEqual({ path, status: 403, code: 'NOT_YOURS' });
    }
    const officer = await world.as('f.elfassi', 'finance-officer');
    expect((await officer.get(`/bank/messages/${sha256}`)).status).toBe(200);
  });
});
