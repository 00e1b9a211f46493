import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkpointsIn } from '../../src/adapters/data-folder/checkpoint.js';
import { openSqliteJobQueue } from '../../src/adapters/job-queue/sqlite/job-queue.js';
import { openEngine, type Engine } from '../../src/cli/compose.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';
import type { Role } from '../../src/kernel/decider.js';
import { processManagers } from '../../src/process-managers/all.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { QueuedJobs, type QueuedJob } from '../../src/use-cases/jobs/queued-jobs.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import type { JobKind, JobStatus } from '../../src/write-side/jobs.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { camtOf, inPieces, pain002Of, type Said } from '../support/bank-messages.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Desk } from '../use-cases/correction-desk.js';
import { child, enrolFamilies } from '../use-cases/families.js';
import { approveAlone } from '../use-cases/approved-alone.js';
import { answers, PROGRAMME, released } from '../use-cases/month.js';
import { shapeOf } from '../use-cases/set.js';
import { households, job } from '../use-cases/world.js';
import { expectStatus, HttpWorld, type Caller, type Json } from './http-world.js';

const CHILD = fileURLToPath(new URL('./kill-job-child.js', import.meta.url));
const CYCLE = `${PROGRAMME}-2025-12`;
const NEXT = `${PROGRAMME}-2026-01`;

interface Case {
  readonly path: string;
  readonly body: Json;
  readonly role?: Role;
  /** An id of the kind that no job ever had. */
  readonly never: string;
}
/** How each kind of job is asked for; in this order. A kind without a line does not compile. */
const casesOf = (statusReport: string): { readonly [K in JobKind]: Case } => ({
  message: { path: '/bank/messages', body: statusReport, never: `message-${'0'.repeat(64)}` },
  reinstruct: {
    path: `/cycles/${CYCLE}/reinstructions`,
    body: { executionDate: '2026-01-05', sameAccount: true, anyDay: true },
    never: `reinstruct-${CYCLE}-0badf00d`,
  },
  reconcile: {
    path: `/cycles/${CYCLE}/reconcile`,
    body: {},
    never: `reconcile-${CYCLE}-0badf00d`,
  },
  'plan-recoveries': {
    path: `/recoveries/${PROGRAMME}/plans`,
    body: { sharePercent: 20, floor: '100.00', reason: 'debts' },
    never: `plan-recoveries-${PROGRAMME}-0badf00d`,
  },
  correct: {
    path: '/corrections',
    body: { programmeId: PROGRAMME, fromPeriod: '2025-10', reason: 'told late' },
    never: 'correct-nowhere',
  },
  match: { path: '/bank/entries/matching', body: {}, never: 'match-0badf00d' },
  prepare: { path: `/cycles/${NEXT}/prepare`, body: {}, never: `prepare-${PROGRAMME}-2030-01` },
  check: { path: `/cycles/${NEXT}/check`, body: {}, never: `check-${NEXT}-0badf00d` },
  'retry-set-aside': {
    path: '/automation/set-aside/retry',
    body: {},
    role: 'administrator',
    never: 'retry-set-aside-0badf00d',
  },
});

const ofYears = [2011, 2012, 2013, 2014, 2015, 2016].map((year) => [
  child(`${year}-04`),
  child(`${year}-11`),
  child('2021-02'),
]);

/** A programme of some months in which each kind of job has several things to do. */
async function fill(engine: Engine, dir: string): Promise<void> {
  const desk = new Desk({ engine });
  const persons = Object.values(
    await enrolFamilies(engine, Object.fromEntries(ofYears.entries()), asdVersions),
  );
  const revise = async (from: number, to: number): Promise<void> => {
    for (const [i, personId] of persons.entries()) {
      if (i < from || i >= to) continue;
      const facts = {
        scoreMicro: 5_000_000,
        coveredByOtherScheme: false,
        children: ofYears[i]!.slice(0, 2),
      };
      await desk.enrolment(personId, {
        type: 'ReviseEntitlement',
        fromPeriod: '2025-11',
        facts,
        contentHash: contentHash(facts),
        entitlement: { period: '2025-11', policyVersion: 1, amountMinor: '0', items: [] },
        reason: 'told late',
      });
    }
  };
  await released(engine, '2025-10');
  await released(engine, '2025-11');
  const unreferenced: Said = { endToEndId: 'NOTPROVIDED', amount: '750.00', what: 'settled' };
  const statement = camtOf('camt.054', Array<Said>(4).fill(unreferenced), {
    bookedOn: '2025-12-29',
  });
  await takeInMessage(
    engine,
    { bytes: inPieces(statement), sender: 'bank', fileName: 'bank.xml' },
    job(engine, 'bank'),
  );
  await released(engine, '2025-12');
  await reject(engine, (n) => n < 4);
  await revise(0, 4);
  const { correctionId, contentHash: hash } = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(correctionId, hash);
  await revise(4, 6);
  await setAside(engine, dir);
}

