import type { Recorded } from '../kernel/decider.js';
import type { streams } from '../kernel/ids.js';

/**
 * For each kind of stream, the aggregate that its events are told as: a folder of events/ and a
 * topic. All events of a stream are on one; claims of an identity are told with persons.
 */
const AGGREGATE_OF = {
  programme: 'programme',
  budget: 'budget',
  person: 'person',
  identity: 'person',
  application: 'application',
  enrolment: 'enrolment',
  cycle: 'cycle',
  payment: 'payment',
  message: 'message',
  entry: 'entry',
  adjustment: 'adjustment',
  correction: 'correction',
  recovery: 'recovery',
  automation: 'automation',
} as const satisfies Record<keyof typeof streams, string>;

export type Aggregate = (typeof AGGREGATE_OF)[keyof typeof AGGREGATE_OF];
/** Every aggregate once. */
export const AGGREGATES: readonly Aggregate[] = [...new Set(Object.values(AGGREGATE_OF))];

/** Events of an aggregate, keyed by stream: each stream in order, streams in any order. */
export const topicOf = (aggregate: Aggregate): string => `sanad.${aggregate}.v1`;
/**
 * Every event once more, on one partition, in commit order: for audit, and for whoever proves that
 * nothing is missing.
 */
export const AUDIT_TOPIC = 'sanad.audit.v1';
/** What payment systems tell us of payments. */
export const OUTCOMES_TOPIC = 'sanad.payment-outcomes.v1';
/** Messages that a consumer of ours could not take, with their own headers and why. */
export const DEAD_LETTER_TOPIC = 'sanad.dead-letter.v1';

export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Partitions of an aggregate's topic. Changing it on a filled topic moves streams to other
 * partitions: refill it instead.
 */
export const PARTITIONS = 12;
/**
 * An event has at most 1 MiB (MAX_EVENT_BYTES); the rest is for its headers and the batch around
 * it.
 */
export const MAX_MESSAGE_BYTES = 2_097_152;
/** How the broker keeps messages, however whoever wrote them compressed them. */
export const COMPRESSION = 'compression.type';
/** What every reader takes apart; kafkajs, which is ours, knows neither Snappy nor LZ4 nor ZSTD. */
export const READABLE_COMPRESSIONS: readonly string[] = ['uncompressed', 'gzip'];
/**
 * Kept for ever: a new consumer reads from the start. Nothing is compacted away, because every
 * event counts. Compressed, what is fetched as a megabyte would be ten or a hundred in memory, and
 * a batch could be any size.
 */
const KEPT: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'max.message.bytes': String(MAX_MESSAGE_BYTES),
  [COMPRESSION]: 'uncompressed',
};
const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1_000;

/** The topics that the relay fills. */
export const EVENT_TOPICS: readonly TopicSettings[] = [
  ...AGGREGATES.map((aggregate) => ({
    topic: topicOf(aggregate),
    partitions: PARTITIONS,
    config: KEPT,
  })),
  { topic: AUDIT_TOPIC, partitions: 1, config: KEPT },
];
/** Topics that carry what the log does not tell. */
export const OTHER_TOPICS: readonly TopicSettings[] = [
  {
    topic: OUTCOMES_TOPIC,
    partitions: PARTITIONS,
    config: { ...KEPT, 'retention.ms': String(THIRTY_DAYS_MS) },
  },
  { topic: DEAD_LETTER_TOPIC, partitions: 1, config: KEPT },
];

const isCategory = (text: string): text is keyof typeof AGGREGATE_OF =>
  Object.hasOwn(AGGREGATE_OF, text);

/**
 * Aggregate of a stream, by the part of its name before the first dash; undefined where no stream
 * of ours has such a name.
 */
export function aggregateIn(stream: string): Aggregate | undefined {
  const [, category = ''] = /^([^-]*)-./.exec(stream) ?? [];
  return isCategory(category) ? AGGREGATE_OF[category] : undefined;
}

/** @throws Error where no stream of ours has such a name */
export function aggregateOf(stream: string): Aggregate {
  const aggregate = aggregateIn(stream);
  if (!aggregate) throw new Error(`no topic for the stream "${stream}"`);
  return aggregate;
}

/**
 * CloudEvents 1.0, binary mode of its Kafka binding: attributes are headers with the prefix `ce_`,
 * the value is the data.
 */
