import type { ProgrammeCommand } from '../../src/programme/programme.decider.js';
import type { EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deps, JobContext } from '../../src/write-side/context.js';
import { processManagers } from '../../src/process-managers/all.js';
import { checkpointInMemory, type Checkpoint } from '../../src/runtime/checkpoint.js';
import { ProcessManagerRunner } from '../../src/process-managers/runner.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { openEngine, type Engine } from '../../src/cli/compose.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import {
  generateHouseholds,
  householdsNdjson,
  type Shares,
} from '../../src/cli/sample-households/generate.js';
import { readMapping } from '../../src/tabular/mapping.js';
import { referenceMapping } from '../../src/tabular/reference-mapping.js';
import { readHouseholds } from '../../src/tabular/read-households.js';
import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import type { Context, Role } from '../../src/kernel/decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';

/** A real engine in a folder of its own. */
export interface World {
  readonly engine: Engine;
  readonly dir: string;
  end(): Promise<void>;
}

export async function newWorld(): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'sanad-automation-'));
  const engine = await openEngine(dir);
  return {
    engine,
    dir,
    async end() {
      await engine.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Somebody with a role; the same words give the same command again. */
export const by = (
  deps: Pick<Deps, 'clock'>,
  id: string,
  role: Role,
  ...command: readonly (string | number)[]
): Context => ({
  actor: { id, role },
  now: deps.clock.now(),
  commandId: uuidOf('test', id, ...command),
  correlationId: uuidOf('test', id),
});

export const PEOPLE = {
  intake: ['ines', 'intake'],
  officer: ['omar', 'case-officer'],
  supervisor: ['salma', 'supervisor'],
  finance: ['farid', 'finance-officer'],
  secondFinance: ['hind', 'finance-officer'],
  controller: ['kenza', 'finance-controller'],
  releaser: ['rachid', 'finance-controller'],
  bank: ['bank', 'payment-system'],
  manager: ['meryem', 'programme-manager'],
  secondManager: ['leila', 'programme-manager'],
} as const satisfies Record<string, readonly [string, Role]>;

export const as = (
  deps: Pick<Deps, 'clock'>,
  who: keyof typeof PEOPLE,
  ...command: readonly (string | number)[]
): Context => by(deps, PEOPLE[who][0], PEOPLE[who][1], ...command);
/** What two supervisors say alike, one after the other, as the steps of a part. */
export const bySupervisors = (command: EnrolmentCommand) =>
  ['first', 'second'].map((id) => ({
    command,
    as: { id: `supervisor-${id}`, role: 'supervisor' as const },
  }));
/** An erasure that another administrator proposed a moment before. */
export const erasedByTwo = (personId: string, reason = 'asked') =>
  [
    {
      command: { type: 'ProposeErasure' as const, personId, reason },
      as: { id: 'administrator-first', role: 'administrator' as const },
    },
    { type: 'ErasePerson' as const, personId, reason },
  ] as const;
/** The same of two programme managers. */
export const byManagers = (command: ProgrammeCommand) =>
  ['first', 'second'].map((id) => ({
    command,
    as: { id: `manager-${id}`, role: 'programme-manager' as const },
  }));
export const job = (deps: Pick<Deps, 'clock'>, who: keyof typeof PEOPLE): JobContext =>
  as(deps, who, 'job');

/**
 * The reference programme, open, in its three policy versions, with money for each year. Started
 * again, it finishes what is missing.
 */
export async function openProgramme(deps: Deps, allottedMinor = '100000000000'): Promise<void> {
  const { programmeId, currency } = asdProgramme;
  const programme = streams.programme(programmeId);
  const there = await deps.store.readStream(programme);
  const run = (
    stream: string,
    name: string | number,
    p: ReturnType<typeof part>,
    who: keyof typeof PEOPLE = 'manager',
  ) => execute(deps, [p], as(deps, who, stream, name));
  if (there.length === 0)
    await run(
      programme,
      'define',
      part(programme, programmeDecider, { type: 'DefineProgramme', ...asdProgramme }),
    );
  const published = there.filter((event) => event.type === 'PolicyPublished').length;
  for (const version of asdVersions.slice(published))
    await run(
      programme,
      version.version,
      part(programme, programmeDecider, { type: 'PublishPolicy', ...version }),
    );
  if (there.at(-1)?.type !== 'ProgrammeOpened')
    await run(
      programme,
      'open',
      part(programme, programmeDecider, { type: 'OpenProgramme', programmeId }),
    );
  for (const fiscalYear of [2024, 2025, 2026]) {
    const budget = streams.budget(programmeId, fiscalYear);
    if ((await deps.store.readStream(budget)).length > 0) continue;
    await run(
      budget,
      'allot',
      part(budget, budgetDecider, {
        type: 'AllotBudget',
        programmeId,
        fiscalYear,
        currency,
        amountMinor: allottedMinor,
        reference: 'LF',
      }),
      'finance',
    );
  }
}

/** Batches of generated households, as an import file gives them. */
export async function* households(
  count: number,
  seed: number,
  shares: Partial<Shares> = {},
  batchSize = 50,
): AsyncGenerator<readonly HouseholdRow[]> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const text of householdsNdjson(
      generateHouseholds({
        count,
        seed,
        shares,
        receivedFrom: '2025-11-01',
        receivedTo: '2025-12-31',
      }),
    ))
      yield Buffer.from(text, 'utf8');
  }
  for await (const batch of readHouseholds(bytes(), readMapping(referenceMapping), { batchSize }))
    yield batch.rows;
}

/**
 * Lets the process managers act on everything there is; the checkpoint is lost each time, on
 * purpose.
 */
export const drain = (deps: Deps, checkpoint: Checkpoint = checkpointInMemory()): Promise<number> =>
  new ProcessManagerRunner(deps, processManagers(deps), checkpoint).drain();
