import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { recoveryId, streams } from '../../kernel/ids.js';
import { balanceMinor } from '../../recovery/recovery.state.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { guard, type Part } from '../../write-side/unit.js';
import { foldEnrolment, foldRecovery } from '../folds.js';

/** The programmes that there are. */
export async function programmesOf(store: EventStore): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const programmes of pagesOf(store, 'programme-'))
    names.push(...programmes.map(({ stream }) => stream.slice('programme-'.length)));
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

function requireEnded(programmeId: string, events: readonly Recorded[]): void {
  const { status } = foldEnrolment(events);
  if (status === 'active' || status === 'suspended')
    throw new DomainError(
      'STILL_ENROLLED',
      `The person is enrolled in ${programmeId}; end the enrolment first.`,
      'rule',
      'personId',
    );
}

/**
 * Who owes a programme is not erased: registered again with the same identity, they would owe
 * nothing. What nobody is to give back is waived first, by a person with a reason.
 */
export const owesNothing = async (store: EventStore, personId: string): Promise<readonly Part[]> =>
  (await programmesOf(store)).map((name) =>
    guard(streams.recovery(recoveryId(name, personId)), (events) => requireSettled(name, events)),
  );

function requireSettled(programmeId: string, events: readonly Recorded[]): void {
  const recovery = foldRecovery(events);
  if (recovery.status === 'open' && balanceMinor(recovery) > 0n)
    throw new DomainError(
      'STILL_OWES',
      `The person owes ${programmeId} what was overpaid; it is given back or waived first.`,
      'rule',
      'personId',
    );
}
