import type { Deps } from '../../src/write-side/context.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { closeProgrammeParts } from '../../src/use-cases/programmes/close-programme.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { PROGRAMME } from './month.js';
import { as, byManagers } from './world.js';

type Manager = 'manager' | 'secondManager';
const said = { programmeId: PROGRAMME, reason: 'over' };

/** What one manager says: the first time it is proposed. */
export async function saysClosing(deps: Deps, who: Manager = 'manager'): Promise<void> {
  const parts = await closeProgrammeParts(deps.store, said);
  const { length } = await deps.store.readStream(streams.programme(PROGRAMME));
  await execute(deps, parts, as(deps, who, 'close', length));
}

export async function closeProgramme(deps: Deps): Promise<void> {
  await saysClosing(deps);
  await saysClosing(deps, 'secondManager');
}

export async function reopenProgramme(deps: Deps): Promise<void> {
  const steps = byManagers({ type: 'ReopenProgramme', ...said });
  const reopening = part(streams.programme(PROGRAMME), programmeDecider, ...steps);
  await execute(deps, [reopening], as(deps, 'manager', 'reopen'));
}
