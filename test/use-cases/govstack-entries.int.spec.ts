import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  govstackBlock,
  govstackRail,
} from '../../src/adapters/payment-rail/govstack/govstack-rail.js';
import type {
  BlockTransaction,
  GovstackBlock,
  SentBatch,
  SentTransfer,
} from '../../src/adapters/payment-rail/govstack/port.js';
import { streams } from '../../src/kernel/ids.js';
import { formatAmount, sum } from '../../src/kernel/money.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { askAbout, takeInBatchStatus } from '../../src/use-cases/govstack/outcomes.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { assignEntry, dismissEntry } from '../../src/use-cases/statements/bank-entries.js';
import { listEntries, type EntryView } from '../../src/use-cases/statements/bank-lists.js';
import { matchEntries } from '../../src/use-cases/statements/match-entries.js';
import type { Deps } from '../../src/write-side/context.js';
import { auditOf } from '../support/audit.js';
import { blockSettings, fakeBlock, type FakeBlock } from '../support/govstack-block.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

const CYCLE = `${PROGRAMME}-2025-12`;
let world: World;
let server: FakeBlock;
let deps: Deps;
let known: GovstackBlock;
let batch: SentBatch;
const others: SentBatch[] = [];

beforeAll(async () => {
  [world, server] = await Promise.all([newWorld(), fakeBlock(new Map())]);
  await enrolled(world.engine, 40);
  const files = join(world.dir, 'files');
  const settings = blockSettings(server.url, { timeoutMs: 5_000, batchSize: 8 });
  deps = { ...world.engine, rail: govstackRail(files, settings) };
  await released(deps, '2025-12');
  known = govstackBlock(files, settings);
  for await (const one of known.batchesOf('ASD-2025-12-0001')) others.push(one);
  batch = others.shift()!;
});
afterAll(() => Promise.all([world.end(), server.close()]));

const right = (
  { instructionId, payeeIdentity, amountMinor }: SentTransfer,
  more: BlockTransaction = {},
): BlockTransaction => ({
  transactionId: instructionId,
  payeePartyId: payeeIdentity,
  status: 'COMPLETED',
  amount: formatAmount(amountMinor, batch.currency),
  currency: batch.currency,
  completedAt: '2025-12-29T10:00:00Z',
  ...more,
});
const saying = (transactions: readonly BlockTransaction[]): GovstackBlock => ({
  ...known,
  async *details() {
    yield transactions;
  },
});
const ask = (of: SentBatch, ...transactions: readonly BlockTransaction[]) =>
  askAbout(deps, saying(transactions), of, job(deps, 'bank'));
const waiting = async (): Promise<readonly EntryView[]> => {
  const now = deps.clock.now();
  return (await listEntries(deps.store, { status: 'quarantined', limit: 100, now })).items;
};
const typesOf = async ({ paymentId }: SentTransfer): Promise<readonly string[]> =>
  (await deps.store.readStream(streams.payment(paymentId))).map(({ type }) => type);

test('what a block says wrongly of a transfer moves nothing and waits for a person, once', async () => {
  const [payee, amount, day, currency, word, failed] = batch.transfers;
  const said = [
    right(payee!, { payeePartyId: amount!.payeeIdentity }),
    right(amount!, { amount: 'viel' }),
    right(day!, { completedAt: '31/12/2025' }),
    right(currency!, { currency: 'EUR' }),
    right(word!, { status: 'REVERSED' }),
    right(failed!, { status: 'FAILED', payeePartyId: '+212612345678' }),
    { transactionId: 'somebody-else', status: 'COMPLETED', amount: '1.00' },
  ];
  const figures = { applied: 0, breaks: 0, refused: 0, unanswered: 8, waiting: 6 };
  expect(await ask(batch, ...said)).toMatchObject(figures);
  const entries = await waiting();
  expect(new Map(entries.map(({ paymentId, code }) => [paymentId, code]))).toEqual(
    new Map([
      [payee!.paymentId, 'ACCOUNT_DIFFERS'],
      [amount!.paymentId, 'ENTRY_INVALID'],
      [day!.paymentId, 'ENTRY_INVALID'],
      [currency!.paymentId, 'CURRENCY_DIFFERS'],
      [word!.paymentId, 'STATUS_UNKNOWN'],
      [failed!.paymentId, 'ACCOUNT_DIFFERS'],
    ]),
  );
  expect(JSON.stringify(entries)).not.toContain('612345678');
  for (const transfer of batch.transfers)
    expect((await typesOf(transfer)).at(-1)).toBe('PaymentInstructed');
  const position = await deps.store.lastPosition();
  expect(await ask(batch, ...said, ...said.toReversed())).toMatchObject(figures);
  expect(await deps.store.lastPosition()).toBe(position);
  expect(await matchEntries(world.engine, {}, job(deps, 'finance'))).toMatchObject({
    matched: 0,
  });
});

