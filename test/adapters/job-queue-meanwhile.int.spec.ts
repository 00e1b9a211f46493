import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ClaimedJob, JobQueue } from '../../src/adapters/job-queue/port.js';
import { openPostgresJobQueue } from '../../src/adapters/job-queue/postgres/job-queue.js';
import { eventually } from '../support/eventually.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';
import {
  keepsWhatIsAskedForMeanwhile,
  startsAgainWhatFailed,
  type Work,
} from './job-queue-contract.js';

const postgres = await startPostgres('jobs that are asked for meanwhile');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

/** As version 0.3.0 made it, with a job that failed and one that runs. */
const TABLE_OF_0_3_0 = `
  create table sanad_job (
    job_id text collate "C" primary key, work json not null, state text not null, submitted timestamptz not null default clock_timestamp(),
    attempt bigint not null default 0, tries integer not null default 0, worker text, lease_until timestamptz,
    progress json, result json, code text, detail text
  );
  create table sanad_job_command (command_id text collate "C" primary key, job_id text not null);
  insert into sanad_job (job_id, work, state, code, detail) values ('failed', '{"of":"failed"}', 'failed', 'X', 'Send it again.');
  insert into sanad_job (job_id, work, state, attempt, tries, worker) values ('runs', '{"of":"runs"}', 'running', 1, 1, 'w');
  insert into sanad_job_command values ('command-1', 'failed');
`;

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

if (postgres.running)
  describe('what is asked of a job in PostgreSQL meanwhile', () => {
    const { url } = postgres;
    const queues: JobQueue<Work>[] = [];
    let schema: string;
    const open = async (patience: object = {}): Promise<JobQueue<Work>> => {
      const options = { schema, askEveryMs: 20, longestPauseMs: 1, ...patience };
      queues.push(await openPostgresJobQueue<Work>(url, options));
      return queues.at(-1)!;
    };
    const claimed = async (queue: JobQueue<Work>): Promise<ClaimedJob<Work>> =>
      (await queue.claim('w', new AbortController().signal))!;
    beforeEach(async () => {
      schema = await postgres.newSchema();
    });
    afterEach(async () => {
      for (const queue of queues.splice(0)) await queue.close();
    });

    keepsWhatIsAskedForMeanwhile(open);
    startsAgainWhatFailed(open);

    it('keeps each of many that ask at once while the job is being ended', async () => {
      const worker = await open();
      const api = await open();
      const asked = Array.from({ length: 20 }, (_, i) => String(i));
      const ran: string[] = [];
      await api.submit('j', { of: 'first' }, 'command-first');
      const asking = (async () => {
        for (const of of asked) await api.submit('j', { of }, `command-${of}`);
      })();
      while (ran.length <= asked.length) {
        const job = await claimed(worker);
        ran.push(job.work.of);
        await job.finish({ state: 'done', result: null });
      }
      await asking;
      expect(ran).toEqual(['first', ...asked]);
    });

    const sql = async (...statements: readonly string[]): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`set search_path to ${schema}`);
      for (const statement of statements) await client.query(statement);
      return client;
    };

    it('starts what failed anew, also where it failed in the moment in which another took its place', async () => {
      const queue = await open();
      await queue.submit('j', { of: 'first' }, 'command-1');
      await claimed(queue);
      const failing = await sql(
        'begin',
        "update sanad_job set state = 'failed', lease_until = null where job_id = 'j'",
      );
      const second = queue.submit('j', { of: 'second' }, 'command-2');
      await eventually('the second waits for what becomes of the first', async () => {
        const { rows } = await failing.query(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'sanad-jobs%'",
        );
        return rows.length > 0;
      });
      await failing.query('commit');
      await failing.end();
      await second;
      await queue.submit('j', { of: 'first' }, 'command-1');
      const run = await claimed(queue);
      expect(run.work.of).toBe('second');
      await run.finish({ state: 'done', result: null });
      expect((await claimed(queue)).work.of).toBe('first');
    });

    it('begins what waits behind a job that an earlier version ended', async () => {
      const queue = await open();
      await queue.submit('j', { of: 'first' }, 'command-1');
      await claimed(queue);
      await queue.submit('j', { of: 'second' }, 'command-2');
      const ending = await sql("update sanad_job set state = 'done', lease_until = null");
      await ending.end();
      expect((await claimed(await open())).work.of).toBe('second');
    });

    it('goes on from the table of an earlier version', async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`set search_path to ${schema}; ${TABLE_OF_0_3_0}`);
      await client.end();
      const queue = await open();
      await queue.submit('failed', { of: 'not again' }, 'command-1');
      await queue.submit('runs', { of: 'next' }, 'command-2');
      const worked: Work[] = [];
      for (let i = 0; i < 3; i += 1) {
        const job = await claimed(queue);
        worked.push(job.work);
        await job.finish({ state: 'done', result: null });
      }
      expect(worked).toEqual([{ of: 'failed' }, { of: 'runs' }, { of: 'next' }]);
    });
  });
