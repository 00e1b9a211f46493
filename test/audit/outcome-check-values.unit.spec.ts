import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { OutcomeCheck } from '../../src/audit/outcome-check.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

type Step = readonly [EventType, object, More?];
interface More {
  readonly stream?: number;
  readonly time?: string;
  readonly role?: 'finance-officer' | 'payment-system';
  readonly command?: string;
}
/** What the check finds, of payments by their dense numbers. */
function foundIn(isNew: boolean, ...log: readonly Step[]): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const check = new OutcomeCheck(era);
  const { said, found } = new Findings();
  for (const [
    type,
    data,
    { stream = 1, role = 'payment-system', command = 'c', ...rest } = {},
  ] of log)
    check.add(
      eventOf(type, { paymentId: `p${stream}`, ...data }, { ...rest, meta: { role, command } }),
      stream,
      found,
    );
  return said;
}
const found = (...log: readonly Step[]): readonly string[] => foundIn(true, ...log);
const ORDERED: Step = ['PaymentOrdered', { amountMinor: '500', currency: 'MAD' }];
const day = (text: string): string => `${text}T10:00:00.000Z`;
const INSTRUCTION = {
  endToEndId: 'E1',
  currency: 'MAD',
  executionDate: '2026-02-25',
  attempt: 1,
} as const;
const BEGUN: More = { time: day('2026-02-20') };
const INSTRUCTED: Step = ['PaymentInstructed', INSTRUCTION, BEGUN];
const said = (type: EventType, data: object = {}, more: More = {}): Step => [
  type,
  {
    attempt: 1,
    endToEndId: 'E1',
    source: 'camt.053',
    currency: 'MAD',
    settledOn: '2026-02-25',
    ...data,
  },
  { time: day('2026-02-27'), ...more },
];
const OUTCOMES = {
  PaymentAccepted: 'accepted',
  PaymentSettled: 'settled',
  PaymentRejected: 'rejected',
  PaymentReturned: 'returned',
} as const;
const TYPES = Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[];

describe('an outcome is of the instruction that is live', () => {
  const LIFE = [ORDERED, INSTRUCTED] as const;
  const again: Step = [
    'PaymentReinstructed',
    { ...INSTRUCTION, endToEndId: 'E2', attempt: 2 },
    { time: day('2026-03-10') },
  ];
  test.each(TYPES)('by its reference: %s', (type) => {
    const late = { time: day('2026-03-20') };
    expect(found(...LIFE, said(type))).toEqual([]);
    expect(found(...LIFE, said(type, { endToEndId: 'E9' }))).toEqual([
      `I2 ${type} for E9, which is not what was instructed`,
    ]);
    const second = { attempt: 2, settledOn: '2026-03-10' };
    expect(found(...LIFE, again, said(type, { ...second, endToEndId: 'E2' }, late))).toEqual([]);
    expect(found(...LIFE, again, said(type, { ...second, endToEndId: 'E1' }, late))).toEqual([
      `I2 ${type} for E1, which is not what was instructed`,
    ]);
    // Of another attempt than the live one that is found as such.
    expect(found(...LIFE, again, said(type, { settledOn: '2026-03-10' }, late))).toEqual([]);
    expect(found(...LIFE, said(type, { attempt: 2, endToEndId: 'E9' }))).toEqual([]);
    expect(found(said(type, { settledOn: '1970-01-02' }))).toEqual([
      `I2 ${type} for E1, which is not what was instructed`,
    ]);
  });
  test('in the currency that was ordered', () => {
    const dirhams: Step = ['PaymentOrdered', { amountMinor: '5', currency: 'MAD' }, { stream: 2 }];
    const francs: Step = ['PaymentOrdered', { amountMinor: '5', currency: 'XOF' }];
    const instructed: Step = ['PaymentInstructed', { ...INSTRUCTION, currency: 'XOF' }];
    expect(found(dirhams, francs, instructed)).toEqual([]);
    expect(found(francs, dirhams, instructed)).toEqual([]);
    expect(found(dirhams, ORDERED, instructed)).toEqual(['I2 instructed in XOF; ordered in MAD']);
    expect(found(dirhams, francs, ['PaymentReinstructed', INSTRUCTION])).toEqual([
      'I2 instructed in MAD; ordered in XOF',
    ]);
    expect(found(...LIFE, said('PaymentSettled', { currency: 'XOF' }))).toEqual([
      'I2 settled in XOF; ordered in MAD',
    ]);
    expect(found(INSTRUCTED)).toEqual([]);
  });
});

