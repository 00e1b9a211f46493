import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readOutcomesFile } from '../../src/cli/outcomes-file.js';
import { parseJson } from '../../src/http/parse-json.js';
import { validated } from '../../src/http/validate.js';
import { DomainError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { formatAmount } from '../../src/kernel/money.js';
import { Outcome, reported } from '../../src/payment/outcome.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { takeInBatch } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import type { Paid } from './bank-messages.fixtures.js';
import { enrolled, released } from './month.js';
import { job, newWorld, type World } from './world.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let world: World;
let dir: string;
const unpaid: Paid[] = [];
beforeAll(async () => {
  world = await newWorld();
  dir = temporaryFolder('confused');
  await enrolled(world.engine, 140, 7);
  const { cycleId } = await released(world.engine, '2025-12');
  for await (const page of pagesOf(world.engine.store, `payment-${cycleId}-`))
    for (const { events } of page)
      for (const event of events) if (event.type === 'PaymentInstructed') unpaid.push(event.data);
});
afterAll(() => world.end());

type Row = Readonly<Record<string, unknown>>;
/** What an outcome is refused with, or what became of it. */
type Surface = (row: Row) => Promise<string>;

const bank = () => job(world.engine, 'bank');

const http: Surface = async (row) => {
  try {
    const body = { ...row };
    const outcome = reported(
      validated(Outcome, parseJson(Buffer.from(JSON.stringify(body)))),
      'outcomes/0',
    );
    const [answer] = await takeInBatch(world.engine, 'http', [outcome], bank());
    return answer!.result === 'refused' ? answer!.code : answer!.result;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code;
  }
};

const csv: Surface = async (row) => {
  const path = join(dir, 'outcomes.csv');
  const cell = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
  await writeFile(
    path,
    `${Object.keys(row).join(',')}\n${Object.values(row).map(cell).join(',')}\n`,
  );
  for await (const { outcomes, rejects } of readOutcomesFile(path, 'MAD')) {
    if (rejects[0]) return rejects[0].code;
    const [answer] = await takeInBatch(world.engine, 'file', outcomes, bank());
    return answer!.result === 'refused' ? answer!.code : answer!.result;
  }
  throw new Error('the file has no line');
};

const amount = ({ amountMinor }: Paid, by = 0n): string =>
  formatAmount(BigInt(amountMinor) + by, 'MAD');

/** What is said of a payment, and what becomes of it over HTTP and in a file. */
const CASES: readonly [string, (paid: Paid, other: Paid) => Row, string, string][] = [
  ['the whole amount', (p) => ({ amount: amount(p), currency: 'MAD' }), 'applied', 'applied'],
  ['less', (p) => ({ amount: amount(p, -1n), currency: 'MAD' }), 'break', 'break'],
  [
    'nothing',
    () => ({ amount: '0.00', currency: 'MAD' }),
    'AMOUNT_NOT_POSITIVE',
    'AMOUNT_NOT_POSITIVE',
  ],
  [
    'less than nothing',
    () => ({ amount: '-5.00', currency: 'MAD' }),
    'INVALID_AMOUNT',
    'INVALID_AMOUNT',
  ],
  ['an exponent', () => ({ amount: '5e2', currency: 'MAD' }), 'INVALID_AMOUNT', 'INVALID_AMOUNT'],
  [
    'too many decimals',
    () => ({ amount: '5.001', currency: 'MAD' }),
    'INVALID_AMOUNT',
    'INVALID_AMOUNT',
  ],
  ['a comma', () => ({ amount: '500,00', currency: 'MAD' }), 'INVALID_AMOUNT', 'INVALID_AMOUNT'],
  [
    'digits of another script',
    () => ({ amount: '٥٠٠', currency: 'MAD' }),
    'INVALID_AMOUNT',
    'INVALID_AMOUNT',
  ],
  [
    'another currency',
    (p) => ({ amount: amount(p), currency: 'EUR' }),
    'CURRENCY_DIFFERS',
    'CURRENCY_DIFFERS',
  ],
  [
    'a currency in small letters',
    (p) => ({ amount: amount(p), currency: 'mad' }),
    'UNKNOWN_CURRENCY',
    'UNKNOWN_CURRENCY',
  ],
  ['another currency alone', () => ({ currency: 'EUR' }), 'CURRENCY_DIFFERS', 'CURRENCY_DIFFERS'],
  ['an outcome with a capital', () => ({ outcome: 'Settled' }), 'INVALID_FIELD', 'OUTCOME_INVALID'],
  ['a day that is none', () => ({ settledOn: '2026-02-30' }), 'INVALID_DATE', 'INVALID_DATE'],
  ['a day of 2099', () => ({ settledOn: '2099-01-01' }), 'break', 'break'],
  ['a day before the instruction', () => ({ settledOn: '1999-01-01' }), 'break', 'break'],
  [
    'an acceptance of 2099',
    () => ({ outcome: 'accepted', settledOn: '2099-01-01' }),
    'break',
    'break',
  ],
  [
    'a rejection of 1999',
    () => ({ outcome: 'rejected', reason: 'AC04', settledOn: '1999-01-01' }),
    'break',
    'break',
  ],
  [
    'a return of 2099',
    () => ({ outcome: 'returned', reason: 'AC04', settledOn: '2099-01-01' }),
    'break',
    'break',
  ],
  [
    'a rejection without a reason',
    () => ({ outcome: 'rejected' }),
    'REASON_MISSING',
    'REASON_MISSING',
  ],
  [
    'a reason in words',
    () => ({ outcome: 'rejected', reason: 'Compte fermé' }),
    'INVALID_FIELD',
    'REASON_INVALID',
  ],
  [
    'a reason of other length',
    () => ({ outcome: 'rejected', reason: 'AC' }),
    'REASON_INVALID',
    'REASON_INVALID',
  ],
  ['an attempt that was not made', () => ({ attempt: 2 }), 'ATTEMPT_UNKNOWN', 'ATTEMPT_UNKNOWN'],
  ['an attempt of nothing', () => ({ attempt: 0 }), 'INVALID_FIELD', 'ATTEMPT_INVALID'],
  [
    "another payment's id",
    (_, other) => ({ endToEndId: other.endToEndId }),
    'END_TO_END_ID_UNKNOWN',
    'END_TO_END_ID_UNKNOWN',
  ],
  ['a reference of two lines', () => ({ reference: 'R\n1' }), 'INVALID_TEXT', 'TEXT_INVALID'],
  [
    'a reference that is a book',
    () => ({ reference: 'X'.repeat(36) }),
    'INVALID_FIELD',
    'REFERENCE_INVALID',
  ],
  ['a field that there is not', () => ({ paid: 'yes' }), 'UNKNOWN_FIELD', 'COLUMN_UNKNOWN'],
];

describe('what a confused or a hostile payment system says', () => {
  test.each(CASES)('%s', async (_, said, overHttp, inFile) => {
    const other = unpaid.pop()!;
    const answers: string[] = [];
    for (const surface of [http, csv]) {
      const paid = unpaid.pop()!;
      const row = { paymentId: paid.paymentId, outcome: 'settled', ...said(paid, other) };
      answers.push(
        await surface(row).catch((error: { code?: string; message: string }) =>
          error instanceof DomainError ? error.code : `failed: ${error.message}`,
        ),
      );
      const events = await world.engine.store.readStream(streams.payment(paid.paymentId));
      const { status } = foldPayment(events);
      if (answers.at(-1) !== 'applied') expect(status).toBe('instructed');
    }
    expect(answers).toEqual([overHttp, inFile]);
  });
});
