import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { runJob } from '../../src/use-cases/jobs/all.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { Job } from '../../src/write-side/jobs.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { shapeOf } from './set.js';
import { job, newWorld, type World } from './world.js';

const CYCLE = `${PROGRAMME}-2025-12`;

/** The process that ran it first was killed before the job's end was noted, so it is run again. */
describe('a job that is run again after more has come', () => {
  let world: World;
  let paymentIds: readonly string[];
  const run = (asked: Job): Promise<unknown> =>
    runJob(
      world.engine,
      asked,
      job(world.engine, 'finance'),
      () => undefined,
      new AbortController().signal,
    );
  const asked = async (more: object = {}): Promise<Job> => ({
    kind: 'reinstruct',
    cycleId: CYCLE,
    commandId: randomUUID(),
    executionDate: '2026-01-05',
    sameAccount: true,
    asOf: await world.engine.store.lastPosition(),
    ...more,
  });
  const payments = (): Promise<readonly string[]> => shapeOf(world.engine, `payment-${CYCLE}-`);

  beforeAll(async () => {
    world = await newWorld();
    await enrolled(world.engine, 30);
    await released(world.engine, '2025-12');
    paymentIds = (await payments()).map((line) => line.slice('payment-'.length).split(':')[0]!);
  });
  afterAll(() => world.end());

  test('instructs nothing again that failed after it was asked for', async () => {
    const all = await asked();
    const named = await asked({ paymentIds: paymentIds.slice(0, 2) });
    expect(await run(all)).toMatchObject({ reinstructed: 0, refused: 0 });
    const refused = {
      reinstructed: 0,
      refused: 2,
      refusals: [{ code: 'OUTCOME_NOT_DEFINITE' }, { code: 'OUTCOME_NOT_DEFINITE' }],
    };
    await takeInOutcomes(
      world.engine,
      {
        source: 'file',
        outcomes: answers(world.engine, CYCLE, (_, n) =>
          n < 3 ? { outcome: 'rejected', reason: 'AC01' } : undefined,
        ),
      },
      job(world.engine, 'bank'),
    );
    const before = await payments();
    expect(await run(all)).toMatchObject({ reinstructed: 0, refused: 0, waiting: 0 });
    expect(await run(named)).toMatchObject({ ...refused, waiting: 2 });
    expect(await payments()).toEqual(before);
    expect(await run(await asked())).toMatchObject({ reinstructed: 3, refused: 0 });
  });
});
