import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Inbox } from '../../examples/payment-system/inbox.js';
import { followTopic, publisherTo, type Publisher } from '../../examples/payment-system/kafka.js';
import { Ledger, type Outcome } from '../../examples/payment-system/ledger.js';
import { PaymentSystem } from '../../examples/payment-system/payment-system.js';
import { kafkaInbound } from '../../src/adapters/event-bus/kafka/inbound.js';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import type { RelayState } from '../../src/adapters/relay-state/port.js';
import { OutcomesFromTopic } from '../../src/use-cases/outcomes/take-outcomes-topic.js';
import { AUDIT_TOPIC, DEAD_LETTER_HEADERS, OUTCOMES_TOPIC } from '../../src/messaging/topics.js';
import { supervise } from '../../src/runtime/supervision/supervise.js';
import { Relay } from '../../src/runtime/relay.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { answers, enrolled, released } from '../use-cases/month.js';
import { newWorld, type World } from '../use-cases/world.js';
import { kafkaClient, startKafka } from '../support/kafka.js';
import { eventually } from '../support/eventually.js';
import { requireHere } from '../support/servers-here.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const kafka = await startKafka('a payment system as a consumer');
const TIMEOUT_MS = 600_000;
const run = promisify(execFile);

afterAll(async () => {
  if (kafka.running) await kafka.stop();
});

it('has the server that it needs, or said what is left out', () => {
  requireHere(kafka);
});

/** A relay's state in memory: one relay is all there is here. */
function relayState(): RelayState {
  let position = -1;
  return {
    hold: async () => ({
      position,
      ground: {},
      lost: new AbortController().signal,
      moved: async (next) => {
        position = next;
      },
      release: async () => undefined,
    }),
    rewind: async (to) => {
      position = to;
    },
  };
}

/**
 * Something that works until it is stopped, as the roles run it: after a failure (the broker's
 * coordinator is not there yet) it starts again.
 */
function working(work: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const stop = new AbortController();
  const done = supervise(
    'work',
    () => work(stop.signal),
    () => undefined,
    stop.signal,
  );
  return async () => {
    stop.abort();
    await done;
  };
}

