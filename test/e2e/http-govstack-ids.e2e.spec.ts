import { expect, it } from '@jest/globals';
import { hand, here, transfer } from './govstack-callee.fixtures.js';

it("refuses a batch whose ids are somebody's numbers, which would be kept beside the person for ever", async () => {
  for (const [requestId, correlationId, field] of [
    ['AB100001', 'C1', '0'],
    ['R ab-100.003', 'C1', '0'],
    ['0612345678', 'C1', '0'],
    ['T0', 'ref AB 100001', 'X-CorrelationID'],
    ['T0', '+212612345678', 'X-CorrelationID'],
  ] as const) {
    const { body } = await hand([transfer(0, { requestId })], correlationId);
    expect(body).toMatchObject({ status: 400, code: 'PERSONAL_DATA_IN_TEXT', field });
    expect(JSON.stringify(body)).not.toContain('100001');
  }
  expect(here()).toEqual([]);
});

it('takes how machines number, and tells nobody who is handed no payment which numbers are known', async () => {
  const differs = await hand([transfer(0, { requestId: 'AB100001', amount: 1 })], 'C1');
  expect(differs.body).toMatchObject({ status: 400, code: 'AMOUNT_DIFFERS' });
  const { status } = await hand([transfer(0, { requestId: 'T0000123' })], 'ZZ100001');
  expect(status).toBe(202);
});
