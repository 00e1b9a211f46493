// Serves, plays one application through its whole life, and prints for each stage of it the files
// of which a function ran meanwhile, in any thread.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { camtOf } from '../support/bank-messages.js';
import { eventually } from '../support/eventually.js';
import { PassedFiles } from './coverage.js';
import { Caller, expectStatus, facts, HttpWorld, person, setUp, type Json } from './http-world.js';

const CYCLE = '/cycles/asd-2025-10';
const bank = mkdtempSync(join(tmpdir(), 'sanad-way-'));
const world = await HttpWorld.open({ SANAD_BANK_FOLDER: bank });
await setUp(world);
const checks = { rules: [{ check: 'over-forecast', level: 'warn', limit: 0, amountMinor: '1' }] };
for (const manager of ['m.alaoui', 'm.second'])
  await expectStatus(
    200,
    (await world.as(manager, 'programme-manager')).post('/programmes/asd/checks', checks),
  );
/** Asks nothing but what it is told to: no `after`, and no feed for where the log ends. */
const as = async (...who: Parameters<HttpWorld['as']>): Promise<Caller> =>
  new Caller(world.server.url, (await world.as(...who)).token);
const clerk = await as('i.berrada', 'intake');
const worker = await as('o.chraibi', 'case-officer');
const supervisor = await as('s.doukkali', 'supervisor');
const officer = await as('f.elfassi', 'finance-officer');
const approver = await as('c.filali', 'finance-controller');
const releaser = await as('c.guessous', 'finance-controller');
const auditor = await as('a.tazi', 'auditor');
/** Knows the person already; the application comes with a token that nobody showed yet. */
const registrar = await as('r.idrissi', 'intake');
const { personId, position } = await expectStatus(201, registrar.post('/persons', person(1)));
await expectStatus(200, registrar.get(`/applications?after=${position}`));

/** Reads a file of the engine's beside the server, whose files nobody passes by that. */
function lookedUp(file: string, sql: string, ...values: readonly string[]): number {
  const db = new Database(join(world.dir, file), { readonly: true });
  try {
    return Number(
      db
        .prepare(sql)
        .pluck()
        .get(...values),
    );
  } finally {
    db.close();
  }
}
const recorded = (type: string): Promise<unknown> =>
  eventually(
    type,
    () => lookedUp('log.db', 'SELECT count(*) FROM events WHERE line LIKE ?', `%"${type}"%`) > 0,
  );

/** Whether the read models and each process manager have seen the last fact. */
function isSeen(): boolean {
  const end = lookedUp('log.db', 'SELECT max(position) FROM events');
  const { positions } = JSON.parse(readFileSync(join(world.dir, 'automation.json'), 'utf8'));
  const shown = lookedUp('read.db', 'SELECT min(position) FROM projection_state');
  const acted = Math.min(...Object.values<number>(positions));
  return shown === end && acted === end;
}

const stages: Record<string, readonly string[]> = {};
await eventually('a quiet server', isSeen);
const passed = await PassedFiles.counted();
/** @param act what is done by people and the bank; what follows by itself is the stage's too */
async function stage(name: string, act: () => Promise<void>): Promise<void> {
  await act();
  await eventually(`all that follows where it is ${name}`, isSeen);
  stages[name] = await passed.taken();
}

let taken: Json;
await stage('taken in', async () => {
  const application = {
    programmeId: 'asd',
    personId,
    receivedOn: '2025-10-05',
    channel: 'counter',
  };
  taken = await expectStatus(201, clerk.post('/applications', { ...application, facts }));
});
const path = `/applications/${taken.applicationId}`;
await stage('shown', async () => {
  await expectStatus(200, clerk.get(`${path}?after=${taken.position}`));
});
await stage('decided', async () => {
  const determined = await expectStatus(200, worker.post(`${path}/determination`));
  const { application } = await expectStatus(
    200,
    worker.get(`${path}?after=${determined.position}`),
  );
  const { contentHash } = application;
  const recommendation = { recommendation: 'approve', contentHash };
  await expectStatus(200, worker.post(`${path}/recommendation`, recommendation));
  await expectStatus(200, supervisor.post(`${path}/approval`, { contentHash }));
  await recorded('EnrolmentStarted');
});
let contentHash = '';
await stage('ordered', async () => {
  await expectStatus(201, officer.post('/cycles', { programmeId: 'asd', period: '2025-10' }));
  const prepared = await expectStatus(202, officer.post(`${CYCLE}/prepare`));
  ({ contentHash } = (await officer.job(prepared.jobId)).result);
  const checked = await expectStatus(202, officer.post(`${CYCLE}/check`));
  await officer.job(checked.jobId);
  await expectStatus(200, approver.post(`${CYCLE}/approve`, { contentHash }));
});
let endToEndId = '';
await stage('instructed', async () => {
  const release = { contentHash, executionDate: '2025-10-28', anyDay: true };
  const { jobId } = await expectStatus(202, releaser.post(`${CYCLE}/release`, release));
  await officer.job(jobId);
  const file = join(bank, 'OUT', 'ASD-2025-10-0001.xml');
  await eventually('the file', () => existsSync(file));
  endToEndId = /<EndToEndId>(\w+)</.exec(readFileSync(file, 'utf8'))![1]!;
});
await stage('answered', async () => {
  const text = camtOf('camt.054', [{ endToEndId, amount: '500.00', what: 'settled' }]);
  writeFileSync(join(bank, 'said.part'), text);
  renameSync(join(bank, 'said.part'), join(bank, 'IN', 'said.xml'));
  await recorded('BudgetSpent');
  await eventually('the file is done with', () => existsSync(join(bank, 'DONE', 'said.xml')));
});
let closed: Json;
await stage('closed', async () => {
  const { jobId } = await expectStatus(202, officer.post(`${CYCLE}/reconcile`));
  await officer.job(jobId);
  closed = await expectStatus(200, officer.post(`${CYCLE}/close`));
});
await stage('read', async () => {
  const after = `after=${closed.position}`;
  await expectStatus(200, officer.get(`${CYCLE}?${after}`));
  await expectStatus(200, officer.get(`${CYCLE}/reconciliation`));
  await expectStatus(200, officer.get(`/payments/asd-2025-10-${personId}?${after}`));
  await expectStatus(200, officer.get(`/budgets?${after}`));
  await expectStatus(200, auditor.get(`/audit/streams/application-${taken.applicationId}`));
});
console.log(JSON.stringify(stages));
passed.end();
await world.close();
rmSync(bank, { recursive: true, force: true });