/** Some payments, by their place in the cycle. */
const reject = (engine: Engine, which: (n: number) => boolean): Promise<unknown> =>
  takeInOutcomes(
    engine,
    {
      source: 'file',
      outcomes: answers(engine, CYCLE, (_, n) =>
        which(n) ? { outcome: 'rejected', reason: 'AC01' } : undefined,
      ),
    },
    job(engine, 'bank'),
  );

/** Approved and, as an earlier process says, not enrolled because something was in the way. */
async function setAside(engine: Engine, dir: string): Promise<void> {
  const before = await engine.store.lastPosition();
  await importApplications(
    engine,
    {
      programmeId: PROGRAMME,
      rows: households(3, 12, { errors: 0, duplicates: 0 }),
      determine: true,
    },
    job(engine, 'intake'),
  );
  const decide = { programmeId: PROGRAMME } as const;
  await decideApplications(engine, { ...decide, action: 'recommend' }, job(engine, 'officer'));
  const read = await engine.store.readAll(before, 5_000);
  for (const event of read.events)
    if (event.type === 'ApplicationRecommended' && event.data.recommendation === 'approve')
      await approveAlone(engine, event.data.applicationId);
  const { events } = await engine.store.readAll(before, 5_000);
  const entries = events.flatMap(({ type, id, stream, position }) =>
    type === 'ApplicationApproved'
      ? [
          {
            eventId: id,
            manager: 'when-application-approved-then-enrol',
            type,
            stream,
            position,
            reason: 'VAULT_AWAY: for now.',
          },
        ]
      : [],
  );
  expect(entries.length).toBeGreaterThan(1);
  const end = await engine.store.lastPosition();
  const positions = Object.fromEntries(processManagers(engine).map(({ name }) => [name, end]));
  const { each } = checkpointsIn(dir);
  await each.setAside.save(JSON.stringify(entries));
  await each.save(JSON.stringify({ positions }));
}

/** What the bank says of a month. */
async function statusReportOf({ store }: Engine, cycleId: string): Promise<string> {
  const said: Said[] = [];
  for await (const page of pagesOf(store, `payment-${cycleId}-`))
    for (const event of page.flatMap(({ events }) => events)) {
      if (event.type !== 'PaymentInstructed') continue;
      const { endToEndId, amountMinor } = event.data;
      const amount = `${amountMinor.slice(0, -2)}.${amountMinor.slice(-2)}`;
      said.push({ endToEndId, amount, what: 'settled' });
    }
  return pain002Of(said);
}

const withEngine = async <T>(dir: string, work: (engine: Engine) => Promise<T>): Promise<T> => {
  const engine = await openEngine(dir);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
};
const CATEGORIES = ['payment-', 'cycle-', 'recovery-', 'adjustment-', 'correction-', 'message-'];
const MORE = ['entry-', 'enrolment-'];
const shapes = (dir: string, prefixes: readonly string[]): Promise<readonly string[]> =>
  withEngine(dir, async (engine) =>
    (await Promise.all(prefixes.map((prefix) => shapeOf(engine, prefix)))).flat(),
  );

async function statuses(dir: string, jobIds: readonly string[]): Promise<readonly JobStatus[]> {
  const queue = openSqliteJobQueue<QueuedJob>(dir);
  try {
    const jobs = new QueuedJobs(queue);
    return (await Promise.all(jobIds.map((jobId) => jobs.job(jobId)))).map((found) => found!);
  } finally {
    await queue.close();
  }
}

