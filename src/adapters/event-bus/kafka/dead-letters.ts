import { createHash } from 'node:crypto';
import type { IHeaders, KafkaMessage, Producer } from 'kafkajs';
import {
  DEAD_LETTER_HEADERS,
  DEAD_LETTER_TOPIC,
  EVENT_TOPICS,
  MAX_MESSAGE_BYTES,
  OTHER_TOPICS,
} from '../../../messaging/topics.js';
import { client, leave, textsOf, type KafkaOptions } from './client.js';

/**
 * A message that a consumer of ours could not take. `letter` is its own offset in the dead-letter
 * topic.
 */
export interface DeadLetter {
  readonly letter: number;
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
  readonly key: string;
  readonly reason: string;
  /** Put back by a replay before. */
  readonly replayed: boolean;
}
/**
 * `left`: letters that tell no topic of ours, which nobody of ours has written; they stay where
 * they are. `cut`: letters that have not all of the message.
 */
export interface Replayed {
  readonly replayed: number;
  readonly left: number;
  readonly cut: readonly number[];
}

/** Its offset in the dead-letter topic is how far letters have been put back. */
const GROUP = 'sanad-dead-letters';
/** A letter is sent as it is; the rest of what its topic takes is for what is said beside it. */
const MAX_LETTER_BYTES = MAX_MESSAGE_BYTES - 65_536;
/** What a header takes beside its name and value, at most. */
const HEADER_BYTES = 10;
/** What is kept of a message that is larger. */
const CUT_KEY_BYTES = 1_024;
const CUT_VALUE_BYTES = 65_536;
/** A broker that says nothing for so long is given up. */
const SILENCE_MS = 30_000;
const TARGETS: ReadonlySet<string> = new Set(
  [...EVENT_TOPICS, ...OTHER_TOPICS]
    .map(({ topic }) => topic)
    .filter((topic) => topic !== DEAD_LETTER_TOPIC),
);

/**
 * The letters that are there now, oldest first.
 * @param all also those that were put back before
 */
export async function listDeadLetters(
  options: KafkaOptions,
  { all = false, limit }: { readonly all?: boolean; readonly limit: number },
): Promise<readonly DeadLetter[]> {
  const { low, high, mark } = await boundsOf(options);
  const letters: DeadLetter[] = [];
  await eachLetter(options, all ? low : mark, high, async (message) => {
    letters.push(letterOf(message, mark));
    return letters.length < limit;
  });
  return letters;
}

/**
 * Puts letters back on their topics, with the key, value and headers that they came with; durable
 * before it is noted. Ended in between, it puts some back twice, which changes nothing. What still
 * cannot be taken becomes a letter again.
 * @param letter one only, also one that was put back before; absent: all that were not
 */
export async function replayDeadLetters(options: KafkaOptions, letter?: number): Promise<Replayed> {
  const { low, high, mark } = await boundsOf(options);
  const first = letter ?? mark;
  const end = letter === undefined ? high : Math.min(letter + 1, high);
  if (letter !== undefined && (letter < low || letter >= high))
    return { replayed: 0, left: 0, cut: [] };
  const producer = client(options).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  const done = { replayed: 0, left: 0, cut: [] as number[] };
  try {
    await eachLetter(options, first, end, async (message, commit) => {
      const { topic, letter: number } = letterOf(message, mark);
      if (message.headers?.[DEAD_LETTER_HEADERS.cutSha256] !== undefined) done.cut.push(number);
      else if (TARGETS.has(topic)) {
        const { key, value } = message;
        await producer.send({
          topic,
          acks: -1,
          messages: [{ key, value, headers: ownHeaders(message) }],
        });
        done.replayed += 1;
      } else done.left += 1;
      if (letter === undefined) await commit();
      return true;
    });
  } finally {
    await leave(producer);
  }
  return done;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly mark: number;
}

async function boundsOf(options: KafkaOptions): Promise<Bounds> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const [there] = await admin.fetchTopicOffsets(DEAD_LETTER_TOPIC);
    const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [DEAD_LETTER_TOPIC] });
    const low = Number(there?.low ?? 0);
    return {
      low,
      high: Number(there?.high ?? 0),
      mark: Math.max(low, Number(group?.partitions[0]?.offset ?? -1)),
    };
  } finally {
    await admin.disconnect();
  }
}

