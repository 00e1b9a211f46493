import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  listOf,
  pageOf,
  parseProblemPages,
  readProblemPages,
} from '../../src/http/problem-pages.js';
import { codesOfSource, refusalsIn } from '../support/problem-codes.js';

const ROOT = process.cwd();

/** "Status 404 or 409." at the start of a text; nothing where the code never comes over HTTP. */
const statusesIn = (text: string): readonly number[] =>
  [...(/^Status ([^.]*)\./.exec(text)?.[1] ?? '').matchAll(/\d{3}/g)].map(([one]) => Number(one));
const sorted = <T>(values: Iterable<T>): readonly T[] => [...values].sort();

describe('what docs/problems.md says', () => {
  const pages = readProblemPages();
  const documented = pages.map(({ code }) => code);

  const { statuses, untold } = codesOfSource();

  test('finds the codes of each form that the source has, with their statuses', () => {
    const found = (text: string) =>
      [...refusalsIn('src/x.ts', text).statuses].map(([code, own]) => [code, ...own]);
    expect(found("new DomainError(\n  'FIRST_CODE', 'x')")).toEqual([['FIRST_CODE', 422]]);
    expect(found("new DomainError('A_CODE', 'x', 'conflict', 'y')")).toEqual([['A_CODE', 409]]);
    expect(found("found(await one(id), 'SECOND_CODE', 'thing')")).toEqual([['SECOND_CODE', 404]]);
    expect(found("invalid('field', 'x', 'THIRD_CODE')")).toEqual([['THIRD_CODE', 400]]);
    expect(refusalsIn('src/cli/x.ts', "new DomainError('C_CODE', 'x')").statuses).toEqual(
      new Map([['C_CODE', new Set()]]),
    );
    expect(refusalsIn('src/x.ts', 'new DomainError(code, text)').untold).toHaveLength(1);
    for (const [code, status] of [
      ['TOKEN_MISSING', 401],
      ['VAULT_AWAY', 503],
      ['DISK_FULL', 507],
      ['FILE_TOO_LARGE', 413],
      ['UNKNOWN_FIELD', 400],
    ] as const)
      expect([code, ...statuses.get(code)!]).toEqual([code, status]);
  });

  test('leaves out no refusal, because its code stands where it is made', () => {
    // The helpers that are read where they are called, and what a step of the demo or another
    // thread said.
    expect(sorted(untold.map((one) => one.split(':')[0]))).toEqual([
      'src/cli/demo/process.ts',
      'src/composition/policy-trial.ts',
      'src/eligibility/policy.ts',
      'src/http/query-handlers.ts',
    ]);
  });

  test('is of every code of the source, of none that is gone, and of each once', () => {
    expect(sorted(documented)).toEqual(sorted(statuses.keys()));
  });

  test('names the statuses that each code comes with', () => {
    const said = pages.map(({ code, text }) => `${code} ${statusesIn(text).join(' ')}`);
    const made = pages.map(({ code }) => `${code} ${sorted(statuses.get(code) ?? []).join(' ')}`);
    expect(said).toEqual(made);
  });

  test('has under its last heading what never comes over HTTP, and nothing else', () => {
    const last = pages.at(-1)!.group;
    const never = [...statuses].filter(([, own]) => own.size === 0).map(([code]) => code);
    expect(sorted(pages.filter(({ group }) => group === last).map(({ code }) => code))).toEqual(
      sorted(never),
    );
  });

  test('agrees with the statuses that endpoints declare', () => {
    const declared = ['src', 'projections'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.http.ts'))
        .flatMap((name) => [
          ...readFileSync(join(ROOT, folder, name), 'utf8').matchAll(/\b(\d{3}): \[([^\]]*)\]/g),
        ])
        .flatMap(([, status, list]) =>
          [...list!.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => ({ code: code!, status })),
        ),
    );
    expect(declared.length).toBeGreaterThan(100);
    expect(declared.filter(({ code, status }) => !statuses.get(code)?.has(Number(status)))).toEqual(
      [],
    );
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
