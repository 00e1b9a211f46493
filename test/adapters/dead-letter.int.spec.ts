import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { IHeaders, KafkaMessage, Message, ProducerRecord } from 'kafkajs';
import { deadLetter } from '../../src/adapters/event-bus/kafka/dead-letters.js';
import { DEAD_LETTER_HEADERS, DEAD_LETTER_TOPIC } from '../../src/messaging/topics.js';

const MOST = 2_097_152;
type Given = Partial<Pick<KafkaMessage, 'key' | 'value'>> & { readonly headers?: IHeaders };
const message = ({ headers = {}, ...given }: Given) => ({
  key: Buffer.from('payment'),
  value: Buffer.from('{}'),
  timestamp: '0',
  attributes: 0,
  offset: '7',
  headers,
  ...given,
});

/** The one message that is put on the topic of dead letters. */
async function letterOf(given: Given): Promise<Message> {
  const sent: ProducerRecord[] = [];
  const producer = {
    send: (record: ProducerRecord) => {
      sent.push(record);
      return Promise.resolve([]);
    },
  };
  await deadLetter(producer, 'outcomes', 3, message(given), 'MALFORMED_JSON');
  expect(sent.map(({ topic, messages }) => [topic, messages.length])).toEqual([
    [DEAD_LETTER_TOPIC, 1],
  ]);
  return sent[0]!.messages[0]!;
}
const WHERE = {
  [DEAD_LETTER_HEADERS.topic]: 'outcomes',
  [DEAD_LETTER_HEADERS.partition]: '3',
  [DEAD_LETTER_HEADERS.offset]: '7',
};
const bytesOf = (letter: Message): number =>
  Buffer.byteLength(letter.key ?? '') +
  Buffer.byteLength(letter.value ?? '') +
  Object.entries(letter.headers ?? {}).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(String(value)) + 10,
    0,
  );

test('a dead letter is as the message came, with where and why beside its headers', async () => {
  const value = Buffer.alloc(1_900_000, 'x');
  expect(await letterOf({ value, headers: { note: 'kept' } })).toEqual({
    key: Buffer.from('payment'),
    value,
    headers: { note: 'kept', ...WHERE, [DEAD_LETTER_HEADERS.reason]: 'MALFORMED_JSON' },
  });
});

const value = Buffer.alloc(MOST - 200, 'x');
const many = Object.fromEntries(Array.from({ length: 150_000 }, (_, n) => [`h${n}`, 'y']));
test.each<[string, Given]>([
  ['value', { value }],
  ['key', { key: value, value: Buffer.from('{}') }],
  ['header', { headers: { note: value.toString() } }],
  ['list of headers', { headers: { note: [value, Buffer.from('more')] } }],
  ['number of headers', { headers: many }],
])('with a %s that leaves no room it is cut, and says of what', async (_, given) => {
  const letter = await letterOf(given);
  expect(bytesOf(letter)).toBeLessThan(100_000);
  const whole = message(given);
  expect(letter.headers).toEqual({
    ...WHERE,
    [DEAD_LETTER_HEADERS.reason]: 'MALFORMED_JSON (too large to be kept whole)',
    [DEAD_LETTER_HEADERS.cutSha256]: createHash('sha256').update(String(whole.value)).digest('hex'),
  });
  expect(String(whole.value).startsWith(String(letter.value))).toBe(true);
  expect(String(whole.key).startsWith(String(letter.key))).toBe(true);
});

test('nobody makes a letter look cut that is whole', async () => {
  const headers = { [DEAD_LETTER_HEADERS.cutSha256]: 'ab', [DEAD_LETTER_HEADERS.topic]: 'mine' };
  expect((await letterOf({ headers })).headers).toEqual({
    ...WHERE,
    [DEAD_LETTER_HEADERS.reason]: 'MALFORMED_JSON',
  });
});