/**
 * Letters from one offset to before another, until `look` has seen enough. The topic has one
 * partition.
 */
async function eachLetter(
  options: KafkaOptions,
  from: number,
  end: number,
  look: (message: KafkaMessage, commit: () => Promise<void>) => Promise<boolean>,
): Promise<void> {
  if (from >= end) return;
  const consumer = client(options).consumer({ groupId: GROUP, allowAutoTopicCreation: false });
  let ended = false;
  let quiet: NodeJS.Timeout | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [DEAD_LETTER_TOPIC], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const silence = (): void => {
        clearTimeout(quiet);
        quiet = setTimeout(
          () =>
            reject(
              new Error(
                `nothing came from ${DEAD_LETTER_TOPIC} within ${SILENCE_MS} ms; another command may be reading it`,
              ),
            ),
          SILENCE_MS,
        );
      };
      silence();
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      consumer
        .run({
          autoCommit: false,
          eachMessage: async ({ message, partition }) => {
            const offset = Number(message.offset);
            if (ended || offset < from) return;
            silence();
            const commit = (): Promise<void> =>
              consumer.commitOffsets([
                { topic: DEAD_LETTER_TOPIC, partition, offset: String(offset + 1) },
              ]);
            try {
              if (offset < end && (await look(message, commit)) && offset + 1 < end) return;
              ended = true;
              resolve();
            } catch (error) {
              ended = true;
              reject(error);
            }
          },
        })
        .catch(reject);
      consumer.seek({ topic: DEAD_LETTER_TOPIC, partition: 0, offset: String(from) });
    });
  } finally {
    clearTimeout(quiet);
    await leave(consumer);
  }
}

function letterOf({ key, headers, offset }: KafkaMessage, mark: number): DeadLetter {
  const texts = textsOf(headers);
  const text = (name: string): string => texts[name] ?? '';
  return {
    letter: Number(offset),
    topic: text(DEAD_LETTER_HEADERS.topic),
    partition: text(DEAD_LETTER_HEADERS.partition),
    offset: text(DEAD_LETTER_HEADERS.offset),
    key: String(key ?? ''),
    reason: text(DEAD_LETTER_HEADERS.reason),
    replayed: Number(offset) < mark,
  };
}

/**
 * Puts a message on the topic of dead letters as it came, with where it was and why it could not be
 * taken. The reason must have nothing of its data. What with that is larger than the topic takes is
 * cut, or the partition that it came from would stand still for ever: of the message its key and
 * the beginning of its value are kept, and what tells whether somebody has the whole.
 */
export const deadLetter = (
  producer: Pick<Producer, 'send'>,
  topic: string,
  partition: number,
  message: KafkaMessage,
  reason: string,
): Promise<unknown> => {
  const headers = ownHeaders(message);
  const where = {
    [DEAD_LETTER_HEADERS.topic]: topic,
    [DEAD_LETTER_HEADERS.partition]: String(partition),
    [DEAD_LETTER_HEADERS.offset]: message.offset,
    [DEAD_LETTER_HEADERS.reason]: reason,
  };
  const { key, value } = message;
  const letter =
    sizeOf(message, headers) <= MAX_LETTER_BYTES
      ? { key, value, headers: { ...headers, ...where } }
      : {
          key: key && key.subarray(0, CUT_KEY_BYTES),
          value: value && value.subarray(0, CUT_VALUE_BYTES),
          headers: {
            ...where,
            [DEAD_LETTER_HEADERS.reason]: `${reason} (too large to be kept whole)`,
            [DEAD_LETTER_HEADERS.cutSha256]: createHash('sha256')
              .update(value ?? '')
              .digest('hex'),
          },
        };
  return producer.send({ topic: DEAD_LETTER_TOPIC, acks: -1, messages: [letter] });
};

/** Those that it came with. */
const ownHeaders = ({ headers }: KafkaMessage): IHeaders =>
  Object.fromEntries(
    Object.entries(headers ?? {}).filter(
      ([name]) => !Object.values<string>(DEAD_LETTER_HEADERS).includes(name),
    ),
  );

function sizeOf({ key, value }: KafkaMessage, headers: IHeaders): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, values] of Object.entries(headers))
    for (const one of [values ?? ''].flat())
      bytes += Buffer.byteLength(name) + Buffer.byteLength(one) + HEADER_BYTES;
  return bytes;
}
