import type { EachBatchPayload, Producer } from 'kafkajs';
import type { Inbound, InboundTopic } from '../port.js';
import { client, consumerOf, leave, textsOf, type KafkaOptions } from './client.js';
import { deadLetter } from './dead-letters.js';

/** Messages that are taken together; the offsets move after each. */
const BATCH_SIZE = 500;
/** Partitions at work at once, so that one commit to the store serves several. */
const PARTITIONS_AT_ONCE = 4;

/** Gives messages to `take`, and sets aside what it names a reason for. */
async function takeMessages(
  take: TakeMessages,
  producer: Producer,
  { batch }: EachBatchPayload,
  messages: readonly Message[],
): Promise<void> {
  const reasons = await take(
    messages.map(({ key, value, headers }): Inbound => ({
      key: String(key ?? ''),
      value: String(value ?? ''),
      headers: textsOf(headers),
    })),
  );
  await Promise.all(
    messages.map((message, index) => {
      const reason = reasons[index];
      if (reason === undefined) return undefined;
      return deadLetter(producer, batch.topic, batch.partition, message, reason);
    }),
  );
}

type Options = KafkaOptions & { readonly topic: string; readonly groupId: string };
type TakeMessages = Parameters<InboundTopic['run']>[0];

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * A topic in a consumer group of ours. Members share its partitions; a rebalance gives what was not
 * committed to another.
 */
export const kafkaInbound = (options: Options): InboundTopic => ({
  async run(take, signal, onReady) {
    const kafka = client(options);
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    const consumer = consumerOf(kafka, options.groupId);
    const failed = new AbortController();
    consumer.on('consumer.crash', ({ payload }) => failed.abort(payload.error));
    const ended = AbortSignal.any([signal, failed.signal]);
    const takeOrFail = async (payload: EachBatchPayload, messages: readonly Message[]) => {
      try {
        await takeMessages(take, producer, payload, messages);
      } catch (error) {
        // kafkajs would try again without an end and without a word: whoever runs this is told, and
        // starts it again.
        failed.abort(error);
        throw error;
      }
    };
    try {
      await producer.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
      await consumer.run({
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
        eachBatch: (payload) =>
          takeBatch(payload, (messages) => takeOrFail(payload, messages), ended),
      });
      onReady?.();
      await aborted(ended);
    } finally {
      await leave(consumer, producer);
    }
    if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason;
  },
});

type Message = EachBatchPayload['batch']['messages'][number];

/**
 * What `take` throws is ours; what moving offsets and heartbeats throw (the group rebalances)
 * kafkajs deals with.
 */
async function takeBatch(
  {
    batch,
    resolveOffset,
    heartbeat,
    commitOffsetsIfNecessary,
    isRunning,
    isStale,
  }: EachBatchPayload,
  take: (messages: readonly Message[]) => Promise<void>,
  ended: AbortSignal,
): Promise<void> {
  for (let first = 0; first < batch.messages.length; first += BATCH_SIZE) {
    if (!isRunning() || isStale() || ended.aborted) return;
    const messages = batch.messages.slice(first, first + BATCH_SIZE);
    await take(messages);
    resolveOffset(messages.at(-1)!.offset);
    await commitOffsetsIfNecessary();
    await heartbeat();
  }
}
