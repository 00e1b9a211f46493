import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { ProgrammeTermsCheck } from '../../src/audit/programme-terms-check.js';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import { eventOf, Findings } from './direct.js';

const DEFINED = [
  'ProgrammeDefined',
  { programmeId: 'asd', currency: 'MAD' },
  { position: 0 },
] as const;
const version = (number: number, position: number, time: string, firstPaidPeriod = '2026-01') =>
  [
    'PolicyPublished',
    {
      programmeId: 'asd',
      version: number,
      firstPaidPeriod,
      effectiveFrom: firstPaidPeriod,
      policy: {},
      contentHash: '',
    },
    { position, time },
  ] as const;
type Step = readonly [EventType, object, { readonly position: number; readonly time?: string }];

function foundIn(isNew: boolean, ...log: readonly Step[]): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const policies = new PublishedPolicies();
  const check = new ProgrammeTermsCheck(policies, era);
  const { said, found } = new Findings();
  for (const [type, data, rest] of log) {
    const event = eventOf(type, data, rest);
    if (event.type === 'PolicyPublished') policies.add(event, () => undefined);
    check.add(event, found);
  }
  return said;
}

describe('the currency of a programme', () => {
  const said = (type: EventType, currency: string, programmeId = 'asd'): Step => [
    type,
    { programmeId, currency, period: '2026-01', policyVersion: 1 },
    { position: 9 },
  ];
  const FIRST = version(1, 1, '2026-01-01T00:00:00.000Z');
  test.each(['BudgetAllotted', 'CycleOpened', 'PaymentOrdered'] as const)(
    'is that of %s',
    (type) => {
      expect(foundIn(true, DEFINED, FIRST, said(type, 'MAD'))).toEqual([]);
      expect(foundIn(true, DEFINED, FIRST, said(type, 'XOF'))).toEqual([
        'I6 in XOF; the programme pays in MAD',
      ]);
    },
  );
  test('is none of a programme that nobody defined', () => {
    expect(foundIn(true, DEFINED, said('PaymentOrdered', 'MAD', 'other'))).toEqual([
      'I6 in MAD; the programme pays in none',
    ]);
  });
  test('was not that of a budget in older logs, but of cycles and payments', () => {
    expect(foundIn(false, DEFINED, FIRST, said('BudgetAllotted', 'XOF'))).toEqual([]);
    expect(foundIn(false, DEFINED, FIRST, said('PaymentOrdered', 'XOF'))).toHaveLength(1);
    expect(foundIn(false, DEFINED, FIRST, said('CycleOpened', 'XOF'))).toHaveLength(1);
  });
});

describe('a programme that is closed', () => {
  const at = (type: EventType, time: string, programmeId = 'asd'): Step => [
    type,
    { programmeId, currency: 'MAD', period: '2026-01', policyVersion: 1 },
    { position: 9, time },
  ];
  const FIRST = version(1, 1, '2026-01-01T00:00:00.000Z');
  const CLOSED = at('ProgrammeClosed', '2026-01-15T12:00:00.000Z');
  const DAY_LATER = '2026-01-16T12:00:00.000Z';
  const opened = at('CycleOpened', '2026-01-15T12:00:00.000Z');
  test('has no cycle opened', () => {
    const late = ['I8 CycleOpened after its programme was closed'];
    expect(foundIn(true, DEFINED, FIRST, CLOSED, opened)).toEqual(late);
    expect(foundIn(true, DEFINED, FIRST, opened, CLOSED)).toEqual([]);
    expect(
      foundIn(
        true,
        DEFINED,
        FIRST,
        CLOSED,
        at('ProgrammeReopened', '2026-01-15T12:00:00.000Z'),
        opened,
      ),
    ).toEqual([]);
    const other = at('ProgrammeClosed', DAY_LATER, 'other');
    expect(foundIn(true, DEFINED, FIRST, other, opened)).toEqual([]);
  });
  test('takes no application, but for what a file began with', () => {
    const late = ['I8 ApplicationSubmitted after its programme was closed'];
    const submitted = at('ApplicationSubmitted', DAY_LATER);
    const later = at('ApplicationSubmitted', '2026-01-16T12:00:00.001Z');
    expect(foundIn(true, DEFINED, FIRST, CLOSED, submitted)).toEqual([]);
    expect(foundIn(true, DEFINED, FIRST, CLOSED, later)).toEqual(late);
    expect(foundIn(true, DEFINED, FIRST, later)).toEqual([]);
  });
  test('took both in older logs', () => {
    const later = at('ApplicationSubmitted', '2026-02-16T12:00:00.000Z');
    expect(foundIn(false, DEFINED, FIRST, CLOSED, opened, later)).toEqual([]);
  });
});

describe('a cycle is opened under the version that its month is paid under', () => {
  const LONG_AGO = version(1, 1, '2025-06-01T00:00:00.000Z');
  const NEW = version(2, 2, '2026-01-10T12:00:00.000Z');
  const opened = (policyVersion: number, time: string, position = 9, period = '2026-01'): Step => [
    'CycleOpened',
    { programmeId: 'asd', currency: 'MAD', period, policyVersion },
    { position, time },
  ];
  const LATER = '2026-02-01T00:00:00.000Z';
  const foundOf = (...log: readonly Step[]): readonly string[] => foundIn(true, DEFINED, ...log);

  test('and under no other', () => {
    expect(foundOf(LONG_AGO, NEW, opened(2, LATER))).toEqual([]);
    for (const other of [1, 3])
      expect(foundOf(LONG_AGO, NEW, opened(other, LATER))).toEqual([
        `I5 opened under version ${other}; 2026-01 is paid under 2`,
      ]);
  });
  test('or the one before it, for less than a day', () => {
    expect(foundOf(LONG_AGO, NEW, opened(1, '2026-01-11T11:59:59.999Z'))).toEqual([]);
    expect(foundOf(LONG_AGO, NEW, opened(1, '2026-01-11T12:00:00.000Z'))).toHaveLength(1);
    expect(foundOf(LONG_AGO, NEW, opened(3, '2026-01-10T12:00:00.000Z'))).toHaveLength(1);
    const third = version(3, 3, '2026-01-10T13:00:00.000Z');
    expect(foundOf(LONG_AGO, NEW, third, opened(1, '2026-01-10T13:00:00.000Z'))).toEqual([
      'I5 opened under version 1; 2026-01 is paid under 3',
    ]);
  });
  test('which was the only one until a later one is paid', () => {
    expect(foundOf(LONG_AGO, version(2, 2, LATER, '2026-02'), opened(1, LATER))).toEqual([]);
  });
  test('where there is one', () => {
    expect(foundOf(opened(1, LATER))).toEqual([
      'I5 opened under version 1; 2026-01 is paid under none',
    ]);
    expect(foundOf(LONG_AGO, opened(1, LATER, 9, '2025-12'))).toEqual([
      'I5 opened under version 1; 2025-12 is paid under none',
    ]);
    expect(foundOf(LONG_AGO, opened(2, '2025-06-01T00:00:00.000Z'))).toHaveLength(1);
  });
});
