import type { EventData } from '../../events/generated.js';
import type { Deps } from '../../src/write-side/context.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider, type ProgrammeCommand } from '../../src/programme/programme.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { enrolRows, PROGRAMME } from './month.js';
import { as, households } from './world.js';

interface Child {
  readonly birthMonth: string;
  readonly inSchool: boolean;
  readonly schoolLevel: string;
  readonly disabled: boolean;
  readonly fatherlessOrphan: boolean;
}
export type Family = readonly Child[];

/** A child of the reference programme; from six years in school unless it is said otherwise. */
export const child = (birthMonth: string, more: Partial<Child> = {}): Child => ({
  birthMonth,
  inSchool: birthMonth < '2019',
  schoolLevel: 'none',
  disabled: false,
  fatherlessOrphan: false,
  ...more,
});

/** Three with as many children, and none like another. */
export const threeFamilies = {
  one: [child('2014-09'), child('2019-02'), child('2023-06')],
  two: [child('2015-09'), child('2020-02'), child('2023-06')],
  three: [child('2016-09'), child('2021-02'), child('2023-06')],
};

/**
 * Opens the reference programme with some of its versions and enrols families from the month on in
 * which their applications came, October 2025 by default; returns who they are.
 */
export async function enrolFamilies<Name extends string>(
  deps: Deps,
  families: Readonly<Record<Name, Family>>,
  versions: readonly EventData['PolicyPublished'][],
  receivedOn?: string,
): Promise<Readonly<Record<Name, string>>> {
  await openWith(deps, versions);
  for (const fiscalYear of [2025, 2026]) await allot(deps, fiscalYear);
  await enrolRows(deps, rowsOf(families, receivedOn));
  return enrolledAs(deps, families);
}

/** Defines the reference programme, publishes versions of its policy and opens it. */
async function openWith(
  deps: Deps,
  versions: readonly EventData['PolicyPublished'][],
): Promise<void> {
  const stream = streams.programme(PROGRAMME);
  const run = (command: ProgrammeCommand, ...name: (string | number)[]) =>
    execute(deps, [part(stream, programmeDecider, command)], as(deps, 'manager', stream, ...name));
  await run({ type: 'DefineProgramme', ...asdProgramme }, 'define');
  for (const version of versions)
    await run({ type: 'PublishPolicy', ...version }, 'publish', version.version);
  await run({ type: 'OpenProgramme', programmeId: PROGRAMME }, 'open');
}

async function allot(deps: Deps, fiscalYear: number): Promise<void> {
  const budget = streams.budget(PROGRAMME, fiscalYear);
  const allotted = part(budget, budgetDecider, {
    type: 'AllotBudget',
    programmeId: PROGRAMME,
    fiscalYear,
    currency: 'MAD',
    amountMinor: '100000000',
    reference: 'LF',
  });
  await execute(deps, [allotted], as(deps, 'finance', budget, 'allot'));
}

/** An application of each family, by its name. */
async function* rowsOf<Name extends string>(
  families: Readonly<Record<Name, Family>>,
  receivedOn = '2025-10-05',
) {
  const names = Object.keys(families) as Name[];
  for await (const batch of households(names.length, 11, { errors: 0, duplicates: 0 })) {
    yield batch.map((row, i) => ({
      ...row,
      reference: names[i]!,
      receivedOn,
      facts: {
        scoreMicro: 5_000_000,
        coveredByOtherScheme: false,
        children: families[names[i]!],
      },
    }));
  }
}

/** Who each family is, known by its children. */
async function enrolledAs<Name extends string>(
  deps: Deps,
  families: Readonly<Record<Name, Family>>,
): Promise<Readonly<Record<Name, string>>> {
  const names = Object.keys(families) as Name[];
  const people: Partial<Record<Name, string>> = {};
  for (const { events } of await deps.store.readCategory(`enrolment-${PROGRAMME}-`, {
    limit: 500,
  })) {
    const [started] = events;
    if (started?.type !== 'EnrolmentStarted') continue;
    const text = JSON.stringify(started.data.facts['children']);
    const name = names.find((one) => JSON.stringify(families[one]) === text);
    if (name) people[name] = started.data.personId;
  }
  return people as Record<Name, string>;
}
