import type { EventStore } from '../../adapters/event-store/port.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../enrolment/enrolment.state.js';
import { recoveryId, streams } from '../../kernel/ids.js';
import { personDecider } from '../../person/person.decider.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import type { RecoveryState } from '../../recovery/recovery.state.js';
import { fromState, part, type Part } from '../../write-side/unit.js';
import { programmesOf } from './programmes.js';

/**
 * A person, what they are enrolled in, and what they owe move together, also what begins in the
 * same moment: where there is nothing to move, there is nothing yet when the rest is written
 * either.
 */
export async function movePersonParts(
  store: EventStore,
  move: { readonly personId: string; readonly region: string; readonly reason: string },
): Promise<readonly Part[]> {
  const { personId, region } = move;
  const programmes = await programmesOf(store);
  return [
    part(streams.person(personId), personDecider, { type: 'MovePerson', ...move }),
    ...programmes.map((name) => ({
      ...part(
        streams.enrolment(name, personId),
        enrolmentDecider,
        fromState(['MoveEnrolment', region], ({ status }: EnrolmentState) =>
          status === 'none' ? undefined : { type: 'MoveEnrolment', region },
        ),
      ),
      guards: true,
    })),
    ...programmes.map((name) => ({
      ...part(
        streams.recovery(recoveryId(name, personId)),
        recoveryDecider,
        fromState(['MoveRecovery', region], ({ status }: RecoveryState) =>
          status === 'none' ? undefined : { type: 'MoveRecovery', region },
        ),
      ),
      guards: true,
    })),
  ];
}
