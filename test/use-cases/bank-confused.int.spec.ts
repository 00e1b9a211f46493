import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { payeeOf } from '../../src/person/payee.rule.js';
import { openPayees } from '../../src/person/payees.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { inPieces } from '../support/bank-messages.js';
import { auditOf } from '../support/audit.js';
import { CASES } from './bank-confused.cases.js';
import type { Paid } from './bank-confused.fixtures.js';
import { enrolled, released } from './month.js';
import { job, newWorld, type World } from './world.js';

let world: World;
const unpaid: Paid[] = [];
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, CASES.length * 3, 7);
  const { cycleId } = await released(world.engine, '2025-12');
  for await (const page of pagesOf(world.engine.store, `payment-${cycleId}-`))
    for (const { events } of page)
      for (const event of events)
        if (event.type === 'PaymentInstructed')
          unpaid.push({ ...event.data, account: await accountOf(event.data) });
});
afterAll(() => world.end());

async function accountOf(paid: {
  readonly paymentId: string;
  readonly accountId: string;
}): Promise<string> {
  const { store, vault } = world.engine;
  const { personId } = partsOfPayment(paid.paymentId);
  const person = await store.readStream(streams.person(personId));
  const [payee] = await openPayees(vault, [payeeOf(person, paid.accountId)], () => undefined);
  return payee!.account;
}

const eventsOf = ({ paymentId }: Paid) => world.engine.store.readStream(streams.payment(paymentId));

/** What the message came to, of its payments and of what was recorded since. */
async function take(bytes: string | Uint8Array, paid: readonly Paid[]) {
  const { store } = world.engine;
  const before = await store.lastPosition();
  const { code } = await takeInMessage(
    world.engine,
    { bytes: inPieces(bytes), sender: 'bank-folder', fileName: 'bank.xml' },
    job(world.engine, 'bank'),
  );
  const histories = await Promise.all(paid.map(eventsOf));
  const { events } = await store.readAll(before, 5_000);
  const streamsOfPaid = new Set(paid.map(({ paymentId }) => streams.payment(paymentId)));
  return {
    file: code,
    status: histories.map((events) => foldPayment(events).status),
    breaks: histories.flatMap((events) =>
      events.flatMap((event) => (event.type === 'PaymentBreakRecorded' ? [event.data.kind] : [])),
    ),
    waiting: events.flatMap((event) =>
      event.type === 'BankEntryQuarantined' ? [event.data.code] : [],
    ),
    others: events.filter(
      ({ stream }) => stream.startsWith('payment-') && !streamsOfPaid.has(stream),
    ).length,
  };
}

describe('what a confused or a hostile bank sends', () => {
  test.each(CASES)('$name', async ({ of, gives }) => {
    const paid = [unpaid.pop()!, unpaid.pop()!] as const;
    expect(await take(of(...paid), paid)).toEqual({
      file: gives.file,
      status: gives.status ?? ['instructed', 'instructed'],
      breaks: gives.breaks ?? [],
      waiting: gives.waiting ?? [],
      others: 0,
    });
  });
  test('leaves a log that the audit finds nothing in', async () => {
    expect((await auditOf(world.engine.store)).violations).toEqual([]);
  });
});
