import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { govstackRail } from '../../src/adapters/payment-rail/govstack/govstack-rail.js';
import { govstackOutbox } from '../../src/adapters/payment-rail/govstack/outbox.js';
import type { GovstackSettings } from '../../src/adapters/payment-rail/govstack/port.js';
import type { Instruction } from '../../src/adapters/payment-rail/port.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { blockSettings, fakeBlock, type FakeBlock } from '../support/govstack-block.js';
import { publishedOperations } from '../support/govstack-openapi.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PAY = '/batchtransactions';
const never = new AbortController().signal;
let files: string;
let block: FakeBlock;
let settings: GovstackSettings;
beforeEach(async () => {
  files = temporaryFolder('outbox');
  block = await fakeBlock(publishedOperations());
  settings = blockSettings(block.url, { batchSize: 2 });
});
afterEach(() => block.close());
async function write(messageId: string, more: object = {}, deferred = true): Promise<void> {
  const instructions = [0, 1, 2].map((i): Instruction => ({
    paymentId: `asd-2025-11-${uuidOf('person', messageId, i)}`,
    attempt: 1,
    endToEndId: `E${messageId}${i}`,
    amountMinor: 50_000n,
    currency: 'MAD',
    payee: { name: 'P', kind: 'wallet', account: '+212612345678' },
    remittance: 'ASD',
  }));
  await govstackRail(files, settings, deferred).write(
    {
      messageId,
      createdAt: '2025-12-01T08:00:00.000Z',
      executionDate: '2025-12-02',
      currency: 'MAD',
      count: 3,
      totalMinor: 150_000n,
      debtor: { name: 'D', iban: 'MA64011519000001205000534921', bic: 'BCMAMAMC' },
      ...more,
    },
    [instructions],
  );
}
const pending = (): string[] => readdirSync(join(files, 'govstack', 'pending'));

describe('messages that are left to the outbox', () => {
  it('are written whole, and sent by it, each once', async () => {
    await write('M1');
    expect(block.seen).toEqual([]);
    expect(existsSync(join(files, 'M1.ndjson'))).toBe(true);
    expect(pending()).toEqual(['M1.json']);
    expect(await govstackOutbox(files, settings).look(never)).toEqual({ sent: 1, failed: 0 });
    expect(block.batches.size).toBe(2);
    expect(pending()).toEqual([]);
    await write('M1');
    expect(await govstackOutbox(files, settings).look(never)).toEqual({ sent: 1, failed: 0 });
    expect(block.seen).toHaveLength(2);
    const none = govstackOutbox(join(files, 'none'), settings);
    expect(await none.look(never)).toEqual({ sent: 0, failed: 0 });
  });

  it('wait for their day, for which the API has no place', async () => {
    let today = '2025-12-14';
    const outbox = govstackOutbox(files, settings, () => today);
    await write('M1', { executionDate: '2025-12-15' });
    await write('M2', { executionDate: '2025-12-14' });
    expect(await outbox.look(never)).toEqual({ sent: 1, failed: 0 });
    expect(pending()).toEqual(['M1.json']);
    today = '2025-12-15';
    expect(await outbox.look(never)).toEqual({ sent: 1, failed: 0 });
    expect(pending()).toEqual([]);
  });

  it('are those of a later day also where a process sends by itself', async () => {
    await write('M1', { executionDate: '9999-12-31' }, false);
    expect(block.seen).toEqual([]);
    expect(pending()).toEqual(['M1.json']);
    await write('M2', {}, false);
    expect(pending()).toEqual(['M1.json']);
    expect(block.batches.size).toBe(2);
  });

  it('wait where they are refused, without holding up the others', async () => {
    await write('M1');
    await write('M2');
    block.fail(PAY, '400');
    const outbox = govstackOutbox(files, settings);
    const troubles: string[] = [];
    const onTrouble = (what: string, error: unknown): void => {
      troubles.push(`${what} ${String((error as { code?: unknown }).code)}`);
    };
    expect(await outbox.look(never, onTrouble)).toEqual({ sent: 1, failed: 1 });
    expect(troubles).toEqual(['M1 RAIL_REFUSED']);
    expect(pending()).toEqual(['M1.json']);
    expect(await outbox.look(never, onTrouble)).toEqual({ sent: 0, failed: 0 });
    // Another process, after a restart, does not wait.
    expect(await govstackOutbox(files, settings).look(never)).toEqual({ sent: 1, failed: 0 });
    expect(block.batches.size).toBe(4);
    expect(block.repeated).toBe(0);
  });

  it('are sent until the server stops, and go on after', async () => {
    await write('M1');
    block.fail(PAY, 'silent');
    const stop = new AbortController();
    const outbox = govstackOutbox(files, { ...settings, timeoutMs: 60_000 });
    const watching = outbox.watch(stop.signal, { everyMs: 1 });
    while (block.seen.length === 0)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    stop.abort();
    await watching;
    expect(pending()).toEqual(['M1.json']);
    await govstackOutbox(files, settings).look(never);
    expect(block.seen.map(({ headers }) => headers['x-correlationid'])[0]).toBe(
      block.seen[1]!.headers['x-correlationid'],
    );
    expect(block.violations).toEqual([]);
  });
});
