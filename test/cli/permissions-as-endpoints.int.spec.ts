import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { CorrectionQueriesHttp } from '../../projections/correction/correction.http.js';
import { DisbursementHttp } from '../../projections/disbursement/disbursement.http.js';
import { ProposalsHttp } from '../../projections/proposals/proposals.http.js';
import { ApplicationHttp } from '../../src/application/application.http.js';
import { BudgetHttp } from '../../src/budget/budget.http.js';
import { PERMISSIONS, READINGS } from '../../src/cli/permissions.js';
import { CorrectionHttp } from '../../src/correction/correction.http.js';
import { CycleHttp } from '../../src/cycle/cycle.http.js';
import { EnrolmentHttp } from '../../src/enrolment/enrolment.http.js';
import type { Role } from '../../src/kernel/decider.js';
import { PaymentHttp } from '../../src/payment/payment.http.js';
import { PersonHttp } from '../../src/person/person.http.js';
import { ProgrammeHttp } from '../../src/programme/programme.http.js';
import { RecoveryHttp } from '../../src/recovery/recovery.http.js';
import { SetAsideHttp } from '../../src/use-cases/jobs/set-aside.http.js';
import { WithdrawalHttp } from '../../src/use-cases/proposals/proposals.http.js';
import { BankHttp } from '../../src/use-cases/statements/statement.http.js';

const { prototype: corrections } = CorrectionQueriesHttp;
const { prototype: disbursement } = DisbursementHttp;
const { prototype: proposals } = ProposalsHttp;
const { prototype: application } = ApplicationHttp;
const { prototype: bank } = BankHttp;
const { prototype: budget } = BudgetHttp;
const { prototype: correction } = CorrectionHttp;
const { prototype: cycle } = CycleHttp;
const { prototype: enrolment } = EnrolmentHttp;
const { prototype: payment } = PaymentHttp;
const { prototype: person } = PersonHttp;
const { prototype: programme } = ProgrammeHttp;
const { prototype: recovery } = RecoveryHttp;
const { prototype: setAside } = SetAsideHttp;
const { prototype: withdrawal } = WithdrawalHttp;

/** The endpoint that does the same over HTTP; undefined where none does. */
const ENDPOINTS: Readonly<Record<string, object | undefined>> = {
  'programmes define': programme.define,
  'programmes terms': programme.setTerms,
  'programmes checks': programme.configureChecks,
  'programmes hold': programme.holdAccounts,
  'programmes calendar': programme.setCalendar,
  'programmes backdating': programme.limitBackdating,
  'programmes allot': budget.allot,
  'applications import': application.submit,
  'applications assess': application.determine,
  'applications recommend': application.recommend,
  'applications approve': application.approve,
  'applications reject': application.reject,
  'enrolments revise': enrolment.revise,
  'enrolments recertify': enrolment.recertify,
  'enrolments move': person.move,
  'persons erase': person.erase,
  // Over HTTP nobody asks a block to look at accounts, and nothing is unknown to the log.
  'payees ask-block': undefined,
  'payees unknown': undefined,
  'payees verify': person.verifyAccount,
  'cycle open': cycle.open,
  'cycle prepare': cycle.prepare,
  'cycle check': cycle.check,
  'cycle override': cycle.override,
  'cycle approve': cycle.approve,
  'cycle return': cycle.return,
  'cycle release': cycle.release,
  'cycle reconcile': cycle.reconcile,
  'cycle close': cycle.close,
  'cycle abandon': cycle.abandon,
  'payments outcomes': payment.report,
  // Over HTTP the block calls by itself.
  'payments ask-block': undefined,
  'payments cancel': payment.cancel,
  'payments reinstruct': cycle.reinstruct,
  'breaks own': payment.setBreakOwner,
  'breaks resolve': payment.resolveBreak,
  'messages take': bank.receive,
  'messages release': bank.release,
  'messages match': bank.match,
  'messages own': bank.setOwner,
  'messages assign': bank.assign,
  'messages dismiss': bank.dismiss,
  'corrections propose': correction.propose,
  'corrections approve': correction.approve,
  'corrections reject': correction.reject,
  'recovery plan': recovery.agreeAll,
  'recovery waive': recovery.waive,
  'recovery suspend': recovery.suspend,
  'recovery resume': recovery.resume,
  'proposals withdraw': withdrawal.withdraw,
  'automation retry': setAside.retry,
  'automation dismiss': setAside.dismiss,
  // Callbacks and dead letters are the operators' at the command line alone.
  'callbacks retry': undefined,
  'callbacks forget': undefined,
  'dead-letters replay': undefined,
};

/** The same of what is shown. */
const SHOWN: Readonly<Record<string, object | undefined>> = {
  'programmes would-fail': undefined,
  'cycle status': disbursement.cycle,
  'cycle report': disbursement.reconciliation,
  'payees unverified': person.verifyAccount,
  'payments left-out': disbursement.payments,
  'breaks list': disbursement.breaks,
  'messages list': bank.messages,
  'messages show': bank.message,
  'messages entries': bank.entries,
  'proposals list': proposals.list,
  'corrections due': corrections.uncorrected,
  'corrections list': corrections.corrections,
  'corrections show': corrections.adjustments,
  'recovery status': corrections.recoveries,
  'automation list': setAside.list,
  'dead-letters list': undefined,
};

test('each command of the command line has an endpoint here, or has none', () => {
  expect(Object.keys(ENDPOINTS).sort()).toEqual(Object.keys(PERMISSIONS).sort());
  expect(Object.keys(SHOWN).sort()).toEqual(Object.keys(READINGS).sort());
});

test.each(Object.entries(SHOWN).filter(([, endpoint]) => endpoint !== undefined))(
  '%s: nobody is shown at the command line what HTTP does not show them',
  (name, endpoint) => {
    const roles: ReadonlySet<Role> = Reflect.getMetadata('sanad:permission', endpoint!);
    expect([...roles]).toEqual(expect.arrayContaining([...READINGS[name]!.roles]));
  },
);

test.each(Object.entries(ENDPOINTS).filter(([, endpoint]) => endpoint !== undefined))(
  '%s: whom the command line lets in, HTTP lets in, and in the same regions',
  (name, endpoint) => {
    const roles: ReadonlySet<Role> = Reflect.getMetadata('sanad:permission', endpoint!);
    const { roles: permitted, programmeWide } = PERMISSIONS[name]!;
    expect([...roles].sort()).toEqual([...permitted].sort());
    expect(Reflect.getMetadata('sanad:everywhere', endpoint!) === true).toBe(programmeWide);
  },
);
