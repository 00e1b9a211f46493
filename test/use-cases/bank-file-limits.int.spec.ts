import { expect, test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { pain002Of } from '../support/bank-messages.js';
import { entries, statementOf, two } from './bank-agrees.fixtures.js';
import { said, take, violations, world } from './bank-messages.fixtures.js';

test('a settlement has the day of its own message, where a file is of several', async () => {
  const both = await two();
  const days = ['2026-01-12', '2026-01-20'];
  const messages = both.map((one, i) =>
    pain002Of(said([one], 'settled'), { messageId: `BANK-${i}` })
      .replace(/^<\?xml[^>]*\?>/, '')
      .replace('2026-01-29T08:00:00', `${days[i]}T08:00:00`),
  );
  const file = `<Envelope>${messages.join('')}</Envelope>`;
  expect(await take(file)).toMatchObject({ status: 'applied', quarantined: 0 });
  const settledOn = both.map(async ({ paymentId }) => {
    const events = await world.engine.store.readStream(streams.payment(paymentId));
    return events.flatMap((event) =>
      event.type === 'PaymentSettled' ? [event.data.settledOn] : [],
    );
  });
  expect(await Promise.all(settledOn)).toEqual(days.map((day) => [day]));
  expect(await violations()).toEqual([]);
});

test('a file that comes to more than an event can say waits as a whole, and once', async () => {
  const most = { amount: '999999999999999.99' };
  const file = statementOf(
    Array.from({ length: 11 }, () => most),
    asdProgramme.debtor.iban,
  );
  for (let i = 0; i < 2; i += 1)
    expect(await take(file)).toMatchObject({ status: 'quarantined', code: 'AMOUNT_TOO_LARGE' });
  expect(await entries()).toEqual([]);
});

test('what a bank writes is cut between characters', async () => {
  const [one] = await two();
  const messageId = `${'M'.repeat(34)}😀`;
  const file = pain002Of(said([one], 'settled'), { messageId }).replace('>ACSC<', '>ABC😀<');
  expect(await take(file)).toMatchObject({ status: 'applied', quarantined: 1 });
  expect(await entries()).toMatchObject([
    { code: 'STATUS_UNKNOWN', detail: expect.stringContaining('The status ABC does') },
  ]);
  expect(await violations()).toEqual([]);
});
