import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What both contenders are asked: the same command, by the same number of clients. */
export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
export const PATH = '/applications';

const [requests = '20000', clients = '64'] = process.argv.slice(2);
export const CLIENTS = Number(clients);

export const bodyFor = (personId: string): string =>
  JSON.stringify({
    programmeId: 'asd',
    personId,
    receivedOn: '2025-10-05',
    channel: 'counter',
    facts: {
      scoreMicro: 8_000_000,
      coveredByOtherScheme: false,
      children: ['2012-04', '2016-09', '2021-01'].map((birthMonth, i) => ({
        birthMonth,
        inSchool: i < 2,
        schoolLevel: i < 2 ? 'primary' : 'none',
        disabled: false,
        fatherlessOrphan: false,
      })),
    },
  });

/** Runs the load in a process of its own against a server of this process. */
export async function measure(
  port: number,
  bodies: readonly string[],
  token?: string,
): Promise<Measured> {
  const load = JSON.stringify({
    port,
    path: PATH,
    clients: CLIENTS,
    warmUp: Math.min(5_000, Number(requests)),
    requests: Number(requests),
    bodies,
    ...(token === undefined ? {} : { token }),
  });
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL('./http-load.js', import.meta.url)),
    load,
  ]);
  return JSON.parse(stdout) as Measured;
}
