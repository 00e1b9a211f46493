import type { ApplicationCommand } from '../../application/application.decider.js';
import type { ApplicationState } from '../../application/application.state.js';
import { determine } from '../../eligibility/determine.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';

/**
 * The command that determines an application: its facts under the version in force in the month it
 * was received. None where that was done.
 */
export function determining(
  programme: ProgrammePolicies,
  { status, receivedOn, facts }: ApplicationState,
): ApplicationCommand | undefined {
  if (status === 'determined') return undefined;
  const period = receivedOn.slice(0, 7);
  const { version, compiled } = programme.policyOf(period);
  compiled.validateFacts(facts);
  return {
    type: 'DetermineEligibility',
    determination: {
      policyVersion: version,
      asOf: receivedOn,
      ...determine(compiled, version, facts, period),
    },
  };
}

/** Whether an application of the programme waits for its determination. */
export const waitsForDetermination = (state: ApplicationState, programmeId: string): boolean =>
  state.status === 'submitted' && state.programmeId === programmeId;
