import type { ReportedOutcome } from '../payment/reported-outcome.js';

import { DomainError } from '../kernel/errors.js';
import { parseAmount, scaleOf } from '../kernel/money.js';
import { faultOfText, quotable } from '../kernel/text.js';
import { parseLocalDate } from '../kernel/time.js';
import type { Reject } from '../tabular/household-row.js';
import { readTableFile } from '../tabular/table-file.js';

export interface OutcomesBatch {
  readonly outcomes: readonly ReportedOutcome[];
  /** The line of each outcome. */ readonly lines: readonly number[];
  readonly rejects: readonly Reject[];
}

const COLUMNS = [
  'paymentId',
  'endToEndId',
  'outcome',
  'attempt',
  'amount',
  'currency',
  'reason',
  'settledOn',
  'reference',
] as const;
type Column = (typeof COLUMNS)[number];
const OUTCOMES: readonly string[] = ['accepted', 'settled', 'rejected', 'returned', 'unknown'];
const BATCH = 500;

/**
 * Reads outcomes of payments from CSV (a header with the columns' names, `;` or `,`) or NDJSON, in
 * batches. A bad line becomes a reject with its column and reason.
 * @throws DomainError FILE_UNREADABLE, INPUT_INVALID, COLUMN_UNKNOWN
 */
export async function* readOutcomesFile(
  path: string,
  currency: string,
): AsyncGenerator<OutcomesBatch> {
  let outcomes: ReportedOutcome[] = [];
  let lines: number[] = [];
  let rejects: Reject[] = [];
  const flush = (): OutcomesBatch => {
    const batch = { outcomes, lines, rejects };
    outcomes = [];
    lines = [];
    rejects = [];
    return batch;
  };
  for await (const entries of readTableFile(path, COLUMNS)) {
    for (const entry of entries) {
      if ('reject' in entry) rejects.push(entry.reject);
      else {
        const failed: Reject[] = [];
        const outcome = toOutcome(entry.record, entry.line, currency, failed);
        if (outcome) {
          outcomes.push(outcome);
          lines.push(entry.line);
        } else rejects.push(...failed);
      }
      if (outcomes.length + rejects.length >= BATCH) yield flush();
    }
  }
  if (outcomes.length + rejects.length > 0) yield flush();
}

function toOutcome(
  record: Fields,
  line: number,
  currency: string,
  rejects: Reject[],
): ReportedOutcome | undefined {
  const bad = (column: string, code: string, reason: string): undefined => {
    rejects.push({ line, column, code, reason });
    return undefined;
  };
  const fault = faultOfRecord(record);
  if (fault) return bad(...fault);
  const text = (column: Column): string | undefined => textOf(record, column);
  const outcome = text('outcome');
  if (outcome === undefined || !OUTCOMES.includes(outcome))
    return bad('outcome', 'OUTCOME_INVALID', `must be one of ${OUTCOMES.join(', ')}`);
  const paymentId = text('paymentId');
  const endToEndId = text('endToEndId');
  if (paymentId === undefined && endToEndId === undefined)
    return bad(
      'endToEndId',
      'PAYMENT_MISSING',
      'names no payment: it takes an endToEndId or a paymentId',
    );
  const attempt = text('attempt');
  if (attempt !== undefined && !/^[1-9][0-9]{0,2}$/.test(attempt))
    return bad('attempt', 'ATTEMPT_INVALID', 'must be a whole number from 1 to 999');
  const amount = text('amount');
  const said = text('currency');
  const settledOn = text('settledOn');
  try {
    const amountMinor =
      amount === undefined ? undefined : String(parseAmount(amount, said ?? currency));
    if (said !== undefined) scaleOf(said);
    if (settledOn !== undefined) parseLocalDate(settledOn, 'settledOn');
    return {
      outcome: outcome as ReportedOutcome['outcome'],
      ...(paymentId === undefined ? {} : { paymentId }),
      ...(endToEndId === undefined ? {} : { endToEndId }),
      ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
      ...(amountMinor === undefined
        ? optional('currency', said)
        : { amountMinor, currency: said ?? currency }),
      ...optional('reason', text('reason')),
      ...optional('settledOn', settledOn),
      ...optional('reference', text('reference')),
    };
  } catch (error) {
    if (error instanceof DomainError) return bad(error.field ?? '', error.code, error.detail);
    throw error;
  }
}

/**
 * Fields of any text, as in payment/outcome.ts; how long it is, who decides on the payment asks.
 */
const TEXTS = ['paymentId', 'endToEndId', 'reference'] as const;

type Fields = Readonly<Record<string, unknown>>;

function textOf(record: Fields, column: Column): string | undefined {
  const value = record[column];
  return value === undefined || value === null ? undefined : String(value).trim();
}

/** What is wrong with the fields of a line whatever they say: column, code and reason. */
function faultOfRecord(record: Fields): readonly [string, string, string] | undefined {
  const names = Object.keys(record);
  const unfit = names.find((key) => !isTextual(record[key]));
  if (unfit !== undefined)
    return [
      quotable(unfit),
      'VALUE_INVALID',
      'must be a text, or a number that can be read exactly',
    ];
  const unknown = names.find((key) => !COLUMNS.includes(key as Column));
  if (unknown !== undefined)
    return [quotable(unknown), 'UNKNOWN_FIELD', 'is not a field of an outcome'];
  for (const column of TEXTS) {
    const fault = faultOfText(textOf(record, column) ?? '', 'one');
    if (fault !== undefined) return [column, 'TEXT_INVALID', fault];
  }
  return undefined;
}

const isTextual = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && !Number.isNaN(value));

const optional = <K extends string>(
  key: K,
  value: string | undefined,
): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, string>);
