import { beforeAll, describe, expect, it, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = process.cwd();
const CHILD = fileURLToPath(new URL('./way-of-one-application.js', import.meta.url));

/**
 * Runs for everything: primitives, figures, wiring, the clock, and a read model that takes every
 * fact.
 */
const BESIDE =
  /^src\/(kernel|runtime|composition|adapters\/clock)\/|^projections\/audit\/(audit\.projection|details)\.ts$/;
/** Says what there is, while the server starts: classes of requests, tables, interfaces, lists. */
const DECLARED = /\.(commands|tables)\.ts$|\/(all|endpoint|port|readers)\.ts$/;
/** Looks for files every two seconds, whatever the stage. */
const AT_ANY_TIME = ['watched-folder', 'inbox', 'shared-folders'].map(
  (name) => `src/adapters/payment-rail/iso20022/${name}.ts`,
);

/** The text below a heading, up to the next of its level or above. */
function below(heading: string, text: string): string {
  const [, after = ''] = text.split(`\n${heading}\n`);
  return after.split(/^##? /m)[0]!;
}

/** The files that a page's text links to, by their paths in the repository. */
const namedIn = (page: string, text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)]+\.ts)\)/g)]
    .map(([, path]) => normalize(join(dirname(page), path!)))
    .filter((path) => !path.startsWith('test/'));

/** What README and docs/one-application.md name at each stage, in the order of the life. */
function namedByStage(): ReadonlyMap<string, readonly string[]> {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [takenIn = '', shown = ''] = below('## The way of one application', readme).split(
    '\n7. **Out.**',
  );
  const page = 'docs/one-application.md';
  const life = readFileSync(join(ROOT, page), 'utf8');
  return new Map([
    ['taken in', namedIn('README.md', takenIn)],
    ['shown', namedIn('README.md', shown)],
    ...['Decided', 'Ordered', 'Instructed', 'Answered', 'Closed', 'Read'].map(
      (stage) => [stage.toLowerCase(), namedIn(page, below(`## ${stage}`, life))] as const,
    ),
  ]);
}

describe('the way of one application, in README and docs/one-application.md', () => {
  const named = namedByStage();
  const all = [...named.values()].flat();
  const stages = [...named.keys()];
  let passed: ReadonlyMap<string, readonly string[]>;
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD]);
    passed = new Map(Object.entries(JSON.parse(stdout)));
  });

  it('names files that are there, each once', () => {
    expect(all.length).toBeGreaterThan(180);
    expect(all.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(all.filter((path, index) => all.indexOf(path) !== index)).toEqual([]);
  });

  it('has the stages that are played, and each thread is looked into', () => {
    expect([...passed.keys()]).toEqual(stages);
    expect(passed.get('taken in')).toEqual(
      expect.arrayContaining([
        'projections/eligibility/eligibility.projection.ts',
        'src/adapters/event-store/sqlite/log-writer.ts',
        'src/application/application.decider.ts',
        'src/write-side/record.ts',
      ]),
    );
    expect(passed.get('shown')).toContain('src/adapters/read-store/sqlite/query.worker.ts');
    expect(passed.get('instructed')).toContain('src/adapters/vault/sqlite/vault.worker.ts');
  });

  test.each(stages)('%s: names every file that is passed for the first time', (stage) => {
    const known = stages.slice(0, stages.indexOf(stage) + 1).flatMap((one) => named.get(one)!);
    const unnamed = passed
      .get(stage)!
      .filter((path) => !BESIDE.test(path) && !AT_ANY_TIME.includes(path) && !known.includes(path));
    expect(unnamed).toEqual([]);
  });

  test.each(stages)('%s: names no file that is not passed then', (stage) => {
    const there = passed.get(stage)!;
    const idle = named
      .get(stage)!
      .filter((path) => !BESIDE.test(path) && !DECLARED.test(path) && !there.includes(path));
    expect(idle.filter((path) => !AT_ANY_TIME.includes(path))).toEqual([]);
  });
});
