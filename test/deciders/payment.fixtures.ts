import type { EventData } from '../../events/generated.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import {
  paymentDecider,
  PAYMENT_REFUSALS,
  type PaymentCommand,
} from '../../src/payment/payment.decider.js';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';
import type { PaymentEvent } from '../../src/payment/payment.state.js';
import { by, HASH, scenarios, uuid, was } from './given.js';

export const { given } = scenarios(paymentDecider, PAYMENT_REFUSALS, {
  OrderPayment: true,
  InstructPayment: true,
  ReportOutcome: true,
  ReinstructPayment: true,
  CancelPayment: true,
  RequestCancellation: true,
  SetBreakOwner: true,
  ResolveBreak: true,
  WithdrawOutcome: true,
  WithdrawResolution: true,
});

export const officer = by('farid', 'finance-officer');

export const bank = by('bank', 'payment-system');

const personId = uuid(2);

export const paymentId = `asd-2026-01-${personId}`;

export const order = {
  paymentId,
  programmeId: 'asd',
  period: '2026-01',
  personId,
  region: 'MA-06',
  round: 1,
  amountMinor: '50000',
  currency: 'MAD',
  policyVersion: 3,
  contentHash: HASH,
  items: [
    { code: 'child', period: '2026-01', member: 1, amountMinor: '30000' },
    { code: 'floor', period: '2026-01', amountMinor: '20000' },
  ],
};

export const instruct = (n: number) => ({
  messageId: `M${n}`,
  endToEndId: `E${n}`,
  accountId: uuid(10 + n),
  executionDate: '2026-01-31',
});

export const said = (n: number) => ({
  paymentId,
  attempt: n,
  endToEndId: `E${n}`,
  source: 'http' as const,
});

export const outcome = (
  kind: ReportOutcome['outcome'],
  attempt = 1,
  more: Partial<ReportOutcome> = {},
): ReportOutcome => ({
  type: 'ReportOutcome',
  outcome: kind,
  attempt,
  endToEndId: `E${attempt}`,
  source: 'http',
  ...(kind === 'rejected' || kind === 'returned' ? { reason: 'AC04' } : {}),
  ...more,
});

export const ordered = was('PaymentOrdered', order);

export const instructed = was('PaymentInstructed', {
  paymentId,
  attempt: 1,
  ...instruct(1),
  amountMinor: '50000',
  currency: 'MAD',
});

export const again = was('PaymentReinstructed', {
  paymentId,
  attempt: 2,
  ...instruct(2),
  amountMinor: '50000',
  currency: 'MAD',
});

export const settled = (n = 1) =>
  was('PaymentSettled', {
    ...said(n),
    amountMinor: '50000',
    currency: 'MAD',
    settledOn: '2026-02-01',
  });

export const rejected = (n = 1) => was('PaymentRejected', { ...said(n), reason: 'AC04' });

export const returned = (n = 1) => was('PaymentReturned', { ...said(n), reason: 'AC04' });

export const breakIdOf = (attempt: number, reported: string, reason = '', amount = ''): string =>
  uuidOf('break', paymentId, attempt, reported, reason, amount);

export const broken = (
  kind: EventData['PaymentBreakRecorded']['kind'],
  reported: 'settled' | 'rejected' | 'returned',
  attempt = 1,
) =>
  was('PaymentBreakRecorded', {
    ...said(attempt),
    breakId: breakIdOf(attempt, reported, reported === 'settled' ? '' : 'AC04'),
    kind,
    reported,
    ...(reported === 'settled' ? {} : { reason: 'AC04' }),
  });

export const resolved = (
  past: Foldable<'PaymentBreakRecorded'>,
  resolution: EventData['PaymentBreakResolved']['resolution'],
) =>
  was('PaymentBreakResolved', {
    paymentId,
    breakId: past.data.breakId,
    resolution,
    reason: 'the bank says so',
  });

export type Past = readonly Foldable<PaymentEvent>[];

export const live = [ordered, instructed] as const;

/** What is decided on a report, as it is stored. */
export const afterReport = (past: Past, report: ReportOutcome): Past => [
  ...past,
  ...paymentDecider
    .decide(fold(paymentDecider, past), report, bank)
    .map((draft) => was<PaymentEvent>(draft.type, draft.data)),
];

export const debit = (
  reference: string | undefined,
  more: Partial<ReportOutcome> = {},
): ReportOutcome =>
  outcome('settled', 1, {
    source: 'camt.053',
    amountMinor: '50000',
    settledOn: '2026-02-01',
    ...(reference === undefined ? {} : { reference }),
    ...more,
  });
export const credit = (reference: string): ReportOutcome =>
  outcome('returned', 1, { source: 'camt.053', amountMinor: '50000', reference });

/** That a break is resolved so, by whoever is asked next. */
export const resolve = (
  past: Foldable<'PaymentBreakRecorded'>,
  resolution: EventData['PaymentBreakResolved']['resolution'],
): PaymentCommand => ({
  type: 'ResolveBreak',
  breakId: past.data.breakId,
  resolution,
  reason: 'the bank says so',
});
