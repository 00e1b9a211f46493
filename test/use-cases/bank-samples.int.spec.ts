import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listEntries, readMessage } from '../../src/use-cases/statements/bank-lists.js';
import { cycleFigures } from '../../src/use-cases/cycles/reconcile-cycle.js';
import {
  takeInMessage,
  type MessageSummary,
} from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { camtOf, inPieces, pain002Of, type Said } from '../support/bank-messages.js';
import { leaveOut } from '../support/left-out.js';
import { mutated, retouched } from '../support/mutations.js';
import { auditOf } from '../support/audit.js';
import { enrolled, released } from './month.js';
import { job, newWorld, type World } from './world.js';

const CYCLE = 'asd-2025-12';
const SAMPLES = join(
  process.env['REFERENCE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'),
  'iso20022/samples',
);
const RUNS = Number(process.env['SANAD_MUTATIONS'] ?? 300);

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 40, 7);
  await released(world.engine, '2025-12');
});
afterAll(() => world.end());

const take = (bytes: Uint8Array): Promise<MessageSummary> =>
  takeInMessage(
    world.engine,
    { bytes: inPieces(bytes), sender: 'bank-folder', fileName: 'bank.xml' },
    job(world.engine, 'bank'),
  );
const last = (): Promise<number> => world.engine.store.lastPosition();
async function since(position: number) {
  return (await world.engine.store.readAll(position, 5_000)).events;
}

interface Paid {
  readonly endToEndId: string;
  readonly amountMinor: string;
}
async function payments(): Promise<Paid[]> {
  const found: Paid[] = [];
  for await (const page of pagesOf(world.engine.store, `payment-${CYCLE}-`)) {
    for (const { events } of page)
      for (const event of events) if (event.type === 'PaymentInstructed') found.push(event.data);
  }
  return found;
}

const NOW = new Date().toISOString();

describe('real messages of others', () => {
  if (!existsSync(SAMPLES)) {
    it('are not at hand', () =>
      leaveOut('No real bank message was taken in: they are not at hand (set REFERENCE_DATA).'));
    return;
  }
  const files = ['pain.002', 'camt.054', 'camt.053'].flatMap((family) =>
    readdirSync(join(SAMPLES, family)).map((name) => join(family, name)),
  );
  it.each(files)(
    '%s touches no payment of ours, and all that it says waits for a person',
    async (name) => {
      const before = await last();
      const summary = await take(readFileSync(join(SAMPLES, name)));
      const events = await since(before);
      expect(
        events.every(({ stream }) => stream.startsWith('message-') || stream.startsWith('entry-')),
      ).toBe(true);
      expect(
        events.every(
          (event) => event.type !== 'BankMessageQuarantined' || /^[A-Z_]+$/.test(event.data.code),
        ),
      ).toBe(true);
      if (summary.status !== 'applied') {
        expect(summary).toMatchObject({
          status: 'quarantined',
          code: expect.stringMatching(/^[A-Z_]+$/),
          detail: expect.stringMatching(/^Line \d+, column \d+: /),
        });
        return;
      }
      expect(summary.quarantined! + summary.ignored!).toBe(summary.entries);
      expect(events.filter(({ type }) => type === 'BankEntryQuarantined')).toHaveLength(
        summary.quarantined!,
      );
    },
  );
});

describe(`${RUNS} spoilt messages about payments of ours`, () => {
  it(
    'change only payments that they name, conserve the money, and leave a reason',
    async () => {
      const all = await payments();
      const said = (from: number, what: Said['what'], reason?: string): Said[] =>
        all.slice(from, from + 6).map(({ endToEndId, amountMinor }) => ({
          endToEndId,
          amount: `${amountMinor.slice(0, -2)}.${amountMinor.slice(-2)}`,
          what,
          ...(reason === undefined ? {} : { reason }),
        }));
      const messages = [
        pain002Of(said(0, 'accepted')),
        pain002Of(said(6, 'rejected', 'AC04')),
        camtOf('camt.054', said(0, 'settled'), { together: 3 }),
        camtOf('camt.053', said(12, 'settled')),
        camtOf('camt.054', said(0, 'returned', 'AC01'), { prefix: 'n' }),
      ];
      const seen = { applied: 0, quarantined: 0, unchanged: 0 };
      for (let run = 0; run < RUNS; run += 1) {
        const bytes = (run % 2 === 0 ? mutated : retouched)(run, messages);
        const before = await last();
        const summary = await take(bytes);
        seen[summary.status] += 1;
        const text = bytes.toString('latin1');
        for (const event of await since(before)) {
          if (!event.stream.startsWith('payment-')) continue;
          const named =
            'endToEndId' in event.data
              ? String(event.data.endToEndId)
              : all.find(({ endToEndId }) => text.includes(endToEndId))?.endToEndId;
          if (summary.status !== 'applied' || named === undefined || !text.includes(named))
            throw new Error(`run ${run} changed a payment that it does not name: ${event.type}`);
        }
        const kept = await readMessage(world.engine.store, summary.sha256);
        if (summary.status === 'quarantined' && !kept?.quarantine?.code)
          throw new Error(`run ${run} left no reason`);
      }
      expect(seen.applied).toBeGreaterThan(RUNS / 20);
      expect(seen.quarantined).toBeGreaterThan(RUNS / 4);
      const { items } = await listEntries(world.engine.store, {
        now: NOW,
        status: 'quarantined',
        limit: 1_000,
      });
      expect(items.every(({ code }) => /^[A-Z_]+$/.test(code))).toBe(true);
      const now = await cycleFigures(world.engine.store, CYCLE);
      const sum = [
        now.settledMinor,
        now.rejectedMinor,
        now.returnedMinor,
        now.cancelledMinor,
        now.outstandingMinor,
      ].reduce((total, minor) => total + BigInt(minor), 0n);
      expect(sum).toBe(all.reduce((total, { amountMinor }) => total + BigInt(amountMinor), 0n));
      // Nobody after the eighteenth was in any message.
      expect(now.outstandingCount).toBeGreaterThanOrEqual(all.length - 18);
      expect((await auditOf(world.engine.store)).violations).toEqual([]);
    },
    600_000 + RUNS * 100,
  );
});
