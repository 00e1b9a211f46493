import { Kafka, logLevel } from 'kafkajs';
import { eventOfMessage } from './event.js';
import type { Outcome } from './ledger.js';
import { Gap, type PaymentSystem } from './payment-system.js';

/** Every event in commit order, on one partition. */
const AUDIT_TOPIC = 'sanad.audit.v1';
const OUTCOMES_TOPIC = 'sanad.payment-outcomes.v1';
const BATCH_SIZE = 500;

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly groupId: string;
}
export interface Publisher {
  readonly publish: (outcomes: readonly Outcome[]) => Promise<void>;
  close(): Promise<void>;
}

const clientOf = ({ brokers }: Pick<KafkaOptions, 'brokers'>): Kafka =>
  new Kafka({ clientId: 'payment-system', brokers: [...brokers], logLevel: logLevel.NOTHING });

/**
 * Outcomes of one payment have one key, and so keep their order. @throws what connecting fails
 * with: nothing may be sent then
 */
export async function publisherTo(options: Pick<KafkaOptions, 'brokers'>): Promise<Publisher> {
  const producer = clientOf(options).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  return {
    async publish(outcomes) {
      const messages = outcomes.map((outcome) => ({
        key: outcome.paymentId,
        value: JSON.stringify(outcome),
        headers: { 'content-type': 'application/json' },
      }));
      await producer.send({ topic: OUTCOMES_TOPIC, acks: -1, messages });
    },
    close: () => producer.disconnect(),
  };
}

/**
 * Follows the audit topic until the signal aborts. Offsets only save reading again: the inbox says
 * what is known, so that losing them, or setting them back, changes nothing. Where events are
 * missing and there is no feed, the topic is read again from its start, once.
 * @throws Gap where they are not on the topic either; what the broker fails with
 */
export async function followTopic(
  options: KafkaOptions,
  system: PaymentSystem,
  signal: AbortSignal,
): Promise<void> {
  const consumer = clientOf(options).consumer({
    groupId: options.groupId,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  });
  const failed = new AbortController();
  consumer.on('consumer.crash', ({ payload }) => failed.abort(payload.error));
  const ended = AbortSignal.any([signal, failed.signal]);
  let again: number | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [AUDIT_TOPIC], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({
        batch,
        resolveOffset,
        commitOffsetsIfNecessary,
        heartbeat,
        isRunning,
        isStale,
      }) => {
        for (let first = 0; first < batch.messages.length; first += BATCH_SIZE) {
          if (!isRunning() || isStale() || ended.aborted) return;
          const messages = batch.messages.slice(first, first + BATCH_SIZE);
          try {
            await system.take(messages.map((message) => eventOfMessage(message)));
          } catch (error) {
            if (error instanceof Gap && again !== error.after) {
              again = error.after;
              consumer.seek({ topic: batch.topic, partition: batch.partition, offset: '0' });
              return;
            }
            failed.abort(error);
            throw error;
          }
          resolveOffset(messages.at(-1)!.offset);
          await commitOffsetsIfNecessary();
          await heartbeat();
        }
      },
    });
    if (!ended.aborted)
      await new Promise<void>((resolve) => {
        ended.addEventListener('abort', () => resolve(), { once: true });
      });
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
  if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason;
}
