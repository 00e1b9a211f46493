import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, type RetryOptions } from 'kafkajs';
import { freePorts } from './free-ports.js';
import { leaveOut } from './left-out.js';
import { eventually } from './eventually.js';

/**
 * A broker for tests, or why there is none on this machine. `kill` and `start` only where it is our
 * own.
 */
export type TestKafka =
  | {
      readonly running: true;
      readonly brokers: readonly string[];
      readonly own?: { kill(): Promise<void>; start(): Promise<void> };
      stop(): Promise<void>;
    }
  | { readonly running: false; readonly reason: string };

/** A cluster's id, which is any 16 bytes in base64: of each broker another. */
const newCluster = (): string =>
  Buffer.from(`sanad-${randomBytes(5).toString('hex')}`).toString('base64url');

/**
 * A client of Kafka that nobody of the engine made, with patience: what a busy machine's broker
 * does to a connection is no failure of a test.
 */
export const kafkaClient = (brokers: readonly string[], retry: RetryOptions = PATIENT): Kafka =>
  new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry });
const PATIENT: RetryOptions = { retries: 8, initialRetryTime: 300, maxRetryTime: 30_000 };

/**
 * A broker of our own with TLS, where one user may come in; its certificate is written to the file.
 */
export interface Secured {
  readonly username: string;
  readonly password: string;
  readonly caFile: string;
}

/** Which port clients are sent to, for a broker behind something, given its own. */
export type Advertised = (port: number) => number;

/**
 * Apache Kafka for tests: the brokers in KAFKA_BROKERS, or a broker of our own in KRaft mode on
 * free ports of 127.0.0.1, from the jars that scripts/kafka/fetch.mjs brings. Where neither can be,
 * says so, and in CI it throws.
 */
export async function startKafka(
  what: string,
  behind?: Advertised,
  secured?: Secured,
): Promise<TestKafka> {
  try {
    const given = secured ? undefined : process.env['KAFKA_BROKERS'];
    return given
      ? { running: true, brokers: given.split(','), stop: async () => undefined }
      : await own(behind, secured);
  } catch (error) {
    const reason = `${what} on Kafka is left out: ${error instanceof Error ? error.message : String(error)}`;
    leaveOut(reason, error);
    return { running: false, reason };
  }
}

async function own(behind?: Advertised, secured?: Secured): Promise<TestKafka> {
  const jars = fetchedJars();
  const dir = mkdtempSync(join(tmpdir(), 'sanad-kafka-'));
  const [port, controller, between] = await freePorts(3);
  const advertised = behind ? behind(port!) : port!;
  const settings = join(dir, 'server.properties');
  const cluster = newCluster();
  const outside = secured ? 'SASL_SSL' : 'PLAINTEXT';
  writeSettings(settings, {
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `${outside}://127.0.0.1:${port},BETWEEN://127.0.0.1:${between},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `${outside}://127.0.0.1:${advertised},BETWEEN://127.0.0.1:${between}`,
    ...(secured ? securing(dir, secured) : {}),
    'log.dirs': join(dir, 'log'),
  });
  try {
    formatStorage(jars, settings, cluster, secured);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  const broker = new BrokerProcess(jars, settings, (child, said) =>
    answering(`127.0.0.1:${between}`, cluster, child, said),
  );
  const stop = async (): Promise<void> => {
    await broker.end();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await broker.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    running: true,
    brokers: [`127.0.0.1:${advertised}`],
    own: { kill: () => broker.kill(), start: () => broker.start() },
    stop,
  };
}

/** The class path of Kafka's jars. */
function fetchedJars(): string {
  const fetched = spawnSync(process.execPath, ['scripts/kafka/fetch.mjs'], {
    encoding: 'utf8',
    timeout: 320_000,
  });
  if (fetched.status !== 0)
    throw new Error(fetched.stderr.trim() || fetched.error?.message || 'its jars are not here');
  return join(fetched.stdout.trim(), '*');
}

/** Writes what holds for every broker of ours, and what holds for this one. */
function writeSettings(file: string, more: Readonly<Record<string, string>>): void {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'inter.broker.listener.name': 'BETWEEN',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,BETWEEN:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    ...more,
  };
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}

