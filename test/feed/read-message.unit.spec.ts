import { describe, expect, test } from '@jest/globals';
import { EventRegistry } from '../../events/registry.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { readMessage } from '../../src/messaging/read-message.js';
import { HEADERS, messageOf, type EventMessage } from '../../src/messaging/topics.js';
import { historyOf } from '../support/history.js';

const registry = new EventRegistry();
const EVENTS = historyOf({ households: 3 });
const settled = EVENTS.find(({ type }) => type === 'PaymentSettled')!;
const MESSAGE = messageOf(settled, settled.position - 1, DEFAULT_BASE_URI);

const read = ({ key, value, headers }: EventMessage): ReturnType<typeof readMessage> =>
  readMessage(registry, key, value, headers);
const told = (headers: Readonly<Record<string, string>>, key = MESSAGE.key): EventMessage => ({
  ...MESSAGE,
  key,
  headers: { ...MESSAGE.headers, ...headers },
});

describe('a message of the feed', () => {
  test('is read as the event that it was made of, of every event', () => {
    for (const [i, event] of EVENTS.entries())
      expect(read(messageOf(event, i - 1, DEFAULT_BASE_URI))).toEqual({ event, previous: i - 1 });
  });

  test.each([
    '',
    'payment',
    'payment-',
    '-payment',
    '[object Object]',
    'salary-asd-2026-01-x',
    '__proto__-x',
    'cycle-asd-2025-12',
  ])('is refused under the key "%s", which is no stream of its aggregate', (key) => {
    expect(() => read(told({ [HEADERS.subject]: key }, key))).toThrow(
      'the key is no stream of the aggregate of the event in ce_type',
    );
  });

  test.each(['sanad.cycle.PaymentSettled.v1', 'sanad.payment.PaymentSettled.v01'])(
    'is refused as %s',
    (type) => {
      expect(() => read(told({ [HEADERS.type]: type }))).toThrow(
        'ce_type is not what an event of that name and version is told as',
      );
    },
  );

  test.each([
    [HEADERS.revision, '-1'],
    [HEADERS.position, '-1'],
    [HEADERS.previous, '-2'],
    ...[HEADERS.revision, HEADERS.position, HEADERS.previous].flatMap((name) =>
      ['1e3', '0x10', ' 1', '01', '1.5', '9007199254740993', '-0'].map((text) => [name, text]),
    ),
  ] as [string, string][])('is refused with the %s %s', (name, text) => {
    expect(() => read(told({ [name]: text }))).toThrow(`the header ${name} is not a position`);
  });

  test.each(['yesterday', '2026-13-01T00:00:00Z', '2026-01-05', '2026-01-05T08:00:00+01:00'])(
    'is refused with the time %s',
    (text) => {
      expect(() => read(told({ [HEADERS.time]: text }))).toThrow('is not an instant in UTC');
    },
  );
});
