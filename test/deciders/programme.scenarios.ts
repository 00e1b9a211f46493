import { test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import type {
  ProgrammeCommand,
  ProgrammeEvent,
  ProgrammeState,
} from '../../src/programme/programme.decider.js';
import { by, was, type scenarios } from './given.js';
import { terms, v1, v2, v3 } from './programme.fixtures.js';

type Given = ReturnType<
  typeof scenarios<ProgrammeState, ProgrammeCommand, ProgrammeEvent>
>['given'];

const programmeId = 'asd';
const defined = was('ProgrammeDefined', asdProgramme);
const past = [
  defined,
  was('PolicyPublished', v1),
  was('PolicyPublished', v2),
  was('ProgrammeOpened', { programmeId }),
];
const manager = by('meryem', 'programme-manager');
const second = by('leila', 'programme-manager');

/** How long payments to a changed account wait, and for whom. */
export function accountHolds(given: Given): void {
  const holds = (days: number) => ({ programmeId, days });
  test('is set by who manages it, and again only where it differs; none is none', () => {
    given(defined)
      .when({ type: 'SetAccountHold', ...holds(5), verification: 'changed' }, manager)
      .then({ type: 'AccountHoldSet', data: { ...holds(5), verification: 'changed' } });
    given(defined)
      .when({ type: 'SetAccountHold', ...holds(0), verification: 'changed' }, manager)
      .then();
    // Where a programme said nothing, a changed account waits for a second person.
    given(defined)
      .when({ type: 'SetAccountHold', ...holds(0), verification: 'every' }, manager)
      .then({ type: 'AccountHoldSet', data: { ...holds(0), verification: 'every' } });
    given(defined, was('AccountHoldSet', holds(5)))
      .when({ type: 'SetAccountHold', ...holds(5) }, manager)
      .then();
    given(defined)
      .when({ type: 'SetAccountHold', ...holds(5) }, by('farid', 'finance-officer'))
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('is weakened by two managers only', () => {
    const none = { ...holds(0), verification: 'none' as const };
    const asked = was('AccountHoldProposed', none, 'meryem');
    const weaken: ProgrammeCommand = { type: 'SetAccountHold', ...none };
    given(defined).when(weaken, manager).then({ type: 'AccountHoldProposed', data: none });
    given(defined, asked).when(weaken, manager).then();
    given(defined, asked).when(weaken, second).then({ type: 'AccountHoldSet', data: none });
    // Longer, and verified less: weaker all the same.
    const longer = { ...holds(9), verification: 'none' as const };
    given(defined, asked)
      .when({ type: 'SetAccountHold', ...longer }, second)
      .then({ type: 'AccountHoldProposed', data: longer });
    given(defined, was('AccountHoldSet', holds(5)))
      .when(weaken, manager)
      .then({ type: 'AccountHoldProposed', data: none });
    // Absent is `none`: the first says one, the second the other.
    given(defined, asked)
      .when({ type: 'SetAccountHold', ...holds(0) }, second)
      .then({ type: 'AccountHoldSet', data: holds(0) });
    given(defined, asked, was('AccountHoldSet', { ...holds(0), verification: 'every' }, 'omar'))
      .when(weaken, second)
      .then({ type: 'AccountHoldProposed', data: none });
  });
}

/** The days on which nobody works. */
export function calendars(given: Given): void {
  const calendar = { programmeId, weekend: ['friday' as const], holidays: ['2026-05-01'] };
  test('is set by who manages it, and again only where it differs', () => {
    given(defined)
      .when({ type: 'SetCalendar', ...calendar }, manager)
      .then({ type: 'CalendarSet', data: calendar });
    given(defined, was('CalendarSet', calendar))
      .when({ type: 'SetCalendar', ...calendar }, manager)
      .then();
    given(defined)
      .when({ type: 'SetCalendar', ...calendar, holidays: ['2026-02-30'] }, manager)
      .thenRefused('INVALID_DATE', 'holidays/0');
    given(defined)
      .when({ type: 'SetCalendar', ...calendar }, by('farid', 'finance-officer'))
      .thenRefused('ROLE_NOT_ALLOWED');
  });
}

/** How far back a programme lets applications be dated. */
export function backdating(given: Given): void {
  test('is twelve months unless the programme says otherwise', () => {
    const limit = (months: number) => ({ programmeId, months });
    given(defined)
      .when({ type: 'SetBackdatingLimit', ...limit(12) }, manager)
      .then();
    given(defined)
      .when({ type: 'SetBackdatingLimit', ...limit(3) }, manager)
      .then({ type: 'BackdatingLimitSet', data: limit(3) });
    const further: ProgrammeCommand = { type: 'SetBackdatingLimit', ...limit(12) };
    const three = was('BackdatingLimitSet', limit(3));
    const said = was('BackdatingLimitProposed', limit(12), 'meryem', 'programme-manager');
    given(defined, three).when(further, manager).thenOne('BackdatingLimitProposed');
    given(defined, three, said).when(further, manager).then();
    given(defined, three, said)
      .when(further, second)
      .then({ type: 'BackdatingLimitSet', data: limit(12) });
    given(defined, three, said, was('BackdatingLimitSet', limit(6)))
      .when(further, second)
      .thenOne('BackdatingLimitProposed');
  });
}

/** What a manager takes back of what they proposed. */
export function withdrawals(given: Given): void {
  const taken = { programmeId, what: 'policy', reason: 'a mistyped rate' } as const;
  const withdraw = { type: 'WithdrawProposal', ...taken } as const;
  const asked = was('PolicyProposed', v3, 'meryem', 'programme-manager');
  const withdrawn = was('ProgrammeProposalWithdrawn', taken, 'Meryem', 'programme-manager');

  test('is withdrawn by who made it, and counts no more', () => {
    given(...past, asked)
      .when(withdraw, manager)
      .then({ type: 'ProgrammeProposalWithdrawn', data: taken });
    given(...past, asked, withdrawn)
      .when({ type: 'PublishPolicy', ...v3 }, second)
      .then({ type: 'PolicyProposed', data: v3 });
    given(...past, asked, withdrawn)
      .when(withdraw, manager)
      .thenRefused('NOTHING_PROPOSED');
  });
  test('is withdrawn by nobody else, and nothing else goes with it', () => {
    given(...past, asked)
      .when(withdraw, second)
      .thenRefused('NOTHING_PROPOSED');
    given(...past, asked)
      .when({ ...withdraw, what: 'terms' }, manager)
      .thenRefused('NOTHING_PROPOSED');
    const limited = by('meryem', 'programme-manager', 'MA-06');
    given(...past, asked)
      .when(withdraw, limited)
      .thenRefused('REGION_NOT_ALLOWED');
    const accounts = was('PaymentTermsProposed', terms, 'meryem', 'programme-manager');
    given(...past, asked, accounts, withdrawn)
      .when({ type: 'SetPaymentTerms', ...terms }, second)
      .then({ type: 'PaymentTermsSet', data: terms });
  });
}

/** Closing and reopening. */
export function closings(given: Given): void {
  const repealed = { programmeId, reason: 'the law was repealed' };
  const closed = was('ProgrammeClosed', repealed);
  const alone = was('ProgrammeClosingProposed', repealed, 'meryem', 'programme-manager');
  const left = { programmeId, reason: 'a payment came back' };
  const asked = was('ProgrammeReopeningProposed', left, 'meryem', 'programme-manager');
  const close = { type: 'CloseProgramme', programmeId, reason: 'over' } as const;
  const reopen = { type: 'ReopenProgramme', programmeId, reason: 'closed by mistake' } as const;
  const before = past;
  const withdraw = { type: 'WithdrawProposal', programmeId, reason: 'not yet' } as const;

  test('closes a programme, and not what one says twice', () => {
    given(...before, alone)
      .when(close, manager)
      .then();
    given(...before, alone)
      .when(close, second)
      .then({ type: 'ProgrammeClosed', data: { programmeId, reason: 'over' } });
    given(...before, alone, closed)
      .when(close, second)
      .thenRefused('PROGRAMME_CLOSED');
  });
  test('reopens one that is closed', () => {
    given(...before)
      .when(reopen, manager)
      .thenRefused('PROGRAMME_NOT_CLOSED');
    given(...before, closed)
      .when(reopen, manager)
      .thenOne('ProgrammeReopeningProposed');
    given(...before, closed, asked)
      .when(reopen, manager)
      .then();
    given(...before, closed, asked)
      .when(reopen, second)
      .then({ type: 'ProgrammeReopened', data: { programmeId, reason: 'closed by mistake' } });
    given(...before, closed, asked, was('ProgrammeReopened', left))
      .when(reopen, second)
      .thenRefused('PROGRAMME_NOT_CLOSED');
  });
  test('is taken back by who said it', () => {
    given(...before, alone)
      .when({ ...withdraw, what: 'closing' }, manager)
      .thenOne('ProgrammeProposalWithdrawn');
    given(...before, closed, asked)
      .when({ ...withdraw, what: 'reopening' }, second)
      .thenRefused('NOTHING_PROPOSED');
    given(...before, closed, asked)
      .when({ ...withdraw, what: 'reopening' }, manager)
      .thenOne('ProgrammeProposalWithdrawn');
    given(...before, closed)
      .when({ ...withdraw, what: 'policy' }, manager)
      .thenRefused('PROGRAMME_CLOSED');
  });
  test('does not count after another closing or reopening', () => {
    const proposed = was('PolicyProposed', v3, 'meryem', 'programme-manager');
    const reopened = was('ProgrammeReopened', left);
    given(...before, proposed, alone, closed, asked, reopened)
      .when({ type: 'PublishPolicy', ...v3 }, second)
      .thenOne('PolicyProposed');
    given(...before, alone, closed, asked, reopened)
      .when(close, second)
      .thenOne('ProgrammeClosingProposed');
    given(...before, closed, asked, reopened, closed)
      .when(reopen, second)
      .thenOne('ProgrammeReopeningProposed');
  });
}
