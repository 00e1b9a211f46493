import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import type { Rows } from '../engine/projection.js';
import { cycles, type CycleRow } from './disbursement.tables.js';

function opened(data: EventData['CycleOpened'], time: string): CycleRow {
  return {
    cycle_id: data.cycleId,
    programme_id: data.programmeId,
    period: data.period,
    policy_version: data.policyVersion,
    currency: data.currency,
    status: 'opened',
    round: 0,
    as_of: null,
    count: null,
    total_minor: null,
    content_hash: null,
    prepared_by: null,
    prepared_at: null,
    approved_by: null,
    approved_at: null,
    fiscal_year: null,
    released_by: null,
    released_at: null,
    execution_date: null,
    instructed_count: null,
    files: null,
    returned_reason: null,
    findings: null,
    overrides: null,
    reconciliation: null,
    closed_at: null,
    updated_at: time,
  };
}

/** A round that begins, or that was returned, is neither prepared nor approved by anybody. */
const UNDECIDED = {
  prepared_by: null,
  prepared_at: null,
  approved_by: null,
  approved_at: null,
  fiscal_year: null,
  findings: null,
  overrides: null,
} as const;

export function evolveCycle(rows: Rows, event: Recorded): void {
  const {
    time,
    meta: { actor },
  } = event;
  if (event.type === 'CycleOpened') return rows.put(cycles, opened(event.data, time));
  const id = (event.data as { readonly cycleId: string }).cycleId;
  const cycle = rows.get(cycles, id);
  if (!cycle) return;
  const put = (changes: Partial<CycleRow>) =>
    rows.put(cycles, { ...cycle, ...changes, updated_at: time });
  switch (event.type) {
    case 'CyclePreparationStarted':
      return put({
        ...UNDECIDED,
        status: 'preparing',
        round: event.data.round,
        as_of: event.data.asOf,
        count: null,
        total_minor: null,
        content_hash: null,
      });
    case 'CyclePrepared':
      return put({
        status: 'prepared',
        round: event.data.round,
        as_of: event.data.asOf,
        count: event.data.count,
        total_minor: minor(event.data.totalMinor),
        content_hash: event.data.contentHash,
        prepared_by: actor,
        prepared_at: time,
        returned_reason: null,
      });
    case 'CycleChecked':
      return put({ findings: JSON.stringify(event.data.findings) });
    case 'CycleFindingOverridden': {
      const overrides = cycle.overrides === null ? {} : (JSON.parse(cycle.overrides) as object);
      return put({
        overrides: JSON.stringify({
          ...overrides,
          [event.data.findingId]: { by: actor, at: time, reason: event.data.reason },
        }),
      });
    }
    case 'CycleApproved':
      return put({
        status: 'approved',
        approved_by: actor,
        approved_at: time,
        fiscal_year: event.data.fiscalYear,
      });
    case 'CycleReturned':
      return put({ ...UNDECIDED, status: 'returned', returned_reason: event.data.reason });
    case 'CycleReleased':
      return put({
        status: 'released',
        released_by: actor,
        released_at: time,
        execution_date: event.data.executionDate,
      });
    case 'CycleInstructed':
      return put({
        status: 'instructed',
        instructed_count: event.data.count,
        files: JSON.stringify(event.data.files),
      });
    case 'CycleReinstructed': {
      const files =
        cycle.files === null
          ? []
          : (JSON.parse(cycle.files) as EventData['CycleReinstructed']['files']);
      return put({ files: JSON.stringify([...files, ...event.data.files]) });
    }
    case 'CycleReconciled':
      return put({ status: 'reconciled', reconciliation: JSON.stringify(event.data) });
    case 'CycleClosed':
      return put({ status: 'closed', closed_at: time });
    default:
  }
}
