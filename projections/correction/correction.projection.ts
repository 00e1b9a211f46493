import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import type { Projection, Rows, Touch } from '../engine/projection.js';
import {
  adjustments,
  corrections,
  recoveries,
  type AdjustmentRow,
  type CorrectionRow,
  type RecoveryRow,
} from './correction.tables.js';

const HANDLED = [
  'CorrectionStarted',
  'CorrectionProposed',
  'CorrectionApproved',
  'CorrectionRejected',
  'CorrectionApplied',
  'AdjustmentProposed',
  'AdjustmentEstablished',
  'ArrearsOrdered',
  'ArrearsReleased',
  'OverpaymentEstablished',
  'OverpaymentOffset',
  'RecoveryPlanAgreed',
  'RecoveryDeducted',
  'RecoveryDeductionReversed',
  'RecoverySuspended',
  'RecoveryResumed',
  'OverpaymentWaived',
  'RecoveryCompleted',
] as const satisfies readonly EventType[];

const adjustmentId = (correctionId: string, personId: string): string =>
  `${correctionId}-${personId}`;

function evolveCorrection(rows: Rows, event: Recorded): void {
  const {
    time,
    meta: { actor },
  } = event;
  if (event.type === 'CorrectionStarted') {
    const { correctionId, programmeId, fromPeriod, toPeriod, basis, personId, reason, asOf } =
      event.data;
    return rows.put(corrections, {
      correction_id: correctionId,
      programme_id: programmeId,
      from_period: fromPeriod,
      to_period: toPeriod,
      basis,
      person_id: personId ?? null,
      reason,
      status: 'started',
      as_of: asOf,
      households: null,
      arrears_count: null,
      arrears_minor: null,
      overpaid_count: null,
      overpaid_minor: null,
      content_hash: null,
      proposed_by: actor,
      proposed_at: null,
      approved_by: null,
      approved_at: null,
      rejected_reason: null,
      updated_at: time,
    });
  }
  const found = rows.get(
    corrections,
    (event.data as { readonly correctionId: string }).correctionId,
  );
  if (!found) return;
  const put = (changes: Partial<CorrectionRow>): void =>
    rows.put(corrections, { ...found, ...changes, updated_at: time });
  switch (event.type) {
    case 'CorrectionProposed': {
      const { households, arrearsCount, arrearsMinor, overpaidCount, overpaidMinor, contentHash } =
        event.data;
      return put({
        status: arrearsCount + overpaidCount === 0 ? 'settled' : 'proposed',
        households,
        arrears_count: arrearsCount,
        arrears_minor: minor(arrearsMinor),
        overpaid_count: overpaidCount,
        overpaid_minor: minor(overpaidMinor),
        content_hash: contentHash,
        proposed_by: actor,
        proposed_at: time,
      });
    }
    case 'CorrectionApproved':
      return put({ status: 'approved', approved_by: actor, approved_at: time });
    case 'CorrectionRejected':
      return put({ status: 'rejected', rejected_reason: event.data.reason });
    case 'CorrectionApplied':
      return put({ status: 'applied' });
    default:
  }
}

function evolveAdjustment(rows: Rows, event: Recorded): void {
  const { time } = event;
  const change = (
    correctionId: string,
    personId: string,
    changes: Partial<AdjustmentRow>,
  ): void => {
    const found = rows.get(adjustments, adjustmentId(correctionId, personId));
    if (found) rows.put(adjustments, { ...found, ...changes, updated_at: time });
  };
  switch (event.type) {
    case 'AdjustmentProposed': {
      const { correctionId, programmeId, personId, region, differenceMinor, periods } = event.data;
      return rows.put(adjustments, {
        adjustment_id: adjustmentId(correctionId, personId),
        correction_id: correctionId,
        programme_id: programmeId,
        person_id: personId,
        region,
        status: 'proposed',
        difference_minor: minor(differenceMinor),
        offset_minor: 0n,
        periods: JSON.stringify(periods),
        payment_id: null,
        updated_at: time,
      });
    }
    case 'AdjustmentEstablished':
      return change(event.data.correctionId, event.data.personId, {
        status: 'established',
        offset_minor: minor(event.data.offsetMinor ?? '0'),
      });
    case 'ArrearsOrdered':
      for (const correctionId of event.data.correctionIds)
        change(correctionId, event.data.personId, {
          status: 'ordered',
          payment_id: event.data.paymentId,
        });
      return;
    case 'ArrearsReleased':
      for (const correctionId of event.data.correctionIds)
        change(correctionId, event.data.personId, { status: 'established', payment_id: null });
      return;
    default:
  }
}

