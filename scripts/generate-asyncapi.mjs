// Writes events/asyncapi.yaml (AsyncAPI 3.1) from src/messaging/topics.ts and the schemas in
// events/. `node scripts/generate-asyncapi.mjs --check` exits 1 when the committed file is stale.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { nameSchemas } from './name-schemas.mjs';
import {
  AGGREGATES,
  AUDIT_TOPIC,
  CONTENT_TYPE,
  DEAD_LETTER_HEADERS,
  DEAD_LETTER_TOPIC,
  EVENT_TOPICS,
  HEADERS,
  OTHER_TOPICS,
  OUTCOMES_TOPIC,
  SOURCE,
  topicOf,
} from '../src/messaging/topics.ts';

const root = new URL('../events/', import.meta.url);
const target = new URL('asyncapi.yaml', root);
const eventsOf = (aggregate) =>
  readdirSync(new URL(`${aggregate}/`, root))
    .sort()
    .map((file) => /^([A-Z][A-Za-z]+)\.v(\d+)\.schema\.json$/.exec(file))
    .filter(Boolean)
    .map(([file, type, version]) => ({
      aggregate,
      file,
      type,
      version,
      name: `${type}.v${version}`,
      schema: `${type}V${version}`,
    }));
const all = AGGREGATES.flatMap(eventsOf);

const text = (description, more = {}) => ({ type: 'string', description, ...more });
const POSITION = '^-?[0-9]{1,16}$';
const OPTIONAL = [HEADERS.causation, HEADERS.channel, HEADERS.authentication];
/**
 * Every header of a message that the relay publishes; test/feed/asyncapi.unit.spec.ts holds them
 * against what messageOf makes.
 */
const HEADER_SCHEMAS = {
  [HEADERS.contentType]: text('Of the value.', { const: CONTENT_TYPE }),
  [HEADERS.specversion]: text('CloudEvents.', { const: '1.0' }),
  [HEADERS.id]: text(
    'Of the event: a function of its command, the same whenever it is published.',
    { format: 'uuid' },
  ),
  [HEADERS.source]: text('Of CloudEvents.', { const: SOURCE }),
  [HEADERS.type]: text('sanad.<aggregate>.<EventName>.v<version>', {
    pattern: '^sanad\\.[a-z]+\\.[A-Za-z]+\\.v[0-9]+$',
  }),
  [HEADERS.time]: text('When it was recorded, in UTC.', { format: 'date-time' }),
  [HEADERS.subject]: text('The stream; the same as the key.'),
  [HEADERS.dataschema]: text(
    'Address of the JSON Schema of the value; its path ends as in this repository.',
    {
      pattern: '^https?://.*/events/[a-z]+/[A-Za-z]+\\.v[0-9]+\\.schema\\.json$',
    },
  ),
  [HEADERS.revision]: text(
    'Place in the stream: from 0 without a gap. With the stream it says whether a consumer has the event.',
    { pattern: '^[0-9]{1,16}$' },
  ),
  [HEADERS.position]: text('Place in the log: grows in commit order, with gaps in some stores.', {
    pattern: POSITION,
  }),
  [HEADERS.previous]: text(
    'Position of the event before it in the log, -1 for the first: a chain, so that a gap shows.',
    { pattern: POSITION },
  ),
  [HEADERS.actor]: text('Account that recorded it; never a name.'),
  [HEADERS.role]: text('Role of that account.'),
  [HEADERS.command]: text('Command that recorded it.', { format: 'uuid' }),
  [HEADERS.correlation]: text('Joins what belongs to one request.'),
  [HEADERS.causation]: text('Event that had a process manager act, where one did.'),
  [HEADERS.channel]: text('Door that it came through; absent in events of old versions.', {
    pattern: '^(http|cli|kafka|folder|automation)$',
  }),
  [HEADERS.authentication]: text(
    'What vouches for the account: a token of an OIDC issuer or of the local one, nothing (an option of the command line), or the system that the door belongs to.',
    { pattern: '^(oidc|local|none|system)$' },
  ),
};

