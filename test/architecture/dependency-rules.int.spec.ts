import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = process.cwd();
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const run = promisify(execFile);

interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

async function reportOn(dir: string, folders: readonly string[]): Promise<Cruise> {
  const args = [
    CRUISER,
    '--config',
    join(dir, '.dependency-cruiser.mjs'),
    '--output-type',
    'json',
    ...folders,
  ];
  // It exits with the number of violations; the report is on standard output either way.
  const { stdout } = await run(process.execPath, args, { cwd: dir, maxBuffer: 64 << 20 }).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout) as Cruise;
}

const cruise = async (
  dir: string,
  folders: readonly string[],
): Promise<Cruise['summary']['violations']> => (await reportOn(dir, folders)).summary.violations;

/** The concept that a file is of: a first-level folder, a use case, a capability, a read model. */
const conceptOf = (path: string): string | undefined =>
  /^(src\/(?:use-cases|adapters)\/[^/]+|(?:src|projections)\/[^/]+|events)\//.exec(path)?.[1] ??
  /^(src|projections)\//.exec(path)?.[1];

/**
 * Concepts that can be reached from themselves. dependency-cruiser compares folders as they are
 * named in an import, so it does not see an arrow into a folder below another's.
 */
function conceptsInCircles({ modules }: Cruise): readonly string[] {
  const arrows = new Map<string, Set<string>>();
  for (const { source, dependencies } of modules) {
    const from = conceptOf(source);
    if (from === undefined) continue;
    const known = arrows.get(from) ?? new Set();
    arrows.set(from, known);
    for (const { resolved } of dependencies) {
      const to = conceptOf(resolved);
      if (to !== undefined && to !== from) known.add(to);
    }
  }
  const reachable = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const next = [start];
    for (let at = next.pop(); at !== undefined; at = next.pop())
      for (const to of arrows.get(at) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        next.push(to);
      }
    return seen;
  };
  return [...arrows.keys()].filter((concept) => reachable(concept).has(concept)).sort();
}

/** For each rule, a file that breaks it by importing another, or a type of it. */
const BREAKS: readonly (readonly [rule: string, from: string, to: string, kind?: 'type'])[] = [
  ['pure-stays-pure', 'src/kernel/pure.ts', 'src/http/impure.ts'],
  ['pure-stays-pure', 'src/budget/budget.decider.ts', 'src/http/impure.ts'],
  ['pure-stays-pure', 'src/cycle/cycle.state.ts', 'src/http/impure.ts'],
  ['pure-stays-pure', 'src/payment/payment.report.ts', 'src/http/impure.ts'],
  ['pure-stays-pure', 'src/eligibility/rule.ts', 'src/write-side/context.ts'],
  ['pure-stays-pure', 'projections/audit/audit.projection.ts', 'src/http/impure.ts'],
  ['rules-stay-pure', 'src/use-cases/cycles/payable.rule.ts', 'src/use-cases/cycles/set.ts'],
  ['rules-stay-pure', 'src/use-cases/cycles/payee.rule.ts', 'src/adapters/vault/port.ts'],
  ['rules-stay-pure', 'src/use-cases/cycles/dated.rule.ts', 'src/write-side/readers.ts'],
  ['rules-stay-pure', 'src/person/held.rule.ts', 'fs'],
  [
    'rules-name-facts-only',
    'src/use-cases/cycles/due.rule.ts',
    'src/write-side/context.ts',
    'type',
  ],
  ['rules-name-facts-only', 'src/use-cases/cycles/said.rule.ts', 'src/http/impure.ts', 'type'],
  ['rules-name-facts-only', 'src/person/known.rule.ts', 'src/adapters/event-store/port.ts', 'type'],
  ['events-is-a-leaf', 'events/registry.ts', 'src/kernel/time.ts'],
  ['features-never-meet', 'src/budget/budget.http.ts', 'src/person/person.http.ts'],
  ['clients-in-adapters-only', 'src/http/query.ts', 'node_modules/better-sqlite3/index.js'],
  ['clients-in-adapters-only', 'projections/sql.ts', 'node_modules/pg/index.js'],
  ['clients-in-adapters-only', 'src/use-cases/cycles/relay.ts', 'node_modules/kafkajs/index.js'],
  ['adapters-by-port-only', 'src/http/store.ts', 'src/adapters/event-store/sqlite/event-store.ts'],
  [
    'adapters-by-port-only',
    'projections/store.ts',
    'src/adapters/event-store/sqlite/event-store.ts',
  ],
  [
    'adapters-do-not-meet',
    'src/adapters/vault/sqlite/vault.ts',
    'src/adapters/event-store/sqlite/event-store.ts',
  ],
  ['projections-know-ports', 'projections/engine/runner.ts', 'src/http/impure.ts'],
  ['projections-in-composition-only', 'src/http/projecting.ts', 'projections/engine/runner.ts'],
  ['use-cases-are-above', 'src/budget/budget.commands.ts', 'src/use-cases/cycles/prepare.ts'],
  ['use-cases-are-above', 'src/http/jobs.ts', 'src/process-managers/all.ts'],
  ['use-cases-are-above', 'projections/audit/audit.query-handlers.ts', 'src/use-cases/b.ts'],
  ['use-cases-know-no-manager', 'src/use-cases/c.ts', 'src/process-managers/all.ts'],
  ['write-side-is-below', 'src/write-side/execute.ts', 'src/http/impure.ts'],
  ['write-side-is-below', 'src/write-side/bulk.ts', 'src/budget/budget.ts'],
  ['adapters-are-below', 'src/adapters/event-bus/kafka/writer.ts', 'src/http/impure.ts'],
  ['runtime-knows-no-http', 'src/runtime/relay.ts', 'src/http/impure.ts'],
  ['http-knows-no-feature', 'src/http/present.ts', 'src/budget/budget.ts'],
  ['composition-is-on-top', 'src/http/listen.ts', 'src/composition/config.ts'],
  ['messaging-is-below', 'src/messaging/topics.ts', 'src/runtime/metrics.ts'],
  ['composition-is-on-top', 'src/use-cases/d.ts', 'src/cli/output.ts'],
  ['composition-knows-no-command-line', 'src/composition/embedded.ts', 'src/cli/output.ts'],
  ['config-knows-no-adapter', 'src/composition/config.ts', 'src/adapters/vault/sqlite/vault.ts'],
  [
    'config-knows-no-adapter',
    'src/composition/settings.ts',
    'src/adapters/payment-rail/list/open.ts',
  ],
  [
    'rail-settings-load-no-rail',
    'src/adapters/payment-rail/list/settings.ts',
    'src/adapters/payment-rail/list/open.ts',
  ],
  [
    'rail-settings-load-no-rail',
    'src/adapters/payment-rail/all.ts',
    'src/adapters/payment-rail/list/open.ts',
  ],
  ['tabular-knows-no-command-line', 'src/tabular/rejects.ts', 'src/cli/output.ts'],
  ['stand-in-stands-apart', 'stand-in/main.ts', 'src/kernel/money.ts'],
  ['examples-stand-apart', 'examples/bank.ts', 'src/kernel/money.ts'],
  ['nothing-knows-the-examples', 'src/http/bank.ts', 'examples/bank.ts'],
  ['nothing-knows-the-stand-in', 'src/http/bank.ts', 'stand-in/bank.ts'],
];

