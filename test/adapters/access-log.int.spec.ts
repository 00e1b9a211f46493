import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openAccessLog } from '../../src/adapters/access-log/file-system.js';
import type {
  Access,
  AccessFilter,
  AccessLog,
  AccessPage,
} from '../../src/adapters/access-log/port.js';
import { openPostgresAccessLog } from '../../src/adapters/access-log/postgres.js';
import { startPostgres } from '../support/postgres.js';

const postgres = await startPostgres('the access log');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

interface Place {
  open(): Promise<AccessLog>;
  lines(): Promise<Access[]>;
  cleanUp(): void;
}

function file(): Place & { readonly dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'sanad-access-'));
  return {
    dir,
    open: () => openAccessLog(dir),
    lines: async () =>
      readFileSync(join(dir, 'access.ndjson'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Access),
    cleanUp: () => rmSync(dir, { recursive: true, force: true }),
  };
}

async function table(url: string, schema: string): Promise<Place> {
  return {
    open: () => openPostgresAccessLog(url, { schema }),
    async lines() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<
        Omit<Access, 'time' | 'count'> & { time: Date; count: string }
      >(
        `select time, actor, role, what, "of", count, correlation from ${schema}.sanad_access order by no`,
      );
      await client.end();
      return rows.map(({ time, count, ...rest }) => ({
        time: time.toISOString(),
        ...rest,
        count: Number(count),
      }));
    },
    cleanUp: () => undefined,
  };
}

/** All that is listed, in pages of so many; no page has more. */
async function pagesOf(log: AccessLog, filter: AccessFilter, limit: number): Promise<Access[]> {
  const found: Access[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const page: AccessPage = await log.list(filter, from, limit);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    from = page.next;
  }
  return found;
}

const places: [string, () => Promise<Place>][] = [['a file', async () => file()]];
if (postgres.running)
  places.push(['PostgreSQL', async () => table(postgres.url, await postgres.newSchema())]);
const reading = (n: number): Access => ({
  time: `2026-03-01T08:00:00.${String(n % 1_000).padStart(3, '0')}Z`,
  actor: `officer-${n}`,
  role: 'case-officer',
  what: 'application',
  of: `application-${n}`,
  count: n,
  correlation: `c-${n}`,
});

describe.each(places)('the access log in %s', (_, newPlace) => {
  const used: Place[] = [];
  const place = async (): Promise<Place> => {
    used.push(await newPlace());
    return used.at(-1)!;
  };
  afterEach(() => {
    for (const each of used.splice(0)) each.cleanUp();
  });

  it('holds a reading when the note resolves', async () => {
    const { open, lines } = await place();
    const log = await open();
    await log.note(reading(1));
    expect(await lines()).toEqual([reading(1)]);
    await log.close();
  });

  it('keeps readings that come together in their order, and those of earlier openings', async () => {
    const { open, lines } = await place();
    const all = Array.from({ length: 2_500 }, (_each, n) => reading(n));
    for (const part of [all.slice(0, 2_200), all.slice(2_200)]) {
      const log = await open();
      await Promise.all(part.map((each) => log.note(each)));
      await log.close();
    }
    expect(await lines()).toEqual(all);
  });

  it('lists what was noted, by who read, of whom and when, a page at a time', async () => {
    const log = await (await place()).open();
    const all = Array.from({ length: 25 }, (_each, n) => ({
      ...reading(n),
      actor: `officer-${n % 2}`,
    }));
    await Promise.all(all.map((each) => log.note(each)));
    expect(await pagesOf(log, {}, 10)).toEqual(all);
    expect(await pagesOf(log, { actor: 'officer-1' }, 3)).toEqual(
      all.filter((_each, n) => n % 2 === 1),
    );
    expect(await pagesOf(log, { of: 'application-7' }, 10)).toEqual([all[7]]);
    expect(
      await pagesOf(log, { from: all[5]!.time, to: all[8]!.time, actor: 'officer-0' }, 10),
    ).toEqual([all[6]]);
    expect(await log.list({}, 1_000_000, 10)).toEqual({ items: [], next: undefined });
    await log.close();
  });

  it('finishes on closing what was noted before', async () => {
    const { open, lines } = await place();
    const log = await open();
    const noted = [log.note(reading(1)), log.note(reading(2))];
    await log.close();
    await Promise.all(noted);
    expect(await lines()).toHaveLength(2);
    await expect(log.note(reading(3))).rejects.toThrow();
  });
});

describe('the access log in a file that was torn', () => {
  it('lists the whole lines around half a line, and of a long file window by window', async () => {
    const { open, cleanUp, dir } = file();
    const first = await open();
    await first.note(reading(1));
    await first.close();
    appendFileSync(join(dir, 'access.ndjson'), '{"time":"2026-03-01T08:0');
    const log = await open();
    await log.note(reading(2));
    expect(await pagesOf(log, {}, 10)).toEqual([reading(1), reading(2)]);
    // Lines that no process of ours writes, longer than a window and shorter.
    const foreign = `"${'x'.repeat(5_000_000)}"\n${'null\n'.repeat(1_000_000)}`;
    appendFileSync(join(dir, 'access.ndjson'), foreign);
    await log.note(reading(3));
    expect(await pagesOf(log, {}, 10)).toEqual([reading(1), reading(2), reading(3)]);
    await log.close();
    cleanUp();
  });
});

if (postgres.running)
  describe('the access log of many processes', () => {
    it('takes the lines of all, and refuses to show what it cannot note', async () => {
      const { open, lines } = await table(postgres.url, await postgres.newSchema());
      const logs = await Promise.all([open(), open(), open()]);
      await Promise.all(
        logs.flatMap((log, i) =>
          Array.from({ length: 50 }, (_, n) => log.note(reading(i * 100 + n))),
        ),
      );
      for (const log of logs) await log.close();
      expect(new Set((await lines()).map(({ correlation }) => correlation)).size).toBe(150);
      await expect(openPostgresAccessLog('postgresql://127.0.0.1:1/none')).rejects.toMatchObject({
        code: 'ACCESS_LOG_AWAY',
        kind: 'unavailable',
      });
    });
  });