/** The arguments of java for a program of Kafka's. */
const java = (jars: string, main: string, ...args: string[]): string[] => [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
  '-cp',
  jars,
  main,
  ...args,
];

/** Runs a program of Kafka's to its end, with what it reads. */
export async function runOfKafka(
  main: string,
  args: readonly string[],
  input: string,
): Promise<void> {
  const child = spawn('java', java(fetchedJars(), main, ...args), {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (line: Buffer) => {
    said += String(line);
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${main} ended with ${code}: ${said.slice(0, 500)}`);
}

function formatStorage(
  jars: string,
  settings: string,
  cluster: string,
  secured: Secured | undefined,
): void {
  const user = secured
    ? ['--add-scram', `SCRAM-SHA-512=[name=${secured.username},password=${secured.password}]`]
    : [];
  const formatted = spawnSync(
    'java',
    java(jars, 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', settings, ...user),
    { encoding: 'utf8', timeout: 300_000 },
  );
  if (formatted.status !== 0)
    throw new Error(
      missing(formatted.error)
        ? 'Java, which Kafka runs on, is not installed on this machine'
        : `its storage cannot be formatted: ${formatted.error?.message ?? formatted.stderr.slice(0, 300)}`,
    );
}

/** A broker over formatted storage, which goes with this process at the latest. */
class BrokerProcess {
  #child: ChildProcess | undefined;
  readonly #onExit = (): void => {
    this.#child?.kill('SIGKILL');
  };

  constructor(
    private readonly jars: string,
    private readonly settings: string,
    private readonly answers: (child: ChildProcess, said: readonly string[]) => Promise<void>,
  ) {
    process.once('exit', this.#onExit);
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    const said: string[] = [];
    const child = spawn('java', java(this.jars, 'kafka.Kafka', this.settings), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr])
      output.on('data', (line: Buffer) => {
        said.push(String(line));
      });
    await this.answers(child, said);
  }

  async kill(): Promise<void> {
    const running = this.#child;
    this.#child = undefined;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise((resolve) => {
      running.once('exit', resolve);
    });
    running.kill('SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    process.removeListener('exit', this.#onExit);
    await this.kill();
  }
}

/** Whether a program that was to be run is not there. */
const missing = (error: Error | undefined): boolean =>
  error !== undefined && 'code' in error && error.code === 'ENOENT';

/**
 * A certificate for 127.0.0.1, made here, and the mechanisms by which the one user may say who it
 * is.
 */
function securing(dir: string, { username, password, caFile }: Secured): Record<string, string> {
  const store = join(dir, 'broker.p12');
  const keytool = (...args: string[]): void => {
    const done = spawnSync(
      'keytool',
      [
        '-keystore',
        store,
        '-storetype',
        'PKCS12',
        '-storepass',
        password,
        '-alias',
        'broker',
        ...args,
      ],
      { encoding: 'utf8', timeout: 300_000 },
    );
    if (done.status !== 0)
      throw new Error(
        `its certificate cannot be made: ${done.error?.message ?? done.stdout.slice(0, 300)}`,
      );
  };
  keytool(
    '-genkeypair',
    '-keyalg',
    'EC',
    '-dname',
    'CN=127.0.0.1',
    '-ext',
    'san=ip:127.0.0.1',
    '-validity',
    '2',
  );
  keytool('-exportcert', '-rfc', '-file', caFile);
  const modules = 'org.apache.kafka.common.security';
  return {
    'listener.name.sasl_ssl.ssl.keystore.location': store,
    'listener.name.sasl_ssl.ssl.keystore.type': 'PKCS12',
    'listener.name.sasl_ssl.ssl.keystore.password': password,
    'listener.name.sasl_ssl.ssl.key.password': password,
    'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_${username}="${password}";`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
  };
}

/**
 * Waits until it is the broker of ours that answers, whatever else may have come to listen on its
 * ports meanwhile.
 * @param at of its listener between brokers, which is told to nobody and secured for nobody
 */
async function answering(
  at: string,
  cluster: string,
  child: ChildProcess,
  said: readonly string[],
): Promise<void> {
  await eventually('a broker that answers', async () => {
    if (child.exitCode !== null)
      throw new Error(`the broker does not start: ${said.join('').slice(0, 500)}`);
    const admin = kafkaClient([at], { retries: 0 }).admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).clusterId === cluster;
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  });
}
