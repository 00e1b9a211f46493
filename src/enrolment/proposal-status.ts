import { fold, type Foldable } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import type { StreamAfter } from '../write-side/unit.js';
import { enrolmentDecider } from './enrolment.decider.js';

/** Whether what one supervisor said waits for a second one. */
export const isWaiting = (events: readonly Foldable[], content: string): boolean =>
  fold(enrolmentDecider, events).proposals.some((proposal) => proposal.content === content);

/** The same, as the answer to who said it has it. */
export const proposalStatus =
  (
    { programmeId, personId }: { readonly programmeId: string; readonly personId: string },
    content: string,
    decided: string,
  ) =>
  (after: StreamAfter): { readonly status: string } => {
    const waits = isWaiting(after(streams.enrolment(programmeId, personId)), content);
    return { status: waits ? 'proposed' : decided };
  };
