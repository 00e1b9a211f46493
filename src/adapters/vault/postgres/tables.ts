import { hash, type KeyObject } from 'node:crypto';
import type { Session } from '../../postgres/pool.js';
import { decrypt, encrypt, makeKey, unwrapKey, WRAPPED } from '../envelope.js';
import { VaultError, type Sealed } from '../port.js';

export const FORMAT = 1;
/** Records a statement: an array a column, whatever their number. */
const CHUNK = 1_000;

/**
 * A wrapped key is replaced by as many zeroes when its person is erased; the ciphertext of records
 * never changes.
 */
export const TABLES = `
  create table if not exists sanad_vault (one boolean primary key default true check (one), format integer not null, proof bytea not null);
  create table if not exists sanad_vault_person (id text collate "C" primary key, erased boolean not null default false, wrapped bytea not null);
  create table if not exists sanad_vault_record (name text collate "C" primary key, person text not null, body bytea not null);
`;

export interface Wanted {
  readonly person: string;
  readonly name: string;
  readonly plain: string;
}
interface PersonRow {
  readonly id: string;
  readonly erased: boolean;
  readonly wrapped: Buffer;
}
/** A record with its person's row, where that is there. */
type OpenedRow = RecordRow &
  (
    | { readonly id: string; readonly erased: boolean; readonly wrapped: Buffer }
    | { readonly id: null }
  );
interface RecordRow {
  readonly name: string;
  readonly person: string;
  readonly body: Buffer;
}

/**
 * Seals in one transaction. Persons are locked and made in the order of their ids, then records in
 * the order of their names, so that no two processes wait for each other; what another made first
 * is taken as it is.
 * @throws VaultError RECORD_DIFFERS, PERSON_ERASED, VAULT_CORRUPT
 */
export async function sealAll(
  session: Session,
  master: KeyObject,
  wanted: readonly Wanted[],
): Promise<readonly Sealed[]> {
  const byName = new Map<string, Wanted>();
  for (const one of wanted) {
    const twin = byName.get(one.name);
    if (twin && (twin.person !== one.person || twin.plain !== one.plain)) throw differs(one.name);
    byName.set(one.name, one);
  }
  const persons = await admit(
    session,
    master,
    [...new Set(wanted.map(({ person }) => person))].sort(),
  );
  const key = keysOf(master, persons);
  const hashes = new Map<string, string>();
  for (const chunk of chunks([...byName.keys()].sort())) {
    const there = new Map((await recordsNamed(session, chunk)).map((row) => [row.name, row]));
    const fresh = chunk
      .filter((name) => !there.has(name))
      .map((name) => {
        const { person, plain } = byName.get(name)!;
        const holder = key(person);
        if (holder === 'erased') throw erasedPerson(name);
        return { name, person, body: encrypt(holder, name, plain) };
      });
    const added = await addRecords(session, fresh);
    for (const { name, body } of fresh)
      if (added.has(name)) hashes.set(name, hash('sha256', body, 'hex'));
    // Between the look and the insertion another process may have sealed the same record: then its
    // ciphertext counts.
    const lost = fresh.filter(({ name }) => !added.has(name)).map(({ name }) => name);
    for (const row of lost.length > 0 ? await recordsNamed(session, lost) : [])
      there.set(row.name, row);
    for (const row of there.values()) {
      const { person, plain } = byName.get(row.name)!;
      const holder = key(person);
      if (holder === 'erased') throw erasedPerson(row.name);
      if (row.person !== person || plainOf(holder, row) !== plain) throw differs(row.name);
      hashes.set(row.name, hash('sha256', row.body, 'hex'));
    }
  }
  return wanted.map(({ name }) => ({ record: name, sha256: hashes.get(name)! }));
}

/**
 * The fields in the order asked; undefined where a record is absent or its person was erased.
 * @throws VaultError VAULT_CORRUPT
 */
export async function openSealed(
  session: Session,
  master: KeyObject,
  sealed: readonly Sealed[],
): Promise<readonly (Readonly<Record<string, string>> | undefined)[]> {
  const rows = new Map<string, OpenedRow>();
  for (const chunk of chunks([...new Set(sealed.map(({ record }) => record))])) {
    const found = await session.query<OpenedRow>(
      'select r.name, r.person, r.body, p.id, p.erased, p.wrapped from sanad_vault_record r left join sanad_vault_person p on p.id = r.person where r.name = any($1)',
      [chunk],
    );
    for (const row of found) rows.set(row.name, row);
  }
  const key = keysOf(
    master,
    new Map([...rows.values()].flatMap((row) => (row.id === null ? [] : [[row.id, row]]))),
  );
  return sealed.map(({ record, sha256 }) => {
    const row = rows.get(record);
    if (!row) return undefined;
    if (hash('sha256', row.body, 'hex') !== sha256)
      throw new VaultError(
        'VAULT_CORRUPT',
        `${record} is not what the log says was sealed: its hash differs.`,
      );
    const holder = key(row.person);
    return holder === 'erased'
      ? undefined
      : (JSON.parse(plainOf(holder, row)) as Record<string, string>);
  });
}

