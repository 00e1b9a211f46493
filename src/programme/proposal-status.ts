import { fold } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import type { StreamAfter } from '../write-side/unit.js';
import type { ProposedByManager } from './programme-controls.decider.js';
import { programmeDecider } from './programme.decider.js';

/** Whether what was said waits for a second manager, or holds. */
export const proposalStatus =
  (programmeId: string, what: ProposedByManager, content: string, decided = 'set') =>
  (after: StreamAfter): { readonly status: string } => {
    const { proposals } = fold(programmeDecider, after(streams.programme(programmeId)));
    const waits = proposals[what].some((proposal) => proposal.content === content);
    return { status: waits ? 'proposed' : decided };
  };
