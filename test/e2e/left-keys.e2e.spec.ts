import { beforeEach, describe, expect, test } from '@jest/globals';
import { checkpointsIn } from '../../src/adapters/data-folder/checkpoint.js';
import type { Sealed } from '../../src/adapters/vault/port.js';
import { openEngine, withEngine, type Engine } from '../../src/cli/compose.js';
import { drainAutomations } from '../../src/cli/drain.js';
import { makeOutput } from '../../src/cli/output.js';
import { streams } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { erasedByTwo, by, households, job, openProgramme } from '../use-cases/world.js';
import { HttpWorld } from './http-world.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PEOPLE = 4;
/** Two of them, so that one who is erased is no one's neighbour by chance. */
const ERASED = 2;

/** Everyone's sealed name, those who were erased first. */
async function erase(engine: Engine): Promise<readonly Sealed[]> {
  await openProgramme(engine);
  await importApplications(
    engine,
    {
      programmeId: 'asd',
      rows: households(PEOPLE, 1, { duplicates: 0, errors: 0 }),
      determine: false,
    },
    job(engine, 'intake'),
  );
  const { events } = await engine.store.readAll(-1, 100);
  const people = events
    .filter((event) => event.type === 'PersonRegistered')
    .map(({ data }) => data);
  for (const { personId } of people.slice(0, ERASED)) {
    await execute(
      engine,
      [part(streams.person(personId), personDecider, ...erasedByTwo(personId))],
      by(engine, 'amal', 'administrator', 'erase', personId),
    );
  }
  return people.map(({ sealed }) => sealed);
}

describe('a data folder that passed an erasure without destroying the key', () => {
  let dir: string;
  let sealed: readonly Sealed[];
  beforeEach(async () => {
    dir = temporaryFolder('left-keys');
    const engine = await openEngine(dir);
    sealed = await erase(engine);
    // As a draining of version 0.1.0 left it: past the facts, of which it knew nothing.
    await checkpointsIn(dir).acted.save(await engine.store.lastPosition());
    expect(await readable(engine)).toEqual([true, true, true, true]);
    await engine.close();
  });

  const readable = async ({ vault }: Engine): Promise<readonly boolean[]> =>
    (await vault.open(sealed)).map((fields) => fields !== undefined);
  const MENDED = [false, false, true, true];

  test('is mended by the next command that drains, once', async () => {
    const notes: string[] = [];
    const out = {
      ...makeOutput({ quiet: true }, () => 0),
      note: (line: string) => notes.push(line),
    };
    const run = { out, signal: new AbortController().signal };
    await withEngine(dir, async (engine) => {
      await drainAutomations(engine, run);
      expect(await readable(engine)).toEqual(MENDED);
      expect(notes).toEqual([expect.stringContaining(`${ERASED} key(s) of erased persons`)]);
      await drainAutomations(engine, run);
    });
    expect(notes).toHaveLength(1);
    expect(await checkpointsIn(dir).verified.load()).toBeGreaterThanOrEqual(0);
  });

  test('is mended by the server that is started on it', async () => {
    const world = await HttpWorld.open({}, dir);
    try {
      await eventually(
        'the keys verified',
        async () => (await checkpointsIn(dir).verified.load()) >= 0,
      );
    } finally {
      await world.server.close();
    }
    await withEngine(dir, async (engine) => expect(await readable(engine)).toEqual(MENDED));
  });
});

test('a new data folder has nothing to look for', async () => {
  const dir = temporaryFolder('left-keys');
  const signal = new AbortController().signal;
  const out = makeOutput({ quiet: true }, () => 0);
  await withEngine(dir, (engine) => drainAutomations(engine, { out, signal }), { create: true });
  expect(await checkpointsIn(dir).verified.load()).toBe(0);
});
