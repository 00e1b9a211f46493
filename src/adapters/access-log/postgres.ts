import { DomainError } from '../../kernel/errors.js';
import { openPostgres, PostgresError, type Postgres } from '../postgres/pool.js';
import type { Access, AccessFilter, AccessLog, AccessPage } from './port.js';

/** Lines a statement at most. */
const BATCH_SIZE = 1_000;
/** Rows looked through for one page. */
const WINDOW = 50_000;
const TABLE = `
  create table if not exists sanad_access (
    no bigint generated always as identity primary key, time timestamptz not null, actor text not null, role text not null,
    what text not null, "of" text not null, count bigint not null, correlation text not null
  );
`;
const ADD = `
  insert into sanad_access (time, actor, role, what, "of", count, correlation)
  select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
`;
/** The last row that a page may look at; null where there is none. */
const LAST_OF_WINDOW = `
  select max(no) as last, count(*) as looked
  from (select no from sanad_access where no > $1 order by no limit ${WINDOW}) as looked
`;
const LIST = `
  select no, time, actor, role, what, "of", count, correlation from sanad_access
  where no > $1 and no <= $2
    and ($3::text is null or actor = $3) and ($4::text is null or "of" = $4)
    and ($5::timestamptz is null or time >= $5) and ($6::timestamptz is null or time < $6)
  order by no limit $7
`;

export interface PostgresAccessLogOptions {
  /** Schema that holds the table; it must exist. Default: the connection's own. */
  readonly schema?: string;
}

/**
 * Readings of personal data in one table, for any number of processes. Lines that come while others
 * are being written share the next statement. @throws DomainError ACCESS_LOG_AWAY,
 * ACCESS_LOG_FAILED: nobody sees what could not be noted
 */
export async function openPostgresAccessLog(
  connectionString: string,
  options: PostgresAccessLogOptions = {},
): Promise<AccessLog> {
  const database = openPostgres(connectionString, { name: 'sanad-access-log', max: 2, ...options });
  try {
    await database.create(TABLE);
  } catch (error) {
    await database.close();
    throw failureOf(error);
  }
  let waiting: { readonly access: Access; done(): void; failed(error: unknown): void }[] = [];
  let writing: Promise<void> | undefined;
  let closed = false;
  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting.slice(0, BATCH_SIZE);
      waiting = waiting.slice(BATCH_SIZE);
      try {
        await add(
          database,
          taken.map(({ access }) => access),
        );
        for (const { done } of taken) done();
      } catch (error) {
        for (const { failed } of taken) failed(failureOf(error));
      }
    }
    writing = undefined;
  };
  return {
    note: (access) =>
      closed
        ? Promise.reject(failureOf(new PostgresError('closed', 'The access log was closed.')))
        : new Promise((done, failed) => {
            waiting.push({ access, done, failed });
            writing ??= write();
          }),
    list: (filter, from, limit) =>
      listed(database, filter, from, limit).catch((error: unknown) => {
        throw failureOf(error);
      }),
    async close() {
      closed = true;
      await writing;
      await database.close();
    },
  };
}

const add = (database: Postgres, lines: readonly Access[]): Promise<unknown> =>
  database.transaction((session) =>
    session.query(ADD, [
      lines.map(({ time }) => time),
      lines.map(({ actor }) => actor),
      lines.map(({ role }) => role),
      lines.map(({ what }) => what),
      lines.map((line) => line.of),
      lines.map(({ count }) => count),
      lines.map(({ correlation }) => correlation),
    ]),
  );

type Row = Omit<Access, 'time' | 'count'> & {
  readonly no: string;
  readonly time: Date;
  readonly count: string;
};

async function listed(
  database: Postgres,
  { actor, of, from, to }: AccessFilter,
  after: number,
  limit: number,
): Promise<AccessPage> {
  const [window] = await database.query<{ last: string | null; looked: string }>(LAST_OF_WINDOW, [
    after,
  ]);
  if (!window || window.last === null) return { items: [], next: undefined };
  const rows = await database.query<Row>(LIST, [
    after,
    window.last,
    actor ?? null,
    of ?? null,
    from ?? null,
    to ?? null,
    limit,
  ]);
  const items = rows.map(({ no: _, time, count, ...reading }) => ({
    time: time.toISOString(),
    ...reading,
    count: Number(count),
  }));
  if (rows.length === limit) return { items, next: Number(rows.at(-1)!.no) };
  return { items, next: Number(window.looked) < WINDOW ? undefined : Number(window.last) };
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof PostgresError)) return error;
  return error.kind === 'failed' || error.kind === 'corrupt'
    ? new DomainError('ACCESS_LOG_FAILED', error.message, 'unavailable')
    : new DomainError(
        'ACCESS_LOG_AWAY',
        'Who reads personal data cannot be noted now, so it is not shown; send the request again.',
        'unavailable',
      );
}
