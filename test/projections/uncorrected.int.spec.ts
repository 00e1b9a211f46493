import { afterAll, describe, expect, it } from '@jest/globals';
import { listUncorrected } from '../../projections/correction/uncorrected.queries.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { ArrayLog } from '../support/array-log.js';
import { startPostgres } from '../support/postgres.js';
import { countBreaksAsSettled, resolveBreaks } from '../use-cases/breaks.js';
import { FailedMonths, REJECTED, settledIn } from '../use-cases/failed-months.js';
import { all } from './all-pages.js';
import { engines, PROJECTIONS } from './stores.js';

const OCTOBER = '2025-10';
const NOVEMBER = '2025-11';
const DECEMBER = '2025-12';

/** The log as it stood, and the months of the household that fails which are listed then. */
interface Moment {
  readonly name: string;
  readonly events: number;
  readonly listed: readonly string[];
}

async function momentsOf(months: FailedMonths): Promise<readonly Moment[]> {
  const { engine } = months.world;
  const moments: Moment[] = [];
  const then = async (name: string, ...listed: string[]): Promise<void> => {
    const { events } = await engine.store.readAll(-1, 100_000);
    moments.push({ name, events: events.length, listed });
  };
  await months.closed(OCTOBER, REJECTED);
  await then('a month was rejected when its cycle closed', '2025-10 rejected');
  const { correctionId } = await months.desk.propose({ fromPeriod: OCTOBER });
  await then('its correction waits', '2025-10 rejected');
  await months.desk.reject(correctionId);
  await then('its correction was rejected', '2025-10 rejected');
  await months.corrected(OCTOBER);
  await then('its correction was applied');
  await months.bankSays(OCTOBER, settledIn(OCTOBER));
  await countBreaksAsSettled(engine, `asd-${OCTOBER}`);
  await then('it was paid after all', '2025-10 settled');
  await months.closed(NOVEMBER, settledIn(NOVEMBER));
  await months.corrected(NOVEMBER);
  await then('a correction looked at later months only', '2025-10 settled');
  await months.corrected(OCTOBER);
  await then('a correction looked at it again');
  await months.bankSays(NOVEMBER, { outcome: 'returned', reason: 'AC04' });
  await then('the next month arrived, and came back', '2025-11 returned');
  await months.correctedFor(months.omar, OCTOBER);
  await then('a correction looked at another household', '2025-11 returned');
  await months.correctedFor(months.ida, OCTOBER);
  await then('a correction looked at the household');
  await months.closed(DECEMBER, REJECTED);
  await months.bankSays(DECEMBER, settledIn(DECEMBER));
  await months.corrected(OCTOBER);
  await then('a correction looked while a break was open');
  await resolveBreaks(engine, `asd-${DECEMBER}`, 'no-effect');
  await then('the break said nothing: the month is not paid', '2025-12 rejected');
  return moments;
}

const postgres = await startPostgres('the list of what corrections have to look at');
const months = await FailedMonths.from('2025-10-05');
const MOMENTS = await momentsOf(months);
const { events: EVENTS } = await months.world.engine.store.readAll(-1, 100_000);
afterAll(async () => {
  await months.world.end();
  if (postgres.running) await postgres.stop();
});

describe.each(engines(postgres))('payments that no correction has looked at on $name', (stores) => {
  afterAll(() => stores.cleanUp());

  it.each(MOMENTS)('are right after $name', async ({ events, listed }) => {
    const store = await stores.open();
    try {
      const log = new ArrayLog(EVENTS.slice(0, events));
      await new ProjectionRunner({ store, projections: PROJECTIONS, log }).catchUp();
      const found = await all((page) => listUncorrected(store, { programmeId: 'asd' }, page), 1);
      expect(found.map(({ cycleId, status }) => `${cycleId.slice(4)} ${status}`)).toEqual(listed);
      const whose = { personId: months.ida, regions: found.map(({ region }) => region) };
      expect((await listUncorrected(store, whose)).items).toEqual(found);
      for (const other of [
        { regions: ['MA-99'] },
        { programmeId: 'x1' },
        { personId: months.omar },
      ])
        expect((await listUncorrected(store, other)).items).toEqual([]);
    } finally {
      await store.close();
    }
  });
});
