import { DomainError, StoreError } from '../kernel/errors.js';
import type { Anchor } from '../kernel/anchor.js';
import { RailError } from '../adapters/payment-rail/port.js';
import type { Recorded } from '../kernel/decider.js';
import type { SetAside } from '../write-side/set-aside.js';
import { unwritable } from '../write-side/unwritable.js';

/** Where each process manager is, and what was set aside. */
export interface AutomationState {
  readonly positions: Readonly<Record<string, number>>;
  readonly setAside: readonly SetAside[];
  /** The event that the furthest of them stands behind; an earlier version kept none. */
  readonly anchor?: Anchor;
}

/** Where the state is kept as text; `durable`: it must survive a loss of power. */
interface KeptText {
  load(): Promise<string | undefined>;
  save(text: string, durable: boolean): Promise<void>;
}

/** A text that cannot be read counts as none: each manager starts where all had acted. */
function stateIn(text: string | undefined): AutomationState | undefined {
  if (text === undefined) return undefined;
  try {
    const { positions, setAside, anchor } = JSON.parse(text) as Partial<AutomationState>;
    if (!positions || !Array.isArray(setAside)) return undefined;
    return { positions, setAside, ...(anchor ? { anchor } : {}) };
  } catch {
    return undefined;
  }
}

/** Positions come back from the log; what was set aside does not, so it is made durable. */
export function stateKept(kept: KeptText): {
  loadState(): Promise<AutomationState | undefined>;
  saveState(state: AutomationState): Promise<void>;
} {
  let saved = '';
  let aside = '[]';
  return {
    async loadState() {
      const state = stateIn(await kept.load());
      aside = JSON.stringify(state?.setAside ?? []);
      return state;
    },
    async saveState(state) {
      const text = JSON.stringify(state);
      const entries = JSON.stringify(state.setAside);
      if (text === saved) return;
      await kept.save(text, entries !== '[]' || entries !== aside);
      saved = text;
      aside = entries;
    },
  };
}

/** Which automations need not act on which events any more. */
export const dismissedIn = (
  events: readonly Recorded[],
): readonly Pick<SetAside, 'manager' | 'eventId'>[] =>
  events.flatMap((event) =>
    event.type === 'SetAsideDismissed'
      ? [{ manager: event.data.automation, eventId: event.data.eventId }]
      : [],
  );

export function reasonOf(thrown: unknown): string {
  const error = unwritable(thrown) ?? thrown;
  if (error instanceof DomainError || error instanceof RailError || error instanceof StoreError)
    return `${error.code}: ${error.detail}`;
  return error instanceof Error ? error.name : 'Error';
}

/** A line for whoever reads the log. */
export const setAsideNote = ({ manager, type, stream, eventId, reason }: SetAside): string =>
  `${manager} set ${type} ${eventId} of ${stream} aside: ${reason}`;

export const setAsideOf = (manager: string, event: Recorded, error: unknown): SetAside => ({
  eventId: event.id,
  manager,
  type: event.type,
  stream: event.stream,
  position: event.position,
  reason: reasonOf(error),
});
