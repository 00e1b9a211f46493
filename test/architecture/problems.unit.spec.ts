import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  listOf,
  pageOf,
  parseProblemPages,
  readProblemPages,
} from '../../src/http/problem-pages.js';

const ROOT = process.cwd();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const CODE = "'([A-Z]{2,}(?:_[A-Z]+)+|OVERLOADED|UNAVAILABLE|FORBIDDEN|INTERRUPTED)'";
const codesIn = (text: string, before: string, after = ''): readonly string[] =>
  [...text.matchAll(new RegExp(before + CODE + after, 'g'))].map(([, code]) => code!);

/** Codes in a source that refuses: made on the spot, by a helper, or named by an endpoint. */
const refusedBy = (text: string): readonly string[] => [
  ...codesIn(text, 'new DomainError\\(\\s*'),
  ...codesIn(text, '\\b(?:found|invalid|subjectOf)\\([^;]*?,\\s*', '\\s*[,)]'),
  ...[...text.matchAll(/\berrors: \{([^}]*)\}/g)].flatMap(([, list]) => codesIn(list!, '')),
];

/** The banks' files have codes of their own, which are kept with the file and are no problems. */
const OF_FILES = 'adapters/payment-rail/';
/** Not codes of problems: those of Fastify, and the contract's own, which problem.ts translates. */
const isTranslated = (code: string): boolean => code.startsWith('FST_') || code === 'EVENT_INVALID';

function codesOfSource(): ReadonlySet<string> {
  const refusing = ['src', 'projections'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith(OF_FILES))
      .flatMap((file) => refusedBy(read(`${folder}/${file}`))),
  );
  const mapped = ['src/http/problem.ts', 'src/http/validate.ts'].flatMap((path) =>
    codesIn(read(path), '').filter((code) => !isTranslated(code)),
  );
  const failing = [
    'src/adapters/vault/port.ts',
    'src/adapters/message-archive/port.ts',
    'src/kernel/errors.ts',
  ].flatMap((path) => {
    const text = read(path);
    return [...text.matchAll(/(?:readonly code:|StoreErrorCode =)([\s'|A-Z_]+)/g)].flatMap(
      ([, union]) => codesIn(union!, ''),
    );
  });
  return new Set([...refusing, ...mapped, ...failing]);
}

describe('what docs/problems.md says', () => {
  const pages = readProblemPages();
  const documented = pages.map(({ code }) => code);

  test('finds the codes of each form that the source has', () => {
    expect(refusedBy("new DomainError(\n  'FIRST_CODE', 'x')")).toEqual(['FIRST_CODE']);
    expect(refusedBy("found(await one(id), 'SECOND_CODE', 'thing')")).toEqual(['SECOND_CODE']);
    expect(refusedBy("errors: { 400: ['THIRD_CODE'], 409: ['LAST_CODE'] }")).toEqual([
      'THIRD_CODE',
      'LAST_CODE',
    ]);
    const codes = codesOfSource();
    for (const code of ['TOKEN_MISSING', 'VAULT_AWAY', 'DISK_FULL', 'FILE_TOO_LARGE', 'OVERLOADED'])
      expect(codes).toContain(code);
  });

  test('is of every code of the source, of none that is gone, and of each once', () => {
    expect([...documented].sort()).toEqual([...codesOfSource()].sort());
  });

  test('has sentences below each code', () => {
    expect(pages.filter(({ text }) => !/^[^#]{20,}\.$/.test(text)).map(({ code }) => code)).toEqual(
      [],
    );
  });

  test('is escaped where it becomes a page', () => {
    const [page] = parseProblemPages('# P\n\n## A & B\n\n### X_Y\n\nSend `<b>` & "c".\n');
    expect(page).toEqual({ code: 'X_Y', group: 'A & B', text: 'Send `<b>` & "c".' });
    expect(pageOf(page!)).toContain('<p>Send <code>&lt;b&gt;</code> &amp; &quot;c&quot;.</p>');
    expect(listOf([page!])).toContain('<h2>A &amp; B</h2>');
    expect(listOf([page!])).toContain('<a href="/problems/x-y">X_Y</a>');
  });
});
