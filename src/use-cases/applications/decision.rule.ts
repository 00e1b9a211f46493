import type { ApplicationCommand } from '../../application/application.decider.js';
import type { ApplicationState } from '../../application/application.state.js';

/**
 * recommend: what the determination says, approval or rejection · approve: those recommended for
 * approval · reject: those recommended for rejection.
 */
export type DecideAction = 'recommend' | 'approve' | 'reject';

/** Whether an application waits for the action. */
export function waitsFor(action: DecideAction, state: ApplicationState): boolean {
  if (action === 'recommend') return state.status === 'determined';
  return state.status === 'recommended' && state.recommendation === action;
}

/** What the action is for an application as it stands. */
export function deciding(
  action: DecideAction,
  reason: string | undefined,
  { eligible, contentHash, receivedOn }: ApplicationState,
): ApplicationCommand {
  switch (action) {
    case 'recommend':
      return {
        type: 'RecommendApplication',
        recommendation: eligible ? 'approve' : 'reject',
        contentHash,
      };
    case 'approve':
      return { type: 'ApproveApplication', contentHash, startPeriod: receivedOn.slice(0, 7) };
    case 'reject':
      return { type: 'RejectApplication', contentHash, reason: reason ?? NOT_ELIGIBLE };
  }
}

const NOT_ELIGIBLE =
  'Not eligible under the policy in force; the determination lists the criteria.';
