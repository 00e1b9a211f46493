import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import type { Role } from '../../src/kernel/decider.js';
import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import { eventually } from '../support/eventually.js';
import { Caller, expectStatus, person, writtenIn } from './http-world.js';
import { killed } from '../support/killed.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => killed(children.splice(0)));

const folder = (): string => temporaryFolder('process');

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}
interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function run(env: Record<string, string>): {
  child: ChildProcess;
  ended: Promise<Ended>;
  out: () => string;
} {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'] ?? '', SANAD_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let out = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return {
    child,
    out: () => out,
    ended: new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, stderr }));
    }),
  };
}

async function serving(env: Record<string, string>): Promise<Running> {
  const { child, out, ended } = run(env);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', () => {
      const line = out()
        .split('\n')
        .find((one) => one.includes('"msg":"serving"'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    void ended.then(({ stderr }) => reject(new Error(`ended: ${stderr}`)));
  });
  return { child, url, output: out, exit: ended.then(({ code }) => code) };
}

/** Another letter in the last place where a word stands. */
function flipByte(file: string, word: string): void {
  const bytes = readFileSync(file);
  const at = bytes.lastIndexOf(word);
  if (at < 0) throw new Error(`${file} has no ${word}`);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(file, bytes);
}

const caller = async (dir: string, url: string, subject: string, role: Role): Promise<Caller> =>
  new Caller(
    url,
    await (await localIssuer(join(dir, 'keys'))).issue({ subject, role }),
    writtenIn(dir),
  );

