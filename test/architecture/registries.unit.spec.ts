import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RAILS } from '../../src/adapters/payment-rail/all.js';
import { PROJECTIONS } from '../../projections/all.js';
import { INDISPENSABLE_AUTOMATIONS } from '../../src/automation/indispensable.rule.js';
import { processManagers } from '../../src/process-managers/all.js';
import type { Deps } from '../../src/write-side/context.js';

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = ['src', 'projections', 'test', 'bench'].flatMap((folder) =>
  readdirSync(join(process.cwd(), folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => `${folder}/${file}`)
    .map((path) => ({ path, text: readFileSync(join(process.cwd(), path), 'utf8') })),
);

const textOf = (path: string): string => sources.find((source) => source.path === path)!.text;

/** Names of things of a kind that a source imports from elsewhere. */
const imported = (text: string, names: RegExp): readonly string[] =>
  [...text.matchAll(/import \{([^}]*)\} from/g)].flatMap(([, list]) => list!.match(names) ?? []);

const MANAGER = /\bwhen[A-Z]\w*Then[A-Z]\w*/g;

/** Sources that name a process manager beside the one list of them. */
const listingManagers = (among: readonly Source[]): readonly string[] =>
  among
    .filter(({ path }) => path !== 'src/process-managers/all.ts')
    .filter(({ text }) => imported(text, MANAGER).length > 0)
    .map(({ path }) => path);

/** Sources that bring two folds of read models together beside the one list of them. */
const listingProjections = (among: readonly Source[]): readonly string[] =>
  among
    // A query may read two of them.
    .filter(({ path }) => path !== 'projections/all.ts' && !path.endsWith('.queries.ts'))
    .filter(({ text }) => new Set(text.match(/[a-z]+\.projection\.js'/g)).size > 1)
    .map(({ path }) => path);

describe('every list of things exists once', () => {
  test('process managers are put together in all.ts only', () => {
    const copy = `import { ${['when', 'Paid', 'Then', 'Spend'].join('')} } from './spend.js';`;
    expect(listingManagers([{ path: 'src/cli/drain.ts', text: copy }])).toEqual([
      'src/cli/drain.ts',
    ]);
    expect(listingManagers(sources)).toEqual([]);
  });

  test('the folder of process managers has them, their list, their runner and rules only', () => {
    const odd = sources
      .map(({ path }) => /^src\/process-managers\/(.+)$/.exec(path)?.[1])
      .filter((file) => file !== undefined)
      .filter((file) => !/^(all|runner|when-[a-z-]+-then-[a-z-]+|[a-z-]+\.rule)\.ts$/.test(file));
    expect(odd).toEqual([]);
  });

  test('each process manager of the folder is in all.ts', () => {
    const there = sources
      .filter(({ path }) => path.startsWith('src/process-managers/when-'))
      .flatMap(({ text }) => [...text.matchAll(/export const (when\w+Then\w+) =/g)])
      .map(([, name]) => name!);
    expect(there.length).toBeGreaterThan(5);
    expect(imported(textOf('src/process-managers/all.ts'), MANAGER).toSorted()).toEqual(
      there.toSorted(),
    );
  });

  test('each automation that nobody may dismiss is the name of a process manager', () => {
    const names = processManagers({} as Deps).map(({ name }) => name);
    expect(INDISPENSABLE_AUTOMATIONS.length).toBeGreaterThan(0);
    expect(INDISPENSABLE_AUTOMATIONS.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('read models are put together in projections/all.ts only', () => {
    const copy: Source = {
      path: 'src/composition/x.ts',
      text: [
        "import { auditProjection } from '../../projections/audit/audit.projection.js';",
        "import { correctionProjection } from '../../projections/correction/correction.projection.js';",
      ].join('\n'),
    };
    expect(listingProjections([copy])).toEqual([copy.path]);
    expect(
      listingProjections(sources.filter(({ path }) => !path.startsWith('test/architecture/'))),
    ).toEqual([]);
  });

  test('each read model of the folder is in projections/all.ts, with what serves it', () => {
    const folders = sources
      .map(({ path }) => /^projections\/([a-z]+)\/\1\.projection\.ts$/.exec(path)?.[1])
      .filter((folder) => folder !== undefined);
    expect(folders.length).toBeGreaterThan(3);
    expect(PROJECTIONS.map(({ name }) => name).toSorted()).toEqual(folders.toSorted());
    for (const folder of folders)
      expect(textOf('projections/all.ts')).toContain(`import('./${folder}/${folder}.http.js')`);
  });

  test('each rail of the folder that settings may ask for is in the registry', () => {
    const there = sources
      .map(({ path }) => /^src\/adapters\/payment-rail\/([a-z0-9]+)\/open\.ts$/.exec(path)?.[1])
      .filter((folder) => folder !== undefined);
    expect(there.length).toBeGreaterThan(1);
    for (const folder of there)
      expect(textOf('src/adapters/payment-rail/all.ts')).toContain(`import('./${folder}/open.js')`);
    expect(RAILS).toHaveLength(there.length);
  });

  test('kinds of jobs and roles are told apart by their registries, not by a switch', () => {
    const switching = /case '(plan-recoveries|reinstruct|projector|relay)'/;
    expect(switching.test("      case 'reinstruct': {")).toBe(true);
    const found = sources.filter(({ path, text }) => /^src\//.test(path) && switching.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