test('a callback that has the block asked has it wait, too, and what contradicts it does not', async () => {
  const [first, ...rest] = others[0]!.transfers;
  const ours = sum(others[0]!.transfers.map(({ amountMinor }) => amountMinor));
  const worth = (minor: bigint): string => formatAmount(minor, batch.currency);
  const { correlationId, batchId } = others[0]!;
  const status = {
    correlationId,
    batchId: batchId!,
    total: 8,
    completed: 7,
    failed: 1,
    ongoing: 0,
    totalAmount: worth(ours),
    completedAmount: worth(ours - first!.amountMinor),
    ongoingAmount: '0.00',
    failedAmount: worth(first!.amountMinor),
    generatedAt: '2025-12-29T10:00:00Z',
  };
  const before = (await waiting()).length;
  const wrong = right(first!, { status: 'FAILED', payeePartyId: 'somebody' });
  const tell = (transactions: readonly BlockTransaction[]) =>
    takeInBatchStatus(deps, saying(transactions), status, job(deps, 'bank'));
  const failed = rest.map((one) => right(one, { status: 'FAILED' }));
  await expect(tell([wrong, ...failed])).rejects.toMatchObject({ code: 'BATCH_DIFFERS' });
  expect(await waiting()).toHaveLength(before);
  const settled = rest.map((one) => right(one));
  expect(await tell([wrong, ...settled])).toMatchObject({ applied: 7, unanswered: 1, waiting: 1 });
  expect(await waiting()).toHaveLength(before + 1);
  expect(await tell([wrong, ...settled])).toMatchObject({ applied: 0, unanswered: 1, waiting: 1 });
  expect(await waiting()).toHaveLength(before + 1);
});

test('what it says of one twice is a break, or waits, whichever of the two came first', async () => {
  const [one, two] = others[1]!.transfers;
  const failed = right(one!, { status: 'FAILED', errorInformation: 'AC04' });
  expect(await ask(others[1]!, right(one!), failed)).toMatchObject({ applied: 1, breaks: 1 });
  expect(await ask(others[1]!, right(two!, { currency: 'EUR' }), right(two!))).toMatchObject({
    applied: 1,
    waiting: 1,
  });
  expect((await typesOf(one!)).at(-1)).toBe('PaymentBreakRecorded');
  expect((await typesOf(two!)).at(-1)).toBe('PaymentSettled');
});

test('it keeps the cycle open and the payment from being paid again, until two people have decided', async () => {
  const [payee, , day] = batch.transfers;
  const close = () => closeCycle(deps, { cycleId: CYCLE }, as(deps, 'finance', 'close'));
  await expect(close()).rejects.toMatchObject({ code: 'ENTRIES_OPEN' });
  const entryOf = async ({ paymentId }: SentTransfer): Promise<string> =>
    (await waiting()).find((entry) => entry.paymentId === paymentId)!.entryId;
  // The block mends what it said of a day, and says of another that it failed: that one is not paid
  // again.
  expect(await ask(batch, right(day!), right(payee!, { status: 'FAILED' }))).toMatchObject({
    applied: 2,
    waiting: 0,
  });
  const again = { cycleId: CYCLE, sameAccount: true, executionDate: '2026-01-05' };
  const { reinstructed } = await reinstructPayments(deps, again, job(deps, 'finance'));
  expect(reinstructed).toBe(0);
  const dismissed = {
    entryId: await entryOf(day!),
    kind: 'other',
    reason: 'it was mended',
  } as const;
  await dismissEntry(deps, dismissed, as(deps, 'finance', 'dismiss'));
  const position = await deps.store.lastPosition();
  await ask(batch, right(day!, { completedAt: '31/12/2025' }));
  expect(await deps.store.lastPosition()).toBe(position);
});

test('two people give it to its payment, and the same said rightly later is no second booking', async () => {
  const [, amount, , currency] = batch.transfers;
  const entries = await waiting();
  const give = async ({ paymentId }: SentTransfer, who: 'finance' | 'secondFinance') => {
    const { entryId } = entries.find((entry) => entry.paymentId === paymentId)!;
    const args = { entryId, paymentId, reason: 'the block says so' };
    return assignEntry(deps, args, as(deps, who, 'assign', entryId));
  };
  await give(amount!, 'finance');
  expect((await typesOf(amount!)).at(-1)).toBe('PaymentInstructed');
  await give(amount!, 'secondFinance');
  expect((await typesOf(amount!)).at(-1)).toBe('PaymentSettled');
  await expect(give(currency!, 'finance')).rejects.toMatchObject({ code: 'CURRENCY_DIFFERS' });
  expect(await ask(batch, right(amount!))).toMatchObject({ applied: 0, unchanged: 1, breaks: 0 });
  await drain(deps);
  await reconcileCycle(deps, { cycleId: CYCLE }, as(deps, 'finance', 'reconcile'));
  expect((await auditOf(deps.store)).violations).toEqual([]);
});
