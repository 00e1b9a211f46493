import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { schemas } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import {
  AGGREGATES,
  aggregateOf,
  AUDIT_TOPIC,
  EVENT_TOPICS,
  HEADERS,
  messageOf,
  structuredOf,
  topicOf,
} from '../../src/messaging/topics.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { readThroughSdk, schemaProblems, strict } from '../support/cloud-events.js';
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
  test('pass the official schema and the JavaScript SDK in strict mode, on the feed and through its Kafka binding', () => {
    let previous = -1;
    for (const event of historyOf({ households: 5 })) {
      const message = messageOf(event, previous, DEFAULT_BASE_URI);
      const attributes = JSON.parse(structuredOf(message, { previousinfeed: '-1' }));
      expect(`${event.type}: ${schemaProblems(attributes)}`).toBe(`${event.type}: `);
      const onFeed = strict(attributes).toJSON();
      const read = readThroughSdk(message).toJSON();
      expect(`${event.type}: ${schemaProblems(read)}`).toBe(`${event.type}: `);
      expect({ ...read, previousinfeed: '-1' }).toEqual({ ...onFeed, partitionkey: event.stream });
      expect(read).toMatchObject({ id: event.id, data: event.data });
      previous = event.position;
    }
  });

  test('are refused by both where the address of the schema is relative', () => {
    const message = messageOf(event, 70, '');
    expect(schemaProblems(JSON.parse(structuredOf(message)))).toContain('dataschema');
    expect(() => readThroughSdk(message)).toThrow();
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
    const { key, value, headers } = messageOf(event, 70, DEFAULT_BASE_URI);
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
    const base = 'https://aid.example/sanad';
    const address = messageOf(event, 70, base).headers[HEADERS.dataschema]!;
    expect(address).toBe(`${base}/schemas/events/payment/PaymentCancelled.v1.schema.json`);
    expect(existsSync(address.slice(`${base}/schemas/`.length))).toBe(true);
  });

  test('an identity is told with persons, and a stream of no aggregate is refused', () => {
    expect(aggregateOf('identity-abc')).toBe('person');
    expect(() => aggregateOf('other-abc')).toThrow('other');
  });
});
