import type { EventStore } from '../../adapters/event-store/port.js';
import { recoveryId, streams } from '../../kernel/ids.js';
import { guard, type Part } from '../../write-side/unit.js';
import type { AccountsOfPerson } from './accounts-of-person.js';
import { programmesOf, type ProgrammeWithCycles } from './programmes.js';
import { requireEnded, requireMonthsOrdered, requireSettled } from './erasable.rule.js';

/**
 * Refuses to erase somebody whom a programme still pays: nothing is ordered for an erased person,
 * so the enrolment ends first.
 * @throws DomainError STILL_ENROLLED
 */
export async function requireNotEnrolled(store: EventStore, personId: string): Promise<void> {
  const names = await programmesOf(store);
  const enrolments = await store.readStreams(
    names.map((name) => streams.enrolment(name, personId)),
  );
  enrolments.forEach(({ events }, i) => requireEnded(names[i]!, events));
}

/**
 * The same in the append that erases: who is enrolled meanwhile is not erased, nor, unless that is
 * given up, whose months were not ordered. A closed programme orders none any more.
 */
export const notEnrolled = (
  programmes: readonly ProgrammeWithCycles[],
  personId: string,
  { isForfeit }: Pick<AccountsOfPerson, 'isForfeit'>,
): readonly Part[] =>
  programmes.map(({ programmeId, isClosed, cycles }) =>
    guard(streams.enrolment(programmeId, personId), (events) => {
      requireEnded(programmeId, events);
      if (!isClosed && !isForfeit) requireMonthsOrdered(programmeId, events, cycles);
    }),
  );

/**
 * Who owes a programme is not erased: registered again with the same identity, they would owe
 * nothing. What nobody is to give back is waived first, by a person with a reason.
 */
export const owesNothing = async (store: EventStore, personId: string): Promise<readonly Part[]> =>
  (await programmesOf(store)).map((name) =>
    guard(streams.recovery(recoveryId(name, personId)), (events) => requireSettled(name, events)),
  );