describe('the day of a settlement', () => {
  const settled = (settledOn: string, isNew = true): readonly string[] =>
    foundIn(isNew, ORDERED, INSTRUCTED, said('PaymentSettled', { settledOn }));
  const between = 'which is not between 2026-02-20 and 2026-02-28';
  test('is from the instruction on until tomorrow', () => {
    expect([...settled('2026-02-20'), ...settled('2026-02-28')]).toEqual([]);
    expect(settled('2026-02-19')).toEqual([`I2 settled on 2026-02-19, ${between}`]);
    expect(settled('2026-03-01')).toEqual([`I2 settled on 2026-03-01, ${between}`]);
    expect(settled('2026-02-19', false)).toEqual([]);
  });
  test('is from the day of execution on where that is before it was instructed', () => {
    const late: Step = [INSTRUCTED[0], INSTRUCTION, { time: day('2026-02-27') }];
    const on = (settledOn: string) => found(ORDERED, late, said('PaymentSettled', { settledOn }));
    expect(on('2026-02-25')).toEqual([]);
    expect(on('2026-02-24')).toEqual([
      'I2 settled on 2026-02-24, which is not between 2026-02-25 and 2026-02-28',
    ]);
  });
});

describe.each(['PaymentSettled', 'PaymentReturned', 'PaymentBooked'] as const)(
  'the days that a bank says of its booking: %s',
  (type) => {
    const booked = (booking: object, isNew = true): readonly string[] =>
      foundIn(isNew, ORDERED, INSTRUCTED, said(type, { booking }));
    test('are from the instruction on until tomorrow', () => {
      expect([
        ...booked({ bookedOn: '2026-02-20' }),
        ...booked({ bookedOn: '2026-02-28' }),
      ]).toEqual([]);
      for (const bookedOn of ['2026-02-19', '2026-03-01'])
        expect(booked({ bookedOn })).toEqual([
          `I2 booked on ${bookedOn}, which is not between 2026-02-20 and 2026-02-28`,
        ]);
    });
    test('are of value ten days before and after it at the most', () => {
      expect([...booked({ valueOn: '2026-02-10' }), ...booked({ valueOn: '2026-03-09' })]).toEqual(
        [],
      );
      for (const valueOn of ['2026-02-09', '2026-03-10'])
        expect(booked({ valueOn })).toEqual([
          `I2 of value on ${valueOn}, which is not between 2026-02-10 and 2026-03-09`,
        ]);
    });
    test('may be absent, and were no matter in older logs or of other attempts', () => {
      expect(found(ORDERED, INSTRUCTED, said(type))).toEqual([]);
      expect(booked({})).toEqual([]);
      expect(booked({ bookedOn: '1999-01-01', valueOn: '1999-01-01' })).toHaveLength(2);
      expect(booked({ bookedOn: '1999-01-01' }, false)).toEqual([]);
      const other = said(type, { attempt: 2, booking: { bookedOn: '1999-01-01' } });
      expect(found(ORDERED, INSTRUCTED, other)).toEqual([]);
      const again: Step = ['PaymentReinstructed', { ...INSTRUCTION, attempt: 2 }, BEGUN];
      expect(found(ORDERED, INSTRUCTED, again, other)).toHaveLength(1);
    });
  },
);

describe.each(TYPES)('what persons proposed before %s', (type) => {
  const outcome = OUTCOMES[type];
  const proposed = (data: object = {}, more: More = {}): Step => [
    'PaymentOutcomeProposed',
    { attempt: 1, outcome, ...data },
    more,
  ];
  const confirmed = (source = 'http', role: More['role'] = 'finance-officer'): Step =>
    said(type, { source }, { role });
  const LIFE = [ORDERED, INSTRUCTED] as const;
  const differs = (as: string) => [`I2 ${outcome} as of ${as}; the payment is of 500 MAD`];

  test.each(['http', 'file'])('is of the amount and currency of the payment, by %s', (source) => {
    const of = (data: object) => found(...LIFE, proposed(data), confirmed(source));
    expect(of({ amountMinor: '500', currency: 'MAD' })).toEqual([]);
    expect(of({})).toEqual([]);
    expect(of({ amountMinor: '499' })).toEqual(differs('499'));
    expect(of({ currency: 'XOF' })).toEqual(differs('no amount XOF'));
    expect(of({ amountMinor: '500', currency: 'XOF' })).toEqual(differs('500 XOF'));
  });
  test('is enough where one of them said it so', () => {
    const wrong = proposed({ amountMinor: '1' });
    const right = proposed({ amountMinor: '500' });
    expect(found(...LIFE, wrong, right, confirmed())).toEqual([]);
    expect(found(...LIFE, right, wrong, confirmed())).toEqual([]);
    expect(found(...LIFE, wrong, wrong, confirmed())).toEqual(differs('1'));
  });
  test('is not what a bank said, or of another outcome, attempt or payment', () => {
    const wrong = { amountMinor: '1' };
    expect(found(...LIFE, proposed(wrong), confirmed('http', 'payment-system'))).toEqual([]);
    expect(found(...LIFE, proposed(wrong), confirmed('camt.053'))).toEqual([]);
    expect(found(...LIFE, proposed({ ...wrong, attempt: 2 }), confirmed())).toEqual([]);
    expect(found(...LIFE, proposed({ ...wrong, outcome: 'unknown' }), confirmed())).toEqual([]);
    expect(found(...LIFE, proposed(wrong, { stream: 2 }), confirmed())).toEqual([]);
    expect(found(...LIFE, confirmed())).toEqual([]);
  });
});

