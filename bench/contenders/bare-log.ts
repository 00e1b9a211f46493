import { createHash, hash } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * A table of lines in SQLite with the durability that the engine has, and nothing else: what a
 * floor writes into.
 */
export interface BareLog {
  readonly dir: string;
  /** One synced transaction. */
  insert(lines: readonly string[], hashed: boolean): void;
  close(): void;
}

export function openBareLog(): BareLog {
  const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-floor-'));
  const db = new Database(join(dir, 'floor.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE log (position INTEGER PRIMARY KEY, line TEXT NOT NULL, leaf BLOB) STRICT');
  const insert = db.prepare('INSERT INTO log (line, leaf) VALUES (?, ?)');
  return {
    dir,
    insert: db.transaction((lines: readonly string[], hashed: boolean) => {
      for (const line of lines) insert.run(line, hashed ? hash('sha256', line, 'buffer') : null);
    }),
    close() {
      db.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A file written in pieces of about a megabyte, hashed on the way and synced at the end. */
export function openBareFile(path: string): { write(text: string): void; end(): string } {
  const file = openSync(path, 'w');
  const digest = createHash('sha256');
  let pending = '';
  const flush = (): void => {
    digest.update(pending);
    writeSync(file, pending);
    pending = '';
  };
  return {
    write(text) {
      pending += text;
      if (pending.length > 1_048_576) flush();
    },
    end() {
      flush();
      fsyncSync(file);
      closeSync(file);
      return digest.digest('hex');
    },
  };
}

/** The number of items, from the command line; what every contender is given. */
export const countFromArgs = (fallback: number): number => Number(process.argv[2] ?? fallback);

export const report = (figures: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
};

/** Wall and processor time (all threads of this process) from now on, in seconds. */
export function startWatch(): () => { readonly seconds: number; readonly cpuSeconds: number } {
  const started = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return {
      seconds: (performance.now() - started) / 1_000,
      cpuSeconds: (user + system) / 1_000_000,
    };
  };
}
