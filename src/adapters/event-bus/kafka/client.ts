import { readFileSync } from 'node:fs';
import {
  Kafka,
  logLevel,
  type Consumer,
  type IHeaders,
  type LogEntry,
  type SASLOptions,
} from 'kafkajs';
import { pause } from '../../../kernel/concurrency/pause.js';
import type { KafkaConnection } from '../port.js';

export interface KafkaOptions extends KafkaConnection {
  readonly clientId?: string;
}

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
/**
 * Waits that double from 0.3 s: about half a minute, so that new leaders of partitions can be
 * chosen. All of it is said, since kafkajs waits for other times where NODE_ENV is "test".
 */
const RETRY = {
  retries: 7,
  initialRetryTime: 300,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 30_000,
};
/**
 * A member whose page takes longer than this to fold loses its partitions, and is given the page
 * again.
 */
const SESSION_TIMEOUT_MS = 60_000;

/** The one place that makes clients; the files beside this one take theirs from here. */
export const client = ({
  brokers,
  tls,
  sasl,
  onWarning,
  clientId = 'sanad',
}: KafkaOptions): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    ...(tls
      ? {
          ssl: {
            ...read('ca', tls.caFile),
            ...read('cert', tls.certFile),
            ...read('key', tls.keyFile),
          },
        }
      : {}),
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: onWarning ? logLevel.WARN : logLevel.NOTHING,
    ...(onWarning ? { logCreator: () => warningsTo(onWarning) } : {}),
  });

const warningsTo =
  (tell: NonNullable<KafkaConnection['onWarning']>) =>
  ({ level, namespace, log: { message, broker, error } }: LogEntry): void =>
    tell(level === logLevel.ERROR ? 'error' : 'warn', message, {
      namespace,
      ...(typeof broker === 'string' ? { broker } : {}),
      ...(typeof error === 'string' ? { error } : {}),
    });

const read = (
  name: 'ca' | 'cert' | 'key',
  file: string | undefined,
): { readonly [K in typeof name]?: string } =>
  file === undefined ? {} : { [name]: readFileSync(file, 'utf8') };
/** kafkajs has a type for each mechanism. */
function saslOf({ mechanism, ...who }: NonNullable<KafkaConnection['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, ...who };
    case 'scram-sha-256':
      return { mechanism, ...who };
    case 'scram-sha-512':
      return { mechanism, ...who };
  }
}

/**
 * A consumer in a group of ours. It never starts again by itself after a crash: whoever runs it is
 * told, and starts another, beside which it would keep partitions that nobody reads.
 */
export const consumerOf = (kafka: Kafka, groupId: string): Consumer =>
  kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, restartOnFailure: async () => false },
  });

/** A broker that does not answer a goodbye holds nobody up: the group forgets who is silent. */
const GOODBYE_MS = 10_000;

/** Disconnects, one after another, for as long as that may take. Never rejects. */
export async function leave(...clients: readonly { disconnect(): Promise<void> }[]): Promise<void> {
  for (const one of clients) {
    const gone = new AbortController();
    const left = one.disconnect().catch(() => undefined);
    await Promise.race([left, pause(GOODBYE_MS, gone.signal)]);
    gone.abort();
  }
}

export const textsOf = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value ?? '')]),
  );
