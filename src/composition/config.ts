import { accessSync, constants } from 'node:fs';
import { SASL_MECHANISMS, type KafkaConnection } from '../adapters/event-bus/port.js';
import type { GovstackSettings } from '../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../kernel/errors.js';
import { LENGTHS } from '../kernel/govstack.js';

/**
 * Every setting, from the environment. This is the only file that reads it; a wrong value stops the start with one line.
 *
 * | variable | default | meaning |
 * |---|---|---|
 * | SANAD_DATA | ./data | data folder; one process holds it at a time |
 * | SANAD_HOST | 127.0.0.1 | address to listen on |
 * | SANAD_PORT | 3000 | port; 0 takes a free one |
 * | SANAD_MODE | development | production refuses the local token issuer |
 * | SANAD_OIDC_ISSUER | (the local issuer) | issuer whose tokens are taken |
 * | SANAD_OIDC_AUDIENCE | sanad | audience that tokens must name |
 * | SANAD_OIDC_JWKS | <issuer>/.well-known/jwks.json | where the issuer's keys are |
 * | SANAD_BODY_LIMIT | 1048576 | bytes of a request's body |
 * | SANAD_MESSAGE_LIMIT | 1073741824 | bytes of a bank's file that comes over HTTP; files in a folder have a limit of 16 GiB |
 * | SANAD_REQUEST_TIMEOUT_MS | 30000 | to receive a whole request |
 * | SANAD_THROTTLE_LIMIT | 30000 | requests of one caller in a window |
 * | SANAD_THROTTLE_WINDOW_MS | 60000 | length of that window |
 * | SANAD_READ_WAIT_MS | 5000 | how long a query waits for a position before READ_MODEL_BEHIND |
 * | SANAD_STOP_TIMEOUT_MS | 20000 | how long a stop waits for requests and work under way |
 * | SANAD_LOG_LEVEL | info | trace, debug, info, warn, error, fatal or silent |
 * | ISO20022_XSD_DIR | (none) | folder of ISO 20022 schemas (pain.001.001.09.xsd, …); messages are held against them before they leave |
 * | SANAD_BANK_FOLDER | (none) | folder that the bank's file transfer serves: messages go to its OUT, the bank's come in its IN |
 * | SANAD_SIZE | embedded | distributed: the log, the feed and the read models are servers; also for the command line |
 * | SANAD_ROLE | all | what this process does at the distributed size: api, relay, projector, automation or all of them |
 * | EVENTSTORE_URL | (none) | connection string of EventStoreDB or KurrentDB; for the distributed size |
 * | KAFKA_BROKERS | (none) | host:port of Kafka's brokers, with commas; for the distributed size |
 * | KAFKA_TLS | off | on: encrypted, and the brokers' certificates are checked |
 * | KAFKA_TLS_CA | (those that Node knows) | file with the authority that signed the brokers' certificates, PEM |
 * | KAFKA_TLS_CERT, KAFKA_TLS_KEY | (none) | files with a certificate of our own and its key, PEM, where brokers ask for one |
 * | KAFKA_SASL_MECHANISM | (none) | plain, scram-sha-256 or scram-sha-512 |
 * | KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD | (needed with it) | who we are for the brokers |
 * | DATABASE_URL | (none) | connection string of PostgreSQL; for the distributed size |
 * | SANAD_MASTER_KEY_FILE | <data>/keys/master.key | file with the vault's master key; the same for every process of the distributed size |
 * | SANAD_GOVSTACK_URL | (none) | a GovStack payments building block that payments go through, in place of files; where its paths begin |
 * | SANAD_GOVSTACK_BBID | (needed) | Sanad's id there: source building block and registering institution |
 * | SANAD_GOVSTACK_CALLBACK_URL | (needed) | where the block's callbacks come: this server's address and /govstack/callback |
 * | SANAD_GOVSTACK_TENANT | (the BBID) | Platform-TenantId |
 * | SANAD_GOVSTACK_TOKEN | (none) | bearer token for the block |
 * | SANAD_GOVSTACK_MODE | mojaloop | paymentMode of the transfers |
 * | SANAD_GOVSTACK_BATCH | 1000 | transfers in one bulk payment; not to be changed while a cycle is being instructed |
 * | SANAD_GOVSTACK_REGISTER | on | off: payees are not registered and updated before they are paid |
 * | SANAD_GOVSTACK_VALIDATE | (off) | destinationDFSPID that validates accounts before they are paid |
 * | SANAD_GOVSTACK_TIMEOUT_MS | 30000 | to wait for one answer of the block |
 * | SANAD_GOVSTACK_ATTEMPTS | 5 | how often a request without an answer is sent |
 * | SANAD_GOVSTACK_CALLBACKS | (none) | addresses, with commas between, under which those who use Sanad as a payments block may be called back |
 * | SANAD_BACKGROUND | on | off: read models, automations and jobs stand still (for maintenance and measurements) |
 */
