import { describe, expect, test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { fold } from '../../src/kernel/decider.js';
import {
  policyForPeriod,
  programmeDecider,
  PROGRAMME_REFUSALS,
  type ProgrammeCommand,
} from '../../src/programme/programme.decider.js';
import { by, scenarios, was } from './given.js';
import { account, terms, v1, v2, v3 } from './programme.fixtures.js';
import {
  accountHolds,
  backdating,
  calendars,
  closings,
  withdrawals,
} from './programme.scenarios.js';

const manager = by('meryem', 'programme-manager');
const second = by('leila', 'programme-manager');
const { given } = scenarios(programmeDecider, PROGRAMME_REFUSALS, {
  DefineProgramme: true,
  PublishPolicy: true,
  SetPaymentTerms: true,
  ConfigureChecks: true,
  SetAccountHold: true,
  SetCalendar: true,
  SetBackdatingLimit: true,
  OpenProgramme: true,
  WithdrawProposal: true,
  CloseProgramme: true,
  ReopenProgramme: true,
});
const programmeId = 'asd';
const defined = was('ProgrammeDefined', asdProgramme);
const published = [was('PolicyPublished', v1), was('PolicyPublished', v2)];
const opened = was('ProgrammeOpened', { programmeId });
const repealed = { programmeId, reason: 'the law was repealed' };
const closed = was('ProgrammeClosed', repealed);

describe('a programme', () => {
  test('is defined once', () => {
    given()
      .when({ type: 'DefineProgramme', ...asdProgramme }, manager)
      .then({ type: 'ProgrammeDefined', data: asdProgramme });
    given(defined)
      .when({ type: 'DefineProgramme', ...asdProgramme }, manager)
      .thenRefused('PROGRAMME_ALREADY_DEFINED', 'programmeId');
  });
  test('has a currency and a time zone that exist', () => {
    given()
      .when({ type: 'DefineProgramme', ...asdProgramme, currency: 'ZZZ' }, manager)
      .thenRefused('UNKNOWN_CURRENCY', 'currency');
    given()
      .when({ type: 'DefineProgramme', ...asdProgramme, timeZone: 'Africa/Atlantis' }, manager)
      .thenRefused('UNKNOWN_TIME_ZONE', 'timeZone');
  });
  test('is a programme manager’s', () => {
    given()
      .when({ type: 'DefineProgramme', ...asdProgramme }, by('farid', 'finance-officer'))
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('opens once it has a policy, and once only', () => {
    given()
      .when({ type: 'OpenProgramme', programmeId }, manager)
      .thenRefused('PROGRAMME_NOT_FOUND', 'programmeId');
    given(defined)
      .when({ type: 'OpenProgramme', programmeId }, manager)
      .thenRefused('PROGRAMME_HAS_NO_POLICY');
    given(defined, ...published)
      .when({ type: 'OpenProgramme', programmeId }, manager)
      .then({ type: 'ProgrammeOpened', data: { programmeId } });
    given(defined, ...published, opened)
      .when({ type: 'OpenProgramme', programmeId }, manager)
      .thenRefused('PROGRAMME_ALREADY_OPEN');
  });
  test('closes when it is open, and then takes no policy', () => {
    const close = { type: 'CloseProgramme', ...repealed } as const;
    given(defined).when(close, manager).thenRefused('PROGRAMME_NOT_OPEN');
    given(defined, ...published, opened)
      .when(close, manager)
      .then({ type: 'ProgrammeClosingProposed', data: repealed });
    given(defined, ...published, opened, closed)
      .when({ type: 'PublishPolicy', ...v3 }, manager)
      .thenRefused('PROGRAMME_CLOSED');
  });
});

describe('what two managers say, each with a reason of their own', () => closings(given));

describe('policies', () => {
  test('are published in order of version and of first paid period', () => {
    given(defined)
      .when({ type: 'PublishPolicy', ...v1 }, manager)
      .then({ type: 'PolicyPublished', data: v1 });
    given(defined)
      .when({ type: 'PublishPolicy', ...v2 }, manager)
      .thenRefused('POLICY_VERSION_OUT_OF_ORDER', 'version');
    given(defined, ...published)
      .when({ type: 'PublishPolicy', ...v2 }, manager)
      .thenRefused('POLICY_VERSION_OUT_OF_ORDER', 'version');
    given(defined, ...published)
      .when(
        {
          type: 'PublishPolicy',
          ...v3,
          effectiveFrom: '2025-01-01',
          firstPaidPeriod: v2.firstPaidPeriod,
        },
        manager,
      )
      .thenRefused('POLICY_DATES_OUT_OF_ORDER', 'firstPaidPeriod');
  });
  test('of one that pays and was never opened are published once it is open', () => {
    const publish = { type: 'PublishPolicy', ...v3, isPaying: true } as const;
    given(defined, ...published)
      .when(publish, manager)
      .thenRefused('PROGRAMME_NOT_OPEN');
    given(defined, ...published, opened)
      .when(publish, manager)
      .then({ type: 'PolicyProposed', data: v3 });
  });
  test('of a programme that is open are published by two managers', () => {
    const said = was('PolicyProposed', v3, 'meryem', 'programme-manager');
    const publish: ProgrammeCommand = { type: 'PublishPolicy', ...v3 };
    const running = [defined, ...published, opened];
    given(...running)
      .when(publish, manager)
      .then({ type: 'PolicyProposed', data: v3 });
    given(...running, said)
      .when(publish, by('Meryem', 'programme-manager'))
      .then();
    given(...running, said)
      .when(publish, second)
      .then({ type: 'PolicyPublished', data: v3 });
    const sooner = { ...v3, legalBasis: 'another law' };
    given(...running, said)
      .when({ type: 'PublishPolicy', ...sooner }, second)
      .then({ type: 'PolicyProposed', data: sooner });
    given(...running, said, was('PolicyPublished', v3))
      .when(publish, second)
      .thenRefused('POLICY_VERSION_OUT_OF_ORDER', 'version');
  });
  test('are not paid before they take effect', () => {
    given(defined)
      .when({ type: 'PublishPolicy', ...v1, effectiveFrom: '2024-01-01' }, manager)
      .thenRefused('POLICY_DATES_OUT_OF_ORDER', 'firstPaidPeriod');
  });
  test('have dates that the calendar has', () => {
    given(defined)
      .when({ type: 'PublishPolicy', ...v1, announcedOn: '2023-02-30' }, manager)
      .thenRefused('INVALID_DATE', 'announcedOn');
    given(defined)
      .when({ type: 'PublishPolicy', ...v1, firstPaidPeriod: '2023-13' }, manager)
      .thenRefused('INVALID_PERIOD', 'firstPaidPeriod');
  });
  test('a period is paid under the newest that is first paid in it or before', () => {
    const state = fold(programmeDecider, [defined, ...published]);
    expect(policyForPeriod(state, '2023-11')).toBeUndefined();
    expect(policyForPeriod(state, '2023-12')?.version).toBe(1);
    expect(policyForPeriod(state, '2025-10')?.version).toBe(1);
    expect(policyForPeriod(state, '2025-11')?.version).toBe(2);
  });
});

describe('the terms that a programme pays under', () => {
  test('are set, and set again only where they differ', () => {
    given(defined)
      .when({ type: 'SetPaymentTerms', ...terms }, manager)
      .then({ type: 'PaymentTermsProposed', data: terms });
    given(defined, was('PaymentTermsProposed', terms, 'meryem'))
      .when({ type: 'SetPaymentTerms', ...terms }, by('MERYEM', 'programme-manager'))
      .then();
    given(defined, was('PaymentTermsProposed', terms, 'meryem'))
      .when({ type: 'SetPaymentTerms', ...terms }, second)
      .then({ type: 'PaymentTermsSet', data: terms });
    given(defined, was('PaymentTermsSet', terms))
      .when({ type: 'SetPaymentTerms', ...terms }, manager)
      .then();
    const others = { ...terms, remittance: 'Aide sociale {period}' };
    given(defined, was('PaymentTermsSet', terms))
      .when({ type: 'SetPaymentTerms', ...others }, manager)
      .then({ type: 'PaymentTermsProposed', data: others });
    // What was proposed before terms were set is answered by them.
    given(
      defined,
      was('PaymentTermsProposed', others, 'meryem'),
      was('PaymentTermsSet', terms, 'omar'),
    )
      .when({ type: 'SetPaymentTerms', ...others }, second)
      .then({ type: 'PaymentTermsProposed', data: others });
  });
  test('name each account once, by a number without a wrong digit', () => {
    given(defined)
      .when({ type: 'SetPaymentTerms', ...terms, accounts: [account, account] }, manager)
      .thenRefused('ACCOUNT_ID_USED', 'accounts/1/accountId');
    given(defined)
      .when(
        {
          type: 'SetPaymentTerms',
          ...terms,
          accounts: [{ ...account, number: 'MA64000000000000000000123482' }],
        },
        manager,
      )
      .thenRefused('INVALID_ACCOUNT', 'accounts/0/number');
    given(defined)
      .when(
        {
          type: 'SetPaymentTerms',
          ...terms,
          accounts: [{ ...account, kind: 'rib', number: '011519000001205000534922' }],
        },
        manager,
      )
      .thenRefused('INVALID_ACCOUNT', 'accounts/0/number');
  });
  test('say nothing that the message of its account cannot hold', () => {
    const withAccount = (one: Partial<typeof account>) => ({
      type: 'SetPaymentTerms' as const,
      ...terms,
      accounts: [{ ...account, ...one }],
    });
    given(defined)
      .when(withAccount({ name: '\u202e' }), manager)
      .thenRefused('INVALID_TEXT', 'accounts/0/name');
    given(defined)
      .when({ type: 'SetPaymentTerms', ...terms, remittance: 'Aide \udc00' }, manager)
      .thenRefused('INVALID_TEXT', 'remittance');
    // Version 03 knows no bank code with digits; its file would never be written.
    given(defined)
      .when(withAccount({ bic: 'A0C1MAMC', format: 'pain.001.001.03' }), manager)
      .thenRefused('INVALID_ACCOUNT', 'accounts/0/bic');
    given()
      .when(
        {
          type: 'DefineProgramme',
          ...asdProgramme,
          debtor: { ...asdProgramme.debtor, name: '\u3164' },
        },
        manager,
      )
      .thenRefused('INVALID_TEXT', 'debtor/name');
    given()
      .when(
        {
          type: 'DefineProgramme',
          ...asdProgramme,
          debtor: { ...asdProgramme.debtor, iban: 'MA64000000000000000000123482' },
        },
        manager,
      )
      .thenRefused('INVALID_ACCOUNT', 'debtor/iban');
  });
  test('are a programme manager’s, of a programme that is not closed', () => {
    given(defined)
      .when({ type: 'SetPaymentTerms', ...terms }, by('farid', 'finance-officer'))
      .thenRefused('ROLE_NOT_ALLOWED');
    given(defined, ...published, opened, closed)
      .when({ type: 'SetPaymentTerms', ...terms }, manager)
      .thenRefused('PROGRAMME_CLOSED');
  });
});

describe('the hold of a programme on changed accounts', () => accountHolds(given));

describe('the calendar of a programme', () => calendars(given));

describe('how far back applications may be dated', () => backdating(given));

describe('a proposal of a manager', () => withdrawals(given));

describe('the checks of a programme', () => {
  const rules = [
    { check: 'shared-account' as const, level: 'block' as const, limit: 3 },
    { check: 'over-forecast' as const, level: 'warn' as const, limit: 5, amountMinor: '100' },
  ];
  test('are configured, and again only where they differ; none is none', () => {
    given(defined)
      .when({ type: 'ConfigureChecks', programmeId, rules }, manager)
      .then({ type: 'ChecksConfigured', data: { programmeId, rules } });
    given(defined, was('ChecksConfigured', { programmeId, rules }))
      .when({ type: 'ConfigureChecks', programmeId, rules }, manager)
      .then();
    given(defined).when({ type: 'ConfigureChecks', programmeId, rules: [] }, manager).then();
  });
  test.each([
    ['one less', [rules[1]!]],
    ['a warning instead of a block', [{ ...rules[0]!, level: 'warn' as const }, rules[1]!]],
    ['a higher limit', [{ ...rules[0]!, limit: 4 }, rules[1]!]],
    ['a higher amount', [rules[0]!, { ...rules[1]!, amountMinor: '101' }]],
    ['none', []],
  ])('are weakened by two managers only: %s', (_, weaker) => {
    const before = was('ChecksConfigured', { programmeId, rules });
    const data = { programmeId, rules: weaker };
    const weaken: ProgrammeCommand = { type: 'ConfigureChecks', ...data };
    const asked = was('ChecksProposed', data, 'meryem');
    given(defined, before).when(weaken, manager).then({ type: 'ChecksProposed', data });
    given(defined, before, asked).when(weaken, manager).then();
    given(defined, before, asked).when(weaken, second).then({ type: 'ChecksConfigured', data });
  });
  test.each([
    ['one more', [...rules, { check: 'over-budget' as const, level: 'warn' as const }]],
    ['a block instead of a warning', [rules[0]!, { ...rules[1]!, level: 'block' as const }]],
    ['a lower limit and amount', [rules[0]!, { ...rules[1]!, limit: 4, amountMinor: '99' }]],
    ['in another order', [rules[1]!, rules[0]!]],
  ])('are made stronger by one: %s', (_, stronger) => {
    const data = { programmeId, rules: stronger };
    given(defined, was('ChecksConfigured', { programmeId, rules }))
      .when({ type: 'ConfigureChecks', ...data }, manager)
      .then({ type: 'ChecksConfigured', data });
  });
  test('are each there once, and know how much is too much', () => {
    given(defined)
      .when({ type: 'ConfigureChecks', programmeId, rules: [rules[0]!, rules[0]!] }, manager)
      .thenRefused('CHECK_TWICE', 'rules/1/check');
    given(defined)
      .when(
        {
          type: 'ConfigureChecks',
          programmeId,
          rules: [{ check: 'region-change', level: 'warn' }],
        },
        manager,
      )
      .thenRefused('LIMIT_MISSING', 'rules/0/limit');
    given(defined)
      .when(
        {
          type: 'ConfigureChecks',
          programmeId,
          rules: [{ check: 'over-forecast', level: 'warn', limit: 5 }],
        },
        manager,
      )
      .thenRefused('LIMIT_MISSING', 'rules/0/amountMinor');
    given(defined)
      .when({ type: 'ConfigureChecks', programmeId, rules }, by('farid', 'finance-officer'))
      .thenRefused('ROLE_NOT_ALLOWED');
  });
});
