import { createConnection, createServer, type Socket } from 'node:net';
import { simulatedDelay } from './eventually.js';

/**
 * - open: bytes pass. - closed: connections are cut, and new ones too. - silent: nothing passes and
 *   nothing is closed, as on a line that broke without either end seeing it. - slow: every piece
 *   waits. - deaf: what is asked arrives, and the connection is cut before the answer.
 */
export type Weather = 'open' | 'closed' | 'silent' | 'slow' | 'deaf';

export interface Proxy {
  readonly port: number;
  set(weather: Weather): void;
  stop(): Promise<void>;
}

const SLOW_MS = 60;

/**
 * Carries what one end sends to the other, as the weather lets it.
 * @param asks whether it is the client's end
 */
function pass(from: Socket, to: Socket, asks: boolean, weather: () => Weather): void {
  // A line never changes the order of what it carries, also when it is slow no more.
  let late = 0;
  let before = Promise.resolve();
  const deliver = (bytes: Buffer): void => {
    if (!to.destroyed) to.write(bytes);
  };
  from.on('data', (bytes: Buffer) => {
    const now = weather();
    if (now === 'silent') return;
    if (now === 'deaf' && !asks) {
      from.destroy();
      to.destroy();
    } else if (now === 'slow' || late > 0) {
      late += 1;
      const delay = now === 'slow' ? simulatedDelay(SLOW_MS) : undefined;
      before = Promise.all([before, delay]).then(() => {
        late -= 1;
        deliver(bytes);
      });
    } else deliver(bytes);
  });
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (weather() !== 'silent') to.destroy();
  });
}

/** A line between a client and a server, whose weather a test makes. */
export async function startProxy(target: () => number, host = '127.0.0.1'): Promise<Proxy> {
  let weather: Weather = 'open';
  const lines = new Set<{ readonly client: Socket; readonly server: Socket }>();
  const server = createServer((client) => {
    if (weather === 'closed') {
      client.destroy();
      return;
    }
    const line = { client, server: createConnection(target(), host) };
    lines.add(line);
    pass(client, line.server, true, () => weather);
    pass(line.server, client, false, () => weather);
    client.once('close', () => lines.delete(line));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = (): void => {
    for (const line of lines) {
      line.client.destroy();
      line.server.destroy();
    }
    lines.clear();
  };
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    set(next) {
      // Who was silent has lost bytes: such a line must not speak again.
      if (weather === 'silent' || next === 'closed') cut();
      weather = next;
    },
    async stop() {
      cut();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
