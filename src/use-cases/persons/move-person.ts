import type { EventStore } from '../../adapters/event-store/port.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../enrolment/enrolment.state.js';
import { streams } from '../../kernel/ids.js';
import { personDecider } from '../../person/person.decider.js';
import { fromState, part, type Part } from '../../write-side/unit.js';
import { programmesOf } from './not-enrolled.js';

/**
 * A person and what they are enrolled in move together. Somebody who is enrolled meanwhile is so in
 * the new region: an enrolment relies on its person as it was read.
 */
export async function movePersonParts(
  store: EventStore,
  move: { readonly personId: string; readonly region: string; readonly reason: string },
): Promise<readonly Part[]> {
  const { personId, region } = move;
  const programmes = await programmesOf(store);
  return [
    part(streams.person(personId), personDecider, { type: 'MovePerson', ...move }),
    ...programmes.map((name) =>
      part(
        streams.enrolment(name, personId),
        enrolmentDecider,
        fromState(['MoveEnrolment', region], ({ status }: EnrolmentState) =>
          status === 'none' ? undefined : { type: 'MoveEnrolment', region },
        ),
      ),
    ),
  ];
}