export const HEADERS = {
  contentType: 'content-type',
  specversion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  /** The stream. */
  subject: 'ce_subject',
  /** Address of the data's schema: the base URI, /schemas/ and its path in this repository. */
  dataschema: 'ce_dataschema',
  /** From 0 without a gap within the stream. */
  revision: 'ce_revision',
  /** Place in the log: grows in commit order, with gaps in some stores. */
  position: 'ce_position',
  /**
   * Position of the event before it in the log, -1 for the first. A chain, so that a gap shows: on
   * the audit topic at once.
   */
  previous: 'ce_previousposition',
  actor: 'ce_actor',
  role: 'ce_role',
  command: 'ce_command',
  correlation: 'ce_correlation',
  causation: 'ce_causation',
  channel: 'ce_channel',
  authentication: 'ce_authentication',
} as const;
export const SOURCE = '/sanad';
export const CONTENT_TYPE = 'application/json';

export type EventHeaders = Readonly<Record<string, string>>;
export interface EventMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: EventHeaders;
}

/** `ce_type` of an event: sanad.<aggregate>.<EventName>.v<version>. */
export const ceType = (event: Pick<Recorded, 'type' | 'v' | 'stream'>): string =>
  `sanad.${aggregateOf(event.stream)}.${event.type}.v${event.v}`;

/** CloudEvents wants an absolute URI; it ends with the schema's path in this repository. */
const schemaUri = ({ type, v, stream }: Recorded, baseUri: string): string =>
  `${baseUri}/schemas/events/${aggregateOf(stream)}/${type}.v${v}.schema.json`;

/**
 * An event as a message; `previous` is the position of the one before it in the log.
 * @param baseUri begins the address of its schema; has no slash at its end
 */
export function messageOf(event: Recorded, previous: number, baseUri: string): EventMessage {
  const { meta } = event;
  return {
    key: event.stream,
    value: JSON.stringify(event.data),
    headers: {
      [HEADERS.contentType]: CONTENT_TYPE,
      [HEADERS.specversion]: '1.0',
      [HEADERS.id]: event.id,
      [HEADERS.source]: SOURCE,
      [HEADERS.type]: ceType(event),
      [HEADERS.time]: event.time,
      [HEADERS.subject]: event.stream,
      [HEADERS.dataschema]: schemaUri(event, baseUri),
      [HEADERS.revision]: String(event.revision),
      [HEADERS.position]: String(event.position),
      [HEADERS.previous]: String(previous),
      [HEADERS.actor]: meta.actor,
      [HEADERS.role]: meta.role,
      [HEADERS.command]: meta.command,
      [HEADERS.correlation]: meta.correlation,
      ...(meta.causation === undefined ? {} : { [HEADERS.causation]: meta.causation }),
      ...(meta.channel === undefined ? {} : { [HEADERS.channel]: meta.channel }),
      ...(meta.authentication === undefined
        ? {}
        : { [HEADERS.authentication]: meta.authentication }),
    },
  };
}

const ATTRIBUTE_PREFIX = 'ce_';

/**
 * The same event in CloudEvents' structured mode: one JSON object with every header of its message
 * as an attribute, so that numbers are strings here too (CloudEvents' own integers have 32 bits,
 * and positions more).
 * @param more attributes beside those of the message
 */
export function structuredOf(
  { value, headers }: EventMessage,
  more: Readonly<Record<string, string>> = {},
): string {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith(ATTRIBUTE_PREFIX))
    .map(([name, text]) => [name.slice(ATTRIBUTE_PREFIX.length), text]);
  const head = JSON.stringify({
    ...Object.fromEntries(attributes),
    datacontenttype: headers[HEADERS.contentType],
    ...more,
  });
  return `${head.slice(0, -1)},"data":${value}}`;
}

/**
 * What a dead letter has beside the headers that it came with: where it was, and why it could not
 * be taken.
 */
export const DEAD_LETTER_HEADERS = {
  topic: 'sanad_topic',
  partition: 'sanad_partition',
  offset: 'sanad_offset',
  reason: 'sanad_reason',
  /** Of the value as it came; only where the letter has not all of the message. */
  cutSha256: 'sanad_cut_sha256',
} as const;
