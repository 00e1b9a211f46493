import { existsSync, mkdirSync, readdirSync, rmSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { withEngine } from '../../src/cli/compose.js';
import { loadConfig } from '../../src/composition/config.js';
import { startServer } from '../../src/composition/server.js';
import type { RunningServer } from '../../src/http/listen.js';
import type { Role } from '../../src/kernel/decider.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { enrolled, PROGRAMME, released } from '../use-cases/month.js';
import { job, newWorld, type World } from '../use-cases/world.js';
import { Caller } from './http-world.js';

/**
 * A server on a log that was restored from an older copy, under read models and automations as they
 * were: it takes nothing in and answers nothing from a future that was lost.
 */
const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
const copy = temporaryFolder('older-log');
const bank = temporaryFolder('bank');
const LOG = ['log.db', 'log.db-wal', 'log.db-shm'];
let world: World;
let contentHash: string;

const serve = (): Promise<RunningServer> =>
  startServer(
    loadConfig({
      SANAD_DATA: world.dir,
      SANAD_PORT: '0',
      SANAD_LOG_LEVEL: 'silent',
      SANAD_BANK_FOLDER: bank,
    }),
  );
const caller = async ({ url }: RunningServer, role: Role): Promise<Caller> =>
  new Caller(
    url,
    await (await localIssuer(join(world.dir, 'keys'))).issue({ subject: role, role }),
  );
const copyLog = (from: string, to: string): void => {
  for (const file of LOG) {
    rmSync(join(to, file), { force: true });
    if (existsSync(join(from, file))) cpSync(join(from, file), join(to, file));
  }
};
const lastPosition = (): Promise<number> =>
  withEngine(world.dir, ({ store }) => store.lastPosition());
const isReady = async ({ url }: RunningServer): Promise<boolean> =>
  (await fetch(`${url}/health/ready`)).status === 200;

beforeAll(async () => {
  mkdirSync(join(bank, 'IN'), { recursive: true });
  world = await newWorld();
  await enrolled(world.engine, 6);
  const command = { programmeId: PROGRAMME, period: PERIOD };
  ({ contentHash } = await prepareCycle(world.engine, command, job(world.engine, 'finance')));
  await world.engine.close();
  copyLog(world.dir, copy);
  await withEngine(world.dir, (engine) => released(engine, PERIOD));
  const server = await serve();
  await eventually('read models at the end', () => isReady(server));
  const finance = await caller(server, 'finance-officer');
  await eventually('the release is shown', async () => {
    const { body } = await finance.get(`/cycles/${CYCLE}`);
    return body?.['status'] === 'instructed';
  });
  await server.close();
  copyLog(copy, world.dir);
});
afterAll(() => rmSync(world.dir, { recursive: true, force: true }));

test('nothing is recorded, answered or taken in, and health and figures are told', async () => {
  const before = await lastPosition();
  writeFileSync(join(bank, 'IN', 'said.xml'), '<Document/>');
  const server = await serve();
  try {
    const controller = await caller(server, 'finance-controller');
    const finance = await caller(server, 'finance-officer');
    const refused = {
      status: 503,
      body: {
        code: 'CHECKPOINT_NOT_IN_LOG',
        detail: expect.stringMatching(/sanad rebuild.*sanad lease reset/),
      },
    };
    expect(await controller.post(`/cycles/${CYCLE}/approve`, { contentHash })).toMatchObject(
      refused,
    );
    const auditor = await caller(server, 'auditor');
    for (const [who, path] of [
      [finance, '/cycles'],
      [finance, `/cycles/${CYCLE}`],
      [auditor, '/feed'],
    ] as const)
      expect([path, await who.get(path)]).toMatchObject([path, refused]);
    // Each is told together: one alone is what the background would meet, were it started.
    const ready = await fetch(`${server.url}/health/ready`);
    const { detail } = refused.body;
    expect(await ready.json()).toMatchObject({ code: 'NOT_READY', detail });
    for (const [path, status] of [
      ['/health/live', 200],
      ['/health/ready', 503],
      ['/metrics', 200],
      ['/problems/checkpoint-not-in-log', 200],
      ['/cycles', 401],
    ] as const)
      expect([path, (await fetch(`${server.url}${path}`)).status]).toEqual([path, status]);
  } finally {
    await server.close();
  }
  expect(readdirSync(join(bank, 'IN'))).toEqual(['said.xml']);
  expect(await lastPosition()).toBe(before);
});
