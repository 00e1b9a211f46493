import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type {
  ImportReject,
  ImportSummary,
} from '../../src/use-cases/applications/import-result.js';
import type { Deps } from '../../src/write-side/context.js';
import { rowsOf } from './household-rows.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, openProgramme, type World } from './world.js';

let world: World;
let templates: readonly HouseholdRow[];
beforeAll(async () => {
  world = await newWorld();
  await openProgramme(world.engine);
  templates = await rowsOf(2, 7);
});
afterAll(() => world.end());

interface Told {
  readonly summary: ImportSummary;
  readonly rejects: readonly ImportReject[];
}

async function imported(
  deps: Deps,
  batches: readonly (readonly HouseholdRow[])[],
  dryRun: boolean,
): Promise<Told> {
  const rejects: ImportReject[] = [];
  async function* rows(): AsyncGenerator<readonly HouseholdRow[]> {
    await Promise.resolve();
    yield* batches;
  }
  const summary = await importApplications(
    deps,
    {
      programmeId: PROGRAMME,
      rows: rows(),
      dryRun,
      determine: true,
      onRejects: (more) => {
        rejects.push(...more);
      },
    },
    job(deps, 'intake'),
  );
  return { summary, rejects: rejects.toSorted((a, b) => a.line - b.line) };
}

/** A household under one of two references and identities, changed in something or not. */
const household = fc.record({
  reference: fc.constantFrom('A', 'B'),
  identity: fc.constantFrom('1', '2'),
  change: fc.constantFrom('', '', 'name', 'region', 'account', 'low', 'high'),
});
let files = 0;

function rowOf(
  { reference, identity, change }: { reference: string; identity: string; change: string },
  file: number,
  line: number,
): HouseholdRow {
  const [template, other] = templates;
  const row: HouseholdRow = {
    ...template!,
    line,
    reference: `${reference}-${file}`,
    nationalId: `ID${100_000 + file}${identity}`,
    region: 'MA-03',
  };
  if (change === 'name') return { ...row, name: 'Another Name' };
  if (change === 'region') return { ...row, region: 'MA-04' };
  if (change === 'account') return { ...row, account: other!.account };
  if (change === 'low') return { ...row, facts: { ...row.facts, scoreMicro: 1 } };
  return change === 'high' ? { ...row, facts: { ...row.facts, scoreMicro: 90_000_000 } } : row;
}

test('a dry run says of each row what the run then says, near and far, in one file and over two', async () => {
  const batches = fc.array(fc.array(household, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(batches, batches, async (first, second) => {
      files += 1;
      let line = 1;
      const numbered = (each: Parameters<typeof rowOf>[0]): HouseholdRow => {
        line += 1;
        return rowOf(each, files, line);
      };
      for (const file of [first, second]) {
        const rows = file.map((batch) => batch.map(numbered));
        const before = await world.engine.store.lastPosition();
        const rehearsed = await imported(world.engine, rows, true);
        expect(await world.engine.store.lastPosition()).toBe(before);
        expect(rehearsed).toEqual(await imported(world.engine, rows, false));
      }
    }),
    { numRuns: 25 },
  );
});
