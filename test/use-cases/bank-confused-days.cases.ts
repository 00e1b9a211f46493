import {
  INSTRUCTED,
  report,
  SETTLED,
  waits,
  type Case,
  type Paid,
} from './bank-confused.fixtures.js';

const madeOn = (text: string, day: string): string =>
  text.replace(/<CreDtTm>[^<]*/, `<CreDtTm>${day}T08:00:00`);
const rejected = (paid: Paid): string => report(paid, 'rejected', { reason: 'AC04' });
const effective = (paid: Paid, what: 'settled' | 'rejected', inner: string): string =>
  report(paid, what, { reason: 'AC04' }).replace(
    '<OrgnlTxRef>',
    `<FctvIntrBkSttlmDt>${inner}</FctvIntrBkSttlmDt><OrgnlTxRef>`,
  );
const IMPLAUSIBLE = { ...INSTRUCTED, breaks: ['date-implausible'] };

/** Of what a report says, and of when it says that money moved. */
export const days: readonly Case[] = [
  ...['2099-01-01', '1999-01-01'].flatMap((day): readonly Case[] => [
    {
      name: `a rejection of ${day}`,
      of: (a) => madeOn(rejected(a), day),
      gives: IMPLAUSIBLE,
    },
    {
      name: `a settlement that took effect on ${day}`,
      of: (a) => effective(a, 'settled', `<Dt>${day}</Dt>`),
      gives: IMPLAUSIBLE,
    },
    {
      name: `a settlement that took effect at an instant of ${day}`,
      of: (a) => effective(a, 'settled', `<DtTm>${day}T23:00:00Z</DtTm>`),
      gives: IMPLAUSIBLE,
    },
  ]),
  {
    name: 'a settlement that took effect on a day that is none',
    of: (a) => effective(a, 'settled', '<Dt>2026-02-30</Dt>'),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a settlement that took effect on two days',
    of: (a) => effective(a, 'settled', '<Dt>2026-01-05</Dt><Dt>2026-01-06</Dt>'),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a settlement that took effect before it was told',
    of: (a) => effective(a, 'settled', '<Dt>2026-01-05</Dt>'),
    gives: SETTLED,
  },
];
