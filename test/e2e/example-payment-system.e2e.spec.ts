import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventOfLine, type Event } from '../../examples/payment-system/event.js';
import { feedOf, outcomesOver } from '../../examples/payment-system/feed.js';
import { Inbox } from '../../examples/payment-system/inbox.js';
import { Ledger, type Outcome } from '../../examples/payment-system/ledger.js';
import { Gap, PaymentSystem } from '../../examples/payment-system/payment-system.js';
import { approved, enrolled, HttpWorld, paid, setUp, submitted } from './http-world.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the example of a payment system, over HTTP', () => {
  let world: HttpWorld;
  let dir: string;
  let sanad: { url: string; token: string };
  /** The whole log as the audit topic has it. */
  let log: Event[];
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    dir = temporaryFolder('bank');
    for (const n of [1, 2]) {
      const { personId, applicationId } = await submitted(world, n);
      await approved(world, applicationId);
      await enrolled(world, personId);
    }
    await paid(world, 'asd-2025-11');
    sanad = { url: world.server.url, token: (await world.as('bank', 'payment-system')).token };
    const { text } = await (await world.as('a.auditor', 'auditor')).get('/feed?limit=1000');
    log = text
      .split('\n')
      .filter(Boolean)
      .map((line) => ({
        ...eventOfLine(line),
        previous: Number(JSON.parse(line).previousposition),
      }));
  });
  afterAll(() => world.close());

  const collecting =
    (said: Outcome[]) =>
    async (outcomes: readonly Outcome[]): Promise<void> => {
      said.push(...outcomes);
    };
  const all = () => ({ paid: true }) as const;

  it.each([0, 1, 10, 20])(
    'fetches what is missing on its topic from the feed, wherever it begins to be missing: after %i events',
    async (have) => {
      const said: Outcome[] = [];
      const inbox = new Inbox();
      const system = new PaymentSystem(inbox, new Ledger(all), {
        publish: collecting(said),
        feed: feedOf({ ...sanad, limit: 3 }),
      });
      await system.take(log.slice(0, have));
      await system.take(log.slice(-1));
      await system.take(log);
      expect(inbox.position).toBe(log.at(-1)!.position);
      expect(new Set(said.map(({ endToEndId }) => endToEndId)).size).toBe(2);
      expect(said).toHaveLength(2);
    },
  );

  it('stops where nobody has what is missing, and where stream and log contradict', async () => {
    const without = new PaymentSystem(new Inbox(), new Ledger(all), { publish: collecting([]) });
    await expect(without.take(log.slice(3))).rejects.toThrow(Gap);
    const inbox = new Inbox();
    const system = new PaymentSystem(inbox, new Ledger(all), { publish: collecting([]) });
    await system.take(log.slice(0, 2));
    const odd = { ...log[2]!, stream: log[1]!.stream, revision: 9 };
    await expect(system.take([odd])).rejects.toThrow(/from revision 1 to 9/);
  });

  it('ended before its answers are at the other end it says the same again and pays once; a torn line of its ledger was said to nobody', async () => {
    const file = join(dir, 'ledger.ndjson');
    const kept = join(dir, 'inbox.json');
    const first = new Ledger(all, file);
    const dying = new PaymentSystem(new Inbox(kept), first, {
      publish: async () => {
        throw new Error('the line is cut');
      },
      feed: feedOf(sanad),
    });
    await expect(dying.resynchronise()).rejects.toThrow('the line is cut');
    await expect(dying.resynchronise()).rejects.toThrow('start anew');
    first.close();
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, '{"paymentId":"to', { flag: 'a' });
    const said: Outcome[] = [];
    const second = new Ledger(() => ({ paid: false, reason: 'AC04' }), file);
    await new PaymentSystem(new Inbox(kept), second, {
      publish: collecting(said),
      feed: feedOf(sanad),
    }).resynchronise();
    second.close();
    expect({ decided: second.decided, outcomes: said.map(({ outcome }) => outcome) }).toEqual({
      decided: 0,
      outcomes: ['settled', 'settled'],
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const again: Outcome[] = [];
    const third = new Ledger(all, file);
    await new PaymentSystem(new Inbox(kept), third, {
      publish: collecting(again),
      feed: feedOf(sanad),
    }).resynchronise();
    third.close();
    expect(again).toEqual([]);
  });

  it('pays and answers over HTTP alone, from any position', async () => {
    const ledger = new Ledger(all);
    await new PaymentSystem(new Inbox(undefined, 10), ledger, {
      publish: outcomesOver(sanad),
      feed: feedOf({ ...sanad, limit: 2 }),
    }).resynchronise();
    expect(ledger.size).toBe(2);
    const { lines } = await (
      await world.as('bank', 'payment-system')
    )
      .get('/feed?types=PaymentSettled')
      .then(({ text }) => ({
        lines: text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      }));
    expect(lines.map(({ data }) => data)).toEqual([
      expect.objectContaining({
        amountMinor: '100000',
        currency: 'MAD',
        settledOn: '2025-11-28',
        source: 'http',
      }),
      expect.objectContaining({ settledOn: '2025-11-28' }),
    ]);
  });
});
