import fc from 'fast-check';
import type { GovstackBlock, SentBatch } from '../../src/adapters/payment-rail/govstack/port.js';
import type { BatchStatusBody } from '../../src/use-cases/govstack/callback.http.js';
import type { takeInBatchStatus } from '../../src/use-cases/govstack/outcomes.js';
import type { Paid } from './bank-messages.fixtures.js';

/** What a program may say by mistake, or to do harm. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '\ud800',
    '\u202e',
    '\u0000',
    'a\ufe0f'.repeat(35),
    '\u{1d7d8}'.repeat(35),
    'x'.repeat(100_000),
    '1e400',
    'NaN',
  ),
);
export const mostly = (values: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, 1, 1e300, [], {}, ['x']) },
  );
export const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
);
export const DAYS = [
  '2025-12-28',
  '2025-12-31',
  '2025-02-30',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
];
export const AMOUNTS = [
  '500.00',
  '750.00',
  '0.00',
  '0.01',
  '999999999999999.99',
  '1000000000000000',
  '1.005',
];
/** Said as JSON, with what is around it; sometimes a key twice. */
export const json = (value: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 20, arbitrary: value.map((said) => JSON.stringify(said)) },
    {
      weight: 1,
      arbitrary: value.map((said) => JSON.stringify(said).replace('{', '{"outcome":"settled",')),
    },
    { weight: 1, arbitrary: value.map((said) => `[${JSON.stringify(said)}]`) },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.constant('['.repeat(100_000)) },
  );
/** What is right, with something else in one place or another. */
export const spoilt = (
  right: fc.Arbitrary<object>,
  fields: Record<string, fc.Arbitrary<unknown>>,
) =>
  fc
    .tuple(right, fc.oneof(fc.constant({}), fc.record(fields, { requiredKeys: [] })))
    .map(([said, other]) => ({ ...said, ...other }));

/** The payments as a block has them. */
export const batchOf = (paid: readonly Paid[]): SentBatch => ({
  correlationId: 'SANAD0000001',
  messageId: paid[0]!.messageId,
  batchId: 'B1',
  currency: 'MAD',
  transfers: paid.map((one, i) => ({
    instructionId: `I${i}`,
    paymentId: one.paymentId,
    endToEndId: one.endToEndId,
    payeeIdentity: `P${i}`,
    account: `A${i}`,
    amountMinor: BigInt(one.amountMinor),
  })),
});

/** How a batch of six stands, as its block may say it. */
export function statusesOf({ transfers }: SentBatch): fc.Arbitrary<string> {
  const ours = transfers.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const total = Number(ours) / 100;
  const count = fc.oneof(fc.constantFrom(0, 6), number);
  const sum = fc.oneof(fc.constantFrom(0, total), number);
  const right = fc
    .constantFrom([6, 0, 0, total], [0, 0, 6, 0], [3, 1, 2, total])
    .map(([completed, failed, ongoing, completed_amount]) => ({
      requestId: 'R',
      batchId: 'B1',
      TotalTransactions: 6,
      ongoing,
      failed,
      completed,
      totalAmount: total,
      completed_amount,
      ongoing_amount: 0,
      failed_amount: 0,
      resultGeneratedAt: '2025-12-31T10:00:00Z',
      note: '',
    }));
  return json(
    spoilt(right, {
      batchId: mostly(['B1', 'B2']),
      TotalTransactions: number,
      completed: count,
      totalAmount: sum,
      completed_amount: sum,
      resultGeneratedAt: mostly(['9999-99-99T99:99Z', '0000-01-01T00:00Z']),
      note: mostly(['']),
    }),
  );
}

const transaction = fc.record(
  {
    transactionId: text.map(String),
    payeePartyId: fc.constantFrom('P1', 'A2'),
    amount: fc.oneof(fc.constantFrom(...AMOUNTS), text),
    currency: fc.oneof(fc.constantFrom('MAD', 'XOF'), text),
    status: fc.oneof(fc.constantFrom('COMPLETED', 'failed', 'PENDING', '__proto__'), text),
    completedAt: fc.oneof(fc.constantFrom(...DAYS), text),
    errorInformation: fc.oneof(fc.constantFrom('AC04 closed', 'nothing'), text),
  },
  { requiredKeys: [] },
);
const named = fc
  .tuple(fc.constantFrom('I0', 'I1', 'I2', 'I3', 'I4', 'I5', 'I9'), transaction)
  .map(([transactionId, said]) => ({ ...said, transactionId }));
/** What a block may say of the transfers of a batch. */
export const transactions = fc.array(fc.oneof(named, transaction), { maxLength: 10 });
type Transactions = typeof transactions extends fc.Arbitrary<infer Said> ? Said : never;

async function* only<T>(one: T): AsyncGenerator<T> {
  yield one;
}
export const blockThatSays = (batch: SentBatch, details: Transactions): GovstackBlock => ({
  batch: async () => batch,
  batchesOf: () => only(batch),
  validate: async () => ({ asked: 0, tooLong: 0 }),
  validatedAccounts: async () => [],
  details: () => only(details),
});

/** What is taken in of what a block said. */
export const toldOf = (
  { correlationId }: SentBatch,
  body: BatchStatusBody,
): Parameters<typeof takeInBatchStatus>[2] => ({
  correlationId,
  batchId: body.batchId,
  total: body.TotalTransactions,
  completed: body.completed,
  failed: body.failed,
  ongoing: body.ongoing ?? body.TotalTransactions - body.completed - body.failed,
  totalAmount: String(body.totalAmount),
  completedAmount: String(body.completed_amount),
  ongoingAmount: String(body.ongoing_amount),
  failedAmount: String(body.failed_amount),
  generatedAt: body.resultGeneratedAt,
});