export interface Config {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly mode: 'development' | 'production';
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
  /** Absent: everything is in the data folder. */
  readonly distributed?: Distributed;
  readonly rail: {
    readonly schemasDir?: string;
    readonly bankFolder?: string;
    readonly govstack?: GovstackSettings;
  };
  readonly callbacks: {
    readonly allowed: readonly string[];
    readonly timeoutMs: number;
    readonly attempts: number;
  };
}

export const ROLE_NAMES = ['all', 'api', 'relay', 'projector', 'automation'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** The servers of the distributed size. The URLs carry passwords: never to be printed. */
export interface Distributed {
  readonly eventStoreUrl: string;
  readonly kafka: KafkaConnection;
  readonly databaseUrl: string;
  readonly masterKeyFile?: string;
}

type Env = Readonly<Record<string, string | undefined>>;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** @throws DomainError CONFIG_INVALID naming the variable */
export function loadConfig(env: Env = process.env): Config {
  const { text, whole } = readers(env);
  const oneOf = <T extends string>(name: string, fallback: T, values: readonly T[]): T => {
    const value = text(name, fallback);
    if (!values.includes(value as T)) throw wrong(name, `must be one of ${values.join(', ')}`);
    return value as T;
  };
  const url = (name: string, fallback: string): string => {
    const value = text(name, fallback);
    if (value !== '' && !URL.canParse(value)) throw wrong(name, 'must be a URL');
    return value;
  };
  const mode = oneOf('SANAD_MODE', 'development', ['development', 'production']);
  const issuer = url('SANAD_OIDC_ISSUER', '');
  if (mode === 'production' && issuer === '')
    throw wrong(
      'SANAD_OIDC_ISSUER',
      'must name your OIDC issuer in production: tokens of the local issuer are refused there',
    );
  const audience = text('SANAD_OIDC_AUDIENCE', 'sanad');
  return {
    dataDir: text('SANAD_DATA', './data'),
    host: text('SANAD_HOST', '127.0.0.1'),
    port: whole('SANAD_PORT', 3000, 0, 65_535),
    mode,
    ...(issuer === ''
      ? {}
      : {
          oidc: {
            issuer,
            audience,
            jwks: url('SANAD_OIDC_JWKS', `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`),
          },
        }),
    bodyLimitBytes: whole('SANAD_BODY_LIMIT', 1_048_576, 1_024, 67_108_864),
    messageLimitBytes: whole('SANAD_MESSAGE_LIMIT', 1_073_741_824, 1_024, 17_179_869_184),
    requestTimeoutMs: whole('SANAD_REQUEST_TIMEOUT_MS', 30_000, 100, 600_000),
    throttle: {
      limit: whole('SANAD_THROTTLE_LIMIT', 30_000, 1, 1_000_000_000),
      windowMs: whole('SANAD_THROTTLE_WINDOW_MS', 60_000, 100, 86_400_000),
    },
    readWaitMs: whole('SANAD_READ_WAIT_MS', 5_000, 0, 60_000),
    stopTimeoutMs: whole('SANAD_STOP_TIMEOUT_MS', 20_000, 100, 600_000),
    logLevel: oneOf('SANAD_LOG_LEVEL', 'info', LEVELS),
    ...sizeIn(env),
    rail: railIn(env),
    callbacks: { allowed: callbacksIn(env), timeoutMs: 10_000, attempts: 5 },
    background: oneOf('SANAD_BACKGROUND', 'on', ['on', 'off']) === 'on',
  };
}

/**
 * The size, and what this process does of it; also for commands that need no other setting. A role of its own is one of the
 * distributed size; `all` is embedded unless SANAD_SIZE says otherwise.
 * @throws DomainError CONFIG_INVALID naming the variable
 */
export function sizeIn(env: Env = process.env): Pick<Config, 'role' | 'distributed'> {
  const [role, size] = [
    env['SANAD_ROLE']?.trim() || 'all',
    env['SANAD_SIZE']?.trim() || 'embedded',
  ];
  if (!isRole(role)) throw wrong('SANAD_ROLE', `must be one of ${ROLE_NAMES.join(', ')}`);
  if (size !== 'embedded' && size !== 'distributed')
    throw wrong('SANAD_SIZE', 'must be embedded or distributed');
  if (role === 'all' && size === 'embedded') return { role };
  const needed = (name: string): string => {
    const value = env[name]?.trim();
    if (!value)
      throw wrong(
        name,
        `must be set for ${role === 'all' ? 'the distributed size' : `the role ${role}`}`,
      );
    return value;
  };
  const [eventStoreUrl, databaseUrl, masterKeyFile] = [
    needed('EVENTSTORE_URL'),
    needed('DATABASE_URL'),
    env['SANAD_MASTER_KEY_FILE']?.trim(),
  ];
  needed('KAFKA_BROKERS');
  return {
    role,
    distributed: {
      eventStoreUrl,
      kafka: kafkaIn(env),
      databaseUrl,
      ...(masterKeyFile ? { masterKeyFile } : {}),
    },
  };
}
/** Kafka; also for commands that need no other setting. @throws DomainError CONFIG_INVALID naming the variable */
export function kafkaIn(env: Env = process.env): KafkaConnection {
  const { text } = readers(env);
  const brokers = (env['KAFKA_BROKERS'] ?? '').split(',').map((broker) => broker.trim());
  if (!brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)))
    throw wrong('KAFKA_BROKERS', 'must be host:port, more of them with commas');
  const [tls, caFile, certFile, keyFile] = [
    text('KAFKA_TLS', 'off'),
    text('KAFKA_TLS_CA', ''),
    text('KAFKA_TLS_CERT', ''),
    text('KAFKA_TLS_KEY', ''),
  ];
  if (tls !== 'on' && tls !== 'off') throw wrong('KAFKA_TLS', 'must be on or off');
  for (const [name, file] of [
    ['KAFKA_TLS_CA', caFile],
    ['KAFKA_TLS_CERT', certFile],
    ['KAFKA_TLS_KEY', keyFile],
  ] as const) {
    if (file !== '' && tls === 'off') throw wrong('KAFKA_TLS', `must be on where ${name} is set`);
    if (file !== '' && !isReadable(file)) throw wrong(name, 'must name a file that can be read');
  }
  if ((certFile === '') !== (keyFile === ''))
    throw wrong(
      certFile === '' ? 'KAFKA_TLS_CERT' : 'KAFKA_TLS_KEY',
      'is missing: a certificate and its key go together',
    );
  const mechanism = text('KAFKA_SASL_MECHANISM', '').toLowerCase();
  const [username, password] = [text('KAFKA_SASL_USERNAME', ''), text('KAFKA_SASL_PASSWORD', '')];
  const known = SASL_MECHANISMS.find((one) => one === mechanism);
  if (mechanism !== '' && !known)
    throw wrong('KAFKA_SASL_MECHANISM', `must be one of ${SASL_MECHANISMS.join(', ')}`);
  if (known && (username === '' || password === ''))
    throw wrong(
      username === '' ? 'KAFKA_SASL_USERNAME' : 'KAFKA_SASL_PASSWORD',
      'must be set with KAFKA_SASL_MECHANISM',
    );
  if (!known && (username !== '' || password !== ''))
    throw wrong(
      'KAFKA_SASL_MECHANISM',
      'must be set with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    );
  return {
    brokers,
    ...(tls === 'on'
      ? { tls: { ...(caFile ? { caFile } : {}), ...(certFile ? { certFile, keyFile } : {}) } }
      : {}),
    ...(known ? { sasl: { mechanism: known, username, password } } : {}),
  };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const isRole = (text: string): text is RoleName => ROLE_NAMES.some((name) => name === text);

/** Settings of the payment rail; also for commands that need no other. */
export function railIn(env: Env = process.env): Config['rail'] {
  const schemasDir = env['ISO20022_XSD_DIR']?.trim();
  const bankFolder = env['SANAD_BANK_FOLDER']?.trim();
  const govstack = govstackIn(env);
  return {
    ...(schemasDir ? { schemasDir } : {}),
    ...(bankFolder ? { bankFolder } : {}),
    ...(govstack ? { govstack } : {}),
  };
}

/** @throws DomainError CONFIG_INVALID naming the variable */
function govstackIn(env: Env): GovstackSettings | undefined {
  const { text, whole } = readers(env);
  const short = (name: string, fallback: string, length: number): string => {
    const value = text(name, fallback);
    if (!/^[\x21-\x7e]+$/.test(value) || value.length > length)
      throw wrong(name, `must have 1 to ${length} visible ASCII characters`);
    return value;
  };
  const url = text('SANAD_GOVSTACK_URL', '');
  if (url === '') return undefined;
  const address = (name: string, value: string): string => {
    if (!isHttp(value)) throw wrong(name, 'must be an http or https URL');
    return value.replace(/\/+$/, '');
  };
  if (env['SANAD_BANK_FOLDER']?.trim())
    throw wrong(
      'SANAD_GOVSTACK_URL',
      'cannot be set together with SANAD_BANK_FOLDER: payments go one way',
    );
  const bbId = short('SANAD_GOVSTACK_BBID', '', LENGTHS.institutionId);
  const onOff = text('SANAD_GOVSTACK_REGISTER', 'on');
  if (onOff !== 'on' && onOff !== 'off')
    throw wrong('SANAD_GOVSTACK_REGISTER', 'must be on or off');
  const token = text('SANAD_GOVSTACK_TOKEN', '');
  if (token !== '' && !/^[\x21-\x7e]+$/.test(token))
    throw wrong('SANAD_GOVSTACK_TOKEN', 'must be visible ASCII characters');
  return {
    url: address('SANAD_GOVSTACK_URL', url),
    bbId,
    tenantId: short('SANAD_GOVSTACK_TENANT', bbId, LENGTHS.tenantId),
    callbackUrl: address(
      'SANAD_GOVSTACK_CALLBACK_URL',
      short('SANAD_GOVSTACK_CALLBACK_URL', '', LENGTHS.callbackUrl),
    ),
    ...(token === '' ? {} : { token }),
    timeoutMs: whole('SANAD_GOVSTACK_TIMEOUT_MS', 30_000, 100, 600_000),
    attempts: whole('SANAD_GOVSTACK_ATTEMPTS', 5, 1, 20),
    batchSize: whole('SANAD_GOVSTACK_BATCH', 1_000, 1, 10_000),
    paymentMode: short('SANAD_GOVSTACK_MODE', 'mojaloop', LENGTHS.paymentMode),
    register: onOff === 'on',
    ...(text('SANAD_GOVSTACK_VALIDATE', '') === ''
      ? {}
      : { validateAt: short('SANAD_GOVSTACK_VALIDATE', '', LENGTHS.dfspId) }),
  };
}

/** @throws DomainError CONFIG_INVALID */
function callbacksIn(env: Env): readonly string[] {
  const urls = (env['SANAD_GOVSTACK_CALLBACKS'] ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (urls.some((url) => !isHttp(url)))
    throw wrong('SANAD_GOVSTACK_CALLBACKS', 'must be http or https URLs with commas between');
  return urls;
}

const isHttp = (url: string): boolean =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

interface Readers {
  text(name: string, fallback: string): string;
  whole(name: string, fallback: number, min: number, max: number): number;
}
function readers(env: Env): Readers {
  const text = (name: string, fallback: string): string => env[name]?.trim() || fallback;
  return {
    text,
    whole(name, fallback, min, max) {
      const value = text(name, String(fallback));
      const number = /^[0-9]{1,12}$/.test(value) ? Number(value) : NaN;
      if (!(number >= min && number <= max))
        throw wrong(name, `must be a whole number from ${min} to ${max}`);
      return number;
    },
  };
}

const wrong = (name: string, reason: string): DomainError =>
  new DomainError('CONFIG_INVALID', `${name} ${reason}.`, 'invalid', name);
