import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  govstackBlock,
  govstackRail,
} from '../../src/adapters/payment-rail/govstack/govstack-rail.js';
import type { Access } from '../../src/adapters/access-log/port.js';
import type { Vault } from '../../src/adapters/vault/port.js';
import { StoreError } from '../../src/kernel/errors.js';
import { RailError } from '../../src/adapters/payment-rail/port.js';
import type { GovstackSettings } from '../../src/adapters/payment-rail/govstack/port.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { askBlock } from '../../src/use-cases/govstack/ask.js';
import { takeInValidation, validateUnverified } from '../../src/use-cases/govstack/validation.js';
import type { Deps } from '../../src/write-side/context.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { instructCycle } from '../../src/process-managers/when-cycle-released-then-instruct.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { instructionIdOf } from '../../src/kernel/govstack.js';
import { streams } from '../../src/kernel/ids.js';
import { blockSettings, fakeBlock, type FakeBlock, type Fault } from '../support/govstack-block.js';
import { publishedOperations } from '../support/govstack-openapi.js';
import { enrolled, PROGRAMME } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
const PAY = '/batchtransactions';
const MAPPER = '/identityAccountMapper/beneficiary';
/** What goes wrong, one request after the other. */
const FAULTS: readonly Fault[] = [
  'reset-after-accept',
  '500',
  'reset',
  '400',
  'no-batch-id',
  'silent',
  'busy',
  'reset-after-accept',
  'html',
  '409',
];

