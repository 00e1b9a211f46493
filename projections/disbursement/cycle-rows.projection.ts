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
    left_out: null,
    findings: null,
    overrides: null,
    reconciliation: null,
    closed_at: null,
    closed_position: null,
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
  left_out: null,
  findings: null,
  overrides: null,
} as const;

export function evolveCycle(rows: Rows, event: Recorded): void {
  const { time } = event;
  if (event.type === 'CycleOpened') return rows.put(cycles, opened(event.data, time));
  const id = (event.data as { readonly cycleId: string }).cycleId;
  const cycle = rows.get(cycles, id);
  if (!cycle) return;
  const changes = changesOf(cycle, event);
  if (changes) rows.put(cycles, { ...cycle, ...changes, updated_at: time });
}

function changesOf(cycle: CycleRow, event: Recorded): Partial<CycleRow> | undefined {
  const { actor } = event.meta;
  const { time } = event;
  switch (event.type) {
    case 'CyclePreparationStarted':
      return preparing(event.data);
    case 'CyclePrepared':
      return prepared(event);
    case 'CycleChecked':
      return { findings: JSON.stringify(event.data.findings) };
    case 'CycleFindingOverridden':
      return { overrides: overridesWith(cycle, event) };
    case 'CycleApproved': {
      const { fiscalYear } = event.data;
      return {
        status: 'approved',
        approved_by: actor,
        approved_at: time,
        fiscal_year: fiscalYear,
      };
    }
    case 'CycleReturned':
      return { ...UNDECIDED, status: 'returned', returned_reason: event.data.reason };
    case 'CycleAbandoned':
      return { ...UNDECIDED, status: 'abandoned', returned_reason: event.data.reason };
    case 'CycleHouseholdsLeftOut': {
      const { count, households } = event.data;
      return { left_out: JSON.stringify({ count, households }) };
    }
    case 'CycleReleased':
      return released(event);
    case 'CycleInstructed': {
      const { count, files } = event.data;
      return { status: 'instructed', instructed_count: count, files: JSON.stringify(files) };
    }
    case 'CycleReinstructed':
      return { files: filesWith(cycle, event.data.files) };
    case 'CycleReconciled':
      return { status: 'reconciled', reconciliation: JSON.stringify(event.data) };
    case 'CycleClosed':
      return { status: 'closed', closed_at: time, closed_position: event.position };
    default:
      return undefined;
  }
}

const preparing = ({ round, asOf }: EventData['CyclePreparationStarted']): Partial<CycleRow> => ({
  ...UNDECIDED,
  status: 'preparing',
  round,
  as_of: asOf,
  count: null,
  total_minor: null,
  content_hash: null,
});

const prepared = ({ data, meta, time }: Recorded<'CyclePrepared'>): Partial<CycleRow> => ({
  status: 'prepared',
  round: data.round,
  as_of: data.asOf,
  count: data.count,
  total_minor: minor(data.totalMinor),
  content_hash: data.contentHash,
  prepared_by: meta.actor,
  prepared_at: time,
  returned_reason: null,
});

const released = ({ data, meta, time }: Recorded<'CycleReleased'>): Partial<CycleRow> => ({
  status: 'released',
  released_by: meta.actor,
  released_at: time,
  execution_date: data.executionDate,
});

function overridesWith(
  { overrides }: CycleRow,
  { data, meta, time }: Recorded<'CycleFindingOverridden'>,
): string {
  const before = overrides === null ? {} : (JSON.parse(overrides) as object);
  const override = { by: meta.actor, at: time, reason: data.reason };
  return JSON.stringify({ ...before, [data.findingId]: override });
}

type Files = EventData['CycleReinstructed']['files'];

function filesWith({ files }: CycleRow, more: Files): string {
  const before = files === null ? [] : (JSON.parse(files) as Files);
  return JSON.stringify([...before, ...more]);
}
