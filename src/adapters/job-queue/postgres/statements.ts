/**
 * `lease_until` is when a running job, or one that waits for another try, may be claimed. `attempt`
 * only grows: what a worker says counts as long as nobody took the job after it. Times are the
 * server's. `command_id` is the command that it runs for: null where it is for none, or an earlier
 * version submitted it. `sanad_job_next` has the commands whose runs wait behind one that has not
 * ended.
 */
export const TABLE = `
  create table if not exists sanad_job (
    job_id text collate "C" primary key, work json not null, state text not null, submitted timestamptz not null default clock_timestamp(),
    attempt bigint not null default 0, tries integer not null default 0, worker text, lease_until timestamptz,
    progress json, result json, code text, detail text
  );
  create index if not exists sanad_job_open on sanad_job (submitted, job_id) where state in ('waiting', 'running');
  create table if not exists sanad_job_command (command_id text collate "C" primary key, job_id text not null);
  alter table sanad_job add column if not exists command_id text collate "C";
  create table if not exists sanad_job_next (
    place bigint generated always as identity primary key, job_id text collate "C" not null, command_id text collate "C" not null, work json not null
  );
  create index if not exists sanad_job_next_by_job on sanad_job_next (job_id, place);
  create index if not exists sanad_job_ended on sanad_job (submitted) where state in ('done', 'failed');
`;
/**
 * A row that has not ended stays as it is, and is locked until the transaction's end: nobody ends
 * it before what waits behind it is there.
 */
export const SUBMIT = `
  insert into sanad_job (job_id, work, command_id, state) values ($1, $2, $3, 'waiting')
  on conflict (job_id) do update set work = excluded.work, command_id = excluded.command_id, state = 'waiting', submitted = excluded.submitted, tries = 0, worker = null, lease_until = null, progress = null, result = null, code = null, detail = null
  where sanad_job.state in ('done', 'failed') returning job_id
`;
/** What is found of a job stays so until the transaction's end, whoever ends its run meanwhile. */
export const LOCK = 'select state from sanad_job where job_id = $1 for update';
/** Jobs that ended with a worker of a version that began nothing behind them. */
export const LEFT_BEHIND = `
  select distinct job_id from sanad_job_next join sanad_job using (job_id) where state in ('done', 'failed')
`;
export const SUBMIT_NEXT =
  'insert into sanad_job_next (job_id, work, command_id) values ($1, $2, $3)';
export const STARTED =
  'insert into sanad_job_command (command_id, job_id) values ($1, $2) on conflict do nothing returning command_id';
/** What a command started, and failed, it starts again, with what it was told then. */
export const RESTART = `
  update sanad_job set state = 'waiting', tries = 0, worker = null, lease_until = null, progress = null, result = null, code = null, detail = null
  where job_id = $2 and state = 'failed' and (command_id is null or command_id = $1)
    and exists (select 1 from sanad_job_command where command_id = $1 and job_id = $2)
`;
/** A command that failed, and whose place another takes, may start its run anew. */
export const GIVE_WAY = `
  delete from sanad_job_command where command_id = (select command_id from sanad_job where job_id = $1 and state = 'failed')
`;
export const HAS_NEXT = 'select 1 as found from sanad_job_next where job_id = $1 limit 1';
/** Runs what waits behind a job that has ended. */
export const BEGIN_NEXT = `
  with next as (
    delete from sanad_job_next where place = (select min(place) from sanad_job_next where job_id = $1) returning work, command_id
  )
  update sanad_job set work = next.work, command_id = next.command_id, state = 'waiting', submitted = clock_timestamp(), tries = 0, worker = null, lease_until = null, progress = null, result = null, code = null, detail = null
  from next where job_id = $1
`;
/**
 * What waits for longer than any pause lasts, or was leased for longer than twice a lease, is from
 * a time when the server's clock was ahead. (Twice: a clock that is set back a little takes no job
 * from who lives.)
 */
export const CLAIM = `
  update sanad_job set state = 'running', attempt = attempt + 1, tries = tries + 1, worker = $1, lease_until = clock_timestamp() + $2 * interval '1 millisecond'
  where job_id = (
    select job_id from sanad_job where state in ('waiting', 'running') and (
      lease_until is null or lease_until < clock_timestamp()
      or lease_until > clock_timestamp() + case state when 'waiting' then $3 else 2 * $2 end * interval '1 millisecond'
    )
    order by submitted, job_id limit 1 for update skip locked
  ) returning job_id, work, attempt, tries
`;
export const BEAT = `
  update sanad_job set lease_until = clock_timestamp() + $3 * interval '1 millisecond', progress = coalesce($4, progress)
  where job_id = $1 and attempt = $2 and state = 'running' returning job_id
`;
export const FINISH = `
  update sanad_job set state = $3, result = $4, code = $5, detail = $6, lease_until = null
  where job_id = $1 and attempt = $2 and state = 'running' returning job_id
`;
export const RELEASE =
  "update sanad_job set state = 'waiting', tries = greatest(tries - 1, 0), worker = null, lease_until = null where job_id = $1 and attempt = $2 and state = 'running'";

export const NEWEST = `
  select job_id, work, state, progress, result, code, detail from sanad_job order by submitted desc, job_id limit $1
`;
export const STATE =
  'select state, progress, result, code, detail from sanad_job where job_id = $1';

export const FORGET = `
  delete from sanad_job where job_id in (select job_id from sanad_job where state in ('done', 'failed') order by submitted desc offset $1 for update skip locked)
`;
export const RETRY = `
  update sanad_job set state = case when tries < $3 then 'waiting' else 'failed' end, worker = null, code = $4, detail = $5,
    lease_until = clock_timestamp() + least($6 * power(2, tries - 1), $7) * interval '1 millisecond'
  where job_id = $1 and attempt = $2 and state = 'running' returning state
`;
export const OPEN = `
  select job_id, state, work, tries, code, detail from sanad_job where state <> 'done' order by submitted, job_id limit $1
`;
export const COUNTS =
  "select count(*) filter (where state <> 'failed')::integer as waiting, count(*) filter (where state = 'failed')::integer as failed from sanad_job where state <> 'done'";
export const AGAIN =
  "update sanad_job set state = 'waiting', tries = 0, worker = null, lease_until = null where state = 'failed' and ($1::text is null or job_id = $1) returning job_id";
export const FORGET_FAILED =
  "delete from sanad_job where state = 'failed' and ($1::text is null or job_id = $1) returning job_id";
export const FORGET_DONE = "delete from sanad_job where state = 'done' and job_id = $1";
