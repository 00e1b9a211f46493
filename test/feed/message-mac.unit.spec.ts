import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readMessageKeys } from '../../src/adapters/event-bus/message-keys.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import {
  MAC_HEADER,
  messageKey,
  refuseForged,
  signed,
  type MessageKeys,
} from '../../src/messaging/message-mac.js';
import { HEADERS, messageOf, type EventMessage } from '../../src/messaging/topics.js';
import { historyOf } from '../support/history.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const [old, present, other] = [1, 2, 3].map(() => messageKey(randomBytes(32))) as [
  ReturnType<typeof messageKey>,
  ReturnType<typeof messageKey>,
  ReturnType<typeof messageKey>,
];
const keys = (...all: MessageKeys['all']): MessageKeys => ({ all });
const EVENTS = historyOf({ households: 3 });
const message = messageOf(EVENTS[5]!, 4, DEFAULT_BASE_URI);
const check = (by: MessageKeys, { key, value, headers }: EventMessage): void =>
  refuseForged(by, key, value, headers);

describe('the code of a message', () => {
  test('fits what was published, of every event', () => {
    for (const event of EVENTS)
      expect(() =>
        check(keys(present), signed(keys(present), messageOf(event, 3, DEFAULT_BASE_URI))),
      ).not.toThrow();
  });

  test('fits nothing in which one field is another, or is not there', () => {
    const made = signed(keys(present), message);
    expect(() => check(keys(present), { ...made, key: `${made.key}x` })).toThrow('does not fit');
    expect(() => check(keys(present), { ...made, value: `${made.value} ` })).toThrow(
      'does not fit',
    );
    for (const name of Object.keys(message.headers)) {
      const { [name]: left, ...headers } = made.headers;
      expect(() => check(keys(present), { ...made, headers })).toThrow('does not fit');
      const changed = { ...made.headers, [name]: `${left}0` };
      expect(() => check(keys(present), { ...made, headers: changed })).toThrow('does not fit');
    }
    const more = { ...made.headers, [HEADERS.causation]: 'another' };
    expect(() => check(keys(present), { ...made, headers: more })).toThrow('does not fit');
  });

  test('cannot be moved between fields', () => {
    const made = signed(keys(present), { key: 'ab', value: 'c', headers: {} });
    expect(() => check(keys(present), { ...made, key: 'a', value: 'bc' })).toThrow('does not fit');
  });

  test('is asked for, and is of a key that is known', () => {
    expect(() => check(keys(present), message)).toThrow(`${MAC_HEADER} is missing`);
    expect(() => check(keys(present, old), signed(keys(other), message))).toThrow('names no key');
    const { headers } = signed(keys(other), message);
    const claimed = headers[MAC_HEADER]!.replace(other.id, present.id);
    expect(() =>
      check(keys(present), { ...message, headers: { ...headers, [MAC_HEADER]: claimed } }),
    ).toThrow('does not fit');
  });

  test('is believed of the key before, while keys change', () => {
    expect(() => check(keys(present, old), signed(keys(old), message))).not.toThrow();
    expect(() => check(keys(old, present), signed(keys(present), message))).not.toThrow();
  });
});

describe('a file of keys', () => {
  const dir = temporaryFolder('keys');
  const file = join(dir, 'keys');
  const line = 'a1'.repeat(32);

  test('has one a line, of which the first signs', () => {
    writeFileSync(file, `${line}\n\n${'b2'.repeat(32)}\r\n`);
    expect(readMessageKeys(file).all).toHaveLength(2);
    expect(readMessageKeys(file).all[0]).toEqual(messageKey(Buffer.from(line, 'hex')));
  });

  test.each(['', '\n', 'secret', `${line}0`, `${line}\nsecret`])(
    'is refused without a word of it: %j',
    (text) => {
      writeFileSync(file, text);
      expect(() => readMessageKeys(file)).toThrow(/^KAFKA_MESSAGE_KEYS must hold (?!.*secret)/);
    },
  );
});