const ONCE = `A message comes at least once: after a crash of the relay up to 1,000 events come again, each of them whole. Drop what you know by
stream (key) and revision. Published by one relay, idempotently, with acks from all replicas in sync.`;
const ORDER =
  'All events of a stream are on one partition, in order, with revisions from 0 without a gap; a missing revision is a missing event. Streams come in any order.';
const KEPT = 'Kept for ever and never compacted: read from the start to begin, or again.';

const channelOf = (topic) =>
  topic.replace(/^sanad\.(.*)\.v\d+$/, '$1').replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const binding = ({ topic, partitions, config }) => ({
  kafka: {
    topic,
    partitions,
    topicConfiguration: {
      'cleanup.policy': [config['cleanup.policy']],
      'retention.ms': Number(config['retention.ms']),
      'retention.bytes': Number(config['retention.bytes']),
      'max.message.bytes': Number(config['max.message.bytes']),
    },
    bindingVersion: '0.5.0',
  },
});
const refs = (events) =>
  Object.fromEntries(events.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]));
const settings = [...EVENT_TOPICS, ...OTHER_TOPICS];
const settingsOf = (topic) => settings.find((one) => one.topic === topic);
const channel = (topic, description, messages) => [
  channelOf(topic),
  { address: topic, description, messages, bindings: binding(settingsOf(topic)) },
];

const channels = Object.fromEntries([
  ...AGGREGATES.map((aggregate) =>
    channel(
      topicOf(aggregate),
      `Events of ${aggregate} streams. ${ORDER}\n${ONCE}\n${KEPT}`,
      refs(eventsOf(aggregate)),
    ),
  ),
  channel(
    AUDIT_TOPIC,
    `Every event once more, on one partition, in commit order: ${HEADERS.previous} of a message is ${HEADERS.position} of the message before it, once what is known is dropped. If it is not, an event is missing.\n${ONCE}\n${KEPT}`,
    refs(all),
  ),
  channel(
    OUTCOMES_TOPIC,
    `What payment systems say of payments; each becomes the same command as one of the outcomes of POST /payments/outcomes. The same outcome again changes nothing, a contradiction becomes a break that a person resolves. Outcomes of one payment are taken in their order on its partition. What cannot be read, or is refused, goes to ${DEAD_LETTER_TOPIC}. Whoever may write to this topic speaks as the payment system: protect it with ACLs.`,
    { PaymentOutcome: { $ref: '#/components/messages/PaymentOutcome' } },
  ),
  channel(
    DEAD_LETTER_TOPIC,
    'Messages that a consumer of ours could not take: key, value and headers as they were, with where they were and why. `sanad dead-letters replay` puts them back.',
    { DeadLetter: { $ref: '#/components/messages/DeadLetter' } },
  ),
]);
const operations = Object.fromEntries(
  settings.map(({ topic }) => {
    const name = channelOf(topic);
    return topic === OUTCOMES_TOPIC
      ? [
          'takeOutcomes',
          {
            action: 'receive',
            channel: { $ref: `#/channels/${name}` },
            summary: 'Sanad takes outcomes in.',
          },
        ]
      : [
          `publish${name[0].toUpperCase()}${name.slice(1)}`,
          {
            action: 'send',
            channel: { $ref: `#/channels/${name}` },
            summary: `Sanad publishes to ${topic}.`,
          },
        ];
  }),
);

