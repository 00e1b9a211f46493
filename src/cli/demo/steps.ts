import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { approveCycle } from '../../use-cases/cycles/approve-cycle.js';
import { assessApplications } from '../../use-cases/applications/assess-applications.js';
import { closeCycle } from '../../use-cases/cycles/close-cycle.js';
import { readCycle } from '../../cycle/cycle-reader.js';
import { decideApplications } from '../../use-cases/applications/decide-applications.js';
import { prepareCycle } from '../../use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../use-cases/instructions/reinstruct-payments.js';
import { releaseCycle } from '../../use-cases/cycles/release-cycle.js';
import { bankFolderOf } from '../../adapters/payment-rail/iso20022/open.js';
import { localIssuer } from '../../adapters/signer/local-issuer.js';
import { environmentWith, loadConfig, railIn } from '../../composition/config.js';
import { takeFrom } from '../../use-cases/statements/take-from-folder.js';
import { asdPolicies, asdProgramme } from '../../eligibility/reference/asd.js';
import type { Actor, Role } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { cycleId as cycleIdOf, streams } from '../../kernel/ids.js';
import { lastDayOf } from '../../kernel/time.js';
import { importFile } from '../commands/applications.js';
import { contextOf, type Run } from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { mendAccounts, resolveBreaks } from './payments.js';
import type { Rail } from './rail.js';
import { householdsFile, PERIODS, type DemoRun } from './run.js';
import { summarise } from './totals.js';
import { drainAutomations } from '../drain.js';
import { writeHouseholds } from '../commands/households.js';
import { readMapping } from '../../tabular/mapping.js';
import { allotBudget, setUpProgramme } from '../commands/programmes.js';
import { catchUpReadModels, rebuildReadModels } from '../commands/rebuild.js';
import { referenceMapping } from '../../tabular/reference-mapping.js';

const PROGRAMME = asdProgramme.programmeId;
const FISCAL_YEAR = 2025;
const TAKEN_WITHIN_MS = 600_000;
/** Minor units a household: what two months with arrears come to stays well below it. */
const ALLOTTED_PER_HOUSEHOLD = 800_000n;

const person = (id: string, role: Role): Actor => ({
  id,
  role,
  via: { channel: 'cli', authentication: 'none' },
});
/** Every step of a decision is another person's. */
const PEOPLE = {
  manager: person('m.alaoui', 'programme-manager'),
  intake: person('i.berrada', 'intake'),
  officer: person('o.chraibi', 'case-officer'),
  supervisor: person('s.doukkali', 'supervisor'),
  finance: person('f.elfassi', 'finance-officer'),
  secondFinance: person('f.hassani', 'finance-officer'),
  approver: person('c.filali', 'finance-controller'),
  releaser: person('c.guessous', 'finance-controller'),
} as const;

/** A step's arguments travel to its process as JSON. */
export interface DemoStepOptions extends DemoRun {
  readonly data: string;
  /** How the stand-in bank is spoken to. */ readonly rail: Rail;
  /** Of the step 'pay'. */ readonly period?: string;
}

/**
 * What the demo consists of, in order ('pay' once a period). Every step finds out by itself what is
 * done already, so that it can be killed and run again.
 */
export const STEPS = {
  'take-in': takeIn,
  pay: payPeriod,
  rebuild: rebuildAndCompare,
  check: (run: Run, { data }: DemoStepOptions) =>
    summarise(data, PROGRAMME, FISCAL_YEAR, PERIODS, run),
} as const;

/**
 * Generates the file, sets the programme up, imports, determines, recommends, approves by another
 * person, and enrols.
 */
async function takeIn(
  run: Run,
  options: DemoStepOptions,
): Promise<{ submitted: number; duplicates: number; rejectedRows: number }> {
  const file = householdsFile(options.data);
  if (!existsSync(file)) {
    run.out.note('1. Generating households');
    writeHouseholds(
      { path: file, count: options.households, seed: options.seed, format: 'csv' },
      run.out.progress('households', options.households),
      run.signal,
    );
  }
  return withEngine(options.data, (engine) => takeInFile(engine, run, file, options), {
    create: true,
  });
}

async function setUp(engine: Engine, households: number): Promise<void> {
  await setUpProgramme(engine, asdProgramme, asdPolicies, PEOPLE.manager);
  await allotBudget(
    engine,
    {
      programmeId: PROGRAMME,
      fiscalYear: FISCAL_YEAR,
      currency: asdProgramme.currency,
      reference: 'demo allotment',
      amountMinor: String(ALLOTTED_PER_HOUSEHOLD * BigInt(Math.max(1, households))),
    },
    PEOPLE.finance,
  );
}