type Deductions = Record<string, readonly [round: number, minor: string]>;

function deducted(row: RecoveryRow, deductions: Deductions): Partial<RecoveryRow> {
  return {
    deductions: JSON.stringify(deductions),
    recovered_minor: Object.values(deductions).reduce(
      (total, [, amount]) => total + minor(amount),
      0n,
    ),
    status: 'open',
  };
}

function evolveRecovery(rows: Rows, event: Recorded): void {
  const { time } = event;
  const id = (event.data as { readonly recoveryId: string }).recoveryId;
  const before = rows.get(recoveries, id);
  if (event.type === 'OverpaymentEstablished') {
    const { programmeId, personId, region, currency, amountMinor } = event.data;
    const row: RecoveryRow = before ?? {
      recovery_id: id,
      programme_id: programmeId,
      person_id: personId,
      region,
      currency,
      status: 'open',
      suspended: false,
      overpaid_minor: 0n,
      recovered_minor: 0n,
      waived_minor: 0n,
      share_percent: null,
      floor_minor: null,
      deductions: '{}',
      updated_at: time,
    };
    return rows.put(recoveries, {
      ...row,
      status: 'open',
      overpaid_minor: row.overpaid_minor + minor(amountMinor),
      updated_at: time,
    });
  }
  if (!before) return;
  const put = (changes: Partial<RecoveryRow>): void =>
    rows.put(recoveries, { ...before, ...changes, updated_at: time });
  const deductions = JSON.parse(before.deductions) as Deductions;
  switch (event.type) {
    case 'OverpaymentOffset':
      return put({
        overpaid_minor: before.overpaid_minor - minor(event.data.amountMinor),
        waived_minor: before.waived_minor - minor(event.data.waivedMinor),
      });
    case 'RecoveryPlanAgreed':
      return put({
        share_percent: event.data.sharePercent,
        floor_minor: minor(event.data.floorMinor),
      });
    case 'RecoveryDeducted':
      return put(
        deducted(before, {
          ...deductions,
          [event.data.paymentId]: [event.data.round, event.data.amountMinor],
        }),
      );
    case 'RecoveryDeductionReversed': {
      const { [event.data.paymentId]: _gone, ...rest } = deductions;
      return put(deducted(before, rest));
    }
    case 'RecoverySuspended':
      return put({ suspended: true });
    case 'RecoveryResumed':
      return put({ suspended: false });
    case 'OverpaymentWaived':
      return put({ waived_minor: before.waived_minor + minor(event.data.amountMinor) });
    case 'RecoveryCompleted':
      return put({ status: 'completed' });
    default:
  }
}

/** Corrections of the past, what each says of a household, and what households owe for it. */
export const correctionProjection: Projection = {
  name: 'correction',
  version: 1,
  tables: [corrections, adjustments, recoveries],
  handles: HANDLED,
  touches(event: Recorded, touch: Touch): void {
    switch (event.type) {
      case 'AdjustmentProposed':
      case 'AdjustmentEstablished':
        return touch(adjustments, adjustmentId(event.data.correctionId, event.data.personId));
      case 'ArrearsOrdered':
      case 'ArrearsReleased':
        for (const correctionId of event.data.correctionIds)
          touch(adjustments, adjustmentId(correctionId, event.data.personId));
        return;
      default:
        if (event.type.startsWith('Correction'))
          touch(
            corrections,
            (event.data as { readonly correctionId: string }).correctionId,
            event.revision === 0,
          );
        else
          touch(
            recoveries,
            (event.data as { readonly recoveryId: string }).recoveryId,
            event.revision === 0,
          );
    }
  },
  evolve(rows: Rows, event: Recorded): void {
    if (event.type.startsWith('Correction')) evolveCorrection(rows, event);
    else if (event.type.startsWith('Adjustment') || event.type.startsWith('Arrears'))
      evolveAdjustment(rows, event);
    else evolveRecovery(rows, event);
  },
};
