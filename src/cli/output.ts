import { DomainError } from '../kernel/errors.js';

/**
 * Exit codes: 0 done · 1 refused or failed, nothing half done · 2 the command line itself is wrong
 * · 3 finished, but part of the input was rejected, or a check found violations or differences ·
 * 130 interrupted (run it again to finish).
 */
export const EXIT = { ok: 0, failed: 1, usage: 2, findings: 3, interrupted: 130 } as const;

/** Writes results to standard output, everything else to standard error. */
export interface Output {
  readonly json: boolean;
  result(value: object, text: () => string): void;
  note(line: string): void;
  /**
   * Progress of long work: redraws one line on a terminal, a line every few seconds elsewhere,
   * nothing with --json or --quiet.
   */
  progress(label: string, total?: number): (done: number) => void;
}

const bigintsAsText = (_key: string, each: unknown): unknown =>
  typeof each === 'bigint' ? String(each) : each;

export function makeOutput(
  options: { readonly json?: boolean; readonly quiet?: boolean },
  elapsedMs: () => number,
): Output {
  const json = options.json === true;
  const silent = json || options.quiet === true;
  const terminal = process.stderr.isTTY === true;
  return {
    json,
    result(value, text) {
      process.stdout.write(`${json ? JSON.stringify(value, bigintsAsText) : text()}\n`);
    },
    note(line) {
      if (!silent) process.stderr.write(`${line}\n`);
    },
    progress(label, total) {
      let last = -Infinity;
      return (done) => {
        if (silent) return;
        const now = elapsedMs();
        const finished = total !== undefined && done >= total;
        if (!finished && now - last < (terminal ? 100 : 5_000)) return;
        last = now;
        const share = total
          ? ` of ${total.toLocaleString('en')} (${Math.floor((done / total) * 100)} %)`
          : '';
        const line = `  ${label}: ${done.toLocaleString('en')}${share}`;
        // In a terminal each overwrites the one before, and only the last stays.
        const start = terminal ? '\r\x1b[K' : '';
        process.stderr.write(`${start}${line}${finished || !terminal ? '\n' : ''}`);
      };
    },
  };
}

/**
 * A refusal or failure as one object: { code, field?, reason }. Only our own errors speak; others
 * are named by kind.
 */
export function describeFailure(error: unknown): { code: string; field?: string; reason: string } {
  if (error instanceof DomainError)
    return {
      code: error.code,
      ...(error.field === undefined ? {} : { field: error.field }),
      reason: error.detail,
    };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const detail =
      'detail' in error && typeof error.detail === 'string' ? error.detail : error.message;
    return { code: error.code, reason: detail };
  }
  return {
    code: 'INTERNAL',
    reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

/** Prints a failure on standard error and returns the exit code for it. */
export function fail(error: unknown, json: boolean): number {
  const failure = describeFailure(error);
  const place = failure.field ? ` at ${failure.field}` : '';
  const told = `sanad: ${failure.code}${place}: ${failure.reason}`;
  process.stderr.write(`${json ? JSON.stringify({ error: failure }) : told}\n`);
  return failure.code === 'INTERRUPTED' ? EXIT.interrupted : EXIT.failed;
}

/** Left-aligned text, right-aligned numbers; no dependency is worth these lines. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A line for each field of a result. */
export const fieldLines = (value: object): string =>
  Object.entries(value)
    .map(
      ([key, each]) => `${key}: ${typeof each === 'object' ? JSON.stringify(each) : String(each)}`,
    )
    .join('\n');
