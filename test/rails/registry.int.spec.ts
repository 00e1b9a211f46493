import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openRail } from '../../src/adapters/payment-rail/all.js';
import { uuidOf } from '../../src/kernel/ids.js';
import type { OpenedRail } from '../../src/adapters/payment-rail/opened-rail.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const outline = {
  messageId: 'ASD-2026-01-1-1',
  createdAt: '2026-01-20T08:00:00.000Z',
  executionDate: '2026-01-26',
  debtor: { name: 'TRESOR', bic: 'CDGMMAMC', iban: 'MA64011519000001205000534921' },
  currency: 'MAD',
};
const transfer = {
  paymentId: `asd-2026-01-${uuidOf('person', 1)}`,
  attempt: 1,
  endToEndId: 'E000000000000000000000001',
  amountMinor: 50_000n,
  currency: 'MAD',
  payee: { name: 'Amina', kind: 'iban', account: 'MA64011519000001205000534921' },
  remittance: 'ASD',
} as const;

describe('the rail that is set', () => {
  let dir: string;
  beforeEach(() => {
    dir = temporaryFolder('rail');
  });
  const write = ({ rail }: OpenedRail) =>
    rail.write({ ...outline, count: 1, totalMinor: 50_000n }, [[transfer]]);

  test('is files of the data folder where none is, which nobody attends to', async () => {
    const opened = await openRail(join(dir, 'files'));
    const { name } = await write(opened);
    expect(await readdir(join(dir, 'files'))).toContain(name);
    expect(opened.attend).toBeUndefined();
  });

  test('is the folder shared with the bank, from which files are taken', async () => {
    const shared = join(dir, 'bank');
    const opened = await openRail(join(dir, 'files'), { bankFolder: shared });
    const { name } = await write(opened);
    expect(await readdir(join(shared, 'OUT'))).toEqual([name]);

    const stop = new AbortController();
    const troubles: string[] = [];
    await rm(join(shared, 'IN'), { recursive: true });
    const attending = opened.attend!(
      {
        take: async () => ({ kind: 'taken' }),
        onTrouble(what) {
          troubles.push(what);
          stop.abort();
        },
      },
      stop.signal,
    );
    await attending;
    expect(troubles[0]).toMatch(/^bank folder: /);
    await mkdir(join(shared, 'IN'));
  });

  test('is the payments block where one is set; its outbox sends what waits', async () => {
    const govstack = {
      url: 'http://127.0.0.1:9',
      bbId: 'SANAD',
      tenantId: 'SANAD',
      callbackUrl: 'http://127.0.0.1:9/callback',
      timeoutMs: 30_000,
      attempts: 1,
      batchSize: 10,
      paymentMode: 'mojaloop',
      register: false,
    };
    const opened = await openRail(join(dir, 'files'), { govstack, deferred: true });
    const { name } = await write(opened);
    expect(name).toMatch(/\.ndjson$/);
    const stop = new AbortController();
    const troubles: string[] = [];
    await opened.attend!(
      {
        take: async () => ({ kind: 'taken' }),
        onTrouble(what) {
          troubles.push(what);
          stop.abort();
        },
      },
      stop.signal,
    );
    expect(troubles[0]).toMatch(/^payments block: /);
  });
});
