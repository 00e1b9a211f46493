import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import type { ProgrammePolicies } from '../write-side/readers.js';
import { guard, part, type Part } from '../write-side/unit.js';
import { enrolmentDecider } from './enrolment.decider.js';
import type { NewFacts } from './judged-facts.rule.js';

/**
 * New facts as they were judged, while the programme is as it was then: by a version that is
 * published at the same moment they are judged when they are said again.
 * @throws DomainError in the parts: CONCURRENT_CHANGE
 */
export const partsOfNewFacts = (
  { programmeId, revision }: Pick<ProgrammePolicies, 'programmeId' | 'revision'>,
  personId: string,
  { command }: Pick<NewFacts, 'command'>,
): readonly Part[] => [
  part(streams.enrolment(programmeId, personId), enrolmentDecider, command),
  guard(streams.programme(programmeId), (events) => {
    if (events.at(-1)?.revision !== revision)
      throw new DomainError(
        'CONCURRENT_CHANGE',
        `The programme ${programmeId} was changed while these facts were judged by its policy; send the same request, or run the command, again.`,
        'conflict',
      );
  }),
];
