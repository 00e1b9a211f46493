import { connect, type Socket } from 'node:net';

/**
 * The load: so many clients, each sending its next request when it has the answer to the one
 * before, over one kept-alive connection. A process of its own, and as little work a request as
 * possible, because it shares the machine with the server. `http-load <json>`: { port, path,
 * token?, clients, warmUp, requests, bodies }; bodies[i] is client i's. Prints { requests, seconds
 * }.
 */
interface Load {
  readonly port: number;
  readonly path: string;
  readonly token?: string;
  readonly clients: number;
  readonly warmUp: number;
  readonly requests: number;
  readonly bodies: readonly string[];
}
const load = JSON.parse(process.argv[2] ?? '{}') as Load;
let toSend = load.warmUp + load.requests;
let answered = 0;
let startedMs = 0;
const latencies: number[] = [];

function requestOf(client: number, number: number): string {
  const body = load.bodies[client % load.bodies.length]!;
  return `POST ${load.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nidempotency-key: ${client}-${number}\r\n${load.token ? `authorization: Bearer ${load.token}\r\n` : ''}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Length of the first whole answer in the text, or 0. */
function wholeAnswer(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = /content-length: (\d+)/i.exec(text.slice(0, head));
  if (!length) throw new Error('an answer without Content-Length');
  const end = head + 4 + Number(length[1]);
  return text.length >= end ? end : 0;
}

function client(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(load.port, '127.0.0.1');
    socket.setNoDelay(true);
    let text = '';
    let number = 0;
    let sentMs = 0;
    const next = (): void => {
      if (toSend === 0) {
        socket.end();
        resolve();
        return;
      }
      toSend -= 1;
      number += 1;
      sentMs = performance.now();
      socket.write(requestOf(index, number));
    };
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = wholeAnswer(text);
      if (end === 0) return;
      if (!text.startsWith('HTTP/1.1 201'))
        throw new Error(`not accepted: ${text.slice(0, 2_000)}`);
      text = text.slice(end);
      answered += 1;
      if (answered === load.warmUp) startedMs = performance.now();
      else if (answered > load.warmUp) latencies.push(performance.now() - sentMs);
      next();
    });
  });
}

await Promise.all(Array.from({ length: load.clients }, (_, i) => client(i)));
const seconds = (performance.now() - startedMs) / 1_000;
latencies.sort((a, b) => a - b);
const at = (share: number): number =>
  Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 100) / 100;
process.stdout.write(
  JSON.stringify({ requests: load.requests, seconds, p50Ms: at(0.5), p99Ms: at(0.99) }),
);
