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
  'AdjustmentLapsed',
  'ArrearsOrdered',
  'ArrearsReleased',
  'OverpaymentEstablished',
  'OverpaymentOffset',
  'RecoveryPlanAgreed',
  'RecoveryDeducted',
  'RecoveryDeductionReversed',
  'RecoveryMoved',
  'RecoverySuspended',
  'RecoveryResumed',
  'OverpaymentWaived',
  'RecoveryCompleted',
] as const satisfies readonly EventType[];

const adjustmentId = (correctionId: string, personId: string): string =>
  `${correctionId}-${personId}`;

function started({ data, meta, time }: Recorded<'CorrectionStarted'>): CorrectionRow {
  return {
    correction_id: data.correctionId,
    programme_id: data.programmeId,
    from_period: data.fromPeriod,
    to_period: data.toPeriod,
    basis: data.basis,
    person_id: data.personId ?? null,
    reason: data.reason,
    status: 'started',
    as_of: data.asOf,
    households: null,
    arrears_count: null,
    arrears_minor: null,
    overpaid_count: null,
    overpaid_minor: null,
    content_hash: null,
    proposed_by: meta.actor,
    proposed_at: null,
    approved_by: null,
    approved_at: null,
    rejected_reason: null,
    updated_at: time,
  };
}

function proposed({ data, meta, time }: Recorded<'CorrectionProposed'>): Partial<CorrectionRow> {
  const { arrearsCount, overpaidCount } = data;
  return {
    status: arrearsCount + overpaidCount === 0 ? 'settled' : 'proposed',
    households: data.households,
    arrears_count: arrearsCount,
    arrears_minor: minor(data.arrearsMinor),
    overpaid_count: overpaidCount,
    overpaid_minor: minor(data.overpaidMinor),
    content_hash: data.contentHash,
    proposed_by: meta.actor,
    proposed_at: time,
  };
}

function evolveCorrection(rows: Rows, event: Recorded): void {
  if (event.type === 'CorrectionStarted') return rows.put(corrections, started(event));
  const id = (event.data as { readonly correctionId: string }).correctionId;
  const found = rows.get(corrections, id);
  if (!found) return;
  const { time, meta } = event;
  const put = (changes: Partial<CorrectionRow>): void =>
    rows.put(corrections, { ...found, ...changes, updated_at: time });
  switch (event.type) {
    case 'CorrectionProposed':
      return put(proposed(event));
    case 'CorrectionApproved':
      return put({ status: 'approved', approved_by: meta.actor, approved_at: time });
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
    case 'AdjustmentEstablished': {
      const { correctionId, personId, offsetMinor = '0', arrearsOffset = [] } = event.data;
      const setOff = arrearsOffset.reduce((sum, one) => sum + minor(one.amountMinor), 0n);
      change(correctionId, personId, {
        status: 'established',
        offset_minor: minor(offsetMinor) + setOff,
      });
      for (const { correctionId: id, amountMinor } of arrearsOffset) {
        const before = rows.get(adjustments, adjustmentId(id, personId))?.offset_minor ?? 0n;
        change(id, personId, { offset_minor: before + minor(amountMinor) });
      }
      return;
    }
    case 'AdjustmentLapsed':
      return change(event.data.correctionId, event.data.personId, { status: 'lapsed' });
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

const deductionsOf = ({ deductions }: RecoveryRow): Deductions => JSON.parse(deductions);

function deducted(deductions: Deductions): Partial<RecoveryRow> {
  let recovered = 0n;
  for (const [, amountMinor] of Object.values(deductions)) recovered += minor(amountMinor);
  return { deductions: JSON.stringify(deductions), recovered_minor: recovered, status: 'open' };
}

function overpaid(
  before: RecoveryRow | undefined,
  { data, time }: Recorded<'OverpaymentEstablished'>,
): RecoveryRow {
  const row = before ?? {
    recovery_id: data.recoveryId,
    programme_id: data.programmeId,
    person_id: data.personId,
    region: data.region,
    currency: data.currency,
    suspended: false,
    overpaid_minor: 0n,
    recovered_minor: 0n,
    waived_minor: 0n,
    share_percent: null,
    floor_minor: null,
    deductions: '{}',
  };
  return {
    ...row,
    region: data.region,
    status: 'open',
    overpaid_minor: row.overpaid_minor + minor(data.amountMinor),
    updated_at: time,
  };
}

function evolveRecovery(rows: Rows, event: Recorded): void {
  const id = (event.data as { readonly recoveryId: string }).recoveryId;
  const before = rows.get(recoveries, id);
  if (event.type === 'OverpaymentEstablished') return rows.put(recoveries, overpaid(before, event));
  if (!before) return;
  const changes = changesOf(before, event);
  if (changes) rows.put(recoveries, { ...before, ...changes, updated_at: event.time });
}

function changesOf(before: RecoveryRow, event: Recorded): Partial<RecoveryRow> | undefined {
  switch (event.type) {
    case 'OverpaymentOffset':
      return {
        overpaid_minor: before.overpaid_minor - minor(event.data.amountMinor),
        waived_minor: before.waived_minor - minor(event.data.waivedMinor),
      };
    case 'RecoveryPlanAgreed': {
      const { sharePercent, floorMinor } = event.data;
      return { share_percent: sharePercent, floor_minor: minor(floorMinor) };
    }
    case 'RecoveryDeducted': {
      const { paymentId, round, amountMinor } = event.data;
      return deducted({ ...deductionsOf(before), [paymentId]: [round, amountMinor] });
    }
    case 'RecoveryDeductionReversed': {
      const { [event.data.paymentId]: _gone, ...rest } = deductionsOf(before);
      return deducted(rest);
    }
    case 'RecoveryMoved':
      return { region: event.data.region };
    case 'RecoverySuspended':
      return { suspended: true };
    case 'RecoveryResumed':
      return { suspended: false };
    case 'OverpaymentWaived':
      return { waived_minor: before.waived_minor + minor(event.data.amountMinor) };
    case 'RecoveryCompleted':
      return { status: 'completed' };
    default:
      return undefined;
  }
}

/** Corrections of the past, what each says of a household, and what households owe for it. */
export const correctionProjection: Projection = {
  name: 'correction',
  version: 5,
  tables: [corrections, adjustments, recoveries],
  handles: HANDLED,
  touches(event: Recorded, touch: Touch): void {
    switch (event.type) {
      case 'AdjustmentEstablished':
        for (const { correctionId } of event.data.arrearsOffset ?? [])
          touch(adjustments, adjustmentId(correctionId, event.data.personId));
        return touch(adjustments, adjustmentId(event.data.correctionId, event.data.personId));
      case 'AdjustmentProposed':
      case 'AdjustmentLapsed':
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