/** Determined, recommended and approved by three people. */
async function decideAll(engine: Engine, run: Run): Promise<void> {
  const progress = (label: string) => {
    const report = run.out.progress(label);
    return ({ done }: { readonly done: number }): void => report(done);
  };
  await assessApplications(
    engine,
    { programmeId: PROGRAMME },
    contextOf(PEOPLE.officer, 'demo', 'assess'),
    progress('applications looked at'),
    run.signal,
  );
  for (const [act, actor] of [
    ['recommend', PEOPLE.officer],
    ['approve', PEOPLE.supervisor],
    ['reject', PEOPLE.supervisor],
  ] as const) {
    await decideApplications(
      engine,
      { programmeId: PROGRAMME, action: act },
      contextOf(actor, 'demo', act),
      progress(`${act}: applications looked at`),
      run.signal,
    );
  }
}

async function takeInFile(
  engine: Engine,
  run: Run,
  file: string,
  options: DemoStepOptions,
): ReturnType<typeof takeIn> {
  await setUp(engine, options.households);
  run.out.note('2. Importing applications');
  const report = await importFile(
    engine,
    {
      file,
      mapping: readMapping(referenceMapping),
      programmeId: PROGRAMME,
      rejectsFile: `${file}.rejects.csv`,
    },
    contextOf(PEOPLE.intake, 'demo', 'import'),
    run.out.progress('bytes read'),
    run.signal,
  );
  run.out.note('3. Determining, recommending and approving, by three people; enrolling');
  await decideAll(engine, run);
  await drainAutomations(engine, run);
  return {
    submitted: report.submitted + report.alreadyThere,
    duplicates: report.duplicates,
    rejectedRows: report.rejectedRows,
  };
}

/** Prepares, approves and releases a month by three people. False where it is closed already. */
async function release(engine: Engine, run: Run, period: string): Promise<boolean> {
  const cycleId = cycleIdOf(PROGRAMME, period);
  const before = await readCycle(engine.store, cycleId);
  if (before.status === 'closed') return false;
  const progress = run.out.progress('enrolments');
  await prepareCycle(
    engine,
    { programmeId: PROGRAMME, period },
    contextOf(PEOPLE.finance, 'demo', 'prepare', cycleId),
    ({ done }) => progress(done),
    run.signal,
  );
  const prepared = await readCycle(engine.store, cycleId);
  const { contentHash } = prepared;
  if (prepared.status === 'prepared')
    await approveCycle(
      engine,
      { cycleId, contentHash },
      contextOf(PEOPLE.approver, 'demo', 'approve', cycleId),
    );
  const approved = await readCycle(engine.store, cycleId);
  if (approved.status === 'approved')
    await releaseCycle(
      engine,
      { cycleId, contentHash, executionDate: lastDayOf(period) },
      contextOf(PEOPLE.releaser, 'demo', 'release', cycleId),
    );
  await drainAutomations(engine, run);
  await catchUpReadModels(engine, run);
  return true;
}

/**
 * Payees of failed payments bring other accounts, and are instructed again: once, since breaks that
 * are resolved afterwards leave payments that could be.
 */
async function payAgain(engine: Engine, run: Run, period: string): Promise<void> {
  const cycleId = cycleIdOf(PROGRAMME, period);
  await drainAutomations(engine, run);
  const cycle = await engine.store.readStream(streams.cycle(cycleId));
  if (cycle.some(({ type }) => type === 'CycleReinstructionEnded')) return;
  const mended = await mendAccounts(engine, cycleId, PEOPLE.intake, PEOPLE.officer, run.signal);
  const again = await reinstructPayments(
    engine,
    { cycleId, executionDate: lastDayOf(period) },
    contextOf(PEOPLE.finance, 'demo', 'reinstruct', cycleId),
    undefined,
    run.signal,
  );
  run.out.note(`   ${mended} accounts mended, ${again.reinstructed} payments instructed again`);
  await catchUpReadModels(engine, run);
}

async function close(engine: Engine, run: Run, cycleId: string): Promise<void> {
  const breaks = await resolveBreaks(engine, cycleId, PEOPLE.secondFinance, run.signal);
  run.out.note(`   ${breaks} breaks resolved`);
  await drainAutomations(engine, run);
  const position = await engine.store.lastPosition();
  const { figures } = await reconcileCycle(
    engine,
    { cycleId },
    contextOf(PEOPLE.finance, 'demo', 'reconcile', cycleId, position),
    undefined,
    run.signal,
  );
  run.out.note(
    `   reconciled: ${figures.orderedCount} ordered = ${figures.settledCount} settled + ${figures.rejectedCount} rejected + ${figures.returnedCount} returned + ${figures.cancelledCount} cancelled + ${figures.outstandingCount} outstanding`,
  );
  await closeCycle(engine, { cycleId }, contextOf(PEOPLE.finance, 'demo', 'close', cycleId));
  await drainAutomations(engine, run);
}

