import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROJECTIONS } from '../../projections/all.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import type { Inbound, InboundTopic } from '../../src/adapters/event-bus/port.js';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import type { Request } from '../../src/http/call.js';
import { parseJson } from '../../src/http/parse-json.js';
import { canBePaid } from '../../src/kernel/accounts.js';
import { DomainError } from '../../src/kernel/errors.js';
import { formatAmount } from '../../src/kernel/money.js';
import { functionalIdOf } from '../../src/kernel/govstack.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { faultOfText } from '../../src/kernel/text.js';
import { payeeOf } from '../../src/person/payee.rule.js';
import {
  RegisterBeneficiaryBody,
  UpdateBeneficiaryBody,
} from '../../src/use-cases/govstack/beneficiary.http.js';
import { setAccounts } from '../../src/use-cases/govstack/beneficiaries.js';
import type { Beneficiary } from '../../src/use-cases/govstack/beneficiary-account.rule.js';
import { BatchStatusBody } from '../../src/use-cases/govstack/callback.http.js';
import { bodyOf } from '../../src/use-cases/govstack/published-endpoint.js';
import { askAbout, takeInBatchStatus } from '../../src/use-cases/govstack/outcomes.js';
import { OutcomesFromTopic } from '../../src/use-cases/outcomes/take-outcomes-topic.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { auditOf } from '../support/audit.js';
import type { Paid } from './bank-messages.fixtures.js';
import { enrolled, released } from './month.js';
import {
  AMOUNTS,
  batchOf,
  blockThatSays,
  DAYS,
  json,
  mostly,
  number,
  spoilt,
  statusesOf,
  toldOf,
  transactions,
} from './taken-is-folded.fixtures.js';
import { drain, job, newWorld, type World } from './world.js';

const RUNS = 50;
let world: World;
let paid: Paid[];
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 20, 3);
  const { cycleId } = await released(world.engine, '2025-12');
  paid = [];
  for await (const page of pagesOf(world.engine.store, `payment-${cycleId}-`))
    for (const { events } of page)
      for (const event of events) if (event.type === 'PaymentInstructed') paid.push(event.data);
});
afterAll(() => world.end());

const outcome = (): fc.Arbitrary<object> =>
  fc.constantFrom(...paid).chain(({ paymentId, endToEndId, amountMinor }) =>
    spoilt(
      fc.record(
        {
          paymentId: fc.constant(paymentId),
          endToEndId: fc.constant(endToEndId),
          outcome: fc.constantFrom('accepted', 'settled', 'rejected', 'returned', 'unknown'),
          amount: fc.constantFrom(formatAmount(amountMinor, 'MAD'), ...AMOUNTS),
          currency: fc.constant('MAD'),
          reason: fc.constantFrom('AC04', 'MS03'),
          settledOn: fc.constantFrom(...DAYS),
        },
        { requiredKeys: ['paymentId', 'outcome', 'currency', 'reason'] },
      ),
      {
        paymentId: mostly([paymentId]),
        endToEndId: mostly([endToEndId, paid[0]!.endToEndId]),
        outcome: mostly(['settled', 'returned']),
        attempt: number,
        amount: mostly(AMOUNTS),
        currency: mostly(['MAD', 'XOF', 'mad']),
        reason: mostly(['AC04', 'MS03', 'ABCDE', '1']),
        settledOn: mostly(DAYS),
        reference: mostly(['R1', 'R2', 'a\ufe0f'.repeat(35), '\u{1d7d8}'.repeat(35)]),
      },
    ),
  );