describe('a month that is paid through a payments block which fails in every way', () => {
  let world: World;
  let block: FakeBlock;
  let settings: GovstackSettings;
  let deps: Deps;
  beforeAll(async () => {
    [world, block] = await Promise.all([newWorld(), fakeBlock(publishedOperations())]);
    await enrolled(world.engine, 150);
    settings = blockSettings(block.url, {
      timeoutMs: 2_000,
      batchSize: 7,
      register: true,
      validateAt: 'BANK1',
    });
    deps = { ...world.engine, rail: govstackRail(join(world.dir, 'files'), settings) };
  });
  afterAll(() => Promise.all([world.end(), block.close()]));
  const known = () => govstackBlock(join(world.dir, 'files'), settings);
  const noted: Access[] = [];
  const opened = { count: 0, early: 0 };
  const validated = (
    note = async (access: Access): Promise<void> => {
      await world.engine.store.lastPosition();
      noted.push(access);
    },
  ) => {
    const open: Vault['open'] = (sealed) => {
      opened.count += sealed.length;
      if (noted.length < opened.count) opened.early += 1;
      return deps.vault.open(sealed);
    };
    return validateUnverified({ ...deps, vault: { open }, access: { note } }, known(), {
      programmeId: PROGRAMME,
      by: job(deps, 'bank'),
    });
  };

  test('accounts that nobody verified are looked at before anything is paid, as far as the published length goes', async () => {
    const first = await validated();
    expect(first.asked).toBeGreaterThan(3);
    expect(first.asked + first.tooLong).toBe(first.unverified);
    const requests = block.seen.map(({ json, text }) => ({
      ...(json as { batchId: string; creditInstructions: { instructionID: string }[] }),
      text,
    }));
    expect(requests.flatMap(({ creditInstructions }) => creditInstructions)).toHaveLength(
      first.asked,
    );
    expect(block.seen.every(({ path }) => path === '/beneficiaries')).toBe(true);
    expect(await validated()).toEqual(first);
    expect(block.seen.slice(requests.length).map(({ text }) => text)).toEqual(
      requests.map(({ text }) => text),
    );
    const [{ batchId, creditInstructions }] = requests as [(typeof requests)[0]];
    const failed = [creditInstructions[0]!.instructionID];
    for (const verified of [creditInstructions.length - 1, 0])
      expect(
        await takeInValidation(deps, known(), { batchId, failed }, job(deps, 'bank')),
      ).toMatchObject({ verified, refused: 0, failed: 1 });
    await expect(
      takeInValidation(deps, known(), { batchId, failed: ['another'] }, job(deps, 'bank')),
    ).rejects.toMatchObject({ code: 'BATCH_DIFFERS' });
    await expect(
      takeInValidation(deps, known(), { batchId: 'UNKNOWN00000', failed: [] }, job(deps, 'bank')),
    ).rejects.toMatchObject({ code: 'BATCH_UNKNOWN' });
    expect((await validated()).unverified).toBe(first.unverified - creditInstructions.length + 1);
    expect(block.violations).toEqual([]);
  });

  test('nobody sends an account number anywhere before it is noted whose, and who did', async () => {
    const asked = block.seen.length;
    const before = { ...opened };
    const full = async (): Promise<void> => {
      throw new StoreError('DISK_FULL', 'No space is left.');
    };
    await expect(validated(full)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect([block.seen.length, opened]).toEqual([asked, before]);
    noted.length = 0;
    opened.count = 0;
    const { unverified } = await validated();
    expect(opened.early).toBe(0);
    expect(new Set(noted.map(({ of }) => of)).size).toBe(unverified);
    expect(noted[0]).toMatchObject({
      actor: 'bank',
      role: 'payment-system',
      what: 'payee accounts, sent to the payments block',
      count: 1,
    });
  });

  test('every payment reaches the block in one batch, whose content never changes, and files are recorded as they are', async () => {
    const { contentHash } = await prepareCycle(
      deps,
      { programmeId: PROGRAMME, period: PERIOD },
      job(deps, 'finance'),
    );
    await approveCycle(deps, { cycleId: CYCLE, contentHash }, as(deps, 'controller', 'approve'));
    await releaseCycle(
      deps,
      { cycleId: CYCLE, contentHash, executionDate: '2025-12-28' },
      as(deps, 'releaser', 'release'),
    );
    block.fail(PAY, ...FAULTS);
    block.fail(MAPPER, 'refused-with-200', '500', 'reset');
    const failures: string[] = [];
    const run = async (): Promise<Awaited<ReturnType<typeof instructCycle>>> => {
      for (;;) {
        try {
          return await instructCycle(
            deps,
            { cycleId: CYCLE, maxPerFile: 40 },
            { correlationId: 'test' },
          );
        } catch (error) {
          if (!(error instanceof RailError)) throw error;
          failures.push(error.message);
          expect(error.message).not.toMatch(/MA[0-9]{20}|[0-9]{10}/);
        }
      }
    };
    const { count, files } = await run();
    // Beside those that it was told to make, nothing but an answer that came too late for us here.
    const late = failures.filter((message) => message.includes('nothing within'));
    expect(failures.length).toBeGreaterThanOrEqual(12);
    expect(failures.length - late.length).toBeLessThanOrEqual(11);
    expect(block.violations).toEqual([]);
    const instructed = new Set<string>();
    for await (const page of pagesOf(deps.store, `payment-${CYCLE}-`)) {
      for (const { events } of page) {
        for (const event of events)
          if (event.type === 'PaymentInstructed')
            instructed.add(instructionIdOf(event.data.endToEndId));
      }
    }
    const paid = [...block.batches.values()].flatMap(({ transfers }) =>
      transfers.map(({ requestId }) => requestId),
    );
    expect(paid).toHaveLength(count);
    expect(new Set(paid)).toEqual(instructed);
    for (const { name, sha256 } of files)
      expect(
        createHash('sha256')
          .update(await readFile(join(world.dir, 'files', name)))
          .digest('hex'),
      ).toBe(sha256);
    expect(files.length).toBeGreaterThan(1);
    const cycle = await deps.store.readStream(streams.cycle(CYCLE));
    expect(cycle.filter(({ type }) => type === 'CycleInstructed')).toHaveLength(1);
  });

  test('a block that does not call back is asked, and asking again changes nothing', async () => {
    block.details = ({ transfers, batchId }) =>
      transfers.map(({ requestId, amount, currency }, i) => ({
        transactionId: requestId,
        status: i === 0 ? 'FAILED' : 'COMPLETED',
        amount,
        currency,
        batchId,
        ...(i === 0 ? { errorInformation: 'AC04' } : {}),
      }));
    const settled = await askBlock(deps, known(), CYCLE, job(deps, 'bank'));
    // One batch was answered with 409: it has no id of the block's, and is asked about by ours.
    expect(settled).toMatchObject({
      batches: block.batches.size,
      refused: 0,
      breaks: 0,
      unanswered: 0,
    });
    await drain(deps);
    const position = await deps.store.lastPosition();
    expect(await askBlock(deps, known(), CYCLE, job(deps, 'bank'))).toMatchObject({
      applied: 0,
      unchanged: settled.applied,
    });
    expect(await deps.store.lastPosition()).toBe(position);
    block.fail('/api/v1/batch/detail', '400');
    expect(await askBlock(deps, known(), CYCLE, job(deps, 'bank'))).toMatchObject({
      applied: 0,
      unanswered: 7,
    });
    await expect(askBlock(deps, known(), 'asd-2025-11', job(deps, 'bank'))).rejects.toMatchObject({
      code: 'CYCLE_NOT_INSTRUCTED',
    });
  });

  test('what failed is instructed again, as new transfers, and the cycle reconciles to the centime', async () => {
    const { reinstructed } = await reinstructPayments(
      deps,
      { cycleId: CYCLE, sameAccount: true, executionDate: '2026-01-05' },
      job(deps, 'finance'),
    );
    expect(reinstructed).toBeGreaterThan(0);
    block.details = ({ transfers, batchId }) =>
      transfers.map(({ requestId, amount, currency }) => ({
        transactionId: requestId,
        status: 'COMPLETED',
        amount,
        currency,
        batchId,
      }));
    await askBlock(deps, known(), CYCLE, job(deps, 'bank'));
    await drain(deps);
    const { figures } = await reconcileCycle(
      deps,
      { cycleId: CYCLE },
      as(deps, 'finance', 'reconcile'),
    );
    expect(figures.outstandingCount).toBe(0);
    expect(block.violations).toEqual([]);
  });
});
