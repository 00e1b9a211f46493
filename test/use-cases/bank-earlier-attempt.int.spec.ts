import { expect, test } from '@jest/globals';
import { streams, uetrOf } from '../../src/kernel/ids.js';
import { assignEntry } from '../../src/use-cases/statements/bank-entries.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { camtOf, pain002Of } from '../support/bank-messages.js';
import {
  breaksOf,
  e2e,
  entries,
  money,
  refs,
  statementOf,
  statusOf,
  two,
} from './bank-agrees.fixtures.js';
import { said, take, violations, world, type Paid } from './bank-messages.fixtures.js';
import { as, job } from './world.js';

const eventsOf = ({ paymentId }: Paid) => world.engine.store.readStream(streams.payment(paymentId));

/** Refused, paid again and settled under the second instruction, of which the id is answered. */
async function settledBySecond(one: Paid): Promise<void> {
  await take(
    pain002Of(said([one], 'rejected', 'AC04'), {}, { originalId: one.messageId }),
    'refused.xml',
  );
  await reinstructPayments(
    world.engine,
    { cycleId: 'asd-2025-12', executionDate: '2026-01-20', sameAccount: true },
    job(world.engine, 'finance'),
  );
  const again = (await eventsOf(one)).find((event) => event.type === 'PaymentReinstructed')!;
  await take(camtOf('camt.054', said([{ ...one, endToEndId: again.data.endToEndId }], 'settled')));
  expect(await statusOf(one)).toBe('settled');
}
const attemptsOf = async (one: Paid) =>
  (await eventsOf(one)).flatMap((event) =>
    event.type === 'PaymentBreakRecorded' ? [event.data.attempt] : [],
  );

test('a part that comes back for an earlier attempt is a break of that one', async () => {
  const [one] = await two();
  await settledBySecond(one);
  const back = `${e2e(one.endToEndId)}<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>`;
  const credit = { direction: 'CRDT' as const, details: [back] };
  await take(statementOf([{ ...credit, amount: '5.00' }]));
  await take(statementOf([{ ...credit, amount: money(one) }]));
  expect(await breaksOf(one)).toEqual(['amount-differs', 'returned-after-rejected']);
  expect(await attemptsOf(one)).toEqual([1, 1]);
  expect(await statusOf(one)).toBe('settled');
  expect(await violations()).toEqual([]);
});

test('an entry with the UETR of another attempt settles neither', async () => {
  const [one] = await two();
  await settledBySecond(one);
  const detail = refs(
    `<EndToEndId>${one.endToEndId}</EndToEndId><UETR>${uetrOf(one.paymentId, 2)}</UETR>`,
  );
  await take(statementOf([{ amount: money(one), details: [detail] }]));
  expect(await breaksOf(one)).toEqual([]);
  expect((await entries()).map(({ code }) => code)).toEqual(['REFERENCES_DIFFER']);
});

test('an entry that names an earlier attempt is given to that one, whatever a person leaves out', async () => {
  const [one] = await two();
  await settledBySecond(one);
  const credit = { direction: 'CRDT' as const, amount: money(one), details: [e2e(one.endToEndId)] };
  await take(statementOf([credit]));
  const [entry] = await entries();
  expect(entry).toMatchObject({ code: 'CREDIT_UNCLEAR' });
  const its = {
    entryId: entry!.entryId,
    paymentId: one.paymentId,
    outcome: 'returned' as const,
    reason: 'the bank says so',
  };
  await expect(
    assignEntry(world.engine, { ...its, attempt: 2 }, as(world.engine, 'finance', 'second')),
  ).rejects.toMatchObject({ code: 'REFERENCES_DIFFER' });
  for (const who of ['finance', 'secondFinance'] as const)
    await assignEntry(world.engine, its, as(world.engine, who, 'first'));
  expect([await statusOf(one), await attemptsOf(one)]).toEqual(['settled', [1]]);
  expect(await violations()).toEqual([]);
});
