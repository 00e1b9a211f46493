import type { EventStore } from '../../adapters/event-store/port.js';
import { fold, requireRegion, type Context } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { identityDecider } from '../../person/identity.decider.js';
import { personDecider, wordOnErasure } from '../../person/person.decider.js';
import { isErased, regionOf } from '../../person/person-history.rule.js';
import type { Deps } from '../../write-side/context.js';
import { guard, part, type Part } from '../../write-side/unit.js';
import { accountsOfPerson, type AccountsOfPerson } from './accounts-of-person.js';
import { notCorrected } from './not-corrected.js';
import { notEnrolled, owesNothing } from './not-enrolled.js';
import { programmesWithCycles, type ProgrammeWithCycles } from './programmes.js';
import { requireNothingFound } from './erasable.rule.js';
import { HouseholdBalances } from '../households/household-balances.js';
import { notUnderWay } from './not-under-way.js';

export interface Erasure {
  readonly personId: string;
  readonly reason: string;
  /** Approved arrears that did not arrive are given up, as whoever proposed it said, too. */
  readonly forfeitsArrears?: boolean | undefined;
}

/** What keeps somebody from being erased; nothing does who is. */
async function guardsOf(
  store: EventStore,
  personId: string,
  accounts: AccountsOfPerson,
): Promise<readonly Part[]> {
  const programmes = await programmesWithCycles(store);
  return [
    ...accounts.parts,
    ...notEnrolled(programmes, personId, accounts),
    ...(await owesNothing(store, personId)),
    ...(await notCorrected(store, personId, accounts)),
    ...(await notUnderWay(store, programmes, personId, accounts)),
    ...(await nothingToCorrect(store, programmes, personId, accounts)),
  ];
}

/** Nobody is erased of whom a correction would find something, but for what is given up. */
async function nothingToCorrect(
  store: EventStore,
  programmes: readonly ProgrammeWithCycles[],
  personId: string,
  { isForfeit }: AccountsOfPerson,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const { programmeId } of programmes) {
    const balance = (await new HouseholdBalances(store, programmeId).of([personId])).get(personId);
    if (balance !== undefined && balance !== 0n)
      parts.push(
        guard(streams.enrolment(programmeId, personId), () =>
          requireNothingFound(programmeId, balance, isForfeit),
        ),
      );
  }
  return parts;
}

/**
 * An erasure: proposed by one administrator, and done when another asks for it. Besides the
 * person's own stream, the identity that they hold is free again. The key is destroyed by who
 * records it.
 * @throws DomainError PERSON_NOT_FOUND, REGION_NOT_ALLOWED, and in the parts STILL_ENROLLED,
 * STILL_OWES,
 *   STILL_OWED, CORRECTION_OPEN, PAYMENT_UNDER_WAY
 */
export async function erasure(
  { store }: Pick<Deps, 'store'>,
  { personId, reason, forfeitsArrears }: Erasure,
  context: Pick<Context, 'actor'>,
): Promise<{ readonly status: 'proposed' | 'erased'; readonly parts: readonly Part[] }> {
  const stream = streams.person(personId);
  const events = await store.readStream(stream);
  const [registered] = events;
  if (registered?.type !== 'PersonRegistered')
    throw new DomainError('PERSON_NOT_FOUND', 'There is no such person.', 'not-found', 'personId');
  // Before anything is told of a person of another region.
  requireRegion(context, regionOf(events)!);
  const accounts = await accountsOfPerson(store, personId, forfeitsArrears === true);
  const guards = isErased(events) ? [] : await guardsOf(store, personId, accounts);
  const erased = {
    personId,
    reason,
    ...(forfeitsArrears === true ? { forfeitsArrears } : {}),
  };
  if (wordOnErasure(fold(personDecider, events), context.actor.id, erased) !== 'second')
    return {
      status: 'proposed',
      parts: [...guards, part(stream, personDecider, { type: 'ProposeErasure', ...erased })],
    };
  return {
    status: 'erased',
    parts: [
      ...guards,
      part(stream, personDecider, { type: 'ErasePerson', ...erased }),
      part(streams.identity(registered.data.identityHash), identityDecider, {
        type: 'ReleaseIdentity',
        personId,
        reason,
      }),
    ],
  };
}