describe('an entry that was given to a payment', () => {
  const waits = (money: object): Step => ['BankEntryQuarantined', { entryId: 'e', ...money }];
  const settled = said('PaymentSettled', {}, { command: 'assign' });
  const assigned = (data: object = {}, command = 'assign'): Step => [
    'BankEntryAssigned',
    { entryId: 'e', outcome: 'settled', ...data },
    { command },
  ];
  const of = (money: object, given: Step = assigned()): readonly string[] =>
    found(waits(money), ORDERED, INSTRUCTED, settled, given);
  test('is of its amount and currency', () => {
    expect(of({ amountMinor: '500', currency: 'MAD' })).toEqual([]);
    expect(of({ amountMinor: '501', currency: 'MAD' })).toEqual([
      'I2 settled by an entry of 501 MAD; the payment is of 500 MAD',
    ]);
    expect(of({ amountMinor: '500', currency: 'XOF' })).toEqual([
      'I2 settled by an entry of 500 XOF; the payment is of 500 MAD',
    ]);
    expect(of({})).toEqual([]);
  });
  test('may be of another where it moved nothing', () => {
    const wrong = { amountMinor: '501', currency: 'MAD' };
    expect(of(wrong, assigned({}, 'other'))).toEqual([]);
    expect(of(wrong, assigned({ paymentId: 'p7' }))).toEqual([]);
    expect(of(wrong, assigned({ entryId: 'f' }))).toEqual([]);
    expect(found(waits(wrong), assigned())).toEqual([]);
  });
});

test.each(FAR_STREAMS)('payment number %d is known beside the others', (far) => {
  const of = (stream: number, [type, data, more]: Step): Step => [type, data, { ...more, stream }];
  const other: Step = ['PaymentOrdered', { amountMinor: '7', currency: 'XOF' }, { stream: far }];
  const francs = { currency: 'XOF', endToEndId: 'E7' };
  const instructed: Step = [
    'PaymentInstructed',
    { ...INSTRUCTION, ...francs },
    { stream: far, time: day('2026-02-26') },
  ];
  const log = [ORDERED, INSTRUCTED, other, instructed] as const;
  const proposed = (amountMinor: string, stream: number): Step => [
    'PaymentOutcomeProposed',
    { attempt: 1, outcome: 'settled', amountMinor },
    { stream },
  ];
  const settled = of(
    far,
    said('PaymentSettled', { ...francs, source: 'http' }, { role: 'finance-officer' }),
  );
  const first = said('PaymentSettled', { source: 'http' }, { role: 'finance-officer' });
  expect(found(...log, proposed('7', far), settled, proposed('500', 1), first)).toEqual([]);
  expect(found(...log, proposed('8', far), settled, proposed('501', 1), first)).toEqual([
    'I2 settled as of 8; the payment is of 7 XOF',
    'I2 settled as of 501; the payment is of 500 MAD',
  ]);
  const early = { settledOn: '2026-02-19' };
  expect(found(...log, of(far, said('PaymentSettled', { ...francs, ...early })))).toEqual([
    'I2 settled on 2026-02-19, which is not between 2026-02-25 and 2026-02-28',
  ]);
  expect(found(...log, said('PaymentSettled', early))).toHaveLength(1);
  expect(found(ORDERED, INSTRUCTED, instructed, said('PaymentSettled'))).toEqual([]);
  const rejected = of(far, said('PaymentRejected', francs));
  expect(found(ORDERED, INSTRUCTED, instructed, rejected)).toEqual([]);
  expect(found(ORDERED, INSTRUCTED, of(far, said('PaymentRejected')))).toHaveLength(1);
  expect(found(ORDERED, INSTRUCTED, other, of(far, said('PaymentAccepted')))).toHaveLength(1);
});
