import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scratch } from '../../src/adapters/message-archive/port.js';
import { assignEntry, dismissEntry } from '../../src/use-cases/statements/bank-entries.js';
import {
  listEntries,
  listMessages,
  readMessage,
} from '../../src/use-cases/statements/bank-lists.js';
import type { MessageDeps } from '../../src/write-side/context.js';
import { releaseMessage, takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { camtOf, inPieces, pain002Of } from '../support/bank-messages.js';
import { as, job } from './world.js';
import type { Paid } from './bank-messages.fixtures.js';
import { world, payments, said, take, figures, violations } from './bank-messages.fixtures.js';

/** How many events the payments have. */
async function paymentEvents(): Promise<number> {
  let count = 0;
  for await (const page of pagesOf(world.engine.store, 'payment-'))
    for (const { events } of page) count += events.length;
  return count;
}

/** Reads what was found in pieces of one entry, and breaks off after so many were given out. */
function stoppingAfter(count: number): MessageDeps {
  const { archive } = world.engine;
  const scratch = async (): Promise<Scratch> => {
    const whole = await archive.scratch();
    return {
      write: (text) => whole.write(text),
      close: () => whole.close(),
      async *lines() {
        let given = 0;
        for await (const lines of whole.lines()) {
          for (const line of lines) {
            if (given === count) throw new Error('stopped');
            given += 1;
            yield [line];
          }
        }
      },
    };
  };
  return {
    ...world.engine,
    archive: {
      put: (bytes) => archive.put(bytes),
      discard: (sha256) => archive.discard(sha256),
      open: (sha256) => archive.open(sha256),
      scratch,
    },
  };
}

const NOW = new Date().toISOString();

/** The text that the archive keeps under a hash. */
async function archived(sha256: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await world.engine.archive.open(sha256))!) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const FOREIGN_REFERENCE = 'M. EL FASSI, LOYER';

/** A file that settles all payments but two, whose entries name another reference. */
async function takenWithForeignEntries() {
  const [one, two, ...rest] = await payments();
  const summary = await take(
    camtOf('camt.054', [
      ...said(rest, 'settled'),
      { ...said([one!], 'settled')[0]!, endToEndId: FOREIGN_REFERENCE },
      { ...said([two!], 'settled')[0]!, endToEndId: `E${'A'.repeat(24)}` },
    ]),
  );
  return { one: one!, two: two!, rest, summary };
}

async function quarantined() {
  const asked = { now: NOW, status: 'quarantined', limit: 10 } as const;
  return (await listEntries(world.engine.store, asked)).items;
}

