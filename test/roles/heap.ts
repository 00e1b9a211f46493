import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';

const CHILD = fileURLToPath(new URL('./heap-child.js', import.meta.url));
/** The first tenths fill what is held on purpose; after the last nothing is on its way any more. */
const SETTLED = [3, 9] as const;

/** What the heap holds after each tenth of so many events, by role. */
export async function heapOfRoles(
  events: number,
  { databaseUrl, broker }: { readonly databaseUrl: string; readonly broker: string },
  children: Set<ChildProcess>,
): Promise<Readonly<Record<string, readonly number[]>>> {
  await createTopics({ brokers: [broker] });
  const ran = async (role: string): Promise<readonly number[]> => {
    const args = [CHILD, role, String(events), databaseUrl, broker];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let said = '';
    for (const output of [child.stdout, child.stderr])
      output.on('data', (chunk: Buffer) => {
        said += String(chunk);
      });
    const [code] = (await once(child, 'close')) as [number | null];
    children.delete(child);
    if (code !== 0) throw new Error(`${role} ended with ${code}: ${said.slice(-2_000)}`);
    return JSON.parse(said.trim().split('\n').at(-1)!) as number[];
  };
  // The projector after the relay: what it holds of the broker's answers is as much from the start.
  const relay = await ran('relay');
  return { relay, projector: await ran('projector'), automation: await ran('automation') };
}

/** How many bytes the heap grows by with an event, by the line through the settled samples. */
export function bytesAnEvent(samples: readonly number[], events: number): number {
  const settled = samples.slice(...SETTLED);
  const middle = (settled.length - 1) / 2;
  const mean = settled.reduce((sum, bytes) => sum + bytes, 0) / settled.length;
  let across = 0;
  let along = 0;
  settled.forEach((bytes, index) => {
    across += (index - middle) * (bytes - mean);
    along += (index - middle) ** 2;
  });
  return across / along / (events / samples.length);
}
