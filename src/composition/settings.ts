import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { SASL_MECHANISMS } from '../adapters/event-bus/port.js';
import { DEFAULT_BASE_URI } from '../kernel/base-uri.js';
import { PARTITIONS } from '../messaging/topics.js';
import { RAILS } from '../adapters/payment-rail/all.js';
import {
  baseUri,
  isHttp,
  list,
  needed,
  oneOf,
  onOff,
  optional,
  rules,
  setting,
  text,
  url,
  whole,
  type Issue,
} from '../adapters/settings/port.js';

/** A row of the table of settings, as `sanad settings` prints it. */
export interface SettingRow {
  readonly name: string;
  /** What is taken, with its limits. */
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
}

export const ROLE_NAMES = ['all', 'api', 'relay', 'projector', 'automation'] as const;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const serverSettings = z
  .object({
    SANAD_DATA: setting(text('folder'), './data', 'data folder; one process holds it at a time'),
    SANAD_HOST: setting(text('address'), '127.0.0.1', 'address to listen on'),
    SANAD_PORT: setting(whole(0, 65_535), '3000', 'port; 0 takes a free one'),
    SANAD_MODE: setting(
      oneOf(['development', 'production']),
      'development',
      "production refuses the local token issuer, and --as at the command line; a bank's file that a person hands over waits there for another one",
    ),
    SANAD_BASE_URI: setting(
      baseUri,
      DEFAULT_BASE_URI,
      "what the addresses of problems (/problems/…) and of events' schemas (/schemas/events/…) begin with; the same for every process",
    ),
    SANAD_OIDC_ISSUER: optional(url, 'issuer whose tokens are taken', 'the local issuer'),
    SANAD_OIDC_AUDIENCE: setting(text(), 'sanad', 'audience that tokens must name'),
    SANAD_OIDC_JWKS: optional(
      url,
      "where the issuer's keys are",
      "the issuer's /.well-known/jwks.json",
    ),
    SANAD_TOKEN_FILE: optional(
      text('file'),
      'token of who acts at the command line, where --token-file names none',
    ),
    SANAD_BODY_LIMIT: setting(whole(1_024, 67_108_864), '1048576', "bytes of a request's body"),
    SANAD_MESSAGE_LIMIT: setting(
      whole(1_024, 17_179_869_184),
      '1073741824',
      "bytes of a bank's file that comes over HTTP; files in a folder have a limit of 16 GiB",
    ),
    SANAD_REQUEST_TIMEOUT_MS: setting(
      whole(100, 600_000),
      '30000',
      'milliseconds to receive a whole request',
    ),
    SANAD_THROTTLE_LIMIT: setting(
      whole(1, 1_000_000_000),
      '30000',
      'requests of one caller in a window',
    ),
    SANAD_THROTTLE_WINDOW_MS: setting(whole(100, 86_400_000), '60000', 'length of that window'),
    SANAD_READ_WAIT_MS: setting(
      whole(0, 60_000),
      '5000',
      'how long a query waits for a position before READ_MODEL_BEHIND',
    ),
    SANAD_STOP_TIMEOUT_MS: setting(
      whole(100, 600_000),
      '20000',
      'how long a stop waits for requests and work under way',
    ),
    SANAD_LOG_LEVEL: setting(oneOf(LEVELS), 'info', 'least severe line of the log that is written'),
    SANAD_BACKGROUND: setting(
      onOff,
      'on',
      'off: read models, automations and jobs stand still (for maintenance and measurements)',
    ),
    SANAD_GOVSTACK_CALLBACKS: optional(
      list(
        'http or https URLs, with commas between',
        (value) => value === '' || isHttp(value),
        'must be http or https URLs with commas between',
      ),
      'addresses under which those who use Sanad as a payments block may be called back',
    ),
  })
  .superRefine(
    rules(({ SANAD_MODE, SANAD_OIDC_ISSUER }, issue) => {
      if (SANAD_MODE === 'production' && SANAD_OIDC_ISSUER === undefined)
        issue(
          'SANAD_OIDC_ISSUER',
          'must name your OIDC issuer in production: tokens of the local issuer are refused there',
        );
    }),
  );

export const sizeSettings = z
  .object({
    SANAD_SIZE: setting(
      oneOf(['embedded', 'distributed']),
      'embedded',
      'distributed: the log, the feed and the read models are servers; also for the command line',
    ),
    SANAD_ROLE: setting(
      oneOf(ROLE_NAMES),
      'all',
      'what this process does at the distributed size; a role of its own is one of that size',
    ),
    SANAD_CLOCK_BEHIND_LIMIT_MS: setting(
      whole(0, 999_999_999_999),
      '300000',
      "milliseconds that the machine's clock may be behind the log, and time stands still; beyond, nothing is written",
    ),
    SANAD_CLOCK_AHEAD_LIMIT_DAYS: setting(
      whole(1, 100_000),
      '3650',
      "days that the machine's clock may be ahead of the newest instant in the log; beyond, nothing is written",
    ),
    EVENTSTORE_URL: optional(
      text('connection string'),
      'EventStoreDB or KurrentDB; for the distributed size',
    ),
    DATABASE_URL: optional(text('connection string'), 'PostgreSQL; for the distributed size'),
    SANAD_MASTER_KEY_FILE: optional(
      text('file'),
      "the vault's master key; the same for every process of the distributed size",
      'keys/master.key in the data folder',
    ),
  })
  .superRefine(
    rules((values, issue) => {
      if (!isDistributed(values)) return;
      const who =
        values.SANAD_ROLE === 'all' ? 'the distributed size' : `the role ${values.SANAD_ROLE}`;
      for (const name of ['EVENTSTORE_URL', 'DATABASE_URL'] as const)
        if (values[name] === undefined) issue(name, `must be set for ${who}`);
    }),
  );

