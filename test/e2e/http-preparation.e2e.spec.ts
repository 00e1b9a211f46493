import { describe, expect, it } from '@jest/globals';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { approved, enrolled, HttpWorld, setUp, submitted } from './http-world.js';

const CYCLE = 'asd-2025-10';

/** Writes what a process does that is asked to prepare a cycle and ends before it has. */
async function beginPreparation(dir: string): Promise<void> {
  const log = await openSqliteLog(dir);
  const begun = {
    v: 1,
    time: '2025-11-01T08:00:00.000Z',
    meta: { actor: 'f.elfassi', role: 'finance-officer', command: 'c', correlation: 'c' },
  } as const;
  const opened = {
    cycleId: CYCLE,
    programmeId: 'asd',
    period: '2025-10',
    policyVersion: 1,
    currency: 'MAD',
  };
  const started = { cycleId: CYCLE, round: 1, asOf: await log.lastPosition() };
  await log.append({
    writes: [
      {
        stream: `cycle-${CYCLE}`,
        expected: 'no-stream',
        events: [
          { ...begun, id: uuidOf('test', 1), type: 'CycleOpened', data: opened },
          { ...begun, id: uuidOf('test', 2), type: 'CyclePreparationStarted', data: started },
        ],
      },
    ],
  });
  await log.close();
}

describe('a preparation that an earlier process began', () => {
  it('is finished by the next one, under the name of who asked for it', async () => {
    const first = await HttpWorld.open();
    await setUp(first);
    const { personId, applicationId } = await submitted(first, 90);
    await approved(first, applicationId);
    await enrolled(first, personId);
    await first.server.close();
    await beginPreparation(first.dir);
    const next = await HttpWorld.open({}, first.dir);
    try {
      const finance = await next.as('someone', 'finance-officer');
      expect(await finance.job(`prepare-${CYCLE}`)).toMatchObject({
        state: 'done',
        result: { count: 1, totalMinor: '50000' },
      });
      expect((await finance.get('/jobs/prepare-asd-2031-01')).body.code).toBe('JOB_NOT_FOUND');
      const preparer = await next.as('f.elfassi', 'finance-controller');
      const { contentHash } = (await finance.job(`prepare-${CYCLE}`)).result;
      expect((await preparer.post(`/cycles/${CYCLE}/approve`, { contentHash })).body.code).toBe(
        'SAME_PERSON',
      );
    } finally {
      await next.close();
    }
  });
});
