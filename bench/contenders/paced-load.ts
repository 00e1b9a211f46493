import { request, Agent } from 'node:http';

/**
 * Commands at a steady pace, whatever the answers take, until standard input ends: `paced-load
 * <json>` with { port, path, token, everyMs, bodies }. Prints { requests, p50Ms, p99Ms, maxMs }; a
 * late answer delays no other request.
 */
interface Load {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly everyMs: number;
  readonly bodies: readonly string[];
}
const { port, path, token, everyMs, bodies } = JSON.parse(process.argv[2] ?? '{}') as Load;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const latencies: number[] = [];
const failures: string[] = [];
let sent = 0;
let under = 0;

function send(): void {
  const body = bodies[sent % bodies.length]!;
  const started = performance.now();
  sent += 1;
  under += 1;
  const call = request(
    {
      port,
      host: '127.0.0.1',
      path,
      method: 'POST',
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': `paced-${process.pid}-${sent}`,
        'content-length': Buffer.byteLength(body),
      },
    },
    (response) => {
      response.resume().on('end', () => {
        latencies.push(performance.now() - started);
        if (response.statusCode !== 201) failures.push(`status ${response.statusCode}`);
        under -= 1;
      });
    },
  );
  call.on('error', (error) => {
    failures.push(error.message);
    under -= 1;
  });
  call.end(body);
}

const pace = setInterval(send, everyMs);
process.stdin.resume().on('end', () => {
  clearInterval(pace);
  const finish = setInterval(() => {
    if (under > 0) return;
    clearInterval(finish);
    agent.destroy();
    if (failures.length > 0) {
      process.stderr.write(`${failures.length} of ${sent} failed, first: ${failures[0]}\n`);
      process.exitCode = 1;
      return;
    }
    latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round(
        10 * (latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0),
      ) / 10;
    process.stdout.write(
      JSON.stringify({ requests: sent, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }),
    );
  }, 20);
});
