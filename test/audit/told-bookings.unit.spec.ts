import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BookingsCheck } from '../../src/audit/bookings-check.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import type { PaymentEvent } from '../../src/payment/payment.state.js';
import { by, HASH, uuid, was } from '../deciders/given.js';
import { someWord, toldAs, type Kind } from '../deciders/payment-words.js';
import { eventOf, Findings } from './direct.js';

type Log = readonly Foldable<PaymentEvent>[];

const paymentId = `asd-2026-01-${uuid(2)}`;
const amount = { amountMinor: '50000', currency: 'MAD' };
const instruct = {
  messageId: 'M1',
  endToEndId: 'E1',
  accountId: uuid(11),
  executionDate: '2026-01-31',
};
const INSTRUCTED: Log = [
  was('PaymentOrdered', {
    ...{ paymentId, programmeId: 'asd', period: '2026-01', personId: uuid(2), region: 'MA-06' },
    ...{ round: 1, policyVersion: 3, contentHash: HASH, ...amount },
    items: [{ code: 'floor', period: '2026-01', amountMinor: '50000' }],
  }),
  was('PaymentInstructed', { paymentId, attempt: 1, ...instruct, ...amount }),
];
const bank = by('bank', 'payment-system');
const officer = by('farid', 'finance-officer');
const controller = by('salma', 'finance-controller');

/** As the payment decides; what it refuses is left out. */
function after(log: Log, command: PaymentCommand, who = bank): Log {
  const state = fold(paymentDecider, log);
  const isOpen = state.openBreaks.length === 0 && ['rejected', 'returned'].includes(state.status);
  if (command.type === 'ReinstructPayment' && !isOpen) return log;
  const drafts = paymentDecider.decide(state, command, who);
  return [
    ...log,
    ...drafts.map(({ type, data }) => was<PaymentEvent>(type, data, who.actor.id, who.actor.role)),
  ];
}

/** Two persons resolve the break that is open longest, where they may. */
function resolved(log: Log, counted: Kind): Log {
  const { openBreaks, attempt } = fold(paymentDecider, log);
  const [first] = openBreaks;
  if (first === undefined) return log;
  const command = {
    type: 'ResolveBreak',
    breakId: first.breakId,
    resolution: attempt === 1 ? (`counted-as-${counted}` as const) : 'no-effect',
    reason: 'the bank says so',
  } as const;
  return after(after(log, command, officer), command, controller);
}

type Step = (log: Log) => Log;
const kinds = fc.constantFrom<Kind[]>('settled', 'returned');
const told: fc.Arbitrary<Step> = fc
  .record({ kind: kinds, word: someWord, odd: fc.constantFrom('', '', '', 'amount', 'day') })
  .map(({ kind, word, odd }) => {
    const day = { settledOn: '2027-05-01', bookedOn: '2027-05-01' };
    const amountMinor = odd === 'amount' ? { amountMinor: '5000' } : {};
    return (log) =>
      after(log, toldAs(kind, word, { ...amountMinor, ...(odd === 'day' ? day : {}) }));
  });
const counted: fc.Arbitrary<Step> = kinds.map((kind) => (log) => resolved(log, kind));
const again: Step = (log) =>
  after(
    log,
    {
      ...{ type: 'ReinstructPayment', ...instruct, messageId: 'M2', endToEndId: 'E2' },
      dismissedBy: [],
    },
    by('nora', 'finance-officer'),
  );
const histories = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: told },
      { weight: 1, arbitrary: counted },
      { weight: 1, arbitrary: fc.constant(again) },
    ),
    { minLength: 2, maxLength: 14 },
  )
  .map((steps) => steps.reduce((log, step) => step(log), INSTRUCTED));

function foundIn(log: Log): readonly string[] {
  const check = new BookingsCheck();
  const { said, found } = new Findings();
  for (const { type, data } of log) check.add(eventOf(type, data), 0, found);
  return said;
}

/** As if what a break says were of a booking that is known. */
function asKnown(event: Foldable<'PaymentBreakRecorded'>): Foldable<PaymentEvent> {
  const { attempt, endToEndId, source, reference, booking, reported } = event.data;
  if (reported !== 'settled' && reported !== 'returned') throw new Error('of no booking');
  return was('PaymentBooked', {
    ...{ paymentId, attempt, endToEndId, outcome: reported, source },
    ...(reference === undefined ? {} : { reference }),
    ...(booking === undefined ? {} : { booking }),
  });
}

test('the audit takes whatever a payment decides on the words of a payment system', () => {
  fc.assert(
    fc.property(histories, (log) => {
      expect(foundIn(log)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('and finds each second booking that is written as a known one', () => {
  let forged = 0;
  fc.assert(
    fc.property(histories, (log) => {
      for (const [at, event] of log.entries()) {
        if (event.type !== 'PaymentBreakRecorded' || event.data.kind !== 'booked-twice') continue;
        forged += 1;
        expect(foundIn(log.with(at, asKnown(event)))).toContainEqual(
          expect.stringMatching(/^I2 booked under another reference or day by (http|file|topic),/),
        );
      }
    }),
    { numRuns: 1000 },
  );
  expect(forged).toBeGreaterThan(100);
});
