import { fold, type Foldable } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import type { StreamAfter } from '../write-side/unit.js';
import type { ProposedByManager } from './programme-controls.decider.js';
import { programmeDecider } from './programme.decider.js';

/** Whether what one manager said waits for a second one. */
export const isWaiting = (
  events: readonly Foldable[],
  what: ProposedByManager,
  content: string,
): boolean =>
  fold(programmeDecider, events).proposals[what].some((proposal) => proposal.content === content);

/** The same, as the answer to who said it has it. */
export const proposalStatus =
  (programmeId: string, what: ProposedByManager, content: string, decided = 'set') =>
  (after: StreamAfter): { readonly status: string } => {
    const waits = isWaiting(after(streams.programme(programmeId)), what, content);
    return { status: waits ? 'proposed' : decided };
  };