/**
 * Overwrites the keys of these persons. Waits for what is being sealed for them, and what comes
 * later is refused.
 */
export async function wipe(session: Session, persons: readonly string[]): Promise<void> {
  for (const chunk of chunks([...new Set(persons)].sort())) {
    await session.query(
      'select id from sanad_vault_person where id = any($1) order by id for update',
      [chunk],
    );
    await session.query(
      'update sanad_vault_person set erased = true, wrapped = $2 where id = any($1) and not erased',
      [chunk, Buffer.alloc(WRAPPED)],
    );
  }
}

/** Overwrites the keys of these persons, and takes them and their records out. */
export async function forget(session: Session, persons: readonly string[]): Promise<void> {
  await wipe(session, persons);
  for (const chunk of chunks([...new Set(persons)].sort())) {
    await session.query('delete from sanad_vault_record where person = any($1)', [chunk]);
    await session.query('delete from sanad_vault_person where id = any($1)', [chunk]);
  }
}

/** Persons who have a key, in the order of their ids. */
export async function living(
  session: Session,
  after: string | undefined,
  limit: number,
): Promise<readonly string[]> {
  const rows = await session.query<{ readonly id: string }>(
    'select id from sanad_vault_person where id > $1 and not erased order by id limit $2',
    [after ?? '', limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * The rows of these persons, made where there were none, and kept from erasure until the
 * transaction ends.
 */
async function admit(
  session: Session,
  master: KeyObject,
  ids: readonly string[],
): Promise<Map<string, PersonRow>> {
  const rows = new Map<string, PersonRow>();
  const look = async (some: readonly string[]): Promise<void> => {
    for (const row of await session.query<PersonRow>(
      'select id, erased, wrapped from sanad_vault_person where id = any($1) order by id for share',
      [some],
    ))
      rows.set(row.id, row);
  };
  for (const chunk of chunks(ids)) {
    await look(chunk);
    const fresh = chunk.filter((id) => !rows.has(id));
    if (fresh.length === 0) continue;
    const made = fresh.map((id) => makeKey(master, id).wrapped);
    const added = await session.query<PersonRow>(
      'insert into sanad_vault_person (id, wrapped) select * from unnest($1::text[], $2::bytea[]) as made (id, wrapped) order by id collate "C" on conflict (id) do nothing returning id, erased, wrapped',
      [fresh, made],
    );
    for (const row of added) rows.set(row.id, row);
    const others = fresh.filter((id) => !rows.has(id));
    if (others.length > 0) await look(others);
  }
  return rows;
}

async function addRecords(
  session: Session,
  rows: readonly RecordRow[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const added = await session.query<{ name: string }>(
    'insert into sanad_vault_record (name, person, body) select * from unnest($1::text[], $2::text[], $3::bytea[]) as made (name, person, body) order by name collate "C" on conflict (name) do nothing returning name',
    [rows.map(({ name }) => name), rows.map(({ person }) => person), rows.map(({ body }) => body)],
  );
  return new Set(added.map(({ name }) => name));
}

const recordsNamed = (session: Session, names: readonly string[]): Promise<readonly RecordRow[]> =>
  session.query('select name, person, body from sanad_vault_record where name = any($1)', [names]);

/** Unwraps each key once, when it is first asked for. @throws VaultError VAULT_CORRUPT */
function keysOf(
  master: KeyObject,
  persons: ReadonlyMap<string, PersonRow>,
): (id: string) => KeyObject | 'erased' {
  const keys = new Map<string, KeyObject>();
  return (id) => {
    const known = keys.get(id);
    if (known) return known;
    const row = persons.get(id);
    if (!row)
      throw new VaultError(
        'VAULT_CORRUPT',
        `Person ${id} is not in the vault any more, and a record of theirs is.`,
      );
    if (row.erased) return 'erased';
    try {
      const key = unwrapKey(master, id, row.wrapped);
      keys.set(id, key);
      return key;
    } catch {
      throw new VaultError('VAULT_CORRUPT', `The key of person ${id} was changed in the vault.`);
    }
  };
}

function plainOf(key: KeyObject, { name, body }: RecordRow): string {
  try {
    return decrypt(key, name, body).toString('utf8');
  } catch {
    throw new VaultError('VAULT_CORRUPT', `${name} does not decrypt: it was changed in the vault.`);
  }
}

const differs = (name: string): VaultError =>
  new VaultError(
    'RECORD_DIFFERS',
    `${name} is sealed already with other content; a change goes under a new name.`,
  );
const erasedPerson = (name: string): VaultError =>
  new VaultError(
    'PERSON_ERASED',
    `The person of ${name} was erased; nothing can be sealed for them.`,
  );

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += CHUNK) yield all.slice(at, at + CHUNK);
}