if (kafka.running)
  describe('a payment system on Kafka', () => {
    const { brokers } = kafka;
    const client = kafkaClient(brokers);
    const state = relayState();
    let world: World;
    let bankDir: string;
    let publisher: Publisher;
    let paymentIds: string[];

    beforeAll(async () => {
      world = await newWorld();
      bankDir = temporaryFolder('bank');
      await enrolled(world.engine, 20);
      const { cycleId } = await released(world.engine, '2025-11');
      paymentIds = [];
      for await (const batch of answers(world.engine, cycleId, () => ({ outcome: 'settled' })))
        paymentIds.push(...batch.map(({ paymentId }) => paymentId!));
      await createTopics({ brokers });
      publisher = await publisherTo({ brokers });
    }, TIMEOUT_MS);
    afterAll(async () => {
      await publisher.close();
      await world.end();
    });

    const relaying = (): (() => Promise<void>) =>
      working((signal) =>
        new Relay(world.engine.store, state, () =>
          openKafkaWriter({ brokers }, DEFAULT_BASE_URI),
        ).run(signal),
      );
    const takingIn = (desk: OutcomesFromTopic): (() => Promise<void>) =>
      working((signal) => desk.run(signal));
    const deskOf = (): OutcomesFromTopic =>
      new OutcomesFromTopic(
        world.engine,
        kafkaInbound({ brokers, topic: OUTCOMES_TOPIC, groupId: 'outcomes' }),
      );
    const ends = async (): Promise<Map<string, string>> =>
      new Map(
        (await world.engine.store.readStreams(paymentIds.map((id) => `payment-${id}`))).map(
          ({ stream, events }) => [stream, events.at(-1)!.type],
        ),
      );
    const said: Outcome[] = [];
    const bank = (inbox: Inbox, ledger: Ledger): PaymentSystem =>
      new PaymentSystem(inbox, ledger, {
        publish: async (outcomes) => {
          said.push(...outcomes);
          await publisher.publish(outcomes);
        },
      });
    const newLedger = (): Ledger =>
      new Ledger(
        ({ paymentId }) =>
          paymentId === paymentIds[0] ? { paid: false, reason: 'AC04' } : { paid: true },
        join(bankDir, 'ledger.ndjson'),
      );
    const newInbox = (): Inbox => new Inbox(join(bankDir, 'inbox.json'));
    const following = (system: PaymentSystem, groupId: string): (() => Promise<void>) =>
      working((signal) => followTopic({ brokers, groupId }, system, signal));
    /** Until it has seen the whole log. */
    const caughtUp = (inbox: Inbox): Promise<boolean> =>
      eventually(
        'the end of the log',
        async () => inbox.position === (await world.engine.store.lastPosition()),
      );

    it(
      'is told what to pay, answers, and the answers become facts of the payments',
      async () => {
        const desk = deskOf();
        const ledger = newLedger();
        const inbox = newInbox();
        const stops = [relaying(), takingIn(desk), following(bank(inbox, ledger), 'bank')];
        await eventually('what the topic has to bring', async () =>
          [...(await ends()).values()].every(
            (type) => type === 'PaymentSettled' || type === 'PaymentRejected',
          ),
        );
        await caughtUp(inbox);
        for (const stop of stops) await stop();
        ledger.close();
        expect((await ends()).get(`payment-${paymentIds[0]}`)).toBe('PaymentRejected');
        expect(
          [...(await ends()).values()].filter((type) => type === 'PaymentSettled'),
        ).toHaveLength(paymentIds.length - 1);
        expect({ size: ledger.size, figures: desk.figures }).toEqual({
          size: paymentIds.length,
          figures: { applied: paymentIds.length, unchanged: 0, breaks: 0, deadLettered: 0 },
        });
      },
      TIMEOUT_MS,
    );

    it(
      'changes nothing by hearing everything twice and saying everything twice, with its inbox lost',
      async () => {
        const last = await world.engine.store.lastPosition();
        await state.rewind(-1);
        rmSync(join(bankDir, 'inbox.json'));
        said.length = 0;
        const desk = deskOf();
        const ledger = newLedger();
        const inbox = newInbox();
        const stops = [relaying(), takingIn(desk), following(bank(inbox, ledger), 'bank-anew')];
        await eventually(
          'what the topic has to bring',
          () => inbox.position === last && desk.figures.unchanged === paymentIds.length,
        );
        for (const stop of stops) await stop();
        ledger.close();
        expect({ size: ledger.size, decided: ledger.decided, said: said.length }).toEqual({
          size: paymentIds.length,
          decided: 0,
          said: paymentIds.length,
        });
        expect(await world.engine.store.lastPosition()).toBe(last);
        expect(desk.figures).toEqual({
          applied: 0,
          unchanged: paymentIds.length,
          breaks: 0,
          deadLettered: 0,
        });
      },
      TIMEOUT_MS,
    );

    it(
      'notices that its offsets were moved past events, and reads what it missed',
      async () => {
        const admin = client.admin();
        await admin.connect();
        await admin.setOffsets({
          groupId: 'bank-moved',
          topic: AUDIT_TOPIC,
          partitions: [{ partition: 0, offset: '30' }],
        });
        await admin.disconnect();
        const inbox = new Inbox(undefined, 4);
        const ledger = new Ledger(() => ({ paid: true }));
        const stop = following(
          new PaymentSystem(inbox, ledger, { publish: async () => undefined }),
          'bank-moved',
        );
        await caughtUp(inbox);
        await stop();
        expect(ledger.size).toBe(paymentIds.length);
      },
      TIMEOUT_MS,
    );

    it(
      'stops where events are missing for good, and says after which',
      async () => {
        const inbox = new Inbox(undefined, -7);
        const system = new PaymentSystem(inbox, new Ledger(() => ({ paid: true })), {
          publish: async () => undefined,
        });
        await expect(
          followTopic({ brokers, groupId: 'bank-lost' }, system, new AbortController().signal),
        ).rejects.toMatchObject({ after: -7, before: 0 });
      },
      TIMEOUT_MS,
    );

    describe('what cannot be taken', () => {
      let payment: string;
      let unknown: string;
      const sanad = async (...args: string[]) =>
        JSON.parse(
          (
            await run(process.execPath, ['bin/sanad.mjs', 'dead-letters', ...args, '--json'], {
              env: { ...process.env, KAFKA_BROKERS: brokers.join(',') },
            })
          ).stdout,
        );
      /** A desk takes in what the topic has, until its figures say so. */
      async function taken(isDone: (figures: OutcomesFromTopic['figures']) => boolean) {
        const desk = deskOf();
        const stop = takingIn(desk);
        await eventually('what the topic has to bring', () => isDone(desk.figures));
        await stop();
      }

      it(
        'is set aside with its place and reason',
        async () => {
          const { cycleId } = await released(world.engine, '2025-12');
          const [stream] = await world.engine.store.readCategory(`payment-${cycleId}-`, {
            limit: 1,
          });
          payment = stream!.stream.slice('payment-'.length);
          unknown = `asd-2026-01-${payment.slice(-36)}`;
          const settled = (paymentId: string, settledOn: string) => ({
            key: paymentId,
            value: JSON.stringify({ paymentId, outcome: 'settled', settledOn }),
          });
          const producer = client.producer();
          await producer.connect();
          const [sent] = await producer.send({
            topic: OUTCOMES_TOPIC,
            messages: [{ key: payment, value: 'no JSON', headers: { note: 'kept' }, partition: 3 }],
          });
          await producer.send({
            topic: OUTCOMES_TOPIC,
            messages: [settled(unknown, '2026-01-29'), settled(payment, '2025-12-28')],
          });
          await producer.disconnect();
          await taken(({ deadLettered, applied }) => deadLettered === 2 && applied === 1);
          const { letters } = await sanad('list');
          expect(letters).toHaveLength(2);
          expect(letters).toContainEqual({
            letter: expect.any(Number),
            topic: OUTCOMES_TOPIC,
            partition: '3',
            offset: sent!.baseOffset,
            key: payment,
            reason: expect.stringContaining('MALFORMED_JSON'),
            replayed: false,
          });
          expect(letters.find(({ key }: { key: string }) => key === unknown).reason).toContain(
            'PAYMENT_UNKNOWN',
          );
        },
        TIMEOUT_MS,
      );

      it(
        'is put back by a command, and taken where what made it fail is mended',
        async () => {
          // The month of the second is there now.
          await released(world.engine, '2026-01');
          expect(await sanad('replay', '--as', 'admin')).toEqual({
            replayed: 2,
            left: 0,
            cut: [],
          });
          expect(await sanad('list')).toEqual({ letters: [] });
          expect(
            (await sanad('list', '--all')).letters.map(
              ({ replayed }: { replayed: boolean }) => replayed,
            ),
          ).toEqual([true, true]);
          await taken(({ deadLettered, applied }) => deadLettered === 1 && applied === 1);
          expect((await world.engine.store.readStream(`payment-${unknown}`)).at(-1)!.type).toBe(
            'PaymentSettled',
          );
          const [again] = (await sanad('list')).letters;
          expect(again).toMatchObject({
            topic: OUTCOMES_TOPIC,
            key: payment,
            reason: expect.stringContaining('MALFORMED_JSON'),
          });
        },
        TIMEOUT_MS,
      );

      it(
        'keeps the headers that it was sent with',
        async () => {
          const reader = client.consumer({ groupId: 'reader' });
          await reader.connect();
          await reader.subscribe({ topic: 'sanad.dead-letter.v1', fromBeginning: true });
          const notes: (string | undefined)[] = [];
          await reader.run({
            eachMessage: async ({ message: { headers } }) => {
              if (String(headers?.[DEAD_LETTER_HEADERS.partition]) !== '')
                notes.push(headers?.['note']?.toString());
            },
          });
          await eventually('what the topic has to bring', () => notes.length === 3);
          await reader.disconnect();
          expect(notes.filter((note) => note === 'kept')).toHaveLength(2);
        },
        TIMEOUT_MS,
      );
    });
  });
