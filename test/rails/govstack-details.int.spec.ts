import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { details } from '../../src/adapters/payment-rail/govstack/details.js';
import type { GovstackSettings, SentBatch } from '../../src/adapters/payment-rail/govstack/port.js';
import { answerOf } from '../../src/use-cases/govstack/block-answer.rule.js';
import { TransferFinder } from '../../src/use-cases/govstack/transfer-finder.rule.js';
import { blockSettings } from '../support/govstack-block.js';

const batch: SentBatch = {
  correlationId: 'ABCDEF123456',
  messageId: 'M',
  batchId: 'B',
  currency: 'MAD',
  transfers: [
    {
      instructionId: 'i1',
      paymentId: 'p1',
      endToEndId: 'e1',
      payeeIdentity: 'person',
      account: 'account',
      amountMinor: 50_000n,
    },
  ],
};

let server: Server;
let settings: GovstackSettings;
let body = '';
beforeAll(async () => {
  server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  settings = blockSettings(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
});

/** What a block's answer of one transfer comes to: an outcome, or what of it cannot be taken. */
async function cameTo(answer: string): Promise<unknown> {
  body = `[${answer}]`;
  const found: unknown[] = [];
  for await (const page of details(settings, batch))
    for (const one of page) {
      const answer = answerOf(one, batch, new TransferFinder(batch), {});
      if (answer.kind === 'outcome') found.push(answer.outcome);
      if (answer.kind === 'unclear') found.push(answer.differences.map(({ of }) => of));
    }
  return found[0];
}
const saying = (more: string): string => `{"transactionId":"i1","status":"COMPLETED"${more}}`;

describe('what a block answers of one transfer', () => {
  test('settles it at the amount that it says, to the digit', async () => {
    const settled = { paymentId: 'p1', outcome: 'settled', amountMinor: '50000', currency: 'MAD' };
    for (const amount of ['500', '500.00', '"500.00"'])
      expect(await cameTo(saying(`,"amount":${amount},"currency":"MAD"`))).toMatchObject(settled);
    expect(await cameTo(saying(',"amount":495.00'))).toMatchObject({ amountMinor: '49500' });
  });

  test.each(['null', '[495]', '{"amount":495.00,"currency":"MAD"}', 'true', '""', '"viel"', '1e3'])(
    'settles nothing where its amount is %s',
    async (amount) => {
      expect(await cameTo(saying(`,"amount":${amount}`))).toEqual(['amount']);
    },
  );

  test('says no currency of ours where it says one that is no text', async () => {
    expect(await cameTo(saying(',"amount":500,"currency":978'))).toEqual(['currency']);
  });

  test('is told without what a block writes as nothing, where no money is said to have moved', async () => {
    const failed = '{"transactionId":"i1","status":"FAILED","amount":null,"completedAt":null}';
    expect(await cameTo(failed)).toMatchObject({ paymentId: 'p1', outcome: 'rejected' });
    const going = '{"transactionId":"i1","status":"IN_PROGRESS","completedAt":null}';
    expect(await cameTo(going)).toMatchObject({ outcome: 'accepted' });
    const said = await cameTo(saying(',"amount":500,"currency":null,"completedAt":1764403200000'));
    expect(said).toMatchObject({ outcome: 'settled', currency: 'MAD' });
    expect(said).not.toHaveProperty('settledOn');
    const key = ',"amount":500,"workflowInstanceKey":9007199254740993';
    expect(await cameTo(saying(key))).toMatchObject({ outcome: 'settled' });
  });

  test.each(['"status":"FAILED"', '"amount":495'])(
    'that says %s and another is no answer',
    async (twice) => {
      const answer = cameTo(`{"transactionId":"i1",${twice},"status":"COMPLETED","amount":500}`);
      await expect(answer).rejects.toMatchObject({ code: 'RAIL_FAILED' });
    },
  );
});
