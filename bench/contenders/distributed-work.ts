import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { Engine } from '../../src/cli/compose.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { processManagers } from '../../src/process-managers/all.js';
import { checkpointInMemory } from '../../src/runtime/checkpoint.js';
import { ProcessManagerRunner } from '../../src/process-managers/runner.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { startEventStoreDb } from '../../test/support/eventstoredb-server.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { payOut, prepareJanuary } from './cycle-steps.js';
import { actor, openBench, openProgramme } from './enrolments.js';
import { importRows } from './import-rows.js';

/**
 * The big pieces of work at the distributed size, in the order in which they build on each other.
 */
const PHASES = ['import', 'decisions', 'preparation', 'instruction'] as const;
type Phase = (typeof PHASES)[number];

async function* batches(count: number): AsyncGenerator<HouseholdRow[]> {
  let batch: HouseholdRow[] = [];
  for (const row of importRows(count)) {
    batch.push(row);
    if (batch.length < 500) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function decide(engine: Engine): Promise<void> {
  const args = { programmeId: 'asd' };
  await decideApplications(
    engine,
    { ...args, action: 'recommend' },
    actor(engine, 'omar', 'case-officer'),
  );
  await decideApplications(
    engine,
    { ...args, action: 'approve' },
    actor(engine, 'salma', 'supervisor'),
  );
}

async function instruct(engine: Engine): Promise<void> {
  const cycleId = 'asd-2026-01';
  const { contentHash } = await readCycle(engine.store, cycleId);
  await payOut(engine, { cycleId, contentHash });
}

const WORK: { readonly [P in Phase]: (engine: Engine, count: number) => Promise<unknown> } = {
  import: (engine, count) =>
    importApplications(
      engine,
      { programmeId: 'asd', rows: batches(count), determine: true },
      actor(engine, 'ines', 'intake'),
    ),
  decisions: decide,
  preparation: prepareJanuary,
  instruction: instruct,
};

const phaseFromArgs = (): Phase => {
  const phase = PHASES.find((known) => known === process.argv[3]);
  if (!phase) throw new Error(`which phase? ${PHASES.join(', ')}`);
  return phase;
};

/** What one append wrote. */
interface Append {
  readonly stream: string;
  readonly first: number;
  readonly events: Recorded[];
}

async function appendsAfter(engine: Engine, position: number): Promise<readonly Append[]> {
  const appends: Append[] = [];
  const last = new Map<string, Append>();
  for (let after = position; ;) {
    const page = await engine.store.readAll(after, 5_000);
    for (const event of page.events) {
      const before = last.get(event.stream);
      if (before?.events.at(-1)?.meta.command === event.meta.command) before.events.push(event);
      else {
        const append = { stream: event.stream, first: event.revision, events: [event] };
        last.set(event.stream, append);
        appends.push(append);
      }
    }
    if (page.end) return appends;
    after = page.next;
  }
}

const AT_ONCE = 64;

/**
 * The floor: the same streams and events appended by the client alone, so many at once, onto a
 * server that is empty. Nothing is decided, checked, sealed, read or kept from being done twice.
 */
async function appendBare(
  appends: readonly Append[],
): Promise<ReturnType<ReturnType<typeof startWatch>>> {
  const server = await startEventStoreDb();
  const client = EventStoreDBClient.connectionString(server.url);
  const credentials = { username: 'admin', password: 'not-a-secret' };
  const streams = Map.groupBy(appends, ({ stream }) => stream);
  const left = streams.values();
  const watch = startWatch();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const of of left)
        for (const { events } of of)
          await client.appendToStream(
            events[0]!.stream,
            events.map(({ id, type, data, meta, time }) =>
              jsonEvent({
                id,
                type,
                data: { ...data },
                metadata: { time, meta },
              }),
            ),
            { credentials, requiresLeader: true, expectedRevision: 'any' },
          );
    }),
  );
  const taken = watch();
  await client.dispose();
  await server.stop();
  return taken;
}

/** Runs everything before a phase, and measures the phase, or the floor of it. */
export async function measure(who: 'ours' | 'floor'): Promise<void> {
  const count = countFromArgs(2_000);
  const phase = phaseFromArgs();
  const server = await startEventStoreDb();
  const bench = await openBench();
  const store = await openEventStoreDb({ url: server.url });
  const engine: Engine = { ...bench.engine, store, locks: new KeyedMutex() };
  await openProgramme(engine);
  for (const earlier of PHASES.slice(0, PHASES.indexOf(phase))) {
    await WORK[earlier](engine, count);
    if (earlier === 'decisions')
      await new ProcessManagerRunner(engine, processManagers(engine), checkpointInMemory()).drain();
  }
  const before = await store.lastPosition();
  const readsBefore = (await server.counts()).reads;
  const watch = startWatch();
  await WORK[phase](engine, count);
  const ours = watch();
  const { reads } = await server.counts();
  const appends = await appendsAfter(engine, before);
  const taken = who === 'ours' ? ours : await appendBare(appends);
  await store.close();
  await bench.end();
  await server.stop();
  report({
    contender: who,
    phase,
    count,
    ...taken,
    perSecond: Math.round(count / taken.seconds),
    appends: appends.length,
    ...(who === 'ours' ? { reads: reads - readsBefore } : {}),
  });
}
