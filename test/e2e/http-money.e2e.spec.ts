import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  paid,
  setUp,
  submitted,
  type Caller,
  type Json,
} from './http-world.js';
import { expectProblem } from './expect-problem.js';

describe('what is refused of money', () => {
  let world: HttpWorld;
  let finance: Caller;
  let system: Caller;
  let paymentId: string;
  let contentHash: string;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    finance = await world.as('f.elfassi', 'finance-officer');
    system = await world.as('bank', 'payment-system');
    const { personId, applicationId } = await submitted(world, 24);
    await approved(world, applicationId);
    await enrolled(world, personId);
    ({ contentHash } = await paid(world, 'asd-2025-10'));
    paymentId = `asd-2025-10-${personId}`;
  });
  afterAll(() => world.close());

  const report = async (outcome: object): Promise<Json> =>
    (
      await expectStatus(
        200,
        system.post('/payments/outcomes', { outcomes: [{ paymentId, ...outcome }] }),
      )
    ).results[0];

  it('releases a cycle once', async () => {
    const releaser = await world.as('c.guessous', 'finance-controller');
    await expectProblem(
      releaser.post('/cycles/asd-2025-10/release', {
        contentHash,
        executionDate: '2025-11-28',
        anyDay: true,
      }),
      409,
      'CYCLE_ALREADY_RELEASED',
    );
  });

  it('takes no outcome of an unknown payment, in another currency, of less than nothing or of no name', async () => {
    const unknown = 'asd-2025-10-00000000-0000-4000-8000-000000000000';
    expect(await report({ outcome: 'settled', paymentId: unknown })).toMatchObject({
      result: 'refused',
      code: 'PAYMENT_UNKNOWN',
    });
    expect(await report({ outcome: 'settled', amount: '500.00', currency: 'EUR' })).toMatchObject({
      result: 'refused',
      code: 'CURRENCY_DIFFERS',
    });
    await expectProblem(
      system.post('/payments/outcomes', {
        outcomes: [{ paymentId, outcome: 'settled', amount: '-500.00', currency: 'MAD' }],
      }),
      400,
      'INVALID_AMOUNT',
      'outcomes/0/amount',
    );
    await expectProblem(
      system.post('/payments/outcomes', { outcomes: [{ paymentId, outcome: 'lost' }] }),
      400,
      'INVALID_FIELD',
      'outcomes/0/outcome',
    );
  });

  it('takes what two persons say of a payment, and lets neither pay it again', async () => {
    const byOfficer = async (officer: Caller): Promise<string> => {
      const outcomes = [{ paymentId, outcome: 'rejected', reason: 'AC04' }];
      const { results } = await expectStatus(200, officer.post('/payments/outcomes', { outcomes }));
      return results[0].result;
    };
    const second = await world.as('f.hassani', 'finance-officer');
    expect([
      await byOfficer(finance),
      await byOfficer(finance),
      await byOfficer(second),
      await byOfficer(second),
    ]).toEqual(['proposed', 'unchanged', 'applied', 'unchanged']);
    const executionDate = '2025-11-30';
    const again = await expectStatus(
      202,
      second.post(`/payments/${paymentId}/reinstruction`, {
        executionDate,
        sameAccount: true,
        anyDay: true,
      }),
    );
    expect((await second.job(again.jobId)).result).toMatchObject({
      reinstructed: 0,
      refusals: [{ code: 'SAME_PERSON' }],
    });
  });

  it('makes a break of a contradiction, which two persons resolve', async () => {
    const contradiction = await report({
      outcome: 'settled',
      amount: '500.00',
      currency: 'MAD',
      settledOn: '2025-11-28',
    });
    expect(contradiction.result).toBe('break');
    const { items } = await expectStatus(
      200,
      finance.get(`/breaks?open=true&after=${contradiction.position}`),
    );
    expect(items).toEqual([
      expect.objectContaining({ paymentId, kind: 'settled-after-rejected', open: true }),
    ]);
    const controller = await world.as('c.filali', 'finance-controller');
    const resolve = async (who: Caller, resolution: string): Promise<string> => {
      const path = `/payments/${paymentId}/breaks/${items[0].breakId}/resolution`;
      const said = { resolution, reason: 'the bank corrected itself' };
      return (await expectStatus(200, who.post(path, said))).status;
    };
    expect(await resolve(finance, 'counted-as-settled')).toBe('proposed');
    expect(await resolve(controller, 'bank-error')).toBe('resolved');
    expect(await resolve(finance, 'counted-as-settled')).toBe('resolved');
  });
});

describe('the budget under 200 concurrent attempts', () => {
  it('pays no cycle that it is one centime short of, and reserves once when it is not', async () => {
    const world = await HttpWorld.open();
    try {
      await setUp(world, '499.99');
      const finance = await world.as('f.elfassi', 'finance-officer');
      const controller = await world.as('c.filali', 'finance-controller');
      const { personId, applicationId } = await submitted(world, 60);
      await approved(world, applicationId);
      await enrolled(world, personId);
      const { jobId } = await expectStatus(202, finance.post('/cycles/asd-2025-10/prepare'));
      const { contentHash } = (await finance.job(jobId)).result;
      const attempts = async (): Promise<string[]> =>
        (
          await Promise.all(
            Array.from({ length: 200 }, () =>
              controller.post('/cycles/asd-2025-10/approve', { contentHash }),
            ),
          )
        ).map(({ status, body }) => `${status} ${body.code ?? ''}`);
      expect(new Set(await attempts())).toEqual(new Set(['422 BUDGET_EXCEEDED']));
      const { position } = await expectStatus(
        200,
        finance.post('/budgets/asd/2025/adjustments', {
          delta: '0.01',
          currency: 'MAD',
          reason: 'a centime more',
        }),
      );
      expect(position).toBeGreaterThan(0);
      const answers = await attempts();
      expect(answers.filter((answer) => answer === '200 ')).toHaveLength(1);
      expect(answers.filter((answer) => answer === '409 CYCLE_ALREADY_APPROVED')).toHaveLength(199);
      const last = await expectStatus(
        200,
        finance.post('/budgets/asd/2025/adjustments', {
          delta: '1.00',
          currency: 'MAD',
          reason: 'to read after',
        }),
      );
      const { items } = await expectStatus(200, finance.get(`/budgets?after=${last.position}`));
      expect(items[0]).toMatchObject({ allotted: '501.00', reserved: '500.00', free: '1.00' });
    } finally {
      await world.close();
    }
  });

  it('is never exceeded by a centime', async () => {
    const world = await HttpWorld.open();
    try {
      await setUp(world, '100.00');
      const finance = await world.as('f.elfassi', 'finance-officer');
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          finance.post('/budgets/asd/2025/adjustments', {
            delta: i % 2 === 0 ? '-1.01' : '-0.99',
            currency: 'MAD',
            reason: `try ${i}`,
          }),
        ),
      );
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 422]));
      const position = Math.max(
        ...replies.map(({ headers }) => Number(headers.get('sanad-position') ?? -1)),
      );
      const { items } = await expectStatus(200, finance.get(`/budgets?after=${position}`));
      const left =
        10_000 -
        replies.reduce((sum, { status }, i) => {
          const asked = i % 2 === 0 ? 101 : 99;
          return status === 200 ? sum + asked : sum;
        }, 0);
      expect(Math.round(Number(items[0].allotted) * 100)).toBe(left);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThan(99);
    } finally {
      await world.close();
    }
  });
});
