import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Inbound, InboundTopic } from '../../src/adapters/event-bus/port.js';
import { StoreError } from '../../src/kernel/errors.js';
import { paymentId as paymentIdOf, streams, uuidOf } from '../../src/kernel/ids.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { OutcomesFromTopic } from '../../src/use-cases/outcomes/take-outcomes-topic.js';
import { HistoryBuilder } from '../support/history-builder.js';
import { MemoryStore } from '../support/memory-store.js';
import { newWorld, type World } from './world.js';

const PERIOD = '2026-01';
const ids = [0, 1, 2].map((n) => paymentIdOf('asd', PERIOD, uuidOf('person', n)));
const BAD = streams.payment(ids[1]!);
let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world.end());

/** Payments with a bank, in a log that fails where the second of them is to be written. */
function failing(error: Error): MemoryStore {
  const history = new HistoryBuilder();
  for (const [n, paymentId] of ids.entries()) {
    const amount = { amountMinor: '50000', currency: 'MAD' };
    history.record(streams.payment(paymentId), 'finance-officer', {
      type: 'PaymentOrdered',
      data: {
        paymentId,
        programmeId: 'asd',
        period: PERIOD,
        personId: uuidOf('person', n),
        region: 'MA-06',
        round: 1,
        ...amount,
        policyVersion: 1,
        contentHash: 'a'.repeat(64),
        items: [],
      },
    });
    history.record(streams.payment(paymentId), 'automation', {
      type: 'PaymentInstructed',
      data: {
        paymentId,
        attempt: 1,
        messageId: 'M1',
        endToEndId: 'E1',
        accountId: uuidOf('account', n),
        ...amount,
        executionDate: '2026-01-31',
      },
    });
  }
  const store = new MemoryStore(true, history.events);
  store.beforeAppend = ({ writes }) => {
    if (writes.some(({ stream }) => stream === BAD)) throw error;
  };
  return store;
}
const messages = ids.map((paymentId): Inbound => ({
  key: paymentId,
  value: JSON.stringify({ paymentId, outcome: 'accepted' }),
  headers: {},
}));
const topicOn = (store: MemoryStore): OutcomesFromTopic =>
  new OutcomesFromTopic({ ...world.engine, store }, {} as InboundTopic);
const accepted = async (store: MemoryStore): Promise<readonly boolean[]> =>
  (await store.readStreams(ids.map((id) => streams.payment(id)))).map(
    ({ events }) => foldPayment(events).status === 'accepted',
  );

test('a message that meets a defect is set aside by itself, and nothing behind it waits', async () => {
  const store = failing(new TypeError('x is undefined'));
  const topic = topicOn(store);
  const reasons = await topic.take(messages);
  expect(reasons).toEqual([undefined, expect.stringMatching(/^INTERNAL_ERROR: /), undefined]);
  expect(reasons[1]).not.toContain('x is undefined');
  expect(await accepted(store)).toEqual([true, false, true]);
  expect(topic.figures).toMatchObject({ applied: 2, deadLettered: 1 });
});

test('while the log is away nothing is set aside: the messages come again', async () => {
  const store = failing(new StoreError('STORE_FAILED', 'away'));
  await expect(topicOn(store).take(messages)).rejects.toThrow('STORE_FAILED');
  store.beforeAppend = undefined;
  expect(await topicOn(store).take(messages)).toEqual([undefined, undefined, undefined]);
  expect(await accepted(store)).toEqual([true, true, true]);
});
