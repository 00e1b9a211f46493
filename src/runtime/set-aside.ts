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
  /** Where it is, as a refusal names it. */
  readonly name?: string;
  load(): Promise<string | undefined>;
  save(text: string, durable: boolean): Promise<void>;
}

/**
 * What a loss of power leaves of a text that was not synced. Only one without anything set aside is
 * not, so that nothing is lost with it: each manager starts where all had acted.
 */
const LOST = /^\0*$/;

/** @throws DomainError CHECKPOINT_DAMAGED: what was set aside is not forgotten without a word */
function stateIn(text: string | undefined, name: string): AutomationState | undefined {
  if (text === undefined || LOST.test(text)) return undefined;
  const { positions, setAside, anchor } = parsed(text);
  if (!positions || !Array.isArray(setAside))
    throw new DomainError(
      'CHECKPOINT_DAMAGED',
      `${name} cannot be read: it says where each automation is and what was set aside. Restore it from a backup; or stop what is at work, run "sanad lease reset" and start it again: the automations go through the whole log, and set aside again what they cannot act on.`,
      'unavailable',
    );
  return { positions, setAside, ...(anchor ? { anchor } : {}) };
}

function parsed(text: string): Partial<AutomationState> {
  try {
    return (JSON.parse(text) as Partial<AutomationState> | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * Positions come back from the log; what was set aside does not, so it is made durable.
 * `loadState` throws DomainError CHECKPOINT_DAMAGED, and whatever the text's place fails with.
 */
export function stateKept(kept: KeptText): {
  loadState(): Promise<AutomationState | undefined>;
  saveState(state: AutomationState): Promise<void>;
} {
  let saved = '';
  let aside = '[]';
  return {
    async loadState() {
      const state = stateIn(await kept.load(), kept.name ?? 'The state of the automation');
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
