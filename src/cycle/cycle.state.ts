import type { AggregateEvents, EventData } from '../../events/generated.js';
import type { Foldable, Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';

export type CycleEvent = AggregateEvents['cycle'];

export type Finding = EventData['CycleChecked']['findings'][number];

export type Figures = Omit<EventData['CycleReconciled'], 'cycleId'>;

interface Run {
  readonly since: string;
  readonly by: string;
}

/** What a cycle remembers of its events. */
export interface CycleState {
  readonly status:
    | 'none'
    | 'open'
    | 'preparing'
    | 'prepared'
    | 'approved'
    | 'returned'
    | 'released'
    | 'instructed'
    | 'closed'
    | 'abandoned';
  readonly cycleId: string;
  readonly programmeId: string;
  readonly period: string;
  readonly currency: string;
  readonly policyVersion: number;
  readonly round: number;
  readonly asOf: number;
  readonly count: number;
  readonly totalMinor: string;
  readonly contentHash: string;
  /**
   * Households that this round orders nothing for, because the policy does not give what they are
   * due.
   */
  readonly leftOut: number;
  /** Later cycles that began to be prepared on what this one pays: the round of each. */
  readonly later: Readonly<Record<string, number>>;
  /** Re-instructions that are under way: when each began, and who began it. */
  readonly reinstructing: Readonly<Record<string, Run>>;
  /** Everybody who took part in preparing the present round. */
  readonly preparers: readonly string[];
  readonly approver: string;
  /** Hash of the set that was checked last in this round, by whom, and every finding; '' before. */
  readonly checkedHash: string;
  /** The position of the log that it was checked as of, under the programme's checks of then. */
  readonly checkedAsOf: number;
  readonly checker: string;
  readonly findings: readonly Finding[];
  /** Who answers for a finding of this round. */
  readonly overridden: Readonly<Record<string, string>>;
  /** Blocking findings that nobody overrode. */
  readonly openFindings: readonly string[];
  /** Messages of re-instructions whose files are recorded. */
  readonly reinstructed: readonly string[];
  /** Of the last reconciliation. */
  readonly figures: Figures | undefined;
}

/**
 * A round that begins has no findings, and what was overridden in an earlier one does not count.
 */
const UNCHECKED = {
  checkedHash: '',
  checkedAsOf: -1,
  checker: '',
  findings: [],
  overridden: {},
  openFindings: [],
} as const;

export const initialState: CycleState = {
  status: 'none',
  cycleId: '',
  programmeId: '',
  period: '',
  currency: '',
  policyVersion: 0,
  round: 0,
  asOf: -1,
  count: 0,
  totalMinor: '0',
  contentHash: '',
  leftOut: 0,
  later: {},
  reinstructing: {},
  preparers: [],
  approver: '',
  ...UNCHECKED,
  reinstructed: [],
  figures: undefined,
};

/** @throws DomainError CYCLE_NOT_FOUND */
export function requireThere({ status }: CycleState): void {
  if (status === 'none')
    throw new DomainError('CYCLE_NOT_FOUND', 'There is no such cycle.', 'not-found', 'cycleId');
}

export function requireStatus(
  state: CycleState,
  ...allowed: readonly CycleState['status'][]
): void {
  if (!allowed.includes(state.status))
    throw new DomainError(
      'CYCLE_STATUS',
      `The cycle is ${state.status}; this takes one that is ${allowed.join(' or ')}.`,
      'rule',
    );
}

/** Prepared at least, and not sent back. */
export const isPrepared = ({ status }: CycleState): boolean =>
  !['none', 'open', 'preparing', 'returned', 'abandoned'].includes(status);

const openOf = (
  findings: readonly Finding[],
  overridden: CycleState['overridden'],
): readonly string[] =>
  findings
    .filter(({ findingId, level }) => level === 'block' && !Object.hasOwn(overridden, findingId))
    .map(({ findingId }) => findingId);

export function evolve(state: CycleState, event: Recorded<CycleEvent>): CycleState {
  switch (event.type) {
    case 'CycleOpened':
      return opened(state, event.data);
    case 'CyclePreparationStarted':
      return preparing(state, event);
    case 'CyclePreparationResumed':
      return { ...state, preparers: [...state.preparers, event.meta.actor] };
    case 'LaterCycleStarted': {
      const { laterCycleId, round } = event.data;
      return { ...state, later: { ...state.later, [laterCycleId]: round } };
    }
    case 'CyclePrepared':
      return prepared(state, event);
    case 'CycleHouseholdsLeftOut':
      return { ...state, leftOut: event.data.count };
    case 'CycleChecked':
      return checked(state, event);
    case 'CycleFindingOverridden':
      return overridden(state, event);
    case 'CycleApproved':
      return { ...state, status: 'approved', approver: event.meta.actor };
    case 'CycleReturned':
      return { ...state, status: 'returned', approver: '' };
    case 'CycleAbandoned':
      return { ...state, status: 'abandoned', approver: '' };
    case 'CycleReleased':
      return { ...state, status: 'released' };
    case 'CycleInstructed':
      return { ...state, status: 'instructed' };
    case 'CycleReinstructionStarted':
      return reinstructing(state, event);
    case 'CycleReinstructionEnded': {
      const { runIds } = event.data;
      const left = Object.entries(state.reinstructing).filter(([id]) => !runIds.includes(id));
      // What was reconciled while it lasted may lack what it instructed last.
      return { ...state, reinstructing: Object.fromEntries(left), figures: undefined };
    }
    case 'CycleReinstructed': {
      const messageIds = event.data.files.map(({ messageId }) => messageId);
      return { ...state, reinstructed: [...state.reinstructed, ...messageIds] };
    }
    case 'CycleReconciled':
      return { ...state, figures: event.data };
    case 'CycleClosed':
      return { ...state, status: 'closed' };
    default:
      return state;
  }
}

function opened(
  state: CycleState,
  { cycleId, programmeId, period, currency, policyVersion }: EventData['CycleOpened'],
): CycleState {
  return { ...state, status: 'open', cycleId, programmeId, period, currency, policyVersion };
}

function preparing(
  state: CycleState,
  { data, meta }: Foldable<'CyclePreparationStarted'>,
): CycleState {
  return {
    ...state,
    status: 'preparing',
    round: data.round,
    asOf: data.asOf,
    leftOut: 0,
    preparers: [meta.actor],
    ...UNCHECKED,
  };
}

/** What was reconciled before does not hold any more. */
function reinstructing(
  state: CycleState,
  { data, meta, time }: Foldable<'CycleReinstructionStarted'>,
): CycleState {
  const run = { since: time, by: meta.actor };
  return {
    ...state,
    reinstructing: { ...state.reinstructing, [data.runId]: run },
    figures: undefined,
  };
}

function prepared(state: CycleState, { data, meta }: Foldable<'CyclePrepared'>): CycleState {
  return {
    ...state,
    status: 'prepared',
    count: data.count,
    totalMinor: data.totalMinor,
    contentHash: data.contentHash,
    preparers: [...state.preparers, meta.actor],
  };
}

function checked(state: CycleState, { data, meta }: Foldable<'CycleChecked'>): CycleState {
  return {
    ...state,
    checkedHash: data.contentHash,
    checkedAsOf: data.asOf,
    checker: meta.actor,
    findings: data.findings,
    openFindings: openOf(data.findings, state.overridden),
  };
}

function overridden(
  state: CycleState,
  { data, meta }: Foldable<'CycleFindingOverridden'>,
): CycleState {
  const answered = { ...state.overridden, [data.findingId]: meta.actor };
  return { ...state, overridden: answered, openFindings: openOf(state.findings, answered) };
}
