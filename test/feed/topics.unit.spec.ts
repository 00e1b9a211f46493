import { describe, expect, test } from '@jest/globals';
import { CloudEvent } from 'cloudevents';
import { readdirSync } from 'node:fs';
import { schemas } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import {
  AGGREGATES,
  aggregateOf,
  AUDIT_TOPIC,
  EVENT_TOPICS,
  HEADERS,
  messageOf,
  SCHEMA_BASE,
  structuredOf,
  topicOf,
} from '../../src/messaging/topics.js';
import { historyOf } from '../support/history.js';

const event: Recorded<'PaymentCancelled'> = {
  id: 'e0000000-0000-5000-8000-000000000001',
  stream: 'payment-asd-2026-01-x',
  revision: 3,
  position: 77,
  type: 'PaymentCancelled',
  v: 1,
  time: '2026-01-01T00:00:00.000Z',
  data: { paymentId: 'asd-2026-01-x', reason: 'duplicate' },
  meta: { actor: 'a-1', role: 'finance-officer', command: 'c-1', correlation: 'k-1' },
};

describe('CloudEvents', () => {
  test('pass the JavaScript SDK in strict mode, whose attributes are the headers on Kafka', () => {
    let previous = -1;
    for (const event of historyOf({ households: 5 })) {
      const message = messageOf(event, previous);
      const attributes = JSON.parse(structuredOf(message, { previousinfeed: '-1' }));
      expect(new CloudEvent(attributes, true).validate()).toBe(true);
      previous = event.position;
    }
    const relative = { type: 't', source: '/sanad', dataschema: 'events/x' };
    expect(() => new CloudEvent(relative, true)).toThrow();
  });
});

describe('an event as a message', () => {
  test('every aggregate that has published events has a topic, and there is one for all', () => {
    expect([...new Set(schemas.map(({ aggregate }) => aggregate))].sort()).toEqual(
      [...AGGREGATES].sort(),
    );
    expect(EVENT_TOPICS.map(({ topic }) => topic)).toEqual([
      ...AGGREGATES.map(topicOf),
      AUDIT_TOPIC,
    ]);
    expect(EVENT_TOPICS.find(({ topic }) => topic === AUDIT_TOPIC)?.partitions).toBe(1);
  });

  test('is keyed by its stream, has the data as value, and the rest in CloudEvents headers', () => {
    const { key, value, headers } = messageOf(event, 70);
    expect(key).toBe(event.stream);
    expect(JSON.parse(value)).toEqual(event.data);
    expect(headers).toMatchObject({
      [HEADERS.type]: 'sanad.payment.PaymentCancelled.v1',
      [HEADERS.revision]: '3',
      [HEADERS.position]: '77',
      [HEADERS.specversion]: '1.0',
    });
    expect(
      Object.keys(headers).filter((name) => !/^(content-type|ce_[a-z0-9]{1,20})$/.test(name)),
    ).toEqual([]);
    expect(headers[HEADERS.previous]).toBe('70');
  });

  test('names a schema that is published', () => {
    const path = (messageOf(event, 70).headers[HEADERS.dataschema] ?? '').slice(SCHEMA_BASE.length);
    expect(readdirSync('events/payment')).toContain(path.split('/').at(-1));
  });

  test('an identity is told with persons, and a stream of no aggregate is refused', () => {
    expect(aggregateOf('identity-abc')).toBe('person');
    expect(() => aggregateOf('other-abc')).toThrow('other');
  });
});
