import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpWorld, type Caller } from './http-world.js';

const CALLBACK = 'http://127.0.0.1:9/results';
type Asked = [
  status: number,
  method: string,
  path: string,
  body: string | undefined,
  headers: Record<string, string>,
];

describe('who uses Sanad as a payments block', () => {
  let world: HttpWorld;
  let intake: Caller;
  let block: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open({ SANAD_GOVSTACK_CALLBACKS: CALLBACK });
    intake = await world.as('registry', 'intake');
    block = await world.as('source-bb', 'payment-system');
  });
  afterAll(() => world.close());

  it('is answered in the published form on every path, whatever is wrong', async () => {
    const json = { 'content-type': 'application/json' };
    const paths = [
      ['POST', '/govstack/identityAccountMapper/beneficiary'],
      ['PUT', '/govstack/identityAccountMapper/beneficiary'],
      ['PUT', '/govstack/beneficiary'],
      ['POST', '/govstack/beneficiaries?command=validate'],
      ['POST', '/govstack/batchtransactions?type=raw'],
      ['POST', '/govstack/api/v1/batch'],
      ['POST', '/govstack/callback'],
    ] as const;
    const asked: Asked[] = [
      ...paths.flatMap(([method, path]): Asked[] => [
        [401, method, path, '{}', { ...json, authorization: '' }],
        [401, method, path, '{}', { ...json, authorization: 'Bearer x.y.z' }],
        [400, method, path, '{', json],
        [400, method, path, '{}', json],
        [400, method, path, '['.repeat(1_000), json],
        [413, method, path, JSON.stringify({ a: 'x'.repeat(1_100_000) }), json],
        [415, method, path, 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }],
        [415, method, path, '<a/>', { 'content-type': 'application/xml' }],
        [405, 'DELETE', path, undefined, {}],
      ]),
      [404, 'GET', '/govstack/nowhere', undefined, {}],
      [404, 'POST', '/govstack/nowhere', '{}', json],
      [404, 'GET', '/govstack', undefined, {}],
      [400, 'GET', '/govstack/%', undefined, {}],
      [401, 'GET', '/govstack/api/v1/batch/detail', undefined, { authorization: '' }],
    ];
    for (const [status, method, path, body, headers] of asked) {
      const by = path.includes('eneficiary') ? intake : block;
      const reply = await by.send(method, path, body, headers);
      const { ResponseCode, ResponseDescription, responseCode, responseDescription } = reply.body;
      expect([method, path, reply.status, reply.headers.get('content-type')]).toEqual([
        method,
        path,
        status,
        expect.stringMatching(/^application\/json/),
      ]);
      expect(ResponseCode ?? responseCode).toBe('01');
      expect((ResponseDescription ?? responseDescription).length).toBeGreaterThan(0);
      expect((ResponseDescription ?? responseDescription).length).toBeLessThanOrEqual(200);
      if (status === 400 && method === 'POST' && path.endsWith('identityAccountMapper/beneficiary'))
        expect(
          Object.keys(reply.body).filter((name) => !/^(Response|RequestID)/.test(name)),
        ).toEqual([]);
    }
  });

  it.each([
    [{ amount: null }, 'amount'],
    [{ currency: 'US' }, 'currency'],
    [{ amount: 1, currency: null }, 'currency'],
    [{ narration: null, descriptionText: null }, 'narration'],
  ])('is refused what is not in a published form: %j', async (wrong, field) => {
    const json = { 'content-type': 'application/json', 'X-Callback-URL': CALLBACK };
    const instruction = { instructionID: 'I', financialAddress: '+212600000000', ...wrong };
    const validated = await block.send(
      'POST',
      '/govstack/beneficiaries?command=validate',
      JSON.stringify({ batchId: 'B', destinationDFSPID: 'S', creditInstructions: [instruction] }),
      { ...json, 'X-Client-Correlation-ID': 'C', 'X-Registering-Institution-ID': 'M' },
    );
    expect(validated).toMatchObject({
      status: 400,
      body: { responseCode: '01', field: `creditInstructions/0/${field}` },
    });
    const party = [{ key: 'payeeIdentity', value: 'p' }];
    const { narration: _, ...ofTransfer } = { narration: null, ...wrong };
    const transfer = {
      requestId: 'T',
      creditParty: party,
      debitParty: party,
      paymentMode: 'mojaloop',
      amount: 1,
      currency: 'MAD',
      ...ofTransfer,
    };
    const handed = await block.send(
      'POST',
      '/govstack/batchtransactions?type=raw',
      JSON.stringify([transfer]),
      { ...json, 'X-CorrelationID': 'C', 'Platform-TenantId': 'T' },
    );
    expect(handed).toMatchObject({
      status: 400,
      body: {
        responseCode: '01',
        field: expect.stringMatching(/^0\/(amount|currency|descriptionText)$/),
      },
    });
  });

  it('is told the limit in the published form too', async () => {
    const narrow = await HttpWorld.open({ SANAD_THROTTLE_LIMIT: '1' });
    try {
      const caller = await narrow.as('source-bb', 'payment-system');
      const ask = () =>
        caller.send('POST', '/govstack/callback', '{}', { 'content-type': 'application/json' });
      await ask();
      expect(await ask()).toMatchObject({
        status: 429,
        body: {
          responseCode: '01',
          responseDescription: expect.stringMatching(/^TOO_MANY_REQUESTS/),
        },
      });
    } finally {
      await narrow.close();
    }
  });
});