/**
 * One month: prepare, approve, release, outcomes, mend, instruct again, outcomes, breaks,
 * reconcile, close.
 */
async function payPeriod(run: Run, options: DemoStepOptions): Promise<void> {
  const { data, rail, period = '' } = options;
  const cycleId = cycleIdOf(PROGRAMME, period);
  run.out.note(`4. Cycle ${period}: preparing, approving and releasing by three people`);
  const released = await withEngine(data, (engine) => release(engine, run, period));
  if (!released) return;
  run.out.note(
    rail === 'files'
      ? '   the stand-in bank fetches the pain.001 files and answers by pain.002 and camt.054'
      : '   the stand-in payment system reads the instructions and answers over the API',
  );
  await answered(run, options, cycleId);
  await withEngine(data, (engine) => payAgain(engine, run, period));
  await answered(run, options, cycleId);
  await withEngine(data, (engine) => close(engine, run, cycleId));
}

async function rebuildAndCompare(
  run: Run,
  { data }: DemoStepOptions,
): Promise<{ identical: boolean }> {
  run.out.note('5. Checking the whole log and rebuilding the read models');
  const { identical } = await rebuildReadModels(data, { verify: true }, run);
  return { identical: identical === true };
}

const answered = (run: Run, options: DemoStepOptions, cycleId: string): Promise<void> =>
  options.rail === 'files'
    ? answeredByFiles(run, options)
    : answeredOverHttp(run, options, cycleId);

/** Lets the stand-in answer the files in the bank's folder, and takes in what it left there. */
async function answeredByFiles(run: Run, options: DemoStepOptions): Promise<void> {
  const { bankFolder } = railIn();
  await standIn(run, ['--folder', bankFolder!, '--seed', String(options.seed)]);
  await withEngine(options.data, async (engine) => {
    // Another process takes files in as soon as they are whole.
    if (engine.distributed) return untilTaken(bankFolder!, run);
    const folder = bankFolderOf(join(engine.dir, 'files'), railIn())!;
    const trouble = (what: string, error: unknown): void => {
      run.out.note(`   ${what}: ${String(error)}`);
    };
    // A file is whole when two looks saw it alike.
    await folder.look(takeFrom(engine), run.signal, trouble);
    const { taken, rejected, failed } = await folder.look(takeFrom(engine), run.signal, trouble);
    run.out.note(
      `   ${taken} files of the bank taken in${rejected + failed > 0 ? `, ${rejected + failed} not` : ''}`,
    );
    if (failed > 0)
      throw new DomainError(
        'FILES_NOT_TAKEN',
        `${failed} files of the bank could not be taken in; run the same command again.`,
        'unavailable',
      );
  });
}

/** Waits until the bank's files are gone from IN, to DONE or REJECTED. */
async function untilTaken(bankFolder: string, run: Run): Promise<void> {
  const came = join(bankFolder, 'IN');
  for (const deadline = performance.now() + TAKEN_WITHIN_MS; readdirSync(came).length > 0;) {
    if (performance.now() > deadline)
      throw new DomainError(
        'FILES_NOT_TAKEN',
        `Files of the bank wait in ${came}; is a process with the role automation at work?`,
        'unavailable',
      );
    await wait(200, undefined, { signal: run.signal });
  }
}

/** Runs the stand-in, a program of its own, to its end. */
async function standIn(
  run: Run,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../stand-in/main.js'), ...args, '--json'],
    { env: environmentWith(env), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  run.signal.addEventListener('abort', stop, { once: true });
  child.stdout.resume();
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  run.signal.removeEventListener('abort', stop);
  run.signal.throwIfAborted();
  if (code !== 0)
    throw new DomainError(
      'STAND_IN_FAILED',
      `The stand-in payment system stopped with exit code ${code}.`,
      'unavailable',
    );
}

/** Serves the folder and lets the stand-in answer every instruction of the cycle. */
async function answeredOverHttp(
  run: Run,
  options: DemoStepOptions,
  cycleId: string,
): Promise<void> {
  const { startServer } = await import('../../composition/server.js');
  const server = await startServer(
    loadConfig({ SANAD_DATA: options.data, SANAD_PORT: '0', SANAD_LOG_LEVEL: 'warn' }),
  );
  try {
    const issuer = await localIssuer(join(options.data, 'keys'));
    const token = await issuer.issue({
      subject: 'stand-in-bank',
      role: 'payment-system',
      ttlSeconds: 86_400,
    });
    await standIn(run, ['--url', server.url, '--cycle', cycleId, '--seed', String(options.seed)], {
      STAND_IN_TOKEN: token,
    });
  } finally {
    await server.close();
  }
}
