import type { EventStore } from '../../adapters/event-store/port.js';
import { foldAdjustment } from '../folds.js';
import type { AdjustmentState } from '../../correction/adjustment.state.js';
import type { Recorded } from '../../kernel/decider.js';
import { streams } from '../../kernel/ids.js';
import { guard, type Part } from '../../write-side/unit.js';
import { correctedSince, requireNothingDue } from './erasable.rule.js';
import { programmesOf } from './programmes.js';

/** What corrections put on a person's accounts, as it is where an erasure is recorded. */
export interface AccountsOfPerson {
  /** Before whatever asks for an account. */
  readonly parts: readonly Part[];
  of(programmeId: string): AdjustmentState | undefined;
  /** Payments that carry arrears of the person, as the accounts were when they were read. */
  carrying(programmeId: string): ReadonlySet<string>;
  /** Months that corrections put on the account after a position of the log. */
  correctedSince(programmeId: string, position: number): ReadonlySet<string>;
  /** Whether what the programmes still owe is given up. */
  readonly isForfeit: boolean;
}

/**
 * Guards a person's accounts, and refuses to erase whom a programme owes something: nothing is
 * ordered for who is erased. What came back of a programme that was closed is given up in words,
 * too.
 * @param isForfeit whether the arrears are given up
 * @throws DomainError in the parts: STILL_OWED
 */
export async function accountsOfPerson(
  store: EventStore,
  personId: string,
  isForfeit = false,
): Promise<AccountsOfPerson> {
  const accounts = new Map<string, AdjustmentState>();
  const histories = new Map<string, readonly Recorded[]>();
  const names = await programmesOf(store);
  const read = await store.readStreams(names.map((name) => streams.adjustment(name, personId)));
  const carrying = new Map(
    names.map((name, i) => [name, carryingIn(foldAdjustment(read[i]!.events))]),
  );
  return {
    parts: names.map((name) =>
      guard(streams.adjustment(name, personId), (events) => {
        const account = foldAdjustment(events);
        histories.set(name, events);
        accounts.set(name, isForfeit ? { ...account, arrears: [] } : account);
        if (!isForfeit) requireNothingDue(name, account);
      }),
    ),
    of: (programmeId) => accounts.get(programmeId),
    carrying: (programmeId) => carrying.get(programmeId) ?? new Set(),
    correctedSince: (programmeId, position) =>
      correctedSince(histories.get(programmeId) ?? [], position),
    isForfeit,
  };
}

const carryingIn = ({ arrears }: AdjustmentState): ReadonlySet<string> =>
  new Set(arrears.flatMap(({ orderedBy }) => (orderedBy ? [orderedBy.paymentId] : [])));
