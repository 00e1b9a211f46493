import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { bankSide } from '../../projections/disbursement/bank-side.queries.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { importFile, readMappingFile } from '../../src/cli/commands/applications.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { cycleFigures } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { listEntries } from '../../src/use-cases/statements/bank-lists.js';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { execute } from '../../src/write-side/execute.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part } from '../../src/write-side/unit.js';
import { ArrayLog } from '../support/array-log.js';
import { auditOf } from '../support/audit.js';
import { inPieces } from '../support/bank-messages.js';
import { leaveOut } from '../support/left-out.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { PROGRAMME, released } from './month.js';
import { as, byManagers, drain, job, newWorld, openProgramme, type World } from './world.js';

const CASES = join(process.env['REFERENCE_DATA'] ?? '', 'cases');
const CYCLE = `${PROGRAMME}-2025-12`;

let world: World;
let scratch: string;
beforeEach(async () => {
  world = await newWorld();
  scratch = temporaryFolder('cases');
  await openProgramme(world.engine);
});
afterEach(() => world.end());

/** What an import says, and the rows of its rejects file without the header. */
async function imported(file: string, mapping?: string) {
  const rejectsFile = join(scratch, 'rejects.csv');
  const report = await importFile(
    world.engine,
    {
      file: join(CASES, file),
      mapping: readMappingFile(mapping === undefined ? undefined : join(CASES, mapping)),
      programmeId: PROGRAMME,
      rejectsFile,
      determine: true,
    },
    job(world.engine, 'intake'),
  );
  const rejects = existsSync(rejectsFile)
    ? readFileSync(rejectsFile, 'utf8').trim().split(/\r?\n/).slice(1)
    : [];
  return { ...report, rejects };
}

const placesOf = (rejects: readonly string[]): readonly string[] =>
  rejects.map((row) => row.split(';').slice(0, 3).join(' '));

/** Who was imported and is eligible, decided by other people. */
async function enrolImported(): Promise<void> {
  for (const [action, who] of [
    ['recommend', 'officer'],
    ['approve', 'supervisor'],
  ] as const)
    await decideApplications(
      world.engine,
      { programmeId: PROGRAMME, action },
      job(world.engine, who),
    );
  await drain(world.engine);
}

/** The twelve households of the cases, their December with the bank. */
async function releasedTwelve(): Promise<void> {
  expect(await imported('households.csv')).toMatchObject({ submitted: 12, rejects: [] });
  await enrolImported();
  await released(world.engine, '2025-12');
}

/** What the report says that banks said, against our books. */
async function reportedSide() {
  const store = await openSqliteReadStore(join(scratch, 'read.db'), { thread: 'local' });
  try {
    const log = new ArrayLog((await world.engine.store.readAll(-1, 10_000)).events);
    await new ProjectionRunner({ store, projections: [disbursementProjection], log }).catchUp();
    return await bankSide(store, CYCLE);
  } finally {
    await store.close();
  }
}

/** The files of a case, taken in, in their order; then what became of the payments. */
async function played(name: string) {
  await releasedTwelve();
  for (const file of readdirSync(join(CASES, 'bank', name)).sort())
    await takeInMessage(
      world.engine,
      {
        bytes: inPieces(readFileSync(join(CASES, 'bank', name, file))),
        sender: 'bank-folder',
        fileName: file,
      },
      job(world.engine, 'bank'),
    );
  await drain(world.engine);
  const { store } = world.engine;
  const statuses: Record<string, number> = {};
  const breaks: string[] = [];
  for await (const page of pagesOf(store, `payment-${CYCLE}-`))
    for (const { events } of page) {
      const { status } = foldPayment(events);
      statuses[status] = (statuses[status] ?? 0) + 1;
      for (const event of events)
        if (event.type === 'PaymentBreakRecorded') breaks.push(event.data.kind);
    }
  const { items } = await listEntries(store, { now: world.engine.clock.now(), limit: 100 });
  const quarantined = (await store.readAll(-1, 10_000)).events.flatMap((event) =>
    event.type === 'BankMessageQuarantined' ? [event.data] : [],
  );
  expect((await auditOf(store)).violations).toEqual([]);
  return {
    statuses,
    breaks: breaks.sort(),
    entries: items.map(({ code, amountMinor }) => [code, amountMinor]),
    quarantined,
    figures: await cycleFigures(store, CYCLE),
  };
}

