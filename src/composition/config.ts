import type { ClockLimits } from '../adapters/clock/port.js';
import type { z } from 'zod';
import type { KafkaConnection } from '../adapters/event-bus/port.js';
import { RAILS, type RailSettings } from '../adapters/payment-rail/all.js';
import type { SettingsReader } from '../adapters/settings/port.js';
import { DomainError } from '../kernel/errors.js';
import {
  isDistributed,
  kafkaSettings,
  serverSettings,
  sizeSettings,
  type ROLE_NAMES,
} from './settings.js';

export { ROLE_NAMES, settingRows, type SettingRow } from './settings.js';

/**
 * Every setting, from the environment (settings.ts has the table; `sanad settings` prints it). This
 * is the only file that reads it; wrong values stop the start with one line that names each.
 */
export interface Config {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly mode: 'development' | 'production';
  /** Begins the addresses of problems and of events' schemas; has no slash at its end. */
  readonly baseUri: string;
  /** Absent: the data folder's local issuer. */
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly jwks: string };
  readonly bodyLimitBytes: number;
  readonly messageLimitBytes: number;
  readonly requestTimeoutMs: number;
  readonly throttle: { readonly limit: number; readonly windowMs: number };
  readonly readWaitMs: number;
  readonly stopTimeoutMs: number;
  readonly logLevel: string;
  readonly background: boolean;
  readonly role: RoleName;
  /** How far the machine's clock may be off. */
  readonly clockLimits: ClockLimits;
  /** Absent: everything is in the data folder. */
  readonly distributed?: Distributed;
  readonly rail: RailSettings;
  readonly callbacks: {
    readonly allowed: readonly string[];
    readonly timeoutMs: number;
  };
}

export type RoleName = (typeof ROLE_NAMES)[number];

/** The servers of the distributed size. The URLs carry passwords: never to be printed. */
export interface Distributed {
  readonly eventStoreUrl: string;
  readonly kafka: KafkaConnection;
  readonly databaseUrl: string;
  readonly masterKeyFile?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

interface Problem {
  readonly name: string;
  readonly reason: string;
}
/** Reads groups of settings and gathers what is wrong with any of them. */
class Reader implements SettingsReader {
  readonly problems: Problem[] = [];

  constructor(private readonly env: Env) {}

  /** The group's values; undefined where one is wrong. */
  read<S extends z.ZodObject>(group: S): z.output<S> | undefined {
    const given = Object.fromEntries(
      Object.keys(group.shape).map((name) => [name, this.env[name]]),
    );
    const result = group.safeParse(given);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) this.wrong(String(path[0]), message);
    return undefined;
  }

  wrong(name: string, reason: string): void {
    if (!this.problems.some((problem) => problem.name === name))
      this.problems.push({ name, reason });
  }

  /**
   * What was read, which nothing was wrong with.
   * @throws DomainError CONFIG_INVALID naming each wrong variable
   */
  whole<T>(value: T | undefined): T {
    const [first] = this.problems;
    if (first || value === undefined)
      throw new DomainError(
        'CONFIG_INVALID',
        this.problems.map(({ name, reason }) => `${name} ${reason}.`).join(' '),
        'invalid',
        first?.name,
      );
    return value;
  }
}

/** @throws DomainError CONFIG_INVALID naming each wrong variable */
export function loadConfig(env: Env = process.env): Config {
  const reader = new Reader(env);
  const server = reader.read(serverSettings);
  const size = readSize(reader, env);
  const rail = readRail(reader);
  return reader.whole(server && size && rail && configOf(server, size, rail));
}

