import { streams } from '../../src/kernel/ids.js';
import { programmeDecider, type ProgrammeCommand } from '../../src/programme/programme.decider.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { PROGRAMME } from './month.js';
import { as, byManagers } from './world.js';

/** Changes the programme of the month, as two managers say alike; `name` is the command's. */
export const changeProgramme = (
  deps: Deps,
  command: ProgrammeCommand,
  ...name: readonly (string | number)[]
) =>
  execute(
    deps,
    [part(streams.programme(PROGRAMME), programmeDecider, ...byManagers(command))],
    as(deps, 'manager', ...name),
  );
