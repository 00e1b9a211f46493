/**
 * `submitted` only grows. `not_before` is when a job that waits for another try may be claimed, in
 * milliseconds. Which command started which job is kept for ever, as its answer is. `job_next` has
 * the commands whose runs wait behind one that has not ended.
 */
export const TABLES = `
  create table if not exists job (
    job_id text primary key, work text not null, state text not null, submitted integer not null, tries integer not null default 0,
    not_before integer not null default 0, progress text, result text, code text, detail text
  ) strict;
  create index if not exists job_by_state on job (state, submitted);
  create table if not exists job_command (command_id text primary key, job_id text not null) strict;
  create table if not exists job_next (place integer primary key autoincrement, job_id text not null, command_id text not null, work text not null) strict;
  create index if not exists job_next_by_job on job_next (job_id, place);
`;
/** An earlier version did not keep for which command a job runs; null also where it is for none. */
export const HAS_COMMAND = "select 1 from pragma_table_info('job') where name = 'command_id'";
export const ADD_COMMAND = 'alter table job add column command_id text';
export const SUBMIT = `
  insert into job (job_id, command_id, work, state, submitted) values (@jobId, @commandId, @work, 'waiting', (select coalesce(max(submitted), 0) + 1 from job))
  on conflict (job_id) do update set command_id = excluded.command_id, work = excluded.work, state = 'waiting', submitted = excluded.submitted, tries = 0, not_before = 0,
    progress = null, result = null, code = null, detail = null
  where job.state in ('done', 'failed')
`;
export const SUBMIT_NEXT =
  'insert into job_next (job_id, command_id, work) values (@jobId, @commandId, @work)';
/** A command that failed, and whose place another takes, may start its run anew. */
export const GIVE_WAY = `
  delete from job_command where command_id = (select command_id from job where job_id = ? and state = 'failed')
`;
export const HAS_NEXT = 'select 1 from job_next where job_id = ?';
/** Runs what waits behind jobs that have ended. */
export const BEGIN_NEXT = `
  update job set work = next.work, command_id = next.command_id, state = 'waiting', submitted = (select max(submitted) + 1 from job), tries = 0, not_before = 0,
    progress = null, result = null, code = null, detail = null
  from job_next as next where next.place = (select min(place) from job_next where job_id = job.job_id)
    and job.state in ('done', 'failed') and (@jobId is null or job.job_id = @jobId)
`;
export const BEGUN =
  'delete from job_next where exists (select 1 from job where job.job_id = job_next.job_id and job.command_id = job_next.command_id)';
export const STARTED =
  'insert into job_command (command_id, job_id) values (?, ?) on conflict do nothing';
/** What a command started, and failed, it starts again, with what it was told then. */
export const RESTART = `
  update job set state = 'waiting', tries = 0, not_before = 0, progress = null, result = null, code = null, detail = null
  where job_id = @jobId and state = 'failed' and (command_id is null or command_id = @commandId) and exists (select 1 from job_command where command_id = @commandId and job_command.job_id = job.job_id)
`;
/** What waits for longer than any pause lasts was put back while the clock was ahead. */
export const CLAIM = `
  update job set state = 'running', tries = tries + 1
  where job_id = (select job_id from job where state = 'waiting' and (not_before <= @now or not_before > @now + @longest) order by submitted limit 1)
  returning job_id, work, tries
`;
export const NEWEST = `
  select job_id, work, state, progress, result, code, detail from job order by submitted desc limit ?
`;
export const STATE = 'select state, progress, result, code, detail from job where job_id = ?';
export const TELL = "update job set progress = ? where job_id = ? and state = 'running'";
export const FINISH =
  "update job set state = ?, result = ?, code = ?, detail = ? where job_id = ? and state = 'running'";
export const FORGET = `
  delete from job where job_id in (select job_id from job where state in ('done', 'failed') order by submitted desc limit -1 offset ?)
`;
export const RELEASE =
  "update job set state = 'waiting', tries = max(tries - 1, 0) where job_id = ? and state = 'running'";
export const RETRY =
  "update job set state = ?, not_before = ?, code = ?, detail = ? where job_id = ? and state = 'running'";
/** What an earlier process had in its hands, whose try counts, and what it put back for later. */
export const TAKE_BACK =
  "update job set state = 'waiting', not_before = 0 where state in ('waiting', 'running')";

export const OPEN = `
  select job_id, state, work, tries, code, detail from job where state <> 'done' order by submitted limit ?
`;
export const COUNTS =
  "select count(*) filter (where state <> 'failed') as waiting, count(*) filter (where state = 'failed') as failed from job where state <> 'done'";
export const AGAIN =
  "update job set state = 'waiting', tries = 0, not_before = 0 where state = 'failed' and (@jobId is null or job_id = @jobId)";
export const FORGET_FAILED =
  "delete from job where state = 'failed' and (@jobId is null or job_id = @jobId)";
export const FORGET_DONE = "delete from job where state = 'done' and job_id = ?";