/** Who is called back, and answers nothing until it is told to. */
async function heldReceiver() {
  const answered: unknown[] = [];
  let answers = false;
  const receiver = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request
      .on('data', (piece: Buffer) => pieces.push(piece))
      .on('end', () => {
        if (!answers) return void receiver.emit('held');
        answered.push(JSON.parse(Buffer.concat(pieces).toString('utf8')));
        response.writeHead(200).end('{}');
      });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/results`,
    answered,
    holds: () => once(receiver, 'held'),
    answer() {
      answers = true;
    },
    close() {
      receiver.closeAllConnections();
      receiver.close();
    },
  };
}

describe('the process that serves', () => {
  it('logs structured lines that carry no token, body or personal data', async () => {
    const dir = folder();
    const server = await serving({ SANAD_DATA: dir });
    const intake = await caller(dir, server.url, 'i.berrada', 'intake');
    await expectStatus(201, intake.post('/persons', person(1), 'secret-key'));
    await intake.post('/persons', { ...person(2), nationalId: '?' });
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    const lines = server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // The caller of the tests reads the description, to hold each answer against it.
    const requests = lines.filter(
      ({ msg, route }) => msg === 'request' && route !== '/openapi.json',
    );
    expect(requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        route: '/persons',
        status: 201,
        actor: 'i.berrada',
        role: 'intake',
        correlationId: expect.any(String),
      }),
      expect.objectContaining({ status: 400 }),
    ]);
    const given = person(1);
    for (const secret of [
      intake.token,
      given.nationalId,
      given.name,
      given.nameArabic,
      given.phone,
      given.account.number,
      'secret-key',
    ])
      expect(server.output()).not.toContain(secret);
  });

  it('answers what was asked before it stops on SIGTERM', async () => {
    const dir = folder();
    const server = await serving({ SANAD_DATA: dir, SANAD_LOG_LEVEL: 'info' });
    const intake = await caller(dir, server.url, 'i.berrada', 'intake');
    const asked = Array.from({ length: 50 }, (_, n) => intake.post('/persons', person(100 + n)));
    await asked[0];
    server.child.kill('SIGTERM');
    const answers = await Promise.allSettled(asked);
    expect(await server.exit).toBe(0);
    const acknowledged = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value.status === 201
        ? [answer.value.body.personId as string]
        : [],
    );
    expect(acknowledged.length).toBeGreaterThan(0);
    const next = await serving({ SANAD_DATA: dir });
    const auditor = await caller(dir, next.url, 'a', 'auditor');
    for (const personId of acknowledged)
      await expectStatus(200, auditor.get(`/audit/streams/person-${personId}`));
    next.child.kill('SIGTERM');
    await next.exit;
  });

  it('ends each job that it accepted, also when it was killed, and none twice for one key', async () => {
    const dir = folder();
    const server = await serving({ SANAD_DATA: dir });
    const manager = await caller(dir, server.url, 'm.alaoui', 'programme-manager');
    await expectStatus(201, manager.post('/programmes', asdProgramme));
    for (const { programmeId, contentHash: _, ...policy } of asdVersions)
      await expectStatus(201, manager.post(`/programmes/${programmeId}/policies`, policy));
    await expectStatus(200, manager.post('/programmes/asd/opening'));
    const asked = [
      ['/cycles/asd-2025-10/prepare', {}],
      ['/cycles/asd-2025-10/check', {}],
      ['/cycles/asd-2025-10/reconcile', {}],
      ['/cycles/asd-2025-10/reinstructions', { executionDate: '2025-11-03', anyDay: true }],
      ['/recoveries/asd/plans', { sharePercent: 20, floor: '0.00', reason: 'debts' }],
      ['/bank/entries/matching', {}],
    ] as const;
    const ask = async (url: string): Promise<readonly string[]> => {
      const officer = await caller(dir, url, 'f.elfassi', 'finance-officer');
      const jobIds: string[] = [];
      for (const [path, body] of asked)
        jobIds.push((await expectStatus(202, officer.post(path, body, path))).jobId);
      return jobIds;
    };
    const jobIds = await ask(server.url);
    server.child.kill('SIGKILL');
    await server.exit;
    const next = await serving({ SANAD_DATA: dir });
    const officer = await caller(dir, next.url, 'f.elfassi', 'finance-officer');
    const ended = await Promise.all(jobIds.map((jobId) => officer.job(jobId)));
    expect(ended.map(({ state, code }) => code ?? state)).toEqual([
      'done',
      'done',
      'CYCLE_STATUS',
      'CYCLE_NOT_RELEASED',
      'done',
      'done',
    ]);
    const again = await ask(next.url);
    expect(again).toEqual(jobIds);
    // What failed is tried once more by the same request, and comes to the same.
    expect(await Promise.all(again.map((jobId) => officer.job(jobId)))).toEqual(ended);
    for (const never of ['reconcile-asd-2025-10-0badf00d', 'check-asd-2025-10-0badf00d'])
      expect((await officer.get(`/jobs/${never}`)).body.code).toBe('JOB_NOT_FOUND');
    next.child.kill('SIGTERM');
    await next.exit;
  });

  it('calls back whom it owes that, also when it was killed between its answer and the callback', async () => {
    const receiver = await heldReceiver();
    const env = { SANAD_DATA: folder(), SANAD_GOVSTACK_CALLBACKS: receiver.url };
    try {
      const server = await serving(env);
      const block = await caller(env.SANAD_DATA, server.url, 'source-bb', 'payment-system');
      const validate = (batchId: string): Promise<unknown> =>
        expectStatus(
          202,
          block.send(
            'POST',
            '/govstack/beneficiaries?command=validate',
            JSON.stringify({
              batchId,
              destinationDFSPID: 'SANAD',
              creditInstructions: [{ instructionID: 'I', financialAddress: '+212600000000' }],
            }),
            {
              'content-type': 'application/json',
              'X-Client-Correlation-ID': 'C',
              'X-Registering-Institution-ID': 'MIN-FIN',
              'X-Callback-URL': receiver.url,
            },
          ),
        );
      const held = receiver.holds();
      await validate('B1');
      await held;
      await validate('B2');
      server.child.kill('SIGKILL');
      await server.exit;
      receiver.answer();
      const next = await serving(env);
      await eventually('both callbacks', () => receiver.answered.length >= 2);
      expect(new Set(receiver.answered)).toEqual(
        new Set(
          ['B1', 'B2'].map((batchId) => ({
            clientCorrelationId: 'C',
            batchId,
            numberOfFailedCases: 1,
            failedAccountLookups: [
              { instructionID: 'I', failureReason: 'No beneficiary has this account.' },
            ],
          })),
        ),
      );
      // It delivers before it listens for signals, so that it may end by one.
      next.child.kill('SIGKILL');
      await next.exit;
    } finally {
      receiver.close();
    }
  });

  it('keeps what it acknowledged through kill -9, and answers a repeated key alike', async () => {
    const dir = folder();
    const server = await serving({ SANAD_DATA: dir });
    const manager = await caller(dir, server.url, 'm.alaoui', 'programme-manager');
    const acknowledged = new Map<string, string>();
    const names = Array.from({ length: 60 }, (_, n) => `p${n}`);
    const asking = names.map(async (programmeId) => {
      const { status, text } = await manager.post(
        '/programmes',
        { ...asdProgramme, programmeId },
        `define-${programmeId}`,
      );
      if (status === 201) acknowledged.set(programmeId, text);
      if (acknowledged.size === 20) server.child.kill('SIGKILL');
    });
    await Promise.allSettled(asking);
    expect(await server.exit).not.toBe(0);
    expect(acknowledged.size).toBeGreaterThanOrEqual(20);
    const next = await serving({ SANAD_DATA: dir });
    const again = await caller(dir, next.url, 'm.alaoui', 'programme-manager');
    for (const programmeId of names) {
      const reply = await again.post(
        '/programmes',
        { ...asdProgramme, programmeId },
        `define-${programmeId}`,
      );
      expect(reply.status).toBe(201);
      if (acknowledged.has(programmeId)) expect(reply.text).toBe(acknowledged.get(programmeId));
    }
    const auditor = await caller(dir, next.url, 'a', 'auditor');
    const { events } = await expectStatus(200, auditor.get('/audit/log'));
    expect(events).toHaveLength(names.length);
    next.child.kill('SIGTERM');
    await next.exit;
  });

  // Six processes, one after the other.
  it('says in one line why it does not start', async () => {
    const dir = folder();
    const server = await serving({ SANAD_DATA: dir });
    const held = await run({ SANAD_DATA: dir }).ended;
    expect({ code: held.code, lines: held.stderr.trim().split('\n').length }).toEqual({
      code: 1,
      lines: 1,
    });
    expect(held.stderr).toContain('DATA_FOLDER_HELD');
    const taken = await run({ SANAD_DATA: folder(), SANAD_PORT: new URL(server.url).port }).ended;
    expect(taken.stderr).toContain('PORT_TAKEN');
    const manager = await caller(dir, server.url, 'm.alaoui', 'programme-manager');
    await expectStatus(201, manager.post('/programmes', asdProgramme));
    server.child.kill('SIGTERM');
    await server.exit;
    flipByte(join(dir, 'log.db'), 'ProgrammeDefined');
    const damaged = await run({ SANAD_DATA: dir }).ended;
    expect(damaged).toMatchObject({ code: 1, stderr: expect.stringContaining('LOG_CORRUPT') });
    writeFileSync(join(dir, 'folder.json'), JSON.stringify({ format: 999 }));
    expect((await run({ SANAD_DATA: dir }).ended).stderr).toContain('LOG_NEWER_VERSION');
    const wrong = await run({ SANAD_DATA: folder(), SANAD_BODY_LIMIT: 'lots' }).ended;
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('SANAD_BODY_LIMIT') });
    const production = await run({ SANAD_DATA: folder(), SANAD_MODE: 'production' }).ended;
    expect(production).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SANAD_OIDC_ISSUER'),
    });
  });
});
