import { describe, expect, test } from '@jest/globals';
import { ran } from '../support/effort.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { NOTHING, outcomeOf, random, run } from './month-runs.js';

/** `.ci/run` asks for more. */
const KILLS = Number(process.env['SANAD_KILLS'] ?? 60);
const AT_ONCE = 2;
const HOUSEHOLDS = 60;

describe(`kill -9 at ${KILLS} random moments`, () => {
  test('nothing acknowledged is lost, nothing is ordered or settled twice, and the end is always the same', async () => {
    const seed = Number(process.env['SANAD_SEED'] ?? 20_261_123);
    const calm = temporaryFolder('kill');
    const whole = await run(calm, NOTHING, { households: HOUSEHOLDS });
    if (!whole.finished) throw new Error(`the run without a kill failed: ${whole.errors}`);
    const expected = await outcomeOf(calm);
    let kills = 0;
    const lane = async (number: number): Promise<void> => {
      const next = random(seed + number);
      while (kills < KILLS) {
        const dir = temporaryFolder('kill');
        let acked = NOTHING;
        for (let done = false; !done;) {
          const enough = kills >= KILLS;
          const result = await run(dir, acked, {
            households: HOUSEHOLDS,
            ...(enough ? {} : { afterMs: next() * whole.lastedMs * 0.6 }),
          });
          if (result.killed) kills += 1;
          else if (!result.finished)
            throw new Error(
              `seed ${seed}, lane ${number}, kill ${kills}: ${result.lost ?? result.errors}`,
            );
          acked = result.acked;
          done = result.finished;
        }
        expect(await outcomeOf(dir)).toEqual(expected);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => lane(i)));
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    ran('kills', kills);
  }, 1_800_000);
});