function oidcOf(server: z.output<typeof serverSettings>): Config['oidc'] {
  const issuer = server.SANAD_OIDC_ISSUER;
  if (issuer === undefined) return undefined;
  return {
    issuer,
    audience: server.SANAD_OIDC_AUDIENCE,
    jwks: server.SANAD_OIDC_JWKS ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`,
  };
}

/**
 * How whoever acts at the command line says who they are.
 * @throws DomainError CONFIG_INVALID naming each wrong variable
 */
export function signInWith(
  env: Env = process.env,
): Pick<Config, 'mode' | 'oidc'> & { readonly tokenFile?: string } {
  const reader = new Reader(env);
  const server = reader.whole(reader.read(serverSettings));
  const oidc = oidcOf(server);
  const tokenFile = server.SANAD_TOKEN_FILE;
  return {
    mode: server.SANAD_MODE,
    ...(oidc ? { oidc } : {}),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}

/** The mode, also for commands that need no other setting; what is neither is not production. */
export const modeIn = (env: Env = process.env): Config['mode'] =>
  env['SANAD_MODE']?.trim() === 'production' ? 'production' : 'development';

function configOf(server: z.output<typeof serverSettings>, size: Size, rail: RailSettings): Config {
  const oidc = oidcOf(server);
  const allowed = server.SANAD_GOVSTACK_CALLBACKS?.filter((url) => url !== '') ?? [];
  return {
    dataDir: server.SANAD_DATA,
    host: server.SANAD_HOST,
    port: server.SANAD_PORT,
    mode: server.SANAD_MODE,
    baseUri: server.SANAD_BASE_URI,
    ...(oidc ? { oidc } : {}),
    bodyLimitBytes: server.SANAD_BODY_LIMIT,
    messageLimitBytes: server.SANAD_MESSAGE_LIMIT,
    requestTimeoutMs: server.SANAD_REQUEST_TIMEOUT_MS,
    throttle: { limit: server.SANAD_THROTTLE_LIMIT, windowMs: server.SANAD_THROTTLE_WINDOW_MS },
    readWaitMs: server.SANAD_READ_WAIT_MS,
    stopTimeoutMs: server.SANAD_STOP_TIMEOUT_MS,
    logLevel: server.SANAD_LOG_LEVEL,
    ...size,
    rail,
    callbacks: { allowed, timeoutMs: 10_000 },
    background: server.SANAD_BACKGROUND,
  };
}

type Size = Pick<Config, 'role' | 'distributed' | 'clockLimits'>;

/**
 * The size, and what this process does of it; also for commands that need no other setting.
 * @throws DomainError CONFIG_INVALID naming each wrong variable
 */
export function sizeIn(env: Env = process.env): Size {
  const reader = new Reader(env);
  return reader.whole(readSize(reader, env));
}

function readSize(reader: Reader, env: Env): Size | undefined {
  const size = reader.read(sizeSettings);
  if (!size) return undefined;
  const { SANAD_ROLE: role, EVENTSTORE_URL, DATABASE_URL, SANAD_MASTER_KEY_FILE } = size;
  const clockLimits = {
    behindMs: size.SANAD_CLOCK_BEHIND_LIMIT_MS,
    aheadDays: size.SANAD_CLOCK_AHEAD_LIMIT_DAYS,
  };
  if (!isDistributed(size)) return { role, clockLimits };
  if (!env['KAFKA_BROKERS']?.trim()) {
    const who = role === 'all' ? 'the distributed size' : `the role ${role}`;
    reader.wrong('KAFKA_BROKERS', `must be set for ${who}`);
  }
  const kafka = readKafka(reader);
  // That both are set, a rule of the group has made sure of.
  if (!kafka || EVENTSTORE_URL === undefined || DATABASE_URL === undefined) return undefined;
  return {
    role,
    clockLimits,
    distributed: {
      eventStoreUrl: EVENTSTORE_URL,
      kafka,
      databaseUrl: DATABASE_URL,
      ...(SANAD_MASTER_KEY_FILE === undefined ? {} : { masterKeyFile: SANAD_MASTER_KEY_FILE }),
    },
  };
}

/**
 * Kafka; also for commands that need no other setting.
 * @throws DomainError CONFIG_INVALID naming each wrong variable
 */
export function kafkaIn(env: Env = process.env): KafkaConnection {
  const reader = new Reader(env);
  return reader.whole(readKafka(reader));
}

function readKafka(reader: Reader): KafkaConnection | undefined {
  const kafka = reader.read(kafkaSettings);
  if (!kafka) return undefined;
  const { KAFKA_TLS_CA: caFile, KAFKA_TLS_CERT: certFile, KAFKA_TLS_KEY: keyFile } = kafka;
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = kafka;
  const tls = {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined || keyFile === undefined ? {} : { certFile, keyFile }),
  };
  const sasl = mechanism && username && password ? { mechanism, username, password } : undefined;
  const layout = {
    ...(kafka.KAFKA_REPLICAS === undefined ? {} : { replicas: kafka.KAFKA_REPLICAS }),
    ...(kafka.KAFKA_MIN_IN_SYNC === undefined ? {} : { minInSync: kafka.KAFKA_MIN_IN_SYNC }),
    ...(kafka.KAFKA_PARTITIONS === undefined ? {} : { partitions: kafka.KAFKA_PARTITIONS }),
  };
  return {
    brokers: kafka.KAFKA_BROKERS,
    ...(kafka.KAFKA_TLS ? { tls } : {}),
    ...(sasl ? { sasl } : {}),
    ...(kafka.KAFKA_MESSAGE_KEYS === undefined ? {} : { keysFile: kafka.KAFKA_MESSAGE_KEYS }),
    ...(Object.keys(layout).length > 0 ? { layout } : {}),
  };
}

/**
 * Settings of the payment rail; also for commands that need no other.
 * @throws DomainError CONFIG_INVALID naming each wrong variable
 */
export function railIn(env: Env = process.env): RailSettings {
  const reader = new Reader(env);
  return reader.whole(readRail(reader));
}

function readRail(reader: Reader): RailSettings | undefined {
  const [first, ...more] = RAILS.filter((rail) => rail.isAskedFor(reader));
  for (const { askedBy } of more)
    reader.wrong(askedBy, `cannot be set together with ${first?.askedBy}: payments go one way`);
  if (more.length > 0) return undefined;
  let all: RailSettings | undefined = {};
  for (const rail of RAILS) {
    const read = rail.read(reader);
    all = all && read && { ...all, ...read };
  }
  return all;
}

/** The data folder that the environment names, for commands that take it as an option. */
export const dataDirIn = (env: Env = process.env): string =>
  serverSettings.shape.SANAD_DATA.parse(env['SANAD_DATA']);

/**
 * This process's environment with more in it: for a process that is started from here, or for
 * loadConfig.
 */
export const environmentWith = (more: Env): Record<string, string | undefined> => ({
  ...process.env,
  ...more,
});
