import type { Instruction, PaymentRail } from '../../adapters/payment-rail/port.js';
import type { AccountHold } from '../../kernel/accounts.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { partsOfCycle, partsOfPayment, streams } from '../../kernel/ids.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { payeeOf, type Payee } from '../../person/payee.rule.js';
import { openPayees } from '../../person/payees.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import type { Deps } from '../../write-side/context.js';
import { PaidInDoubt } from '../cycles/in-doubt.js';
import { Defects, type Defect } from '../../write-side/defect.js';
import { foldPayment } from '../folds.js';
import {
  instructable,
  type Asked,
  type PaymentSnapshot,
  entitledBy,
  type Entitled,
  type Obstacle,
} from './instructable.rule.js';
import { unfitFrom } from './messages.js';
import type { OpenEntries } from './open-entries.js';
import { accountFor, type ReinstructionHead } from './reinstruction-files.js';

export type Head = ReinstructionHead & {
  readonly hold: AccountHold;
  /** Whether its own instruction is over; before, what is ordered was not left out of it. */
  readonly isInstructed: boolean;
};

/**
 * What a released cycle is paid under: the terms of the release, and the hold of now: one set since
 * is there to stop what happened since.
 * @throws DomainError CYCLE_NOT_RELEASED
 */
export async function headOf(
  { store }: Pick<Deps, 'store'>,
  cycleId: string,
  history: readonly Recorded[],
): Promise<Head> {
  const { programmeId, period } = partsOfCycle(cycleId);
  const released = history.findLast((event) => event.type === 'CycleReleased');
  if (!released)
    throw new DomainError(
      'CYCLE_NOT_RELEASED',
      `Cycle ${cycleId} is not released.`,
      'rule',
      'cycleId',
    );
  const { definition, terms } = await new PolicyReader(store).programme(
    programmeId,
    released.position,
  );
  const { hold } = await new PolicyReader(store).programme(programmeId);
  const isInstructed = history.some(({ type }) => type === 'CycleInstructed');
  return { programmeId, period, terms, hold, isInstructed, currency: definition.currency };
}

/** A payment with its payee, as far as there is an account that can be paid on. */
export interface Candidate {
  readonly paymentId: string;
  readonly events: readonly Recorded[];
  readonly state: PaymentState;
  readonly payee: Payee | undefined;
  readonly account: Instruction['payee'] | undefined;
  /** That the account is there, and its record in the vault is damaged. */
  readonly damaged?: Defect | undefined;
  readonly entitled: Entitled;
  /** Of the household in the programme. */
  readonly enrolment: readonly Recorded[];
  /** As it was where it was asked for. */
  readonly then?: PaymentSnapshot;
  /** Whether it carries arrears, or pays months before its own, that a bank may have paid. */
  readonly isDoubted: boolean;
  /** Who took away what said so. */
  readonly freedBy: readonly string[];
  /** An entry of a bank's file that names it and waits for a person. */
  readonly openEntry: string | undefined;
  /** Who dismissed such entries. */
  readonly dismissedBy: readonly string[];
}

interface Looking {
  readonly programmeId: string;
  /** Where the log was when they were asked for; absent: they are asked for now. */
  readonly asOf?: number | undefined;
  /** What waits of banks' files. */
  readonly entries: OpenEntries;
  /** Is told of what meets a defect of ours, which is none of them. */
  readonly onDefect: (paymentId: string, defect: Defect) => void;
}

/**
 * Payments as they are now, with their payees. @throws the defect of ours that all of several meet
 */
export async function candidatesOf(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  paymentIds: readonly string[],
  { programmeId, asOf, entries, onDefect }: Looking,
): Promise<readonly Candidate[]> {
  const of = paymentIds.map((id) => partsOfPayment(id));
  const payments = await store.readStreams(paymentIds.map((id) => streams.payment(id)));
  const persons = await store.readStreams(of.map(({ personId }) => streams.person(personId)));
  const enrolments = await store.readStreams(
    of.map(({ programmeId, personId }) => streams.enrolment(programmeId, personId)),
  );
  const defects = new Defects();
  const folded = paymentIds.flatMap((paymentId, i) => {
    const { events } = payments[i]!;
    const person = persons[i]!.events;
    const found = defects.look(
      () => ({
        paymentId,
        events,
        payee: payeeOf(person),
        state: foldPayment(events),
        entitled: entitledBy(events, enrolments[i]!.events),
        enrolment: enrolments[i]!.events,
        ...(asOf === undefined ? {} : { then: askedAt(asOf, events, person) }),
      }),
      (defect) => onDefect(paymentId, defect),
    );
    return found ?? [];
  });
  defects.finish();
  const doubted = await new PaidInDoubt(store, programmeId, { entries }).of(
    folded.map(({ paymentId, entitled }) => ({ paymentId, items: entitled.items })),
  );
  // After the payments: what was said of them before they were looked at is known.
  await entries.read();
  const damaged = new Map<number, Defect>();
  const accounts = await openPayees(
    vault,
    folded.map(({ payee }) => payee),
    (i, defect) => damaged.set(i, defect),
  );
  return folded.map((one, i) => {
    const account = accounts[i];
    const found = doubted.get(one.paymentId) ?? [];
    const isDoubted = found.some(({ waits }) => waits);
    const freedBy = found.flatMap(({ clearedBy }) => clearedBy);
    const openEntry = entries.naming(one.state);
    const dismissedBy = entries.dismissersOf(one.state);
    const waiting = { isDoubted, freedBy, openEntry, dismissedBy };
    return { ...one, ...waiting, payee: account && one.payee, account, damaged: damaged.get(i) };
  });
}

const askedAt = (
  asOf: number,
  events: readonly Recorded[],
  person: readonly Recorded[],
): PaymentSnapshot => ({
  state: foldPayment(until(events, asOf)),
  payee: payeeOf(until(person, asOf)),
});

const until = (events: readonly Recorded[], asOf: number): readonly Recorded[] =>
  events.filter(({ position }) => position <= asOf);

/** The account that a payment may be instructed to now, or what is in the way. */
export const accountNow = (
  rail: PaymentRail,
  candidate: Candidate,
  head: Head,
  asked: Asked,
): Payee | Obstacle =>
  instructable(candidate, head, asked, () => unfitReason(rail, candidate, head));

/** Why no message can carry the payment to the account that its payee has now. */
export function unfitReason(
  rail: PaymentRail,
  { paymentId, events, state, account }: Candidate,
  head: Head,
): string | undefined {
  if (!account) return undefined;
  return unfitFrom(rail, accountFor(head, events, account.kind), {
    paymentId,
    attempt: state.attempt + 1,
    endToEndId: endToEndIdOf(paymentId, state.attempt + 1),
    amountMinor: BigInt(state.amountMinor),
    currency: state.currency,
    payee: account,
    remittance: head.terms.remittanceOf(head.period),
  });
}
