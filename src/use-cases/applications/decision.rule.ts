import type { ApplicationCommand } from '../../application/application.decider.js';
import type { ApplicationState } from '../../application/application.state.js';
import { DomainError } from '../../kernel/errors.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';

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

/**
 * What the action is for an application as it stands, under what its programme says now.
 * @throws DomainError APPLICATION_NOT_FOUND where it is to another programme
 */
export function deciding(
  action: DecideAction,
  reason: string | undefined,
  { programmeId, eligible, contentHash, receivedOn }: ApplicationState,
  programme: Pick<ProgrammePolicies, 'programmeId' | 'policyOf'>,
): ApplicationCommand {
  if (programmeId !== programme.programmeId)
    throw new DomainError(
      'APPLICATION_NOT_FOUND',
      `There is no such application to ${programme.programmeId}.`,
      'not-found',
      'applicationId',
    );
  const startPeriod = receivedOn.slice(0, 7);
  const policyVersion = programme.policyOf(startPeriod).version;
  switch (action) {
    case 'recommend':
      return {
        type: 'RecommendApplication',
        recommendation: eligible ? 'approve' : 'reject',
        contentHash,
        policyVersion,
      };
    case 'approve':
      return { type: 'ApproveApplication', contentHash, startPeriod, policyVersion };
    case 'reject':
      return {
        type: 'RejectApplication',
        contentHash,
        policyVersion,
        reason: reason ?? NOT_ELIGIBLE,
      };
  }
}

const NOT_ELIGIBLE =
  'Not eligible under the policy in force; the determination lists the criteria.';
