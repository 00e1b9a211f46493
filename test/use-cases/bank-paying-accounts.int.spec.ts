import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { streams, uetrOf } from '../../src/kernel/ids.js';
import { formatAmount } from '../../src/kernel/money.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { execute } from '../../src/write-side/execute.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { inPieces } from '../support/bank-messages.js';
import { statementOf } from './bank-agrees.fixtures.js';
import { debit, OTHER_IBAN } from './bank-confused.fixtures.js';
import type { Paid } from './bank-messages.fixtures.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { as, byManagers, job, newWorld, type World } from './world.js';

const MAIN = asdProgramme.debtor.iban;

describe('a programme that pays from two accounts', () => {
  let world: World;
  let ofMain: Paid[];
  let ofSecond: Paid[];
  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    await enrolled(engine, 60, 7);
    const terms: Parameters<typeof byManagers>[0] = {
      type: 'SetPaymentTerms',
      programmeId: PROGRAMME,
      remittance: '{programme} {period}',
      accounts: [
        {
          accountId: 'SECOND',
          name: 'Trésorerie fictive',
          bic: 'SNADMAMR',
          kind: 'iban',
          number: OTHER_IBAN,
          format: 'pain.001.001.09',
          characters: 'unicode',
          maxPerFile: 4,
          payeeKinds: ['cash', 'wallet'],
        },
      ],
    };
    await execute(
      engine,
      [part(streams.programme(PROGRAMME), programmeDecider, ...byManagers(terms))],
      as(engine, 'manager', 'terms'),
    );
    const { cycleId } = await released(engine, '2025-12');
    const paid: Paid[] = [];
    for await (const page of pagesOf(engine.store, `payment-${cycleId}-`))
      for (const { events } of page)
        for (const event of events) if (event.type === 'PaymentInstructed') paid.push(event.data);
    ofSecond = paid.filter(({ messageId }) => messageId.includes('-SECOND-'));
    ofMain = paid.filter((one) => !ofSecond.includes(one));
  });
  afterAll(() => world.end());

  /** What a statement of an account comes to: of the payment, and of what waits. */
  async function told(text: string, { paymentId }: Paid): Promise<unknown> {
    const { store } = world.engine;
    const before = await store.lastPosition();
    await takeInMessage(
      world.engine,
      { bytes: inPieces(text), sender: 'bank-folder', fileName: 'bank.xml' },
      job(world.engine, 'bank'),
    );
    const { events } = await store.readAll(before, 1_000);
    return [
      foldPayment(await store.readStream(streams.payment(paymentId))).status,
      events.flatMap((event) =>
        event.type === 'BankEntryQuarantined'
          ? [[event.data.code, event.data.detail.slice(-5)]]
          : [],
      ),
    ];
  }
  const byUetr = (paid: Paid): string =>
    `<Refs><EndToEndId>NOTPROVIDED</EndToEndId><UETR>${uetrOf(paid.paymentId, 1)}</UETR></Refs>`;
  const whole = ({ messageId }: Paid, all: readonly Paid[]) => {
    const of = all.filter((one) => one.messageId === messageId);
    const sum = of.reduce((minor, { amountMinor }) => minor + BigInt(amountMinor), 0n);
    const batch = `<Btch><PmtInfId>${messageId}</PmtInfId></Btch>`;
    return { amount: formatAmount(sum, 'MAD'), details: [batch] };
  };
  const differs = (iban: string) => ['instructed', [['ACCOUNT_DIFFERS', `${iban.slice(-4)}.`]]];

  test('has what was instructed from one settled by its own statement only', async () => {
    const [one] = ofMain;
    const [other] = ofSecond;
    expect(await told(statementOf([debit(one!)], OTHER_IBAN), one!)).toEqual(differs(MAIN));
    expect(await told(statementOf([debit(other!)], MAIN), other!)).toEqual(differs(OTHER_IBAN));
    expect(await told(statementOf([debit(one!)], MAIN), one!)).toEqual(['settled', []]);
    expect(await told(statementOf([debit(other!)], OTHER_IBAN), other!)).toEqual(['settled', []]);
  });
  test('also where the UETR names it', async () => {
    const paid = ofSecond[1]!;
    const details = [byUetr(paid)];
    expect(await told(statementOf([debit(paid, { details })], MAIN), paid)).toEqual(
      differs(OTHER_IBAN),
    );
    expect(await told(statementOf([debit(paid, { details })], OTHER_IBAN), paid)).toEqual([
      'settled',
      [],
    ]);
  });
  test('also where a whole message is booked at once', async () => {
    const paid = ofSecond.at(-1)!;
    const booking = whole(paid, ofSecond);
    expect(await told(statementOf([booking], MAIN), paid)).toEqual(differs(OTHER_IBAN));
    expect(await told(statementOf([booking], OTHER_IBAN), paid)).toEqual(['settled', []]);
    expect((await auditOf(world.engine.store)).violations).toEqual([]);
  });
});
