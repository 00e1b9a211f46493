import { describe, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import type { Role } from '../../src/kernel/decider.js';
import {
  bankEntryDecider,
  ENTRY_REFUSALS,
  type BankEntryCommand,
} from '../../src/statement/entry.decider.js';
import { by, HASH, scenarios, uuid, was } from './given.js';

const { given } = scenarios(bankEntryDecider, ENTRY_REFUSALS, {
  QuarantineEntry: true,
  ProposeAssignment: true,
  AssignEntry: true,
  SetEntryOwner: true,
  RecordCandidates: true,
  DismissEntry: true,
  WithdrawAssignment: true,
});

const entryId = uuid(1);
const entry: EventData['BankEntryQuarantined'] = {
  entryId,
  sha256: HASH,
  number: 1,
  family: 'camt.054',
  scope: 'transaction',
  code: 'REFERENCE_UNKNOWN',
  detail: 'The entry names no payment of ours.',
  outcome: 'settled',
};
const farid = by('farid', 'finance-officer');
const hind = by('hind', 'finance-officer');
const bank = by('bank', 'payment-system');
const machine = by('automation', 'automation');
const said = {
  paymentId: `asd-2026-01-${uuid(2)}`,
  attempt: 1,
  outcome: 'settled' as const,
  reason: 'the bank wrote so',
};
const waits = (who = 'bank', role: Role = 'payment-system') =>
  was('BankEntryQuarantined', entry, who, role);
const proposedBy = (who: string) =>
  was('BankEntryAssignmentProposed', { entryId, ...said }, who, 'finance-officer');
const assigned = was('BankEntryAssigned', { entryId, ...said, proposedBy: 'farid' }, 'hind');
const propose: BankEntryCommand = { type: 'ProposeAssignment', ...said };
const assign: BankEntryCommand = { type: 'AssignEntry', ...said };
const dismiss: BankEntryCommand = { type: 'DismissEntry', kind: 'fee', reason: 'the monthly fee' };

describe('an entry of a bank', () => {
  test('is given to a payment once a second person says the same', () => {
    given(waits()).when(propose, farid).thenOne('BankEntryAssignmentProposed', said);
    given(waits(), proposedBy('farid')).when(propose, farid).then();
    given(waits()).when(assign, farid).thenRefused('SAME_PERSON');
    given(waits(), proposedBy('farid')).when(assign, farid).thenRefused('SAME_PERSON');
    given(waits(), proposedBy('farid'))
      .when(assign, by('FARID', 'finance-officer'))
      .thenRefused('SAME_PERSON');
    given(waits(), proposedBy('farid'))
      .when({ ...assign, attempt: 2 }, hind)
      .thenRefused('SAME_PERSON');
    given(waits(), proposedBy('farid'))
      .when(assign, hind)
      .then({ type: 'BankEntryAssigned', data: { entryId, ...said, proposedBy: 'farid' } });
    // Who proposed it, as it was told to the payment, has not taken it back meanwhile.
    given(waits(), proposedBy('farid'))
      .when({ ...assign, proposedBy: 'farid' }, hind)
      .thenOne('BankEntryAssigned');
    given(waits(), proposedBy('omar'))
      .when({ ...assign, proposedBy: 'farid' }, hind)
      .thenRefused('NOTHING_PROPOSED');
    given(waits(), proposedBy('farid'), assigned).when(assign, hind).then();
    given(waits(), proposedBy('farid'), assigned)
      .when({ ...assign, attempt: 2 }, hind)
      .thenRefused('ENTRY_STATUS');
    given(waits(), proposedBy('farid'), assigned)
      .when({ ...propose, attempt: 1, paymentId: `asd-2026-01-${uuid(3)}` }, hind)
      .thenRefused('ENTRY_STATUS', 'entryId');
  });
  test('says itself what became of the payment', () => {
    given(waits())
      .when({ ...propose, outcome: 'returned' }, farid)
      .thenRefused('OUTCOME_DIFFERS');
  });
  test('that came in settles nothing, and that went out did not come back', () => {
    const { outcome: _, ...silent } = entry;
    const of = (direction: 'credit' | 'debit') =>
      was('BankEntryQuarantined', { ...silent, direction }, 'bank', 'payment-system');
    given(of('credit')).when(propose, farid).thenRefused('OUTCOME_DIFFERS', 'outcome');
    given(of('debit'))
      .when({ ...propose, outcome: 'returned' }, farid)
      .thenRefused('OUTCOME_DIFFERS', 'outcome');
    given(of('debit')).when(propose, farid).thenOne('BankEntryAssignmentProposed', said);
    const back = { ...said, outcome: 'returned' as const };
    given(of('credit'))
      .when({ ...propose, outcome: 'returned' }, farid)
      .thenOne('BankEntryAssignmentProposed', back);
  });
  test('is dismissed by another person than handed over the file', () => {
    given(waits('farid', 'finance-officer')).when(dismiss, farid).thenRefused('SAME_PERSON');
    given(waits('farid', 'finance-officer')).when(dismiss, hind).thenOne('BankEntryDismissed');
    given(waits()).when(dismiss, farid).thenOne('BankEntryDismissed');
    // Hind had a file applied that farid handed over.
    const released = waits('hind', 'finance-officer');
    const brought: BankEntryCommand = { ...dismiss, handedOverBy: 'Farid' };
    given(released).when(brought, farid).thenRefused('SAME_PERSON');
    given(released).when(brought, hind).thenRefused('SAME_PERSON');
    given(released).when(brought, by('imane', 'finance-officer')).thenOne('BankEntryDismissed');
  });
  test('is given to no payment on a word that was taken back', () => {
    const reason = 'another customer';
    const withdraw: BankEntryCommand = { type: 'WithdrawAssignment', reason };
    given(waits(), proposedBy('farid')).when(withdraw, hind).thenRefused('NOTHING_PROPOSED');
    given(waits(), proposedBy('farid'))
      .when(withdraw, farid)
      .then({ type: 'BankEntryAssignmentWithdrawn', data: { entryId, reason } });
    const withdrawn = was('BankEntryAssignmentWithdrawn', { entryId, reason }, 'Farid');
    given(waits(), proposedBy('farid'), withdrawn).when(assign, hind).thenRefused('SAME_PERSON');
    given(waits(), proposedBy('farid'), assigned).when(withdraw, farid).thenRefused('ENTRY_STATUS');
    for (const past of [[], [waits(), proposedBy('farid')]])
      given(...past)
        .when(withdraw, by('farid', 'finance-officer', 'MA-06'))
        .thenRefused('REGION_NOT_ALLOWED');
  });
  test('waits until a person decides, with an owner and payments that it may be about', () => {
    given()
      .when({ type: 'QuarantineEntry', ...entry }, bank)
      .thenOne('BankEntryQuarantined');
    given()
      .when({ type: 'QuarantineEntry', ...entry }, machine)
      .thenRefused('ROLE_NOT_ALLOWED');
    given().when(propose, farid).thenRefused('ENTRY_NOT_FOUND', 'entryId');
    given(waits())
      .when({ type: 'SetEntryOwner', owner: 'hind' }, farid)
      .then({ type: 'BankEntryOwnerSet', data: { entryId, owner: 'hind' } });
    const candidates = [
      { paymentId: said.paymentId, attempt: 1, score: 60, days: 0, payee: 'unknown' as const },
    ];
    given(waits())
      .when({ type: 'RecordCandidates', candidates, alike: 0 }, machine)
      .then({ type: 'BankEntryCandidatesFound', data: { entryId, candidates, alike: 0 } });
  });
});
