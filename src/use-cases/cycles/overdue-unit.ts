import type { StreamEvents } from '../../adapters/event-store/port.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../enrolment/enrolment.state.js';
import { fallsDue, stopsPaying } from '../../enrolment/overdue.rule.js';
import { AUTOMATION } from '../../write-side/context.js';
import { fromState, part, type Unit } from '../../write-side/unit.js';

/**
 * Says that the recertification fell due, and suspends or ends: two commands, each where it fits.
 */
export function overdueUnit({ stream, events }: StreamEvents, period: string): Unit {
  const decided = (decide: typeof fallsDue) => ({
    command: fromState(['overdue', period], (state: EnrolmentState) => decide(state, period)),
    as: AUTOMATION,
  });
  return {
    verb: 'suspend-overdue',
    key: stream,
    loaded: [events],
    parts: [part(stream, enrolmentDecider, decided(fallsDue), decided(stopsPaying))],
  };
}