const ONE_RUN = /^(position|throughPosition|asOf|already|unevaluable|sha256|applied|unchanged)$/;
/**
 * What a job tells, without where the log was, and without what only one run can know: whether the
 * work was there already, and what its own tries came to.
 */
const told = ({ jobId, state, result }: JobStatus): Json =>
  JSON.parse(
    JSON.stringify({ jobId, state, result }, (name, value: unknown) =>
      ONE_RUN.test(name) || (name === 'done' && jobId.startsWith('retry-')) ? undefined : value,
    ),
  );

/** Of what the child died; undefined where it came to the end. */
function work(dir: string, died: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, dir, ...died], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let errors = '';
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(out.trim());
      else if (code === 0) resolve(undefined);
      else reject(new Error(errors));
    });
  });
}

describe('a job of each kind that is killed in its middle, and again before its end is noted', () => {
  const killed = temporaryFolder('jobs');
  const calm = temporaryFolder('jobs');
  let cases: { readonly [K in JobKind]: Case };
  let jobIds: readonly string[];
  const ask = async (world: Pick<HttpWorld, 'as'>): Promise<readonly string[]> => {
    const answered: string[] = [];
    for (const [kind, { path, body, role = 'finance-officer' }] of Object.entries<Case>(cases)) {
      const caller: Caller = await world.as(`somebody.${role}`, role);
      const reply =
        typeof body === 'string'
          ? caller.send('POST', path, body, {
              'content-type': 'application/xml',
              'idempotency-key': kind,
            })
          : caller.post(path, body, kind);
      answered.push((await expectStatus(202, reply)).jobId);
    }
    return answered;
  };

  beforeAll(async () => {
    cases = await withEngine(killed, async (engine) => {
      await fill(engine, killed);
      return casesOf(await statusReportOf(engine, `${PROGRAMME}-2025-11`));
    });
    const world = await HttpWorld.open({ SANAD_BACKGROUND: 'off' }, killed);
    jobIds = await ask(world);
    await world.server.close();
    // Came after all was accepted, so that no job of these acts on it.
    await withEngine(killed, (engine) => reject(engine, (n) => n === 4));
    cpSync(killed, calm, { recursive: true });
  });

  test('is running until it is done, and comes to what it comes to in peace', async () => {
    expect(await work(calm, ['never'])).toBeUndefined();
    const expected = await statuses(calm, jobIds);
    expect(expected.map(({ jobId, state }) => `${jobId} ${state}`)).toEqual(
      jobIds.map((jobId) => `${jobId} done`),
    );
    expect(expected[1]!.result).toMatchObject({ reinstructed: 4, waiting: 0 });
    expect(expected[3]!.result).toMatchObject({ planned: 4, refusals: [] });
    const died: string[] = [];
    for (;;) {
      const death = await work(killed, died);
      if (death === undefined) break;
      died.push(death);
      for (const { jobId, state } of await statuses(killed, jobIds)) {
        const wasBefore = jobIds.indexOf(jobId) < jobIds.indexOf(death.split(' ')[1]!);
        expect(`${death}: ${jobId} ${state}`).toBe(
          `${death}: ${jobId} ${wasBefore ? 'done' : 'running'}`,
        );
      }
    }
    expect(died).toEqual(jobIds.flatMap((jobId) => [`units ${jobId}`, `end ${jobId}`]));
    expect((await statuses(killed, jobIds)).map(told)).toEqual(expected.map(told));
    const all = [...CATEGORIES, ...MORE];
    expect(await shapes(killed, all)).toEqual(await shapes(calm, all));
  });

  test('is done once for its key, and no job that never was is told of', async () => {
    const before = await shapes(killed, CATEGORIES);
    const expected = await statuses(killed, jobIds);
    const world = await HttpWorld.open({}, killed);
    try {
      expect(await ask(world)).toEqual(jobIds);
      const administrator = await world.as('somebody.administrator', 'administrator');
      for (const [i, jobId] of jobIds.entries())
        expect(await administrator.job(jobId)).toEqual(expected[i]);
      for (const { never } of Object.values<Case>(cases))
        expect((await administrator.get(`/jobs/${never}`)).body).toMatchObject({
          code: 'JOB_NOT_FOUND',
        });
    } finally {
      await world.server.close();
    }
    expect(await shapes(killed, CATEGORIES)).toEqual(before);
  });
});
