import { describe, expect, it } from '@jest/globals';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { approved, enrolled, HttpWorld, setUp, submitted } from './http-world.js';

describe('a preparation that an earlier process began', () => {
  it('is finished by the next one, under the name of who asked for it', async () => {
    const first = await HttpWorld.open();
    await setUp(first);
    const { personId, applicationId } = await submitted(first, 90);
    await approved(first, applicationId);
    await enrolled(first, personId);
    await first.server.close();
    const log = await openSqliteLog(first.dir);
    const position = await log.lastPosition();
    const meta = {
      actor: 'f.elfassi',
      role: 'finance-officer',
      command: 'c',
      correlation: 'c',
    } as const;
    const time = '2025-11-01T08:00:00.000Z';
    await log.append({
      writes: [
        {
          stream: 'cycle-asd-2025-10',
          expected: 'no-stream',
          events: [
            {
              id: uuidOf('test', 1),
              type: 'CycleOpened',
              v: 1,
              time,
              meta,
              data: {
                cycleId: 'asd-2025-10',
                programmeId: 'asd',
                period: '2025-10',
                policyVersion: 1,
                currency: 'MAD',
              },
            },
            {
              id: uuidOf('test', 2),
              type: 'CyclePreparationStarted',
              v: 1,
              time,
              meta,
              data: { cycleId: 'asd-2025-10', round: 1, asOf: position },
            },
          ],
        },
      ],
    });
    await log.close();
    const next = await HttpWorld.open({}, first.dir);
    try {
      const finance = await next.as('someone', 'finance-officer');
      expect(await finance.job('prepare-asd-2025-10')).toMatchObject({
        state: 'done',
        result: { count: 1, totalMinor: '50000' },
      });
      expect((await finance.get('/jobs/prepare-asd-2031-01')).body.code).toBe('JOB_NOT_FOUND');
      const preparer = await next.as('f.elfassi', 'finance-controller');
      const { contentHash } = (await finance.job('prepare-asd-2025-10')).result;
      expect((await preparer.post('/cycles/asd-2025-10/approve', { contentHash })).body.code).toBe(
        'SAME_PERSON',
      );
    } finally {
      await next.close();
    }
  });
});
