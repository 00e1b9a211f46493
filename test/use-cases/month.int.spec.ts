import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type {
  ImportReject,
  ImportSummary,
} from '../../src/use-cases/applications/import-result.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInBatch, takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { partsOfPayment, streams, uuidOf } from '../../src/kernel/ids.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { changeAccount } from './payee-accounts.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, drain, households, job, newWorld, type World } from './world.js';

const HOUSEHOLDS = 200;
const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;

/** One month of a real programme, in order; each test goes on where the one before ended. */
describe('a month of direct aid', () => {
  let world: World;
  let imported: ImportSummary;
  beforeAll(async () => {
    world = await newWorld();
    imported = await enrolled(world.engine, HOUSEHOLDS);
  });
  afterAll(() => world.end());

  test('every row is submitted, a duplicate or rejected, and each is determined', () => {
    expect(imported.submitted + imported.duplicates + imported.rejected).toBe(imported.read);
    expect(imported.eligible + imported.ineligible).toBe(imported.submitted);
    expect(imported.duplicates).toBeGreaterThan(0);
  });

  test('the same file again changes nothing', async () => {
    const before = await world.engine.store.lastPosition();
    const rejects: ImportReject[] = [];
    const again = await importApplications(
      world.engine,
      {
        programmeId: PROGRAMME,
        rows: households(HOUSEHOLDS, 1),
        determine: true,
        onRejects: (more) => {
          rejects.push(...more);
        },
      },
      job(world.engine, 'intake'),
    );
    expect(again).toMatchObject({
      submitted: 0,
      alreadyThere: imported.submitted,
      duplicates: imported.duplicates,
      rejected: imported.rejected,
    });
    expect(rejects.filter(({ code }) => code === 'IDENTITY_ALREADY_REGISTERED')).toHaveLength(
      imported.duplicates,
    );
    expect(await world.engine.store.lastPosition()).toBe(before);
  });

  test('every eligible household is enrolled, once', async () => {
    let enrolments = 0;
    for await (const page of pagesOf(world.engine.store, `enrolment-${PROGRAMME}-`))
      enrolments += page.length;
    expect(enrolments).toBe(imported.eligible);
  });

  test('a cycle is prepared, approved by another, released by a third, and instructed into files that match', async () => {
    const prepared = await released(world.engine, PERIOD);
    expect(prepared.count).toBe(imported.eligible);
    const cycle = await world.engine.store.readStream(streams.cycle(CYCLE));
    const instructed = cycle.findLast((event) => event.type === 'CycleInstructed')!.data;
    expect(instructed).toMatchObject({ count: prepared.count, totalMinor: prepared.totalMinor });
    const folder = join(world.dir, 'files');
    for (const file of instructed.files) {
      expect(
        createHash('sha256')
          .update(await readFile(join(folder, file.name)))
          .digest('hex'),
      ).toBe(file.sha256);
    }
    expect((await readdir(folder)).length).toBe(instructed.files.length);
  });

  test('preparing again tells the same set and records nothing', async () => {
    const before = await world.engine.store.lastPosition();
    const again = await prepareCycle(
      world.engine,
      { programmeId: PROGRAMME, period: PERIOD },
      job(world.engine, 'finance'),
    );
    expect(again.already).toBe(true);
    expect(await world.engine.store.lastPosition()).toBe(before);
  });

  test('outcomes are applied once; the same file again changes nothing', async () => {
    const file = () =>
      answers(world.engine, CYCLE, (_, n) =>
        n % 10 === 0
          ? { outcome: 'rejected', reason: 'AC01' }
          : { outcome: 'settled', settledOn: `${PERIOD}-29` },
      );
    const first = await takeInOutcomes(
      world.engine,
      { source: 'file', outcomes: file() },
      job(world.engine, 'bank'),
    );
    expect(first).toMatchObject({
      applied: imported.eligible,
      unchanged: 0,
      breaks: 0,
      refused: 0,
    });
    const again = await takeInOutcomes(
      world.engine,
      { source: 'file', outcomes: file() },
      job(world.engine, 'bank'),
    );
    expect(again).toMatchObject({
      applied: 0,
      unchanged: imported.eligible,
      breaks: 0,
      refused: 0,
    });
  });

  test('an outcome for a payment that nobody ordered is refused', async () => {
    const [result] = await takeInBatch(
      world.engine,
      'http',
      [{ paymentId: `${CYCLE}-${uuidOf('nobody')}`, outcome: 'settled', amountMinor: '1' }],
      job(world.engine, 'bank'),
    );
    expect(result).toMatchObject({ result: 'refused', code: 'PAYMENT_UNKNOWN' });
  });

  const hold = (engine: World['engine'], days: number) =>
    changeProgramme(engine, { type: 'SetAccountHold', programmeId: PROGRAMME, days }, 'hold', days);

  test('what was rejected is instructed again once the account is mended, and not before', async () => {
    const { engine } = world;
    const args = { cycleId: CYCLE, executionDate: '2026-01-10' };
    const early = await reinstructPayments(engine, args, job(engine, 'finance'));
    expect(early).toMatchObject({ reinstructed: 0, waiting: Math.ceil(imported.eligible / 10) });
    for await (const page of pagesOf(engine.store, `payment-${CYCLE}-`)) {
      for (const { events } of page) {
        if (events.at(-1)!.type !== 'PaymentRejected') continue;
        const { personId } = partsOfPayment(events.at(-1)!.stream.slice('payment-'.length));
        await changeAccount(engine, personId);
      }
    }
    await hold(engine, 3);
    const held = await reinstructPayments(engine, args, job(engine, 'finance'));
    expect(held).toMatchObject({
      reinstructed: 0,
      waiting: 0,
      held: early.waiting,
      refused: 0,
      files: [],
      heldUntil: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    const asked: string[] = [];
    for await (const page of pagesOf(engine.store, `payment-${CYCLE}-`))
      for (const { stream, events } of page)
        if (events.at(-1)!.type === 'PaymentRejected') asked.push(stream.slice('payment-'.length));
    const codes: string[] = [];
    const named = {
      ...args,
      sameAccount: true,
      paymentIds: asked,
      onRefused: (refusals: readonly { readonly code: string }[]) =>
        codes.push(...refusals.map(({ code }) => code)),
    };
    expect(await reinstructPayments(engine, named, job(engine, 'finance'))).toMatchObject({
      reinstructed: 0,
      refused: asked.length,
    });
    expect(new Set(codes)).toEqual(new Set(['ACCOUNT_HELD']));
    const before = {
      ...engine,
      clock: { now: () => new Date(Date.parse(held.heldUntil!) - 1).toISOString() },
    };
    expect(await reinstructPayments(before, args, job(engine, 'finance'))).toMatchObject({
      reinstructed: 0,
      held: early.waiting,
    });
    await hold(engine, 0);
    const now = await reinstructPayments(engine, args, job(engine, 'finance'));
    expect(now).toMatchObject({ reinstructed: early.waiting, waiting: 0, refused: 0 });
    expect(now.files).toHaveLength(1);
    const again = await reinstructPayments(engine, args, job(engine, 'finance'));
    expect(again).toMatchObject({ reinstructed: 0, waiting: 0, files: now.files });
  });

  test('the budget is spent by exactly what settled, however often the managers see it', async () => {
    const { engine } = world;
    await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: answers(engine, CYCLE, (_, n) => ({
          outcome: 'settled',
          settledOn: n % 10 === 0 ? '2026-01-11' : `${PERIOD}-29`,
        })),
      },
      job(engine, 'bank'),
    );
    await drain(engine);
    await drain(engine);
    const budget = await engine.store.readStream(streams.budget(PROGRAMME, 2025));
    const spent = budget
      .filter((event) => event.type === 'BudgetSpent')
      .reduce((sum, event) => sum + BigInt(event.data.amountMinor), 0n);
    const { totalMinor } = await readCycle(engine.store, CYCLE);
    expect(String(spent)).toBe(totalMinor);
  });

  test('it reconciles to the centime and closes', async () => {
    const { engine } = world;
    const { figures } = await reconcileCycle(
      engine,
      { cycleId: CYCLE },
      as(engine, 'finance', 'reconcile', CYCLE),
    );
    expect(figures).toMatchObject({
      orderedCount: imported.eligible,
      settledCount: imported.eligible,
      outstandingCount: 0,
      openBreaks: 0,
    });
    expect(figures.orderedMinor).toBe(figures.settledMinor);
    await closeCycle(engine, { cycleId: CYCLE }, as(engine, 'finance', 'close', CYCLE));
    expect((await readCycle(engine.store, CYCLE)).status).toBe('closed');
  });
});
