import { afterAll, describe, expect, it } from '@jest/globals';
import { openLeaseText } from '../../src/adapters/lease/postgres.js';
import { openPostgres, type Session } from '../../src/adapters/postgres/pool.js';
import { openRelayGround } from '../../src/adapters/relay-state/postgres.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';

const postgres = await startPostgres('what other roles keep');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

/** Since when each connection of whoever looks is there. */
const beginnings = (session: Session): Promise<readonly object[]> =>
  session.query("select backend_start from pg_stat_activity where application_name = 'looks'");

if (postgres.running)
  describe('what other roles keep in PostgreSQL', () => {
    it('is looked at over one connection, and its tables are made once', async () => {
      const others = openPostgres(postgres.url, { name: 'others' });
      const looks = openPostgres(postgres.url, { name: 'looks', max: 1 });
      try {
        const ground = await openRelayGround(looks);
        const text = await openLeaseText(looks, 'automation');
        const begun = await beginnings(others);
        expect(begun).toHaveLength(1);
        expect([await ground(), await text()]).toEqual([{}, undefined]);
        await others.query("insert into sanad_lease_text values ('automation', 'kept')");
        await others.query(`insert into sanad_relay_ground (ground) values ('{"left":1}')`);
        expect([await ground(), await text()]).toEqual([{ left: 1 }, 'kept']);
        expect(await beginnings(others)).toEqual(begun);
        await others.query('drop table sanad_lease_text; drop table sanad_relay_ground');
        // Nobody who only looks makes them anew.
        for (const look of [ground, text])
          await expect(look()).rejects.toMatchObject({ name: 'PostgresError', kind: 'failed' });
      } finally {
        await looks.close();
        await others.close();
      }
    });
  });
