import type { EventData } from '../../events/generated.js';
import { compilePolicy } from '../eligibility/policy.js';
import { canonicalIfAny, contentHash } from '../kernel/canonical.js';
import type { Recorded } from '../kernel/decider.js';
import type { ProgrammeCommand } from './programme.decider.js';

export type ProgrammeDefinition = EventData['ProgrammeDefined'];
export type PolicyPublication = Omit<EventData['PolicyPublished'], 'programmeId' | 'contentHash'>;

/** What is there already under the same name and is not what is given. */
export interface Difference {
  readonly what: string;
  readonly fields: readonly string[];
}

/**
 * What is still to be done, in order, until a programme is defined, has these policies and is open;
 * nothing where all of it is there. An open programme is not defined again and takes policies only.
 * @param recorded of the programme's stream
 * @throws DomainError POLICY_INVALID
 */
export function stepsTo(
  recorded: readonly Recorded[],
  definition: ProgrammeDefinition,
  policies: readonly PolicyPublication[],
): { readonly commands: readonly ProgrammeCommand[]; readonly differences: readonly Difference[] } {
  const { programmeId } = definition;
  const published = new Map(
    recorded.flatMap((event) =>
      event.type === 'PolicyPublished' ? [[event.data.version, event.data] as const] : [],
    ),
  );
  const commands: ProgrammeCommand[] = [];
  const differences: Difference[] = [];
  const compare = (before: object, given: object, what: string): void => {
    const fields = fieldsThatDiffer(before, given);
    if (fields.length > 0) differences.push({ what, fields });
  };
  const defined = recorded.find((event) => event.type === 'ProgrammeDefined');
  if (!defined) commands.push({ type: 'DefineProgramme', ...definition });
  else compare(defined.data, definition, `the definition of ${programmeId}`);
  for (const policy of policies) {
    compilePolicy(policy.policy);
    const data = { programmeId, ...policy, contentHash: contentHash(policy.policy) };
    const before = published.get(policy.version);
    if (before) compare(before, data, `policy version ${policy.version}`);
    else commands.push({ type: 'PublishPolicy', ...data });
  }
  if (recorded.some((event) => event.type === 'ProgrammeOpened')) commands.splice(1);
  else commands.push({ type: 'OpenProgramme', programmeId });
  return { commands, differences };
}

function fieldsThatDiffer(recorded: object, given: object): readonly string[] {
  const before = new Map(Object.entries(recorded));
  const now = new Map(Object.entries(given));
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names.filter((name) => canonicalIfAny(before.get(name)) !== canonicalIfAny(now.get(name)));
}
