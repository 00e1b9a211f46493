import type { AggregateEvents, EventData } from '../../events/generated.js';
import { type Recorded } from '../kernel/decider.js';

export type CycleEvent = AggregateEvents['cycle'];

export type Finding = EventData['CycleChecked']['findings'][number];

export type Figures = Omit<EventData['CycleReconciled'], 'cycleId'>;

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
    | 'closed';
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
  /** Everybody who took part in preparing the present round. */
  readonly preparers: readonly string[];
  readonly approver: string;
  /** Hash of the set that was checked last in this round, by whom, and every finding; '' before. */
  readonly checkedHash: string;
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
  preparers: [],
  approver: '',
  ...UNCHECKED,
  reinstructed: [],
  figures: undefined,
};

const openOf = (
  findings: readonly Finding[],
  overridden: CycleState['overridden'],
): readonly string[] =>
  findings
    .filter(({ findingId, level }) => level === 'block' && !Object.hasOwn(overridden, findingId))
    .map(({ findingId }) => findingId);

export function evolve(state: CycleState, event: Recorded<CycleEvent>): CycleState {
  switch (event.type) {
    case 'CycleOpened': {
      const { cycleId, programmeId, period, currency, policyVersion } = event.data;
      return { ...state, status: 'open', cycleId, programmeId, period, currency, policyVersion };
    }
    case 'CyclePreparationStarted':
      return {
        ...state,
        status: 'preparing',
        round: event.data.round,
        asOf: event.data.asOf,
        preparers: [event.meta.actor],
        ...UNCHECKED,
      };
    case 'CyclePrepared':
      return {
        ...state,
        status: 'prepared',
        count: event.data.count,
        totalMinor: event.data.totalMinor,
        contentHash: event.data.contentHash,
        preparers: [...state.preparers, event.meta.actor],
      };
    case 'CycleChecked': {
      const { contentHash, findings } = event.data;
      return {
        ...state,
        checkedHash: contentHash,
        checker: event.meta.actor,
        findings,
        openFindings: openOf(findings, state.overridden),
      };
    }
    case 'CycleFindingOverridden': {
      const overridden = { ...state.overridden, [event.data.findingId]: event.meta.actor };
      return { ...state, overridden, openFindings: openOf(state.findings, overridden) };
    }
    case 'CycleApproved':
      return { ...state, status: 'approved', approver: event.meta.actor };
    case 'CycleReturned':
      return { ...state, status: 'returned', approver: '' };
    case 'CycleReleased':
      return { ...state, status: 'released' };
    case 'CycleInstructed':
      return { ...state, status: 'instructed' };
    case 'CycleReinstructed':
      return {
        ...state,
        reinstructed: [
          ...state.reinstructed,
          ...event.data.files.map(({ messageId }) => messageId),
        ],
      };
    case 'CycleReconciled':
      return { ...state, figures: event.data };
    case 'CycleClosed':
      return { ...state, status: 'closed' };
    default:
      return state;
  }
}
