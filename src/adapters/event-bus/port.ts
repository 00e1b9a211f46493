import type { Recorded } from '../../kernel/decider.js';
import type { Page } from '../event-store/port.js';

/**
 * `previous`: for each event the position before its own in the log, where the feed tells it; a
 * partitioned one does. `part`: the partition that the events are from, by whatever name; a stream
 * is in one.
 */
export interface FeedPage extends Page {
  readonly previous?: readonly number[];
  readonly part?: string;
}

/**
 * What feeds projections: pages of the log, at least once, each stream in order. The embedded feed
 * is the log's own tail.
 */
export interface EventFeed {
  subscribe(after: number, signal: AbortSignal): AsyncIterable<FeedPage>;
}

/** How brokers are reached. */
export interface KafkaConnection {
  /** host:port, at least one. */
  readonly brokers: readonly string[];
  /**
   * Absent: in the clear. Files in PEM: the authority that signed the brokers' certificates
   * (default: those that Node knows), and a certificate and key of our own where brokers ask for
   * one.
   */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  /** Absent: nobody asks who we are. Never to be printed. */
  readonly sasl?: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  };
  /**
   * Keys by which events are signed and believed; absent: neither, whoever may write is believed.
   */
  readonly keysFile?: string;
  /**
   * How topics are made, and what those that are there are held against; absent: see TopicLayout.
   */
  readonly layout?: TopicLayout;
  /** Told what the client warns of and what fails in it; absent: nobody is. */
  readonly onWarning?: (level: 'warn' | 'error', message: string, about: BrokerWarning) => void;
}
/** What a setting names is asked of every topic; what none names is taken as it is there. */
export interface TopicLayout {
  /** Copies of each partition; where it makes topics, by default one a broker, 3 at most. */
  readonly replicas?: number;
  /** Of a topic that is divided by its key; where it makes topics, by default 12. */
  readonly partitions?: number;
  /**
   * Copies that must have an event before it counts; where it makes topics, by default all but one.
   */
  readonly minInSync?: number;
}
/** Where in the client, at which broker, and why; nothing of what is sent. */
export interface BrokerWarning {
  readonly namespace: string;
  readonly broker?: string;
  readonly error?: string;
}
export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

/**
 * Which broker holds the events' topics, and how far each partition of each went: what is published
 * is there for ever, so that it only grows.
 */
export interface TopicsLeft {
  readonly cluster: string;
  readonly ends: Readonly<Record<string, readonly number[]>>;
}

/** Where the relay publishes. */
export interface BrokerWriter {
  /** How the topics are left after what was delivered. */
  readonly left: TopicsLeft;
  /** @throws DomainError TOPICS_NOT_AS_LEFT where the broker has not what was delivered to it */
  check(): Promise<void>;
  /**
   * Resolves when every replica in sync has them all. `before` is the position of the event before
   * the first.
   */
  deliver(events: readonly Recorded[], before: number): Promise<void>;
  close(): Promise<void>;
}

/** A message for a consumer of ours, as it came. */
export interface Inbound {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A topic that others write to and we take in: at least once, each key in order. */
export interface InboundTopic {
  /**
   * Hands messages to `take` until the signal aborts. `take` resolves when what they say is
   * durable, with a reason for each that could not be taken (undefined: it was), which sets that
   * one aside as a dead letter. Only then are offsets moved. `onReady` is told when it has its
   * share of the topic.
   * @throws what `take` or the broker fails with: whoever runs it starts it again, and gets those
   *   messages again
   */
  run(
    take: (messages: readonly Inbound[]) => Promise<readonly (string | undefined)[]>,
    signal: AbortSignal,
    onReady?: () => void,
  ): Promise<void>;
}
