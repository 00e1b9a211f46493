import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { instructCycle } from '../../src/process-managers/when-cycle-released-then-instruct.js';
import { streams } from '../../src/kernel/ids.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { interruptedUntilDone, shapeOf } from './set.js';
import { as, drain, households, job, newWorld, openProgramme, type World } from './world.js';

const COUNT = 1_200;
const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
const settled = () => ({ outcome: 'settled', settledOn: '2025-12-29' }) as const;

/**
 * The same work in two worlds: once in peace, once stopped at every point where it can be stopped.
 */
describe('a job that is stopped again and again', () => {
  let calm: World;
  let stopped: World;
  beforeAll(async () => {
    [calm, stopped] = await Promise.all([newWorld(), newWorld()]);
    await openProgramme(stopped.engine);
    await enrolled(calm.engine, COUNT);
  });
  afterAll(() => Promise.all([calm.end(), stopped.end()]));
  const same = async (prefix: string): Promise<void> =>
    expect(await shapeOf(stopped.engine, prefix)).toEqual(await shapeOf(calm.engine, prefix));

  test('imports the same applications', async () => {
    const { engine } = stopped;
    const { interruptions } = await interruptedUntilDone((signal, onProgress) =>
      importApplications(
        engine,
        { programmeId: PROGRAMME, rows: households(COUNT, 1), determine: true },
        job(engine, 'intake'),
        onProgress,
        signal,
      ),
    );
    expect(interruptions).toBeGreaterThan(3);
    for (const [action, who] of [
      ['recommend', 'officer'],
      ['approve', 'supervisor'],
      ['reject', 'supervisor'],
    ] as const) {
      await interruptedUntilDone((signal, onProgress) =>
        decideApplications(
          engine,
          { programmeId: PROGRAMME, action },
          job(engine, who),
          onProgress,
          signal,
        ),
      );
    }
    await drain(engine);
    await same('application-');
    await same('person-');
    await same('enrolment-');
  });

  test('prepares the same set, under the same hash', async () => {
    const { engine } = stopped;
    const expected = await released(calm.engine, PERIOD);
    const { result, interruptions } = await interruptedUntilDone((signal, onProgress) =>
      prepareCycle(
        engine,
        { programmeId: PROGRAMME, period: PERIOD },
        job(engine, 'finance'),
        onProgress,
        signal,
      ),
    );
    expect(interruptions).toBeGreaterThan(1);
    expect(result).toMatchObject({
      count: expected.count,
      totalMinor: expected.totalMinor,
      contentHash: expected.contentHash,
    });
  });

  test('instructs each payment once, also when the size of files is another the second time', async () => {
    const { engine } = stopped;
    const { contentHash } = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: PERIOD },
      job(engine, 'finance'),
    );
    await approveCycle(
      engine,
      { cycleId: CYCLE, contentHash },
      as(engine, 'controller', 'approve'),
    );
    await releaseCycle(
      engine,
      { cycleId: CYCLE, contentHash, executionDate: '2025-12-28' },
      as(engine, 'releaser', 'release'),
    );
    let size = 50;
    const { result } = await interruptedUntilDone((signal, onProgress) =>
      instructCycle(
        engine,
        { cycleId: CYCLE, maxPerFile: (size += 57) },
        { correlationId: 'test' },
        onProgress,
        signal,
      ),
    );
    expect(result.files.reduce((sum, file) => sum + file.count, 0)).toBe(result.count);
    expect(new Set(result.files.map((file) => file.messageId)).size).toBe(result.files.length);
    await same(`payment-${CYCLE}-`);
  });

  test('takes every outcome in once and spends exactly what settled', async () => {
    await takeInOutcomes(
      calm.engine,
      { source: 'file', outcomes: answers(calm.engine, CYCLE, settled) },
      job(calm.engine, 'bank'),
    );
    const { engine } = stopped;
    await interruptedUntilDone((signal, onProgress) =>
      takeInOutcomes(
        engine,
        { source: 'file', outcomes: answers(engine, CYCLE, settled, 200) },
        job(engine, 'bank'),
        onProgress,
        signal,
      ),
    );
    await same(`payment-${CYCLE}-`);
    await drain(engine);
    const spent = (await engine.store.readStream(streams.budget(PROGRAMME, 2025))).reduce(
      (sum, event) => sum + (event.type === 'BudgetSpent' ? BigInt(event.data.amountMinor) : 0n),
      0n,
    );
    const { totalMinor } = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: PERIOD },
      job(engine, 'finance'),
    );
    expect(String(spent)).toBe(totalMinor);
  });
});
