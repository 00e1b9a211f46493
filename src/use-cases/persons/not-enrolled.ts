import type { EventStore } from '../../adapters/event-store/port.js';
import { idIn, recoveryId, streams } from '../../kernel/ids.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { guard, type Part } from '../../write-side/unit.js';
import { requireEnded, requireSettled } from './erasable.rule.js';

/** The programmes that there are. */
export async function programmesOf(store: EventStore): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const programmes of pagesOf(store, 'programme-'))
    names.push(...programmes.map(({ stream }) => idIn(stream)));
  return names;
}

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

/** The same in the append that erases: who is enrolled meanwhile is not erased. */
export const notEnrolled = async (store: EventStore, personId: string): Promise<readonly Part[]> =>
  (await programmesOf(store)).map((name) =>
    guard(streams.enrolment(name, personId), (events) => requireEnded(name, events)),
  );

/**
 * Who owes a programme is not erased: registered again with the same identity, they would owe
 * nothing. What nobody is to give back is waived first, by a person with a reason.
 */
export const owesNothing = async (store: EventStore, personId: string): Promise<readonly Part[]> =>
  (await programmesOf(store)).map((name) =>
    guard(streams.recovery(recoveryId(name, personId)), (events) => requireSettled(name, events)),
  );
