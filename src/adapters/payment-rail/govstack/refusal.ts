import { cut } from './document.js';
import { parseWithinLimits } from '../../../kernel/json-limits.js';

/**
 * Names under which blocks give the place and the reason of a refusal; the published 400s have a
 * shape only for beneficiaries.
 */
const FIELDS = ['field', 'parameterName', 'parameter', 'path', 'instancePath', 'key'];
const REASONS = [
  'responseDescription',
  'ResponseDescription',
  'errorDescription',
  'defaultUserMessage',
  'developerMessage',
  'message',
  'detail',
  'value',
  'error',
];
const CODES = ['responseCode', 'ResponseCode', 'errorCode', 'code'];
const LISTS = ['errors', 'errorParameters', 'details', 'error'];
const MAX_NAMED = 5;
const MAX_REASON = 200;

/**
 * What an answer says went wrong: status, then code, field and reason where the body names them.
 * What looks like a number of an account or an id is masked: a block may well quote what it
 * refuses, and errors carry nothing personal.
 */
export function refusalIn({
  status,
  text,
}: {
  readonly status: number;
  readonly text: string;
}): string {
  const said = reasonsIn(parsed(text));
  return [`status ${status}`, ...said].join('; ');
}

function parsed(text: string): unknown {
  try {
    return parseWithinLimits(text);
  } catch {
    return undefined;
  }
}

function reasonsIn(body: unknown): readonly string[] {
  if (Array.isArray(body)) return body.slice(0, MAX_NAMED).flatMap((each) => reasonsIn(each));
  if (typeof body !== 'object' || body === null) return [];
  const record = body as Readonly<Record<string, unknown>>;
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => record[name]).find((value) => typeof value === 'string' && value !== '') as
      string | undefined;
  const code = first(CODES);
  const field = first(FIELDS);
  const reason = first(REASONS);
  const own = [
    code === undefined ? '' : `code ${masked(code, 40)}`,
    [
      field === undefined ? '' : masked(field, 80),
      reason === undefined ? '' : masked(reason, MAX_REASON),
    ]
      .filter((part) => part !== '')
      .join(': '),
  ].filter((part) => part !== '');
  const inner = LISTS.map((name) => record[name])
    .filter((value) => typeof value === 'object')
    .flatMap((value) => reasonsIn(value));
  return [...own, ...inner].slice(0, MAX_NAMED * 2);
}

/**
 * On one line, short, and without words that have four digits or more in them, or digits in groups.
 */
export function masked(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();
  const words = line.replace(/[^\s:;,()[\]"']+/gu, (word) =>
    (word.match(/\p{Nd}/gu)?.length ?? 0) >= 4 ? '…' : word,
  );
  return cut(words.replace(/\p{Nd}(?:[ .-]?\p{Nd}){4,}/gu, '…'), length);
}