describe('a file from a bank', () => {
  it('settles, and changes nothing when it comes again, also in other clothes', async () => {
    const all = await payments();
    expect(all.length).toBeGreaterThan(20);
    const file = camtOf('camt.054', said(all, 'settled'), { together: 7 });
    const first = await take(file);
    expect(first).toMatchObject({
      status: 'applied',
      entries: all.length,
      quarantined: 0,
      outcomes: { read: all.length, applied: all.length, unchanged: 0, breaks: 0, refused: 0 },
    });
    const before = await paymentEvents();
    expect(await take(file)).toEqual({ sha256: first.sha256, status: 'unchanged' });
    const other = await take(
      camtOf('camt.053', said(all, 'settled'), {
        prefix: 'x',
        messageId: 'OTHER',
        wrap: 'envelope',
      }),
    );
    expect(other).toMatchObject({
      status: 'applied',
      outcomes: { applied: 0, unchanged: all.length, breaks: 0 },
    });
    expect(await paymentEvents()).toBe(before);
    expect(await figures()).toMatchObject({
      settledCount: all.length,
      outstandingCount: 0,
      openBreaks: 0,
    });
    const kept = await readMessage(world.engine.store, first.sha256);
    expect(kept).toMatchObject({
      status: 'applied',
      sender: 'bank-folder',
      fileName: 'bank.xml',
      bytes: Buffer.byteLength(file),
      applied: { turnover: [{ currency: 'MAD', creditMinor: '0' }] },
    });
  });

  it('says of a whole message that it was rejected, and every payment of it is', async () => {
    const all = await payments();
    const summary = await take(
      pain002Of(
        [],
        {},
        { originalId: all[0]!.messageId, status: 'RJCT', reason: 'DT01', count: all.length },
      ),
    );
    expect(summary).toMatchObject({
      status: 'applied',
      outcomes: { read: all.length, applied: all.length },
    });
    expect(await figures()).toMatchObject({ rejectedCount: all.length, outstandingCount: 0 });
  });

  it('says of a whole message, with another count, nothing that is believed', async () => {
    const all = await payments();
    const summary = await take(
      pain002Of(
        [],
        {},
        { originalId: all[0]!.messageId, status: 'RJCT', reason: 'DT01', count: all.length + 1 },
      ),
    );
    expect(summary).toMatchObject({ status: 'applied', outcomes: { read: 0 }, quarantined: 1 });
    const {
      items: [entry],
    } = await listEntries(world.engine.store, { now: NOW, limit: 10 });
    expect(entry).toMatchObject({
      code: 'BATCH_DIFFERS',
      status: 'quarantined',
      outcome: 'rejected',
      reason: 'DT01',
      messageId: all[0]!.messageId,
    });
    expect(await figures()).toMatchObject({ rejectedCount: 0 });
  });

  it('gives each transaction its own status', async () => {
    const [one, two, three, ...rest] = await payments();
    const summary = await take(
      pain002Of(
        [
          ...said([one!], 'rejected', 'AC04'),
          ...said([two!], 'rejected'),
          ...said([three!, ...rest], 'accepted'),
        ],
        {},
        { originalId: one!.messageId, status: 'PART' },
      ),
    );
    expect(summary).toMatchObject({ status: 'applied', ignored: 1, quarantined: 0 });
    const events = async (paid: Paid) =>
      (await world.engine.store.readStream(`payment-${paid.paymentId}`)).at(-1);
    expect(await events(one!)).toMatchObject({
      type: 'PaymentRejected',
      data: { reason: 'AC04', source: 'pain.002' },
    });
    // "Reason not specified": a rejection without a reason is one all the same.
    expect(await events(two!)).toMatchObject({ type: 'PaymentRejected', data: { reason: 'MS03' } });
    expect(await events(three!)).toMatchObject({ type: 'PaymentAccepted' });
  });

  it('that cannot be read is archived and quarantined, and nothing of it is applied', async () => {
    const all = await payments();
    const file = camtOf('camt.054', said(all, 'settled'));
    const before = await paymentEvents();
    for (const [text, code] of [
      [file.replace(/(<\?xml[^>]*>)/, '$1<!DOCTYPE x [<!ENTITY e "x">]>'), 'DOCTYPE_REFUSED'],
      [file.slice(0, -200), 'XML_INVALID'],
      ['', 'FILE_EMPTY'],
      ['hello', 'XML_INVALID'],
      ['<a/>', 'MESSAGE_UNKNOWN'],
    ] as const) {
      const summary = await take(text, 'bad.xml');
      expect(summary).toMatchObject({ status: 'quarantined' });
      expect(summary.code).toBe(code);
      expect(summary.detail).toMatch(/^Line \d+, column \d+: /);
      expect(await archived(summary.sha256)).toBe(text);
    }
    expect(await paymentEvents()).toBe(before);
    expect(
      (await listMessages(world.engine.store, { status: 'quarantined', limit: 10 })).items,
    ).toHaveLength(5);
  });

  it('is refused without a number that a name in it has', async () => {
    const file = camtOf('camt.054', said(await payments(), 'settled'));
    for (const text of ['<TT100006/>', file.replaceAll(/Ntfctn>/g, 'TT100006>')]) {
      const { status, detail } = await take(text, 'named.xml');
      expect([status, detail]).toEqual(['quarantined', expect.not.stringContaining('100006')]);
    }
    const { events } = await world.engine.store.readAll(-1, 100_000);
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('TT100006');
  });

  it('whose sums do not agree waits for a person, who may release it', async () => {
    const all = await payments();
    const file = camtOf('camt.054', said(all, 'settled')).replace(
      /<NbOfNtries>\d+</,
      '<NbOfNtries>1<',
    );
    const summary = await take(file);
    expect(summary).toMatchObject({ status: 'quarantined', code: 'COUNT_DIFFERS' });
    expect(await take(file)).toMatchObject({ status: 'quarantined', code: 'COUNT_DIFFERS' });
    expect(await figures()).toMatchObject({ settledCount: 0 });
    await expect(
      releaseMessage(
        world.engine,
        { sha256: 'f'.repeat(64), reason: 'x' },
        job(world.engine, 'finance'),
      ),
    ).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    await expect(
      releaseMessage(
        world.engine,
        { sha256: summary.sha256, reason: 'x' },
        job(world.engine, 'bank'),
      ),
    ).rejects.toMatchObject({ code: 'ROLE_NOT_ALLOWED' });
    expect(
      await releaseMessage(
        world.engine,
        { sha256: summary.sha256, reason: 'the bank confirmed it' },
        job(world.engine, 'finance'),
      ),
    ).toMatchObject({ status: 'applied', outcomes: { applied: all.length } });
    await expect(
      releaseMessage(
        world.engine,
        { sha256: summary.sha256, reason: 'again' },
        job(world.engine, 'finance'),
      ),
    ).rejects.toMatchObject({ code: 'MESSAGE_STATUS' });
    expect(await readMessage(world.engine.store, summary.sha256)).toMatchObject({
      status: 'applied',
      release: { reason: 'the bank confirmed it', by: 'farid' },
    });
  });

  it('leaves entries that name no payment to a person, once', async () => {
    const { one, rest, summary } = await takenWithForeignEntries();
    expect(summary).toMatchObject({
      status: 'applied',
      quarantined: 2,
      outcomes: { applied: rest.length, refused: 1 },
    });
    expect(
      await take(
        camtOf('camt.053', [{ ...said([one], 'settled')[0]!, endToEndId: FOREIGN_REFERENCE }]),
      ),
    ).toMatchObject({ status: 'applied', quarantined: 1 });
    const codes = (await quarantined()).map(({ code }) => code);
    expect(codes.sort()).toEqual(['PAYMENT_UNKNOWN', 'REFERENCE_UNKNOWN']);
    // What a foreign reference says may be a name: it stays in the archive.
    expect(JSON.stringify(await world.engine.store.readAll(0, 5_000))).not.toContain('FASSI');
  });

  it('has such an entry assigned by two persons, or dismissed', async () => {
    const { one, two, rest } = await takenWithForeignEntries();
    const waiting = await quarantined();
    const unknown = waiting.find(({ code }) => code === 'PAYMENT_UNKNOWN')!;
    const { entryId } = waiting.find(({ code }) => code === 'REFERENCE_UNKNOWN')!;
    const assign = (
      who: 'finance' | 'secondFinance',
      name: string,
      to: Omit<Parameters<typeof assignEntry>[1], 'entryId'>,
    ) => assignEntry(world.engine, { entryId, ...to }, as(world.engine, who, name));
    const nobodys = 'asd-2025-12-00000000-0000-4000-8000-000000000000';
    await expect(
      assign('finance', 'assign', { paymentId: nobodys, reason: 'x' }),
    ).rejects.toMatchObject({ code: 'PAYMENT_UNKNOWN' });
    await expect(
      assign('finance', 'assign', { paymentId: one.paymentId, outcome: 'returned', reason: 'x' }),
    ).rejects.toMatchObject({ code: 'OUTCOME_DIFFERS' });
    const its = { paymentId: one.paymentId, reason: 'amount and day agree' };
    await assign('finance', 'assign 2', its);
    await assign('finance', 'assign 2 again', its);
    // One person's word moves nothing, however often it is said.
    expect(await figures()).toMatchObject({ settledCount: rest.length, outstandingCount: 2 });
    const proposed = (await quarantined()).find((entry) => entry.entryId === entryId);
    expect(proposed?.proposals).toMatchObject([{ ...its, attempt: 1, by: 'farid' }]);
    await assign('secondFinance', 'assign 2', its);
    await expect(
      assign('finance', 'assign 3', { paymentId: two.paymentId, reason: 'x' }),
    ).rejects.toMatchObject({ code: 'ENTRY_STATUS' });
    await dismissEntry(
      world.engine,
      { entryId: unknown.entryId, kind: 'not-ours', reason: 'another ministry' },
      as(world.engine, 'finance', 'dismiss'),
    );
    expect(await figures()).toMatchObject({ settledCount: rest.length + 1, outstandingCount: 1 });
    expect(
      (await listEntries(world.engine.store, { now: NOW, limit: 10 })).items
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['assigned', 'dismissed']);
    expect(await violations()).toEqual([]);
  });

  it('that was stopped anywhere in the middle is finished by taking it in again, as if it had not been', async () => {
    const all = await payments();
    for (let stopAfter = 0; stopAfter < 6; stopAfter += 1) {
      const these = all.slice(stopAfter * 6, stopAfter * 6 + 6);
      const file = camtOf(
        'camt.054',
        [
          ...said(these.slice(0, 5), 'settled'),
          { ...said(these.slice(5), 'settled')[0]!, endToEndId: `NOT OURS ${stopAfter}` },
        ],
        { messageId: `STOP-${stopAfter}` },
      );
      await expect(
        takeInMessage(
          stoppingAfter(stopAfter),
          { bytes: inPieces(file), sender: 's', fileName: 'f' },
          job(world.engine, 'bank'),
        ),
      ).rejects.toThrow('stopped');
      expect(
        (await listMessages(world.engine.store, { status: 'received', limit: 10 })).items,
      ).toHaveLength(1);
      expect(await figures()).toMatchObject({
        settledCount: stopAfter * 5 + Math.min(stopAfter, 5),
      });
      expect(await take(file)).toMatchObject({
        status: 'applied',
        entries: 6,
        quarantined: 1,
        outcomes: { read: 5, applied: 5 - stopAfter, unchanged: stopAfter, breaks: 0, refused: 0 },
      });
      expect(await figures()).toMatchObject({ settledCount: (stopAfter + 1) * 5 });
      expect((await listEntries(world.engine.store, { now: NOW, limit: 100 })).items).toHaveLength(
        stopAfter + 1,
      );
    }
    expect(await violations()).toEqual([]);
  });

  it('leaves nothing but itself in the archive', async () => {
    await take(camtOf('camt.054', said(await payments(), 'settled')));
    expect(
      (await readdir(join(world.engine.dir, 'archive'))).every((name) =>
        /^[0-9a-f]{64}\.xml$/.test(name),
      ),
    ).toBe(true);
  });
});
