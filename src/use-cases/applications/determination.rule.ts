import type { ApplicationCommand } from '../../application/application.decider.js';
import { determinedOf, type ApplicationState } from '../../application/application.state.js';
import { determine } from '../../eligibility/determine.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';

/** Whether it was determined under the version in force in the month it was received. */
const isDetermined = (
  programme: ProgrammePolicies,
  { status, receivedOn, determined }: ApplicationState,
): boolean =>
  status === 'determined' &&
  determined ===
    determinedOf({
      policyVersion: programme.policyOf(receivedOn.slice(0, 7)).version,
      asOf: receivedOn,
    });

/**
 * The command that determines an application: its facts under the version in force in the month it
 * was received. None where that was done.
 */
export function determining(
  programme: ProgrammePolicies,
  state: ApplicationState,
): ApplicationCommand | undefined {
  if (isDetermined(programme, state)) return undefined;
  const { receivedOn, facts } = state;
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

/**
 * Whether an application of the programme waits for its determination; also where a version was
 * published since for the month it was received in.
 */
export const waitsForDetermination = (
  state: ApplicationState,
  programme: ProgrammePolicies,
): boolean =>
  state.programmeId === programme.programmeId &&
  (state.status === 'submitted' ||
    (state.status === 'determined' && !isDetermined(programme, state)));