const key = (description, more = {}) => ({
  kafka: { key: text(description, more), bindingVersion: '0.5.0' },
});
const messages = Object.fromEntries(
  all.map(({ aggregate, type, version, name, schema }) => [
    name,
    {
      name: `sanad.${aggregate}.${type}.v${version}`,
      title: type,
      contentType: CONTENT_TYPE,
      headers: { $ref: `#/components/schemas/${schema}Headers` },
      payload: { $ref: `#/components/schemas/${schema}` },
      bindings: key('The stream.'),
    },
  ]),
);
const schemaIn = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
/** The released schema of an event as it is, each part of it under a name; and its headers. */
const schemasOf = ({ aggregate, file, type, version, schema }) => ({
  ...nameSchemas(schema, schemaIn(`${aggregate}/${file}`)),
  [`${schema}Headers`]: {
    type: 'object',
    allOf: [{ $ref: '#/components/schemas/EventHeaders' }],
    properties: { [HEADERS.type]: { const: `sanad.${aggregate}.${type}.v${version}` } },
  },
});
messages.PaymentOutcome = {
  name: 'sanad.payment-outcome.v1',
  title: 'PaymentOutcome',
  contentType: CONTENT_TYPE,
  headers: { $ref: '#/components/schemas/PaymentOutcomeHeaders' },
  payload: { $ref: '#/components/schemas/PaymentOutcome' },
  summary: 'Headers are yours: they are kept with a dead letter, and mean nothing to Sanad.',
  bindings: key('paymentId of the value: outcomes of one payment keep their order.'),
};
messages.DeadLetter = {
  name: 'sanad.dead-letter',
  title: 'DeadLetter',
  headers: { $ref: '#/components/schemas/DeadLetterHeaders' },
  payload: { $ref: '#/components/schemas/DeadLetterValue' },
  bindings: key('The key as it was.'),
};

const document = {
  asyncapi: '3.1.0',
  id: 'urn:sanad',
  info: {
    title: 'Sanad',
    version: '1',
    license: { name: 'Apache-2.0' },
    description: `Events as CloudEvents 1.0 in the binary mode of its Kafka binding: attributes are headers, the value is the data. The same events come over HTTP: GET /feed (docs/payment-systems.md).\n\nNo message has a name, an account or a national id. A released schema never changes; a breaking change is a new version of the event.`,
  },
  defaultContentType: CONTENT_TYPE,
  servers: {
    kafka: {
      host: '{brokers}',
      protocol: 'kafka',
      description: 'KAFKA_BROKERS of your installation.',
      variables: { brokers: { default: '127.0.0.1:9092' } },
    },
  },
  channels,
  operations,
  components: {
    messages,
    schemas: {
      EventHeaders: {
        type: 'object',
        required: Object.keys(HEADER_SCHEMAS).filter((name) => !OPTIONAL.includes(name)),
        properties: HEADER_SCHEMAS,
      },
      DeadLetterHeaders: {
        type: 'object',
        description: 'Beside the headers that the message came with.',
        required: Object.values(DEAD_LETTER_HEADERS),
        properties: {
          [DEAD_LETTER_HEADERS.topic]: text('Topic it was on.'),
          [DEAD_LETTER_HEADERS.partition]: text('Partition it was on.', { pattern: '^[0-9]+$' }),
          [DEAD_LETTER_HEADERS.offset]: text('Offset it had.', { pattern: '^[0-9]+$' }),
          [DEAD_LETTER_HEADERS.reason]: text('Why it could not be taken; never with its data.'),
        },
      },
      DeadLetterValue: { description: 'The value as it was, whatever it is.' },
      PaymentOutcomeHeaders: { type: 'object', description: 'Any; none is needed.' },
      ...nameSchemas('PaymentOutcome', schemaIn('payment-outcome.v1.schema.json')),
      ...Object.assign({}, ...all.map(schemasOf)),
    },
  },
};

const made = `# Generated by \`npm run generate\` from src/messaging/topics.ts and the schemas beside this file. Do not edit.\n${stringify(document, { lineWidth: 130, aliasDuplicateObjects: false })}`;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== made) {
    console.error('events/asyncapi.yaml is stale: run `npm run generate` and commit the result.');
    process.exit(1);
  }
} else writeFileSync(target, made);
