import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ContractError } from '../../events/registry.js';
import { ArchiveError } from '../../src/adapters/message-archive/port.js';
import { ReadStoreError } from '../../src/adapters/read-store/port.js';
import { VaultError } from '../../src/adapters/vault/port.js';
import { problemOf } from '../../src/http/problem.js';
import { DomainError, StoreError, type RefusalKind } from '../../src/kernel/errors.js';

/** Codes with the statuses that they come with over HTTP; none where they never do. */
export type Statuses = Map<string, Set<number>>;
export interface CodesOfSource {
  readonly statuses: Statuses;
  /** Refusals whose code or kind does not stand where they are made: file, and what is made. */
  readonly untold: readonly string[];
}

const CODE = /^[A-Z]{2,}(_[A-Z]+)*$/;
/** Nobody comes here by a request. */
const NOT_HTTP = /^src\/(cli|composition|tabular)\/|take-outcomes-topic\.ts$/;
/** What is made here is listed in the errors of one refusal, with codes of its own. */
const LISTED = /^src\/(http\/validate|use-cases\/govstack\/confirmation\.rule)\.ts$/;

const statusOf = (error: unknown): number => problemOf(error, '', '').status;
const textOf = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteral(node) ? node.text : undefined;

function note(statuses: Statuses, code: string, status?: number): void {
  const known = statuses.get(code) ?? new Set();
  if (status !== undefined) known.add(status);
  statuses.set(code, known);
}

/** What a call or `new` refuses with, where it is one of the forms that refuse. */
function refusalOf(
  node: ts.Node,
): { code?: string | undefined; kind?: string | undefined } | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'DomainError') {
    const [code, , kind] = node.arguments ?? [];
    return { code: textOf(code), kind: kind === undefined ? 'rule' : textOf(kind) };
  }
  if (!ts.isCallExpression(node)) return undefined;
  const [, second, third] = node.arguments;
  switch (node.expression.getText()) {
    case 'found':
      return { code: textOf(second), kind: 'not-found' };
    case 'invalid':
      return { code: third === undefined ? 'POLICY_INVALID' : textOf(third), kind: 'invalid' };
    default:
      return undefined;
  }
}

/** Every refusal of one file. */
export function refusalsIn(file: string, text: string): CodesOfSource {
  const statuses: Statuses = new Map();
  const untold: string[] = [];
  const visit = (node: ts.Node): void => {
    const refusal = refusalOf(node);
    if (refusal) {
      const { code, kind } = refusal;
      if (code === undefined || kind === undefined)
        untold.push(`${file}: ${node.getText().replace(/\s+/g, ' ')}`);
      else {
        const status = statusOf(new DomainError(code, '', kind as RefusalKind));
        note(statuses, code, NOT_HTTP.test(file) ? undefined : status);
      }
    }
    if (LISTED.test(file) && ts.isPropertyAssignment(node)) {
      const code = textOf(node.initializer);
      if (code !== undefined && CODE.test(code)) note(statuses, code, 400);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return { statuses, untold };
}

const ROOT = process.cwd();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const words = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, word]) => word!)),
];
/** The codes of a union of a port. */
const unionIn = (path: string, start: RegExp): readonly string[] =>
  words(start.exec(read(path))?.[0] ?? '', /'([A-Z_]+)'/g);

/** What problem.ts makes of errors that are no refusals of the domain. */
function failures(): readonly unknown[] {
  const store = unionIn('src/kernel/errors.ts', /StoreErrorCode =[\s'|A-Z_]+;/);
  const vault = unionIn('src/adapters/vault/port.ts', /readonly code:[\s'|A-Z_]+,/);
  const archive = unionIn('src/adapters/message-archive/port.ts', /readonly code:[\s'|A-Z_]+,/);
  const mapping = read('src/http/problem.ts');
  return [
    ...store.map((code) => new StoreError(code as StoreError['code'], '')),
    ...vault.map((code) => new VaultError(code as VaultError['code'], '')),
    ...archive.map((code) => new ArchiveError(code as ArchiveError['code'], '')),
    new ReadStoreError('READ_STORE_AWAY', ''),
    new ContractError('EVENT_INVALID', 'X', 1, 'a', ''),
    new ContractError('EVENT_TYPE_UNKNOWN', 'X', 1, '', ''),
    ...words(mapping, /\b(FST_[A-Z_]+):/g).map((code) => ({ code })),
    ...words(mapping, /^ {2}(\d{3}): \[/gm).map((status) => ({ statusCode: Number(status) })),
    new Error(),
  ];
}

/** Every code that a caller can be refused with, and by which statuses. */
export function codesOfSource(): CodesOfSource {
  const statuses: Statuses = new Map();
  const untold: string[] = [];
  for (const folder of ['src', 'projections'])
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      const file = `${folder}/${name}`;
      // What the audit finds is of the log, not of a request.
      if (!file.endsWith('.ts') || file.startsWith('src/audit/')) continue;
      const found = refusalsIn(file, read(file));
      untold.push(...found.untold);
      for (const [code, own] of found.statuses) {
        note(statuses, code);
        for (const status of own) note(statuses, code, status);
      }
    }
  for (const error of failures()) {
    const { code, status } = problemOf(error, '', '');
    note(statuses, code, status);
  }
  return { statuses, untold };
}
