import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Where ports for servers of other programs are looked for: below those that systems give to who
 * asks for any (Linux 32768 to 60999, others from 49152). Between the choice and the moment when a
 * slow program listens, another test that asks for any port could be given one of those.
 */
const FIRST = 14_000;
/** For each worker of jest, so that two of them never look at the same. */
const PER_WORKER = 1_000;
const WORKERS = 18;
const TRIES = 300;

/**
 * Ports of 127.0.0.1 that nobody listens on, each another.
 * @throws Error where there are not so many
 */
export async function freePorts(count: number): Promise<number[]> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS;
  const held: Server[] = [];
  try {
    for (let tries = 0; held.length < count; tries += 1) {
      if (tries > TRIES) throw new Error(`no ${count} free ports from ${FIRST} on`);
      const port = FIRST + worker * PER_WORKER + Math.floor(Math.random() * PER_WORKER);
      const probe = await listeningOn(port);
      if (probe) held.push(probe);
    }
    return held.map(portOf);
  } finally {
    for (const probe of held) await new Promise((resolve) => probe.close(resolve));
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

async function listeningOn(port: number): Promise<Server | undefined> {
  const probe = createServer();
  const failed = once(probe, 'error').then(() => undefined);
  probe.listen(port, '127.0.0.1');
  return Promise.race([once(probe, 'listening').then(() => probe), failed]);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return address.port;
}
