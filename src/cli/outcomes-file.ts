import { createReadStream } from 'node:fs';
import type { ReportedOutcome } from '../automation/take-in-outcomes.js';
import { DomainError } from '../kernel/errors.js';
import { parseAmount } from '../kernel/money.js';
import { parseLocalDate } from '../kernel/time.js';
import type { Reject } from './household-row.js';
import { readLines } from './lines.js';
import { CsvReader, NdjsonReader, type FileRecord, type RecordReader } from './records.js';

export interface OutcomesBatch { readonly outcomes: readonly ReportedOutcome[]; /** The line of each outcome. */ readonly lines: readonly number[]; readonly rejects: readonly Reject[] }

const COLUMNS = ['paymentId', 'endToEndId', 'outcome', 'attempt', 'amount', 'currency', 'reason', 'settledOn', 'reference'] as const;
type Column = (typeof COLUMNS)[number];
const OUTCOMES: readonly string[] = ['accepted', 'settled', 'rejected', 'returned', 'unknown'];
const BATCH = 500;

/**
 * Reads outcomes of payments from CSV (a header with the columns' names, `;` or `,`) or NDJSON, in batches. A bad line
 * becomes a reject with its column and reason.
 * @throws DomainError FILE_UNREADABLE, INPUT_INVALID, COLUMN_UNKNOWN
 */
export async function* readOutcomesFile(path: string, currency: string): AsyncGenerator<OutcomesBatch> {
  let columns: readonly string[] = [];
  let reader: RecordReader | undefined;
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
  const take = function* (records: readonly FileRecord[]): Generator<OutcomesBatch> {
    for (const entry of records) {
      if ('reject' in entry) rejects.push(entry.reject);
      else {
        const failed: Reject[] = [];
        const outcome = toOutcome(columns.length > 0 ? byName(columns, entry.record as readonly string[]) : (entry.record as Record<string, unknown>), entry.line, currency, failed);
        if (outcome) { outcomes.push(outcome); lines.push(entry.line); } else rejects.push(...failed);
      }
      if (outcomes.length + rejects.length >= BATCH) yield flush();
    }
  };
  const csv = (): RecordReader => new CsvReader(undefined, (header) => {
    const unknown = header.find((name) => !COLUMNS.includes(name as Column));
    if (unknown !== undefined) throw new DomainError('COLUMN_UNKNOWN', `The column ${JSON.stringify(unknown)} is not one of ${COLUMNS.join(', ')}.`, 'invalid', 'file');
    columns = header;
  });
  try {
    for await (const block of readLines(createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Uint8Array>)) {
      reader ??= (block.lines.find((line) => line?.trim()) ?? '').trimStart().startsWith('{') ? new NdjsonReader() : csv();
      yield* take(reader.read(block));
    }
  } catch (error) {
    if (error instanceof DomainError || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new DomainError('FILE_UNREADABLE', `The file ${path} cannot be read.`, 'invalid', 'file');
  }
  yield* take((reader ?? csv()).end());
  if (outcomes.length + rejects.length > 0) yield flush();
}

const byName = (columns: readonly string[], fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(columns.map((name, index) => [name, fields[index] === '' ? undefined : fields[index]]));

function toOutcome(record: Record<string, unknown>, line: number, currency: string, rejects: Reject[]): ReportedOutcome | undefined {
  const bad = (column: string, code: string, reason: string): undefined => { rejects.push({ line, column, code, reason }); return undefined; };
  const unknown = Object.keys(record).find((key) => !COLUMNS.includes(key as Column));
  if (unknown !== undefined) return bad(unknown, 'UNKNOWN_FIELD', 'is not a field of an outcome');
  const text = (column: Column): string | undefined => {
    const value = record[column];
    return value === undefined || value === null ? undefined : String(value).trim();
  };
  const outcome = text('outcome');
  if (outcome === undefined || !OUTCOMES.includes(outcome)) return bad('outcome', 'OUTCOME_INVALID', `must be one of ${OUTCOMES.join(', ')}`);
  const paymentId = text('paymentId');
  const endToEndId = text('endToEndId');
  if (paymentId === undefined && endToEndId === undefined) return bad('endToEndId', 'PAYMENT_MISSING', 'names no payment: it takes an endToEndId or a paymentId');
  const attempt = text('attempt');
  if (attempt !== undefined && !/^[1-9][0-9]{0,2}$/.test(attempt)) return bad('attempt', 'ATTEMPT_INVALID', 'must be a whole number from 1 to 999');
  const amount = text('amount');
  const settledOn = text('settledOn');
  try {
    const amountMinor = amount === undefined ? undefined : String(parseAmount(amount, text('currency') ?? currency));
    if (settledOn !== undefined) parseLocalDate(settledOn, 'settledOn');
    return {
      outcome: outcome as ReportedOutcome['outcome'],
      ...(paymentId === undefined ? {} : { paymentId }), ...(endToEndId === undefined ? {} : { endToEndId }),
      ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
      ...(amountMinor === undefined ? {} : { amountMinor, currency: text('currency') ?? currency }),
      ...optional('reason', text('reason')), ...optional('settledOn', settledOn), ...optional('reference', text('reference')),
    };
  } catch (error) {
    if (error instanceof DomainError) return bad(error.field ?? '', error.code, error.detail);
    throw error;
  }
}

const optional = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> => (value === undefined ? {} : { [key]: value } as Record<K, string>);
