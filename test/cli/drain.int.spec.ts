import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { fileCheckpoint } from '../../src/adapters/data-folder/checkpoint.js';
import { drainAutomations } from '../../src/cli/drain.js';
import { makeOutput } from '../../src/cli/output.js';
import { streams } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import {
  erasedByTwo,
  by,
  households,
  job,
  newWorld,
  openProgramme,
  type World,
} from '../use-cases/world.js';

describe('draining after commands of the command line', () => {
  let world: World;
  beforeEach(async () => {
    world = await newWorld();
  });
  afterEach(() => world.end());
  const run = { out: makeOutput({ quiet: true }, () => 0), signal: new AbortController().signal };

  test('destroys the key of whoever was erased by a process that died before it did', async () => {
    const { engine } = world;
    await openProgramme(engine);
    await importApplications(
      engine,
      { programmeId: 'asd', rows: households(2, 1), determine: false },
      job(engine, 'intake'),
    );
    const { events } = await engine.store.readAll(-1, 100);
    const [erased, kept] = events.filter((event) => event.type === 'PersonRegistered');
    const sealed = [erased!.data.sealed, kept!.data.sealed];
    const opened = await engine.vault.open(sealed);
    expect(opened).not.toContain(undefined);

    // The fact is recorded; the process that was to act on it is gone.
    const { personId } = erased!.data;
    await execute(
      engine,
      [part(streams.person(personId), personDecider, ...erasedByTwo(personId))],
      by(engine, 'amal', 'administrator', 'erase'),
    );
    expect(await engine.vault.open(sealed)).toEqual(opened);

    await drainAutomations(engine, run);

    const [gone, there] = await engine.vault.open(sealed);
    expect(gone).toBeUndefined();
    expect(there).toEqual(opened[1]);
    // Nobody would come back to it: the checkpoint that all share is past the fact.
    expect(await fileCheckpoint(join(engine.dir, 'automation.checkpoint')).load()).toBe(
      await engine.store.lastPosition(),
    );
  });
});