/**
 * A role of its own is one of the distributed size; `all` is embedded unless SANAD_SIZE says
 * otherwise.
 */
export const isDistributed = (values: {
  readonly SANAD_ROLE: string;
  readonly SANAD_SIZE: string;
}): boolean => values.SANAD_ROLE !== 'all' || values.SANAD_SIZE === 'distributed';

const BROKERS = 'host:port, more of them with commas';
export const kafkaSettings = z
  .object({
    KAFKA_BROKERS: needed(
      list(BROKERS, (broker) => /^[^\s:]+:\d{1,5}$/.test(broker), `must be ${BROKERS}`),
      "Kafka's brokers; for the distributed size",
    ),
    KAFKA_TLS: setting(onOff, 'off', "on: encrypted, and the brokers' certificates are checked"),
    KAFKA_TLS_CA: optional(
      text('file'),
      "the authority that signed the brokers' certificates, PEM",
      'those that Node knows',
    ),
    KAFKA_TLS_CERT: optional(
      text('file'),
      'a certificate of our own, PEM, where brokers ask for one',
    ),
    KAFKA_TLS_KEY: optional(text('file'), "that certificate's key, PEM"),
    KAFKA_SASL_MECHANISM: optional(
      {
        type: SASL_MECHANISMS.join(', '),
        schema: z
          .string()
          .toLowerCase()
          .pipe(z.enum(SASL_MECHANISMS, { error: `must be one of ${SASL_MECHANISMS.join(', ')}` })),
      },
      'how we say who we are',
    ),
    KAFKA_SASL_USERNAME: optional(text(), 'who we are; with the mechanism'),
    KAFKA_SASL_PASSWORD: optional(text(), 'the password; with the mechanism'),
    KAFKA_MESSAGE_KEYS: optional(
      text('file'),
      'keys of 64 hexadecimal digits, one a line: the relay signs events by the first, and projectors believe what one of them signed',
      'none: whoever may write is believed',
    ),
    KAFKA_REPLICAS: optional(
      whole(1, 100),
      'copies of each partition; a topic that is there with fewer is refused',
      'made: one a broker, 3 at most',
    ),
    KAFKA_MIN_IN_SYNC: optional(
      whole(1, 100),
      'copies that must have an event before it counts; a topic that is there with another number is refused',
      'made: all but one',
    ),
    KAFKA_PARTITIONS: optional(
      whole(2, 10_000),
      'partitions of each topic that is divided by its key; one that is there with another number is refused',
      `made: ${PARTITIONS}`,
    ),
  })
  .superRefine(
    rules(({ KAFKA_MESSAGE_KEYS: file }, issue) => {
      if (file !== undefined && !isReadable(file))
        issue('KAFKA_MESSAGE_KEYS', 'must name a file that can be read');
    }),
  )
  .superRefine(
    rules(({ KAFKA_REPLICAS: copies, KAFKA_MIN_IN_SYNC: inSync }, issue) => {
      if (copies !== undefined && inSync !== undefined && inSync > copies)
        issue(
          'KAFKA_MIN_IN_SYNC',
          'must not be more than KAFKA_REPLICAS: nothing could be written',
        );
    }),
  )
  .superRefine(rules(checkTls))
  .superRefine(rules(checkSasl));

interface KafkaFiles {
  readonly KAFKA_TLS: boolean;
  readonly KAFKA_TLS_CA?: string | undefined;
  readonly KAFKA_TLS_CERT?: string | undefined;
  readonly KAFKA_TLS_KEY?: string | undefined;
}
function checkTls(values: KafkaFiles, issue: Issue): void {
  for (const name of ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'] as const) {
    const file = values[name];
    if (file === undefined) continue;
    if (!values.KAFKA_TLS) issue('KAFKA_TLS', `must be on where ${name} is set`);
    else if (!isReadable(file)) issue(name, 'must name a file that can be read');
  }
  const { KAFKA_TLS_CERT: certificate, KAFKA_TLS_KEY: key } = values;
  if ((certificate === undefined) !== (key === undefined))
    issue(
      certificate === undefined ? 'KAFKA_TLS_CERT' : 'KAFKA_TLS_KEY',
      'is missing: a certificate and its key go together',
    );
}

interface KafkaLogin {
  readonly KAFKA_SASL_MECHANISM?: string | undefined;
  readonly KAFKA_SASL_USERNAME?: string | undefined;
  readonly KAFKA_SASL_PASSWORD?: string | undefined;
}
function checkSasl(values: KafkaLogin, issue: Issue): void {
  const login = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
  const missing = login.filter((name) => values[name] === undefined);
  if (values.KAFKA_SASL_MECHANISM !== undefined)
    for (const name of missing) issue(name, 'must be set with KAFKA_SASL_MECHANISM');
  else if (missing.length < login.length)
    issue('KAFKA_SASL_MECHANISM', 'must be set with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const GROUPS = [
  serverSettings,
  sizeSettings,
  kafkaSettings,
  ...RAILS.flatMap(({ settings }) => settings),
];

/** Every setting there is, in the order of the groups above. */
export const settingRows = (): readonly SettingRow[] =>
  GROUPS.flatMap(({ shape }) =>
    Object.entries(shape).map(([name, schema]) => {
      const { type, default: fallback, meaning } = schema.meta() ?? {};
      return {
        name,
        type: String(type),
        default: String(fallback),
        meaning: String(meaning),
      };
    }),
  );
