import { beforeAll, describe, expect, it } from '@jest/globals';
import { Parser, type AsyncAPIDocumentInterface, type SchemaInterface } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from '../../events/generated.js';
import {
  AUDIT_TOPIC,
  DEAD_LETTER_HEADERS,
  DEAD_LETTER_TOPIC,
  EVENT_TOPICS,
  HEADERS,
  messageOf,
  OTHER_TOPICS,
  OUTCOMES_TOPIC,
  topicOf,
  type Aggregate,
} from '../../src/messaging/topics.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { historyOf } from '../support/history.js';

const FILE = join(process.cwd(), 'events/asyncapi.yaml');
const ajv = new Ajv({ strict: false, validateFormats: false });
type Plain = ReturnType<typeof JSON.parse>;

/** A schema without what the parser wrote into it. */
const asWritten = (schema: Plain): Plain =>
  JSON.parse(JSON.stringify(schema, (key, value) => (/^x-parser/.test(key) ? undefined : value)));

/** Names of what generators make a class or an enumeration of, wherever it is in a schema. */
function modelsIn(schema: SchemaInterface, found = new Set<string>()): ReadonlySet<string> {
  const inside = [
    ...Object.values(schema.properties() ?? {}),
    ...[schema.items(), schema.additionalProperties()].flat(),
    ...[schema.oneOf(), schema.anyOf(), schema.allOf()].flatMap((choices) => choices ?? []),
  ].filter((one) => typeof one === 'object');
  const isModel = schema.type() === 'object' || schema.enum() !== undefined || schema.allOf();
  if (isModel) found.add(schema.id());
  for (const one of inside) modelsIn(one, found);
  return found;
}

describe('events/asyncapi.yaml', () => {
  let document: AsyncAPIDocumentInterface;
  let channels: Map<string, Plain>;
  beforeAll(async () => {
    const parsed = await new Parser().parse(readFileSync(FILE, 'utf8'), { source: FILE });
    expect(parsed.diagnostics.map(({ message, path }) => `${path.join('/')}: ${message}`)).toEqual(
      [],
    );
    document = parsed.document!;
    channels = new Map(
      document
        .channels()
        .all()
        .map((channel) => [channel.address()!, channel.json()]),
    );
  });

  it('is AsyncAPI 3', () => {
    expect(document.version()).toBe('3.1.0');
  });

  it('describes every topic as it is made, and no other', () => {
    const made = [...EVENT_TOPICS, ...OTHER_TOPICS].map(({ topic, partitions, config }) => [
      topic,
      partitions,
      Number(config['retention.ms']),
      Number(config['max.message.bytes']),
    ]);
    const described = [...channels].map(
      ([
        address,
        {
          bindings: { kafka },
        },
      ]) => [
        address,
        kafka.partitions,
        kafka.topicConfiguration['retention.ms'],
        kafka.topicConfiguration['max.message.bytes'],
      ],
    );
    expect(described).toEqual(made);
    for (const [, channel] of channels) expect(channel.description.length).toBeGreaterThan(80);
    const receives = document.operations().filterByReceive();
    expect(
      receives.flatMap((operation) =>
        operation
          .channels()
          .all()
          .map((channel) => channel.address()),
      ),
    ).toEqual([OUTCOMES_TOPIC]);
    expect(document.operations().filterBySend()).toHaveLength(channels.size - 1);
  });

  it('describes every event with its schema, on its topic and on the audit topic', () => {
    for (const { aggregate, type, version, schema } of schemas) {
      for (const topic of [topicOf(aggregate as Aggregate), AUDIT_TOPIC]) {
        const payload = channels.get(topic).messages[`${type}.v${version}`].payload;
        const { $schema: _dialect, $id: _address, ...said } = schema as Plain;
        expect(asWritten(payload)).toEqual({ ...said, title: `${type}V${version}` });
      }
    }
    const events = EVENT_TOPICS.filter(({ topic }) => topic !== AUDIT_TOPIC).flatMap(({ topic }) =>
      Object.keys(channels.get(topic).messages),
    );
    expect(events).toHaveLength(schemas.length);
    expect(Object.keys(channels.get(AUDIT_TOPIC).messages).sort()).toEqual(events.sort());
  });

  it('has a name for every model that a generator makes of it', () => {
    const anonymous = new Set<string>();
    let named = 0;
    for (const message of document.allMessages().all()) {
      for (const schema of [message.headers(), message.payload()]) {
        expect(document.components().schemas().get(schema!.id())).toBeTruthy();
        for (const name of modelsIn(schema!))
          if (name.includes('anonymous')) anonymous.add(`${message.id()}: ${name}`);
          else named += 1;
      }
    }
    expect([...anonymous]).toEqual([]);
    expect(named).toBeGreaterThan(2 * schemas.length);
  });

  it('describes the headers that messages really have', () => {
    const optional = new Set<string>();
    let previous = -1;
    for (const event of historyOf({ households: 3 })) {
      const { key, headers } = messageOf(event, previous, DEFAULT_BASE_URI);
      previous = event.position;
      const { headers: described } = channels.get(
        topicOf(headers['ce_type']!.split('.')[1] as Aggregate),
      ).messages[`${event.type}.v${event.v}`];
      const own = described.allOf[0];
      expect(Object.keys(own.properties)).toEqual(expect.arrayContaining(Object.keys(headers)));
      for (const name of Object.keys(own.properties)) if (!(name in headers)) optional.add(name);
      expect(`${event.type}: ${ajv.validate(described, headers) || ajv.errorsText()}`).toBe(
        `${event.type}: true`,
      );
      expect(ajv.validate(described, { ...headers, [HEADERS.type]: 'sanad.x.Y.v1' })).toBe(false);
      for (const name of own.required)
        expect(
          ajv.validate(
            own,
            Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name)),
          ),
        ).toBe(false);
      expect(key).toBe(headers['ce_subject']);
    }
    // Events of old versions do not say how their actor came.
    expect([...optional]).toEqual(['ce_causation', 'ce_channel', 'ce_authentication']);
  });

  it('describes what a dead letter has', () => {
    expect(channels.get(DEAD_LETTER_TOPIC).messages.DeadLetter.headers.required).toEqual(
      Object.values(DEAD_LETTER_HEADERS),
    );
  });
});
