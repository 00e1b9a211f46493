import { describe, expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import type { AuditReport, Invariant } from '../../src/audit/report.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { CORRECTED, Tampered } from './tampered.js';

function audit(events: readonly Recorded[]): AuditReport {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish();
}

/** Which invariant the hand breaks, and how. */
const falsifications: readonly (readonly [Invariant, string, (log: Tampered) => unknown])[] = [
  [
    'I4',
    'a correction approved by who proposed it',
    (log) => log.by(log.find('CorrectionApproved'), log.find('CorrectionStarted').meta.actor),
  ],
  [
    'I4',
    'a correction approved by who proposed it, spelled otherwise',
    (log) =>
      log.by(
        log.find('CorrectionApproved'),
        log.find('CorrectionStarted').meta.actor.toUpperCase(),
      ),
  ],
  [
    'I4',
    'a correction approved by who computed it for another',
    (log) => log.by(log.find('AdjustmentProposed'), log.find('CorrectionApproved').meta.actor),
  ],
  [
    'I4',
    'other content approved than was proposed',
    (log) => log.edit(log.find('CorrectionApproved'), { contentHash: 'e'.repeat(64) }),
  ],
  [
    'I5',
    'more said to be due than the facts give',
    (log) => {
      const proposed = log.find(
        'AdjustmentProposed',
        ({ data }) => !data.differenceMinor.startsWith('-'),
      );
      const [month] = proposed.data.periods;
      return log.edit(proposed, {
        periods: [
          { ...month!, paidMinor: '1', dueMinor: String(BigInt(month!.dueMinor) + 1n) },
          ...proposed.data.periods.slice(1),
        ],
      });
    },
  ],
  [
    'I6',
    'an adjustment that does not add up',
    (log) => log.edit(log.find('AdjustmentProposed'), { differenceMinor: '-1' }),
  ],
  [
    'I6',
    'a proposal of other sums than its households',
    (log) => log.edit(log.find('CorrectionProposed'), { arrearsMinor: '1' }),
  ],
  [
    'I6',
    'other sums applied than were proposed',
    (log) => log.edit(log.find('CorrectionApplied'), { overpaidMinor: '1' }),
  ],
  [
    'I6',
    'an overpayment of another amount than was proposed',
    (log) => log.edit(log.find('OverpaymentEstablished'), { amountMinor: '1' }),
  ],
  [
    'I2',
    'arrears paid twice',
    (log) => {
      const ordered = log.find('ArrearsOrdered');
      return log.append(ordered.stream, 'ArrearsOrdered', {
        ...ordered.data,
        paymentId: ordered.data.paymentId.replace('2026-02', '2026-03'),
      });
    },
  ],
  [
    'I6',
    'arrears that the payment does not carry',
    (log) => log.edit(log.find('ArrearsOrdered'), { amountMinor: '1' }),
  ],
  [
    'I6',
    'deducted beyond the floor of the plan',
    (log) => log.edit(log.find('RecoveryPlanAgreed'), { floorMinor: '49999' }),
  ],
  [
    'I6',
    'deducted beyond the share of the plan',
    (log) => log.edit(log.find('RecoveryPlanAgreed'), { sharePercent: 1 }),
  ],
  [
    'I6',
    'recovered more than was overpaid',
    (log) => {
      const {
        stream,
        data: { recoveryId },
      } = log.find('RecoveryDeducted');
      return log.append(
        stream,
        'OverpaymentWaived',
        {
          recoveryId,
          amountMinor: log.find('OverpaymentEstablished').data.amountMinor,
          reason: 'too much',
        },
        'somebody-else',
      );
    },
  ],
  [
    'I6',
    'deducted while an appeal runs',
    (log) =>
      log.replace(log.find('RecoveryPlanAgreed'), {
        type: 'RecoverySuspended',
        data: { recoveryId: log.find('RecoveryPlanAgreed').data.recoveryId, reason: 'appeal' },
      }),
  ],
  [
    'I6',
    'a payment whose recovery the account does not know',
    (log) => {
      const { paymentId } = log.find('RecoveryDeducted').data;
      const order = log.find('PaymentOrdered', ({ data }) => data.paymentId === paymentId);
      return log.edit(order, {
        items: order.data.items.map((item) =>
          item.code === 'recovery' ? { ...item, code: 'arrears' } : item,
        ),
      });
    },
  ],
  [
    'I2',
    'a deduction given back of a payment that is with the bank',
    (log) => {
      const {
        stream,
        data: { recoveryId, paymentId, round, amountMinor },
      } = log.find('RecoveryDeducted');
      return log.append(stream, 'RecoveryDeductionReversed', {
        recoveryId,
        paymentId,
        round,
        amountMinor,
        reason: 'none',
      });
    },
  ],
];

describe('the audit of corrections', () => {
  test('finds nothing where they obey every rule', () => {
    expect(audit(CORRECTED).violations).toEqual([]);
  });

  test.each(falsifications)('finds of %s: %s', (invariant, _, falsify) => {
    const log = new Tampered(CORRECTED);
    falsify(log);
    expect(audit(log.events).violations.map((violation) => violation.invariant)).toContain(
      invariant,
    );
  });
});
