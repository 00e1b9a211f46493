import { readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { openEngine } from '../../src/cli/compose.js';
import { RailError, type PaymentRail } from '../../src/adapters/payment-rail/port.js';
import { instructCycle } from '../../src/process-managers/when-cycle-released-then-instruct.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { Refusal } from '../../src/write-side/refusals.js';
import { auditOf } from '../support/audit.js';
import { enrolFamilies, threeFamilies } from './families.js';
import { answers, PROGRAMME } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

const ALL = { recursive: true, force: true };
const CYCLE = `${PROGRAMME}-2025-10`;
let world: World;
let people: Readonly<Record<'one' | 'two' | 'three', string>>;
beforeEach(async () => {
  world = await newWorld();
  people = await enrolFamilies(world.engine, threeFamilies, asdVersions.slice(0, 1));
  const { engine } = world;
  const args = { programmeId: PROGRAMME, period: '2025-10' };
  const { contentHash } = await prepareCycle(engine, args, job(engine, 'finance'));
  const approved = { cycleId: CYCLE, contentHash };
  await approveCycle(engine, approved, as(engine, 'controller', 'approve'));
  await releaseCycle(
    engine,
    { ...approved, executionDate: '2025-10-28' },
    as(engine, 'releaser', 'release'),
  );
});
afterEach(() => world.end());

/** Turns one bit of what is kept under such names; turned once more it is as it was. */
async function turnBit(...names: readonly string[]): Promise<void> {
  await world.engine.close();
  const vault = new Database(join(world.dir, 'vault.db'));
  for (const name of names) turn(vault, name);
  vault.close();
  const engine = await openEngine(world.dir);
  world = { ...world, engine, end: () => engine.close().then(() => rm(world.dir, ALL)) };
}
function turn(vault: Database.Database, like: string): void {
  const records = vault
    .prepare<[string], { no: number; body: Buffer }>(
      'select no, body from record where no in (select no from entry where name like ?)',
    )
    .all(like);
  expect(records.length).toBeGreaterThan(0);
  for (const { no, body } of records) {
    body[30]! ^= 1;
    vault.prepare('update record set body = ? where no = ?').run(body, no);
  }
}
const accountOf = (personId: string): string => `person/${personId}/account/%`;
const paymentOf = (personId: string): string => `${CYCLE}-${personId}`;
const instruct = (engine = world.engine) =>
  instructCycle(engine, { cycleId: CYCLE }, job(engine, 'finance'));
const again = async (
  paymentIds?: readonly string[],
  engine = world.engine,
): Promise<Awaited<ReturnType<typeof reinstructPayments>> & { told: readonly Refusal[] }> => {
  const told: Refusal[] = [];
  const summary = await reinstructPayments(
    engine,
    {
      cycleId: CYCLE,
      executionDate: '2025-11-03',
      ...(paymentIds ? { paymentIds } : {}),
      sameAccount: true,
      onRefused: (some) => told.push(...some),
    },
    job(engine, 'finance'),
  );
  return { ...summary, told };
};
async function leftOut(): Promise<readonly Refusal[]> {
  const left: Refusal[] = [];
  for await (const page of paymentsLeftOut(world.engine, CYCLE)) left.push(...page);
  return left;
}
/** The engine, whose rail is away when a file is to be finished. */
const withoutBank = (): World['engine'] => {
  const away = (): Promise<never> => Promise.reject(new RailError('RAIL_FAILED', 'away'));
  const { rail } = world.engine;
  const cut: PaymentRail = {
    write: away,
    async begin(outline) {
      const writer = await rail.begin(outline);
      return {
        add: (some) => writer.add(some),
        abandon: () => writer.abandon(),
        finish: away,
      };
    },
  };
  return { ...world.engine, rail: cut };
};
const filed = (): string =>
  readdirSync(join(world.dir, 'files'))
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(join(world.dir, 'files', name), 'utf8'))
    .join('');
const transfers = (): number => filed().split('<CdtTrfTxInf>').length - 1;
const violations = async () => (await auditOf(world.engine.store)).violations;

test('whose account is damaged is left out by name, all others are paid, and they are once it is restored', async () => {
  await turnBit(accountOf(people.two));
  expect(await instruct()).toMatchObject({ count: 2, leftOut: 1 });
  expect(transfers()).toBe(2);
  const named = { id: paymentOf(people.two), code: 'VAULT_CORRUPT' };
  expect(await leftOut()).toMatchObject([named]);
  expect(await again()).toMatchObject({ instructed: 0, refused: 1, told: [named] });
  expect(await again([named.id])).toMatchObject({ instructed: 0, refused: 1, told: [named] });

  await turnBit(accountOf(people.two));
  expect(await leftOut()).toMatchObject([{ id: named.id, code: 'READY' }]);
  expect(await again()).toMatchObject({ instructed: 1, refused: 0, told: [] });
  expect(transfers()).toBe(3);
  expect(await leftOut()).toEqual([]);
  expect(await violations()).toEqual([]);
});

test('where every account is damaged it is the vault, and nobody is left out for it', async () => {
  await turnBit(...Object.values(people).map(accountOf));
  await expect(instruct()).rejects.toMatchObject({ name: 'VaultError', code: 'VAULT_CORRUPT' });
  await turnBit(...Object.values(people).map(accountOf));
  expect(await instruct()).toMatchObject({ count: 3, leftOut: 0 });
  expect(await violations()).toEqual([]);
});

test('who was instructed before the account was damaged is in the file, or there is no file', async () => {
  await expect(instruct(withoutBank())).rejects.toMatchObject({ code: 'RAIL_FAILED' });
  await turnBit(accountOf(people.three));
  await expect(instruct()).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  expect(transfers()).toBe(0);
  await turnBit(accountOf(people.three));
  expect(await instruct()).toMatchObject({ count: 3, leftOut: 0 });
  expect(transfers()).toBe(3);
});

test('and so it is of who was instructed again', async () => {
  const { engine } = world;
  await drain(engine);
  const outcomes = answers(engine, CYCLE, () => ({ outcome: 'rejected', reason: 'AC04' }));
  await takeInOutcomes(engine, { source: 'file', outcomes }, job(engine, 'bank'));
  await expect(again(undefined, withoutBank())).rejects.toMatchObject({ code: 'RAIL_FAILED' });
  await turnBit(accountOf(people.three));
  await expect(again()).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  expect(transfers()).toBe(3);
  await turnBit(accountOf(people.three));
  expect(await again()).toMatchObject({ reinstructed: 3, refused: 0 });
  expect(transfers()).toBe(6);
  expect(await violations()).toEqual([]);
});
