import { DomainError, StoreError } from '../kernel/errors.js';
import type { Anchor } from '../kernel/anchor.js';
import { systemCodeOf } from '../write-side/outage.js';
import { VaultError } from '../adapters/vault/port.js';
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

/** What is left of it; without positions, each process manager starts where all had acted. */
export type FoundState = Pick<AutomationState, 'setAside'> & Partial<AutomationState>;

/** A text that is put into its place whole. */
export interface KeptText {
  /** Where it is, as a refusal names it. */
  readonly name?: string;
  load(): Promise<string | undefined>;
  save(text: string): Promise<void>;
}

/**
 * Where the state is kept. A place that bears a loss of power keeps all of it in one text. Where
 * making each position durable costs too much, the text of the positions may come back from a loss
 * of power as anything, and what was set aside has a text of its own, which bears it.
 */
export interface KeptState extends KeptText {
  readonly setAside?: KeptText;
}

/** @throws DomainError CHECKPOINT_DAMAGED: what was set aside is not forgotten without a word */
const damaged = (name = 'The state of the automation'): DomainError =>
  new DomainError(
    'CHECKPOINT_DAMAGED',
    `${name} cannot be read: it says what was set aside. Restore it from a backup; or stop what is at work, run "sanad lease reset" and start it again: the automations go through the whole log, and set aside again what they cannot act on.`,
    'unavailable',
  );

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Positions = Omit<AutomationState, 'setAside'>;

function positionsIn(text: string): Positions | undefined {
  const { positions, anchor } = (parsed(text) ?? {}) as Partial<AutomationState>;
  if (!positions) return undefined;
  return { positions, ...(anchor ? { anchor } : {}) };
}

function listIn(found: unknown, name: string | undefined): readonly SetAside[] {
  if (!Array.isArray(found) || !found.every(isEntry)) throw damaged(name);
  return found;
}

const TEXTS = ['eventId', 'manager', 'type', 'stream', 'reason'];
const isEntry = (one: unknown): one is SetAside =>
  typeof one === 'object' &&
  one !== null &&
  'position' in one &&
  Number.isSafeInteger(one.position) &&
  TEXTS.every((name) => typeof (one as Readonly<Record<string, unknown>>)[name] === 'string');

/** What is in one text: as of an earlier version of the files, and in a database. */
function wholeIn(text: string | undefined, kept: KeptState): AutomationState | undefined {
  if (text === undefined) return undefined;
  const positions = positionsIn(text);
  if (!positions) throw damaged(kept.name);
  const { setAside } = parsed(text) as Partial<AutomationState>;
  // The list is in a file of its own, which is gone.
  if (setAside === undefined && kept.setAside) throw damaged(kept.setAside.name);
  return { ...positions, setAside: listIn(setAside, kept.name) };
}

/**
 * Positions come back from the log; what was set aside does not, so it is durable before a position
 * is behind it. `loadState` throws DomainError CHECKPOINT_DAMAGED, and whatever the text's place
 * fails with.
 */
export function stateKept(kept: KeptState): {
  loadState(): Promise<FoundState | undefined>;
  saveState(state: AutomationState): Promise<void>;
} {
  let saved: string | undefined;
  let list: string | undefined;
  return {
    async loadState() {
      list = await kept.setAside?.load();
      const text = await kept.load();
      if (list === undefined) return wholeIn(text, kept);
      const setAside = listIn(parsed(list), kept.setAside?.name);
      return { ...positionsIn(text ?? ''), setAside };
    },
    async saveState(state) {
      const { setAside, ...positions } = state;
      const entries = JSON.stringify(setAside);
      if (kept.setAside && entries !== list) {
        await kept.setAside.save(entries);
        list = entries;
      }
      const text = JSON.stringify(kept.setAside ? positions : state);
      if (text === saved) return;
      await kept.save(text);
      saved = text;
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
  if (
    error instanceof DomainError ||
    error instanceof RailError ||
    error instanceof StoreError ||
    error instanceof VaultError
  )
    return `${error.code}: ${error.detail}`;
  return systemCodeOf(error) ?? (error instanceof Error ? error.name : 'Error');
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