const files = (): void => {
  test.each(['22-words', '22-too-exact'])('%s: an amount that cannot be read', async (name) => {
    const { statuses, entries } = await played(name);
    expect(statuses).toEqual({ instructed: 12 });
    expect(entries.map(([code]) => code)).toEqual(['ENTRY_INVALID']);
  });

  test('02: charges in an entry', async () => {
    const { statuses, entries } = await played('02-charges-in-entry');
    expect(statuses).toEqual({ settled: 1, instructed: 11 });
    expect(entries).toEqual([['BANK_CHARGES', '2600']]);
  });

  test('11: a partial return', async () => {
    const { figures, breaks } = await played('11-partial-return');
    expect(breaks).toEqual(['amount-differs']);
    expect(figures.returnedMinor).toBe('0');
  });

  test('14: debited twice', async () => {
    const { statuses, breaks, entries } = await played('14-debited-twice');
    expect(statuses).toEqual({ settled: 1, instructed: 11 });
    expect(breaks).toEqual(['amount-differs', 'booked-twice']);
    // 12.00 for nobody that we know.
    expect(entries).toEqual([['REFERENCE_UNKNOWN', '1200']]);
    // 1,249.00 + 500.00.
    const { bankMinor, settledMinor, differences } = await reportedSide();
    expect([bankMinor, settledMinor]).toEqual([174_900n, 50_000n]);
    expect(
      differences.map(({ status, bankMinor, oursMinor }) => [status, bankMinor, oursMinor]).sort(),
    ).toEqual([
      ['instructed', 74_900n, 0n],
      ['settled', 100_000n, 50_000n],
    ]);
  });

  test('06: a salary batch', async () => {
    expect(await played('06-salary-batch')).toMatchObject({
      statuses: { settled: 12 },
      breaks: [],
      entries: [],
    });
  });

  test('15: found by the instruction id', async () => {
    const { statuses } = await played('15-not-provided');
    expect(statuses).toEqual({ settled: 2, rejected: 1, instructed: 9 });
  });

  test('10: trailing and leading zeros', async () => {
    expect(await played('10-trailing-zeros')).toMatchObject({
      statuses: { settled: 3, instructed: 9 },
      breaks: [],
      entries: [],
    });
  });

  test('17b: the place of a bad byte', async () => {
    const { statuses, quarantined } = await played('17b-place-of-bad-byte');
    const bytes = readFileSync(join(CASES, 'bank', '17b-place-of-bad-byte', 's.xml'));
    const bad = bytes.findIndex((byte) => byte >= 0x80);
    const line = bytes.subarray(0, bad).toString('latin1').split('\n').length;
    expect(statuses).toEqual({ instructed: 12 });
    expect(JSON.stringify(quarantined)).toContain(`Line ${line},`);
  });

  test('19: days that cannot be', async () => {
    const { statuses, breaks } = await played('19-future-and-early-dates');
    expect(statuses).toEqual({ instructed: 12 });
    expect(breaks).toEqual(['date-implausible', 'date-implausible']);
  });
};

const tables = (): void => {
  test('01: zeros that a spreadsheet ate', async () => {
    const { rejects } = await imported('imports/01-leading-zeros.csv');
    expect(placesOf(rejects)).toEqual([
      '5 compte ACCOUNT_INVALID',
      '6 cin NATIONAL_ID_INVALID',
      '7 cin NATIONAL_ID_INVALID',
      '7 compte ACCOUNT_INVALID',
      '8 compte ACCOUNT_INVALID',
      '9 date_demande DATE_INVALID',
    ]);
    expect(rejects.every((row) => row.includes('spreadsheet'))).toBe(true);
  });

  test('02: a birth and an application that are yet to come', async () => {
    const { rejects, submitted } = await imported('imports/02-future-birth.csv');
    expect(placesOf(rejects)).toEqual([
      '2 enfants FACTS_INVALID',
      '3 enfants FACTS_INVALID',
      '4 enfants FACTS_INVALID',
      '5 date_demande RECEIVED_IN_FUTURE',
      '6 period NO_POLICY_FOR_PERIOD',
    ]);
    expect(submitted).toBe(0);
  });

  test('04: a header in windows-1252', async () => {
    const refused = await imported('imports/04-ansi-header.csv', 'imports/04-mapping.json').catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'INPUT_INVALID' });
    expect(String(refused)).toContain('UTF-8');
    // No row is told.
    expect(String(refused)).not.toMatch(/Zohra|TT100003/);
  });

  test('05: a no-break space in a header', async () => {
    const { submitted, rejects } = await imported(
      'imports/05-nbsp-header.csv',
      'imports/05-mapping.json',
    );
    expect([submitted, rejects]).toEqual([1, []]);
  });

  test('07: the same household with a new account', async () => {
    expect(await imported('imports/07-first.csv')).toMatchObject({ submitted: 1, rejects: [] });
    const again = await imported('imports/07-again-account-changed.csv');
    expect(again).toMatchObject({ submitted: 0 });
    expect(again.rejects.join()).toContain('compte');
  });

  test('08: one account in two spellings', async () => {
    await imported('imports/08-same-account.csv');
    const { store } = world.engine;
    const hashes = (await store.readCategory('person-', { limit: 100 })).flatMap(({ events }) =>
      events.flatMap((event) =>
        event.type === 'PayeeAccountRegistered' ? [event.data.accountHash] : [],
      ),
    );
    expect([hashes.length, new Set(hashes).size]).toEqual([6, 3]);
  });

  test('08: one account in two spellings is one for every check', async () => {
    const { engine } = world;
    await imported('imports/08-same-account.csv');
    await enrolImported();
    const { rules } = JSON.parse(
      readFileSync(join(CASES, 'imports/08-checks.json'), 'utf8'),
    ) as Pick<EventData['ChecksConfigured'], 'rules'>;
    const configured = byManagers({ type: 'ConfigureChecks', programmeId: PROGRAMME, rules });
    await execute(
      engine,
      [part(streams.programme(PROGRAMME), programmeDecider, ...configured)],
      as(engine, 'manager', 'checks'),
    );
    await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: '2025-12' },
      job(engine, 'finance'),
    );
    const { findings } = await readCycle(engine.store, CYCLE);
    expect(
      findings.map(({ check, measured, limit, payments }) => [
        check,
        measured,
        limit,
        payments.length,
      ]),
    ).toEqual(Array.from({ length: 3 }, () => ['shared-account', '2', '1', 2]));
    expect(new Set(findings.flatMap(({ payments }) => payments)).size).toBe(6);
  });
};

if (existsSync(CASES)) {
  describe('a bank’s file that went wrong', files);
  describe('a table that went wrong', tables);
} else
  test('cases that went wrong are left out', () =>
    leaveOut('cases that went wrong: the reference data is not here (set REFERENCE_DATA)'));
