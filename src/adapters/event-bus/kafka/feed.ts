import type { EachBatchPayload, Producer } from 'kafkajs';
import type { EventRegistry } from '../../../../events/registry.js';
import type { Recorded } from '../../../kernel/decider.js';
import { readMessage } from '../../../messaging/read-message.js';
import { AGGREGATES, topicOf } from '../../../messaging/topics.js';
import type { EventFeed, FeedPage } from '../port.js';
import { authenticity, type Authentic } from './authentic.js';
import { client, consumerOf, leave, textsOf, type KafkaOptions } from './client.js';
import { deadLetter } from './dead-letters.js';

interface Handed {
  readonly page: FeedPage;
  taken(): void;
}

/**
 * The aggregates' topics as a feed that is partitioned by stream. A page's offsets are committed
 * when the next one is asked for, that is when its rows are; after a crash in between, or when its
 * partition goes to another reader of the group, it comes again, and is told by stream and
 * revision. A message that cannot be read, or that nobody of ours wrote, goes to the dead-letter
 * topic.
 */
export function kafkaFeed(
  options: KafkaOptions & {
    readonly groupId: string;
    readonly registry: EventRegistry;
    readonly onDeadLetter?: () => void;
    /** Told when it takes its part of the feed. */
    readonly onReady?: () => void;
  },
): EventFeed {
  return { subscribe: (_after, signal) => pages(options, signal) };
}

type FeedOptions = Parameters<typeof kafkaFeed>[0];

/**
 * Pages that the consumer hands over, until the reader takes them. They wait in one place and
 * listen to nothing of their own: a listener on the reader's signal for each page kept every page.
 */
class HandedPages {
  readonly #waiting: Handed[] = [];
  readonly #untaken = new Set<() => void>();
  #stopped = false;
  #wake = (): void => undefined;

  /** Wakes the reader. */
  rouse = (): void => this.#wake();

  /** Refuses what is handed over and not taken, now and from now on, and wakes the reader. */
  stop = (): void => {
    this.#stopped = true;
    for (const refuse of this.#untaken) refuse();
    this.rouse();
  };

  /** Waits until the page's rows are durable. @throws Error where the reader stops before */
  async hand(page: FeedPage): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const refuse = (): void => {
        this.#untaken.delete(refuse);
        reject(new Error('the reader stops'));
      };
      if (this.#stopped) return refuse();
      const taken = (): void => {
        this.#untaken.delete(refuse);
        resolve();
      };
      this.#untaken.add(refuse);
      this.#waiting.push({ page, taken });
      this.rouse();
    });
  }

  next(): Handed | undefined {
    return this.#waiting.shift();
  }

  async roused(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** What can be read of a batch, and is ours; what is not goes to the dead-letter topic. */
async function pageOf(
  { registry, onDeadLetter }: FeedOptions,
  authentic: Authentic,
  producer: Producer,
  { topic, partition, messages }: EachBatchPayload['batch'],
): Promise<FeedPage | undefined> {
  const events: Recorded[] = [];
  const previous: number[] = [];
  for (const message of messages) {
    try {
      const key = String(message.key ?? '');
      const value = String(message.value ?? '');
      const headers = textsOf(message.headers);
      authentic({ topic, partition, key, value, headers });
      const read = readMessage(registry, key, value, headers);
      events.push(read.event);
      previous.push(read.previous);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unreadable';
      await deadLetter(producer, topic, partition, message, reason);
      onDeadLetter?.();
    }
  }
  const last = events.at(-1);
  if (!last) return undefined;
  return { events, previous, part: `${topic}/${partition}`, next: last.position, end: false };
}

async function* pages(options: FeedOptions, signal: AbortSignal): AsyncGenerator<FeedPage> {
  const kafka = client(options);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = consumerOf(kafka, options.groupId);
  const handed = new HandedPages();
  let crashed: Error | undefined;
  consumer.on('consumer.crash', ({ payload }) => {
    crashed = payload.error;
    handed.rouse();
  });
  if (signal.aborted) handed.stop();
  signal.addEventListener('abort', handed.stop);
  try {
    const authentic = await authenticity(options);
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: AGGREGATES.map(topicOf), fromBeginning: true });
    await consumer.run({
      autoCommit: true,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch, heartbeat }: EachBatchPayload) => {
        const page = await pageOf(options, authentic, producer, batch);
        if (!page) return;
        await handed.hand(page);
        await heartbeat();
      },
    });
    options.onReady?.();
    let held: Handed | undefined;
    while (!signal.aborted) {
      held?.taken();
      held = handed.next();
      if (held) yield held.page;
      else if (crashed) throw crashed;
      else await handed.roused();
    }
  } finally {
    signal.removeEventListener('abort', handed.stop);
    handed.stop();
    await leave(consumer, producer);
  }
}
