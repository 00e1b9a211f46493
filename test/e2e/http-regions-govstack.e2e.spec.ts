import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import { functionalIdOf, RESPONSE } from '../../src/kernel/govstack.js';
import {
  expectStatus,
  HttpWorld,
  lastPosition,
  person,
  ribNumber,
  setUp,
  type Caller,
  type Json,
  type Reply,
} from './http-world.js';
import type { Role } from '../../src/kernel/decider.js';

const HERE = 'MA-06';
const ELSEWHERE = 'MA-01';
const NOBODY = '5c0bb5b5-9d1e-5e0a-8b57-3f1c2f0a9a10';
/** Nobody listens there. */
const CALLBACK = 'http://127.0.0.1:9/results';
const MAPPER = '/govstack/identityAccountMapper/beneficiary';

/** What concerns all regions at once. */
const WIDE = [
  'GET /govstack/api/v1/batch/detail',
  'POST /govstack/api/v1/batch',
  'POST /govstack/batchtransactions',
  'POST /govstack/beneficiaries',
  'POST /govstack/callback',
];
/** What is about payees, and how it asks about one. */
const ABOUT: Readonly<Record<string, (payee: string, account?: string) => Asked>> = {
  'GET /govstack/beneficiary': (payeeIdentity) => ({
    query: `?${new URLSearchParams({ payeeIdentity, requestId: 'R1' })}`,
  }),
  'PUT /govstack/beneficiary': (payee) => ({ body: { requestId: 'R1', payeePartyIds: [payee] } }),
  [`POST ${MAPPER}`]: (payeeIdentity, account = ANOTHER) => ({
    body: {
      RequestID: 'R2',
      Beneficiaries: [{ payeeIdentity, PaymentModality: '00', FinancialAddress: account }],
    },
  }),
  [`PUT ${MAPPER}`]: (payeeIdentity, account = ANOTHER) => ({
    body: {
      requestID: 'R3',
      sourceBBID: 'MIN-FIN',
      beneficiaries: [{ payeeIdentity, paymentModality: '00', financialAddress: account }],
    },
  }),
};
interface Asked {
  readonly query?: string;
  readonly body?: Json;
}
const ANOTHER = ibanOfRib(ribNumber(7));
/** What the person of the tests is paid on. */
const OWN = ibanOfRib(ribNumber(1));
const HEADERS = {
  'X-Callback-URL': CALLBACK,
  'X-Registering-Institution-ID': 'MIN-FIN',
  'X-Callback_URL': 'https://a.example/',
  registeringInstitutionId: 'MIN-FIN',
};

describe('a token that is limited to a region, at the endpoints that GovStack publishes', () => {
  let world: HttpWorld;
  /** By method and path. */
  let roles: Readonly<Record<string, readonly Role[]>>;
  let personId: string;
  beforeAll(async () => {
    world = await HttpWorld.open({ SANAD_GOVSTACK_CALLBACKS: CALLBACK });
    await setUp(world);
    const intake = await world.as('i.berrada', 'intake');
    ({ personId } = await expectStatus(201, intake.post('/persons', person(1, HERE))));
    const document = (await (await fetch(`${world.server.url}/openapi.json`)).json()) as Json;
    roles = Object.fromEntries(
      Object.entries(document.paths as Json).flatMap(([path, methods]: [string, Json]) =>
        /^\/govstack\b/.test(path)
          ? Object.entries(methods).map(([method, { description }]: [string, Json]) => [
              `${method.toUpperCase()} ${path}`,
              /Roles: ([^.]*)\./.exec(description)![1]!.split(', ') as Role[],
            ])
          : [],
      ),
    );
  });
  afterAll(() => world.close());

  const ask = (by: Caller, operation: string, { query = '', body }: Asked): Promise<Reply> => {
    const [method, path] = operation.split(' ') as [string, string];
    return method === 'GET'
      ? by.send(method, `${path}${query}`, undefined, HEADERS)
      : by.send(method, path, JSON.stringify(body ?? {}), {
          'content-type': 'application/json',
          ...HEADERS,
        });
  };

  it('meets endpoints that are all walked here', () => {
    expect(Object.keys(roles).sort()).toEqual([...WIDE, ...Object.keys(ABOUT)].sort());
  });

  it.each(WIDE)('is refused what is of all regions, before it is looked at: %s', async (what) => {
    const before = await lastPosition(world);
    for (const role of roles[what]!) {
      const limited = await ask(await world.as('x.limited', role, [HERE]), what, {});
      expect(limited.body).toMatchObject({ status: 403, code: 'REGION_NOT_ALLOWED' });
      expect(limited.status).toBe(403);
      // Nothing is asked there: whoever is not limited hears that.
      expect((await ask(await world.as('x.everywhere', role), what, {})).status).toBe(400);
    }
    expect(await lastPosition(world)).toBe(before);
  });

  it.each(Object.keys(ABOUT).filter((what) => !what.includes('Mapper')))(
    'is shown no account of another region, nor told that it is there: %s',
    async (what) => {
      for (const role of roles[what]!) {
        const of = async (regions: readonly string[], id: string) => {
          const limited = await world.as('x.limited', role, regions);
          const { status, body } = await ask(limited, what, ABOUT[what]!(functionalIdOf(id)));
          return { status, body: { ...body, correlationId: '' } };
        };
        const there = await of([ELSEWHERE], personId);
        expect(there).toMatchObject({ status: 403, body: { code: 'REGION_NOT_ALLOWED' } });
        expect(await of([ELSEWHERE], NOBODY)).toEqual(there);
        expect(await of([HERE], personId)).toMatchObject({
          status: 200,
          body: { paymentModalityList: [{ payeeIdentity: functionalIdOf(personId) }] },
        });
      }
    },
  );

  it.each([`POST ${MAPPER}`, `PUT ${MAPPER}`])(
    'changes no account of another region, nor is told that it is there: %s',
    async (what) => {
      for (const role of roles[what]!) {
        const before = await lastPosition(world);
        const elsewhere = await world.as('x.limited', role, [ELSEWHERE]);
        const of = async (id: string, account?: string) => {
          const asked = ABOUT[what]!(functionalIdOf(id), account);
          const { status, body } = await ask(elsewhere, what, asked);
          return { status, body };
        };
        const there = await of(personId);
        expect(there).toMatchObject({ status: 200, body: { responseCode: RESPONSE.refused } });
        expect(await of(personId, OWN)).toEqual(there);
        expect(await of(NOBODY)).toEqual(there);
        expect(await lastPosition(world)).toBe(before);
      }
    },
  );

  it('changes one of its own', async () => {
    const before = await lastPosition(world);
    const local = await world.as('x.limited', 'intake', [HERE]);
    const what = `PUT ${MAPPER}`;
    expect((await ask(local, what, ABOUT[what]!(functionalIdOf(personId)))).body).toMatchObject({
      responseCode: RESPONSE.received,
    });
    expect(await lastPosition(world)).toBeGreaterThan(before);
  });
});
