import type { Pause } from '../kernel/concurrency/pause.js';
import { processManagers } from '../process-managers/all.js';
import { ProcessManagerRunner, type FollowedStore } from '../process-managers/runner.js';
import type { Checkpoint } from '../runtime/checkpoint.js';
import { setAsideNote, stateKept, type KeptState } from '../runtime/set-aside.js';
import type { Deps } from '../write-side/context.js';
import type { FromBackground } from '../write-side/jobs.js';

/** Where it is kept what the automations have acted on, and what they set aside. */
interface AutomationPlace {
  readonly acted: Pick<Checkpoint, 'load' | 'save'>;
  readonly each: KeptState;
}

interface AutomationOptions {
  /** What is followed; absent: the store that is written to. */
  readonly followed?: FollowedStore;
  /** How it waits; absent: by the machine's clock. */
  readonly pause?: Pause | undefined;
}

type Told = Extract<FromBackground, { readonly kind: 'alarm' | 'note' }>;

/**
 * Every process manager over a store, each from where it was left.
 * @param tell what was set aside and which of them has failed for a while (alarms), and which of
 *   them fails now (a note)
 */
export function automationsOver(
  deps: Deps,
  { acted, each }: AutomationPlace,
  tell: (message: Told) => void,
  { followed = deps.store, pause }: AutomationOptions = {},
): ProcessManagerRunner {
  return new ProcessManagerRunner(
    { store: followed, clock: deps.clock },
    processManagers(deps),
    {
      load: () => acted.load(),
      save: (position) => acted.save(position),
      ...stateKept(each),
    },
    {
      ...(pause ? { pause } : {}),
      onSetAside: (entry) =>
        tell({ kind: 'alarm', what: 'automation', detail: setAsideNote(entry) }),
      onLasting: ({ manager, reason }) =>
        tell({ kind: 'alarm', what: 'automation', detail: `${manager} fails: ${reason}` }),
      onTrouble: (manager, error) =>
        tell({
          kind: 'note',
          what: manager,
          detail: error instanceof Error ? error.message.split('\n', 1)[0]! : String(error),
        }),
    },
  );
}
