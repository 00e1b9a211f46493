import { expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { pain002Of } from '../support/bank-messages.js';
import { breaksOf, waiting } from './bank-agrees.fixtures.js';
import { OTHER_IBAN } from './bank-confused.fixtures.js';
import { payments, said, take, violations, world, type Paid } from './bank-messages.fixtures.js';

/** What a report says of a whole message, and beside it of one payment of that. */
const ofAll = (one: Paid, status: string, text: (report: string) => string, what = 'settled') =>
  text(
    pain002Of(
      said([one], what as 'settled' | 'rejected'),
      {},
      { originalId: one.messageId, status },
    ),
  );
const amount = (text: string) => (report: string) =>
  report.replace(/(<InstdAmt Ccy="MAD">)[^<]*/, `$1${text}`);
const another = (report: string) =>
  report.replace(
    '</OrgnlTxRef>',
    `<CdtrAcct><Id><IBAN>${OTHER_IBAN}</IBAN></Id></CdtrAcct></OrgnlTxRef>`,
  );

async function statuses(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { paymentId } of await payments()) {
    const events = await world.engine.store.readStream(streams.payment(paymentId));
    const { status } = foldPayment(events);
    found.set(status, (found.get(status) ?? 0) + 1);
  }
  return found;
}
const statusOf = async ({ paymentId }: Paid) =>
  foldPayment(await world.engine.store.readStream(streams.payment(paymentId))).status;

test.each([
  ['an amount that nobody can read', amount('viel'), ['ENTRY_INVALID']],
  ['an amount of too many decimals', amount('1.005'), ['ENTRY_INVALID']],
  ['another payee', another, ['ACCOUNT_DIFFERS']],
  [
    'what nobody can read, and not of which',
    (report: string) =>
      amount('viel')(report)
        .replace(/<OrgnlInstrId>[^<]*<\/OrgnlInstrId>/, '')
        .replace(/<OrgnlEndToEndId>[^<]*/, '<OrgnlEndToEndId>NOTPROVIDED'),
    ['BATCH_DIFFERS', 'ENTRY_INVALID'],
  ],
])('of one payment with %s is not what is said of all', async (_, wrong, waits) => {
  const all = await payments();
  const [first] = all;
  for (const [status, what] of [
    ['RJCT', 'rejected'],
    ['ACSC', 'settled'],
  ] as const) {
    await take(ofAll(first!, status, wrong, what), `${status}.xml`);
    expect(await statusOf(first!)).toBe('instructed');
    if (what === 'rejected') continue;
    const codes = (await waiting()).map(([code]) => code);
    expect([...new Set(codes)].toSorted()).toEqual(waits);
  }
  expect(await violations()).toEqual([]);
});

test('of one payment with another amount is a break, and the others are paid', async () => {
  const all = await payments();
  const [first] = all;
  await take(ofAll(first!, 'ACSC', amount('1.00')));
  expect(await statusOf(first!)).toBe('instructed');
  expect(await breaksOf(first!)).toEqual(['amount-differs']);
  expect((await statuses()).get('settled')).toBe(all.length - 1);
});

test('of one payment as of all is said once', async () => {
  const all = await payments();
  const { outcomes } = await take(ofAll(all[0]!, 'ACSC', (text) => text));
  expect(outcomes).toMatchObject({ read: all.length, applied: all.length });
  expect((await statuses()).get('settled')).toBe(all.length);
});