describe('whatever is said at a door for machines', () => {
  test('on the topic is taken or set aside with a reason, message by message', async () => {
    const { engine } = world;
    const topic = new OutcomesFromTopic(engine, {} as InboundTopic);
    const message = fc.tuple(json(outcome()), fc.nat(9)).map(([value, other]): Inbound => {
      const key = other === 0 ? undefined : /"paymentId":"([^"]+)"/.exec(value)?.[1];
      return { key: key ?? paid[0]!.paymentId, value, headers: {} };
    });
    // What is right in each place is rare, and is met in each run by what is not drawn.
    const plain = paid.slice(0, 12).map(({ paymentId }): Inbound => ({
      key: paymentId,
      value: JSON.stringify({ paymentId, outcome: 'accepted' }),
      headers: {},
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 30 }), async (messages) => {
        const reasons = await topic.take(messages);
        expect(reasons).toHaveLength(messages.length);
        for (const reason of reasons) {
          const code = reason?.split(':', 1)[0] ?? 'taken';
          expect(code).toMatch(/^[A-Z_]+$|^taken$/);
        }
      }),
      { numRuns: RUNS, examples: [[plain]] },
    );
    const { applied, breaks, deadLettered } = topic.figures;
    const isEnough = [applied, breaks, deadLettered].every((figure) => figure > 10);
    expect({ ...topic.figures, isEnough }).toMatchObject({ isEnough: true });
  });

  test('as null is refused, field by field, and keeps no message behind it waiting', async () => {
    const { paymentId } = paid[0]!;
    const fields = [
      'endToEndId',
      'attempt',
      'amount',
      'currency',
      'reason',
      'settledOn',
      'reference',
    ];
    const said = { paymentId, outcome: 'accepted' };
    const messages = [...fields.map((field) => ({ ...said, [field]: null })), said].map(
      (one): Inbound => ({ key: paymentId, value: JSON.stringify(one), headers: {} }),
    );
    const reasons = await new OutcomesFromTopic(world.engine, {} as InboundTopic).take(messages);
    expect(reasons.slice(0, -1)).toEqual(
      fields.map(() => expect.stringMatching(/^(IN|UN)[A-Z_]+: /)),
    );
    expect(reasons.at(-1)).toBeUndefined();
  });

  test('by a block of a batch is taken, or refused as what it is', async () => {
    const { engine } = world;
    const batch = batchOf(paid.slice(0, 6));
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(statusesOf(batch), transactions, async (status, details) => {
        const block = blockThatSays(batch, details);
        await askAbout(engine, block, batch, job(engine, 'bank'));
        try {
          const told = toldOf(batch, sent(BatchStatusBody, status));
          await takeInBatchStatus(engine, block, told, job(engine, 'bank'));
          taken += 1;
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
        }
      }),
      { numRuns: RUNS * 4 },
    );
    expect(taken).toBeGreaterThan(20);
  });

  test('of accounts of beneficiaries is refused, or can be paid on', async () => {
    const { engine } = world;
    const personIds = paid.map(({ paymentId }) => partsOfPayment(paymentId).personId);
    const ids = personIds.map(functionalIdOf);
    const { iban } = asdProgramme.debtor;
    const right = fc.record({
      payeeIdentity: fc.constantFrom(...ids),
      modality: fc.constantFrom('00', '01', '02', '03', '04'),
      address: fc.constantFrom(
        iban,
        iban.slice(4),
        iban.replace(/(.{4})/g, '$1 '),
        '+212600000001',
        'AB12345',
      ),
    });
    const beneficiary = spoilt(right, {
      payeeIdentity: mostly(ids),
      modality: mostly(['00', '04', '05']),
      address: mostly(['AB12345', `${iban}0`]),
    });
    const bodies = fc.array(beneficiary, { minLength: 1, maxLength: 3 });
    const each = ids.map((payeeIdentity) => ({ payeeIdentity, modality: '00', address: iban }));
    let request = 0;
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(bodies, fc.nat(3), async (said, n) => {
        const isNew = n === 0;
        request += 1;
        let given: readonly Beneficiary[];
        try {
          given = isNew ? registered(said as Said[]) : updated(said as Said[]);
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          return;
        }
        const how = isNew ? 'register' : 'update';
        const result = await setAccounts(engine, how, `Q${request}`, given, job(engine, 'intake'));
        changed += result.changed;
        for (const { reason } of result.failed) expect(faultOfText(reason, 'one')).toBeUndefined();
      }),
      { numRuns: RUNS * 2, examples: [[each, 1]] },
    );
    expect(changed).toBeGreaterThan(2);
    const people = await engine.store.readStreams(personIds.map((id) => streams.person(id)));
    const payees = people.flatMap(({ events }) => payeeOf(events) ?? []);
    const numbers = await engine.vault.open(payees.map(({ sealed }) => sealed));
    payees.forEach(({ kind }, i) => expect(canBePaid(kind, numbers[i]!['number']!)).toBe(true));
  });

  test('can be folded by every read model, acted on by every automation, and audited', async () => {
    const { engine } = world;
    await drain(engine);
    const store = await openSqliteReadStore(join(world.dir, 'folded.db'), { thread: 'local' });
    try {
      const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log: engine.store });
      expect(await runner.catchUp()).toBe(await engine.store.lastPosition());
    } finally {
      await store.close();
    }
    expect((await auditOf(engine.store)).violations).toEqual([]);
  });
});

type Said = Readonly<Record<'payeeIdentity' | 'modality' | 'address', unknown>>;
const sent = <T extends object>(type: new () => T, text: string): T =>
  bodyOf(type, { body: parseJson(Buffer.from(text)) } as Request);

const registered = (said: readonly Said[]): readonly Beneficiary[] =>
  sent(
    RegisterBeneficiaryBody,
    JSON.stringify({
      RequestID: 'R',
      Beneficiaries: said.map(({ payeeIdentity, modality, address }) => ({
        payeeIdentity,
        PaymentModality: modality,
        FinancialAddress: address,
      })),
    }),
  ).Beneficiaries.map(({ payeeIdentity, PaymentModality, FinancialAddress }) => ({
    payeeIdentity,
    modality: PaymentModality,
    address: FinancialAddress,
  }));

const updated = (said: readonly Said[]): readonly Beneficiary[] =>
  sent(
    UpdateBeneficiaryBody,
    JSON.stringify({
      requestID: 'R',
      sourceBBID: 'S',
      beneficiaries: said.map(({ payeeIdentity, modality, address }) => ({
        payeeIdentity,
        paymentModality: modality,
        financialAddress: address,
      })),
    }),
  ).beneficiaries.map(({ payeeIdentity, paymentModality, financialAddress }) => ({
    payeeIdentity,
    modality: paymentModality,
    address: financialAddress,
  }));