const packageOf = (path: string): string | undefined => /^node_modules\/([^/]+)\//.exec(path)?.[1];

describe('which way imports may point', () => {
  const dir = temporaryFolder('architecture');

  async function tree(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const root = join(dir, name);
    for (const folder of ['src', 'events', 'projections', 'stand-in', 'examples'])
      await mkdir(join(root, folder), { recursive: true });
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json'])
      await cp(join(ROOT, file), join(root, file));
    await writeFile(
      join(root, 'package.json'),
      '{"type":"module","dependencies":{"better-sqlite3":"*","pg":"*","kafkajs":"*"}}',
    );
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    return root;
  }

  const importOf = (from: string, to: string, kind?: 'type'): string => {
    const packaged = packageOf(to) ?? (to.includes('/') ? undefined : `node:${to}`);
    const path =
      packaged ?? `${'../'.repeat(from.split('/').length - 1)}${to.replace(/\.ts$/, '.js')}`;
    return kind === 'type' ? `import type { X } from '${path}';\n` : `import '${path}';\n`;
  };

  describe('a tree with a file that breaks each rule', () => {
    let violations: Cruise['summary']['violations'];
    beforeAll(async () => {
      const files: Record<string, string> = {
        'src/http/a.ts': importOf('src/http/a.ts', 'src/http/b.ts'),
        'src/http/b.ts': importOf('src/http/b.ts', 'src/http/a.ts'),
        // What has a decider is an aggregate.
        'src/person/person.decider.ts': '',
      };
      for (const [, from, to, kind] of BREAKS) {
        files[from] = (files[from] ?? '') + importOf(from, to, kind);
        if (to.includes('/')) files[to] ??= '';
        const packaged = packageOf(to);
        if (packaged)
          files[`node_modules/${packaged}/package.json`] =
            `{"name":"${packaged}","version":"1.0.0","main":"index.js","type":"module"}`;
      }
      violations = await cruise(await tree('bad', files), [
        'src',
        'events',
        'projections',
        'stand-in',
        'examples',
      ]);
    });

    test.each(BREAKS)('%s: %s must not import %s', (rule, from, to) => {
      expect(
        violations.filter((v) => v.from === from && v.to === to).map((v) => v.rule.name),
      ).toContain(rule);
    });

    test('no-cycles: two files must not import each other', () => {
      expect(violations.filter((v) => v.from === 'src/http/a.ts').map((v) => v.rule.name)).toEqual([
        'no-cycles',
      ]);
    });

    test('nothing else is found', () => {
      const broken = new Set([
        ...BREAKS.map(([, from, to]) => `${from} ${to}`),
        'src/http/a.ts src/http/b.ts',
        'src/http/b.ts src/http/a.ts',
      ]);
      expect(
        violations.filter(
          (v) => !broken.has(`${v.from} ${v.to}`) && v.rule.name !== 'no-folder-cycles',
        ),
      ).toEqual([]);
    });
  });

  describe('a tree in which folders import each other, and no two files do', () => {
    const arrow = (from: string, to: string): Record<string, string> => ({
      [from]: importOf(from, to),
    });

    test('no-folder-cycles: two use cases must not import each other', async () => {
      const root = await tree('folders', {
        ...arrow('src/use-cases/outcomes/take.ts', 'src/use-cases/instructions/ids.ts'),
        ...arrow('src/use-cases/instructions/sent.ts', 'src/use-cases/outcomes/index-of.ts'),
        'src/use-cases/instructions/ids.ts': '',
        'src/use-cases/outcomes/index-of.ts': '',
      });
      const report = await reportOn(root, ['src']);
      expect(report.summary.violations.map(({ rule, from }) => [rule.name, from]).sort()).toEqual([
        ['no-folder-cycles', 'src/use-cases/instructions'],
        ['no-folder-cycles', 'src/use-cases/outcomes'],
      ]);
      expect(conceptsInCircles(report)).toEqual([
        'src/use-cases/instructions',
        'src/use-cases/outcomes',
      ]);
    });

    test('an arrow into a folder below counts, and so does a circle of three', async () => {
      const root = await tree('below', {
        ...arrow('src/use-cases/cycles/prepare.ts', 'src/use-cases/persons/payees/open.ts'),
        ...arrow('src/use-cases/persons/verify.ts', 'src/use-cases/statements/entry.ts'),
        ...arrow('src/use-cases/statements/match.ts', 'src/use-cases/cycles/open.ts'),
        'src/use-cases/persons/payees/open.ts': '',
        'src/use-cases/statements/entry.ts': '',
        'src/use-cases/cycles/open.ts': '',
      });
      expect(conceptsInCircles(await reportOn(root, ['src']))).toEqual([
        'src/use-cases/cycles',
        'src/use-cases/persons',
        'src/use-cases/statements',
      ]);
    });
  });

  test('a new folder with a decider is an aggregate, named nowhere', async () => {
    const root = await tree('grown', {
      'src/grievance/grievance.decider.ts': '',
      'src/grievance/grievance.http.ts':
        importOf('src/grievance/grievance.http.ts', 'src/budget/budget.http.ts') +
        importOf('src/grievance/grievance.http.ts', 'src/use-cases/cycles/prepare.ts'),
      'src/budget/budget.decider.ts': '',
      'src/budget/budget.http.ts': '',
      'src/use-cases/cycles/prepare.ts': '',
      'src/http/present.ts': importOf('src/http/present.ts', 'src/grievance/grievance.http.ts'),
    });
    const violations = await cruise(root, ['src']);
    expect(violations.map(({ rule, from }) => [rule.name, from]).sort()).toEqual([
      ['features-never-meet', 'src/grievance/grievance.http.ts'],
      ['http-knows-no-feature', 'src/http/present.ts'],
      ['use-cases-are-above', 'src/grievance/grievance.http.ts'],
    ]);
  });

  test('resolvable: a file must not import what is not there', async () => {
    const root = await tree('gone', {
      'src/http/a.ts': importOf('src/http/a.ts', 'src/http/not-there.ts'),
    });
    const violations = await cruise(root, ['src']);
    expect(violations.map(({ rule, from }) => [rule.name, from])).toEqual([
      ['resolvable', 'src/http/a.ts'],
    ]);
  });

  test('each rule is shown to fire by a test here', async () => {
    const config: unknown = await import(pathToFileURL(join(ROOT, '.dependency-cruiser.mjs')).href);
    const { forbidden } = (config as { default: { forbidden: { name: string }[] } }).default;
    const elsewhere = ['no-cycles', 'no-folder-cycles', 'resolvable'];
    const shown = new Set<string>([...BREAKS.map(([rule]) => rule), ...elsewhere]);
    expect(forbidden.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  test('a tree that keeps the rules has no violation', async () => {
    const root = await tree('good', {
      'src/http/store.ts': importOf('src/http/store.ts', 'src/adapters/event-store/port.ts'),
      'src/adapters/event-store/port.ts': 'export const x = 1;\n',
      'src/budget/budget.decider.ts': importOf(
        'src/budget/budget.decider.ts',
        'src/kernel/money.ts',
      ),
      'src/kernel/money.ts': 'export const x = 1;\n',
      'src/write-side/readers.ts': 'export interface X {}\n',
      'src/use-cases/cycles/payable.rule.ts':
        importOf('src/use-cases/cycles/payable.rule.ts', 'src/budget/budget.decider.ts') +
        importOf('src/use-cases/cycles/payable.rule.ts', 'src/write-side/readers.ts', 'type'),
    });
    expect(await cruise(root, ['src', 'events', 'projections', 'stand-in', 'examples'])).toEqual(
      [],
    );
  });

  test('this repository keeps the rules', async () => {
    const report = await reportOn(ROOT, [
      'src',
      'events',
      'projections',
      'stand-in',
      'examples',
      'bench',
      'test',
    ]);
    const { violations } = report.summary;
    expect(violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`)).toEqual([]);
    expect(conceptsInCircles(report)).toEqual([]);
  });
});
