import type { Postgres } from '../../postgres/pool.js';
import { BEGIN_NEXT, GIVE_WAY, LEFT_BEHIND, LOCK } from './statements.js';

/** Begins what waits behind jobs that an older version ended. */
export async function beginLeftBehind(
  database: Postgres,
  sql: (statement: string) => string,
): Promise<void> {
  for (const { job_id: jobId } of await database.query<{ job_id: string }>(sql(LEFT_BEHIND), []))
    await database.transaction(async (session) => {
      const [job] = await session.query<{ state: string }>(sql(LOCK), [jobId]);
      if (job?.state !== 'done' && job?.state !== 'failed') return;
      await session.query(sql(GIVE_WAY), [jobId]);
      await session.query(sql(BEGIN_NEXT), [jobId]);
    });
}
