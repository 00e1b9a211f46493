import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import type { Instruction } from '../../src/adapters/payment-rail/port.js';
import { assignEntry } from '../../src/use-cases/statements/bank-entries.js';
import { listEntries, type EntryView } from '../../src/use-cases/statements/bank-lists.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { matchEntries } from '../../src/use-cases/statements/match-entries.js';
import { openPayees } from '../../src/person/payees.js';
import { payeeOf } from '../../src/person/payee.rule.js';
import {
  takeInMessage,
  type MessageSummary,
} from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { camtOf, inPieces, pain002Of, type Said } from '../support/bank-messages.js';
import { enrolled, released } from './month.js';
import { as, job, newWorld, type World } from './world.js';

const CYCLE = 'asd-2025-12';
const DAY = '2025-12-29';
type Paid = EventData['PaymentInstructed'] & { readonly payee: Instruction['payee'] };

const decimal = (minor: string): string => `${minor.slice(0, -2)}.${minor.slice(-2)}`;

/** A bank that lost our references, and says amount, day and payee. */
describe('entries without a reference of ours', () => {
  let world: World;
  let paid: Paid[];
  const take = (text: string): Promise<MessageSummary> =>
    takeInMessage(
      world.engine,
      { bytes: inPieces(text), sender: 'bank', fileName: 'bank.xml' },
      job(world.engine, 'bank'),
    );
  const entries = async (): Promise<readonly EntryView[]> =>
    (
      await listEntries(world.engine.store, {
        status: 'quarantined',
        now: world.engine.clock.now(),
        limit: 1_000,
      })
    ).items;
  const entryOf = async ({ amountMinor }: Paid, of = entries()): Promise<EntryView> =>
    (await of).find((entry) => entry.amountMinor === amountMinor)!;
  const said = (payment: Paid, what: Said['what'], payee?: Said['payee']): Said => ({
    endToEndId: 'NOTPROVIDED',
    amount: decimal(payment.amountMinor),
    what,
    ...(payee ? { payee } : {}),
  });
  const statusOf = async ({ paymentId }: Paid): Promise<string> =>
    (await world.engine.store.readStream(streams.payment(paymentId))).at(-1)!.type;
  /** One payment of each amount, and how many have it. */
  const byAmount = (): { payment: Paid; count: number }[] =>
    [...Map.groupBy(paid, ({ amountMinor }) => amountMinor).values()].map((same) => ({
      payment: same.at(-1)!,
      count: same.length,
    }));

  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    await enrolled(engine, 120, 7);
    await released(engine, '2025-12');
    paid = [];
    for await (const page of pagesOf(engine.store, `payment-${CYCLE}-`)) {
      const instructed = page.flatMap(({ events }) =>
        events.flatMap((event) => (event.type === 'PaymentInstructed' ? [event.data] : [])),
      );
      const persons = await engine.store.readStreams(
        instructed.map(({ paymentId }) => streams.person(partsOfPayment(paymentId).personId)),
      );
      const payees = await openPayees(
        engine.vault,
        persons.map(({ events }) => payeeOf(events)),
        () => undefined,
      );
      instructed.forEach((event, i) => paid.push({ ...event, payee: payees[i]! }));
    }
  });
  afterAll(() => world.end());

  it('are told the payment of the same amount, day and account, first and with full score', async () => {
    const some = byAmount()
      .filter(({ count, payment }) => count > 1 && payment.payee.kind === 'rib')
      .slice(0, 4)
      .map(({ payment }) => payment);
    expect(some.length).toBeGreaterThan(2);
    const file = camtOf(
      'camt.054',
      some.map((payment, i) =>
        said(
          payment,
          'settled',
          i % 2 === 0
            ? { iban: ibanOfRib(payment.payee.account) }
            : { other: payment.payee.account },
        ),
      ),
      { bookedOn: DAY },
    );
    expect(await take(file)).toMatchObject({ status: 'applied', quarantined: some.length });
    const waiting = await entries();
    for (const payment of some) {
      const { candidates } = await entryOf(payment, Promise.resolve(waiting));
      expect(candidates?.[0]).toEqual({
        paymentId: payment.paymentId,
        attempt: 1,
        score: 100,
        days: 1,
        payee: 'account',
      });
      expect(
        candidates!.slice(1).every(({ score, payee }) => score === 60 && payee === 'unknown'),
      ).toBe(true);
    }
    expect(JSON.stringify(waiting)).not.toContain(some[0]!.payee.account);
    // Nothing moved by itself; a person confirms.
    expect(await statusOf(some[0]!)).toBe('PaymentInstructed');
    const { entryId } = await entryOf(some[0]!);
    for (const [who, status] of [
      ['finance', 'PaymentInstructed'],
      ['secondFinance', 'PaymentSettled'],
    ] as const) {
      await assignEntry(
        world.engine,
        { entryId, paymentId: some[0]!.paymentId, reason: 'the account is theirs' },
        as(world.engine, who, 'assign', entryId),
      );
      expect(await statusOf(some[0]!)).toBe(status);
    }
    expect((await entries()).map((entry) => entry.entryId)).not.toContain(entryId);
    await expect(
      closeCycle(world.engine, { cycleId: CYCLE }, as(world.engine, 'finance', 'close')),
    ).rejects.toMatchObject({ code: 'ENTRIES_OPEN' });
  });

  it('are told the payment by the payee’s name, in any order and spelling of its words', async () => {
    const { payment } = byAmount().findLast(
      (one) => one.count > 1 && one.payment.payee.name.trim().includes(' '),
    )!;
    expect(await statusOf(payment)).toBe('PaymentInstructed');
    const name = payment.payee.name.toUpperCase().split(' ').reverse().join('  ');
    for (const text of [
      camtOf('camt.053', [said(payment, 'settled', { name })], {
        bookedOn: '2026-01-02',
        version: '02',
      }),
      pain002Of([said(payment, 'rejected', { name })]),
    ]) {
      const { sha256 } = await take(text);
      const found = (await entries()).find((entry) => entry.sha256 === sha256)!;
      expect(found.candidates?.[0]).toMatchObject({
        paymentId: payment.paymentId,
        payee: 'name',
        score: text.includes('camt') ? 80 : 70,
      });
      expect(JSON.stringify(found)).not.toContain(payment.payee.name.split(' ')[0]!.toUpperCase());
    }
  });

  it('are told how many others are as likely, where only amount and day agree, and nothing where not even those do', async () => {
    const { payment, count } = byAmount().sort((a, b) => b.count - a.count)[0]!;
    const { sha256 } = await take(
      camtOf(
        'camt.054',
        [said(payment, 'settled'), { ...said(payment, 'settled'), amount: '3.14' }],
        { bookedOn: '2025-12-31' },
      ),
    );
    const found = (await entries()).filter((entry) => entry.sha256 === sha256);
    const common = found.find((entry) => entry.amountMinor === payment.amountMinor)!;
    expect(common.candidates).toHaveLength(Math.min(5, count));
    expect(common.candidates!.every(({ score }) => score === 55)).toBe(true);
    expect(common.candidates!.length + common.alike!).toBeGreaterThanOrEqual(count - 1);
    expect(found.find((entry) => entry.amountMinor === '314')!.candidates).toBeUndefined();
  });

  it('are looked at again when asked, after what was confirmed meanwhile; the same finding is recorded once', async () => {
    const before = await world.engine.store.lastPosition();
    const waiting = await entries();
    const again = await matchEntries(world.engine, {}, job(world.engine, 'finance'));
    expect(again.entries).toBe(waiting.length);
    const settled = paid.filter(({ paymentId }) =>
      waiting.some(({ candidates }) =>
        candidates?.some((candidate) => candidate.paymentId === paymentId),
      ),
    );
    const after = await world.engine.store.lastPosition();
    await matchEntries(world.engine, {}, job(world.engine, 'finance'));
    expect(await world.engine.store.lastPosition()).toBe(after);
    expect(after).toBeGreaterThanOrEqual(before);
    for (const { candidates } of await entries())
      for (const { paymentId } of candidates ?? [])
        expect(
          await statusOf(
            settled.find((payment) => payment.paymentId === paymentId) ??
              paid.find((payment) => payment.paymentId === paymentId)!,
          ),
        ).not.toBe('PaymentSettled');
  });
});
