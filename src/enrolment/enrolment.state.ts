import type { AggregateEvents, EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { addMonths } from '../kernel/time.js';
import { proposed, withoutWordsOf, type Proposal } from '../kernel/two-people.js';
import {
  contentOfRecertification,
  contentOfReinstatement,
  contentOfRevision,
} from './new-facts.rule.js';

export type EnrolmentEvent = AggregateEvents['enrolment'];
type Started = EventData['EnrolmentStarted'];

/** From a period on: what the household is like, or whether it is paid. */
interface FactsFrom {
  readonly fromPeriod: string;
  readonly facts: Started['facts'];
  readonly contentHash: string;
}
interface PayableFrom {
  readonly fromPeriod: string;
  readonly payable: boolean;
}

export interface EnrolmentState {
  readonly status: 'none' | 'active' | 'suspended' | 'ended';
  readonly programmeId: string;
  readonly personId: string;
  readonly applicationId: string;
  readonly region: string;
  /** Of the present enrolment; earlier ones that ended are in `history` and `payable` only. */
  readonly startPeriod: string;
  /** Every application that an enrolment of this person began with. */
  readonly applicationIds: readonly string[];
  /** Hash of the newest facts. */
  readonly contentHash: string;
  readonly history: readonly FactsFrom[];
  readonly payable: readonly PayableFrom[];
  /** Last period paid, once it ended. */
  readonly lastPeriod: string | undefined;
  readonly recertificationDue: boolean;
  /** The month from which the household was certified last: by its application, or after it. */
  readonly certifiedFrom: string;
  /** When the next recertification is due, where that was said. */
  readonly dueOn: string | undefined;
  /** Why it is suspended: a reason for each month that it was said from, until it is paid again. */
  readonly suspendedFor: readonly string[];
  /** The newest facts are not eligible. */
  readonly ineligible: boolean;
  /**
   * New facts, or a reinstatement, that one supervisor named, until a second one says the same or
   * the enrolment changes.
   */
  readonly proposals: readonly Proposal[];
}

/** How the reason of a suspension begins whose facts are not eligible any more. */
export const INELIGIBLE = 'Not eligible any more: ';

export const initialState: EnrolmentState = {
  status: 'none',
  programmeId: '',
  personId: '',
  applicationId: '',
  region: '',
  startPeriod: '',
  applicationIds: [],
  contentHash: '',
  history: [],
  payable: [],
  lastPeriod: undefined,
  recertificationDue: false,
  certifiedFrom: '',
  dueOn: undefined,
  suspendedFor: [],
  ineligible: false,
  proposals: [],
};

const from = <T extends { readonly fromPeriod: string }>(
  list: readonly T[],
  entry: T,
): readonly T[] => [...list.filter((e) => e.fromPeriod < entry.fromPeriod), entry];

/** A new enrolment; what the one before paid, and on which facts, stays known. */
function begun(state: EnrolmentState, data: Started): EnrolmentState {
  const { programmeId, personId, applicationId, region, startPeriod, facts, contentHash } = data;
  const { lastPeriod } = state;
  const payable =
    lastPeriod === undefined
      ? state.payable
      : from(state.payable, { fromPeriod: addMonths(lastPeriod, 1), payable: false });
  return {
    status: 'active',
    programmeId,
    personId,
    applicationId,
    region,
    startPeriod,
    applicationIds: [...state.applicationIds, applicationId],
    contentHash,
    lastPeriod: undefined,
    recertificationDue: false,
    certifiedFrom: startPeriod,
    dueOn: undefined,
    suspendedFor: [],
    ineligible: false,
    proposals: [],
    history: from(state.history, { fromPeriod: startPeriod, facts, contentHash }),
    payable: from(payable, { fromPeriod: startPeriod, payable: true }),
  };
}

const proposing = (state: EnrolmentState, content: string, by: string): EnrolmentState => ({
  ...state,
  proposals: proposed(state.proposals, { by, content }),
});

export function evolve(state: EnrolmentState, event: Recorded<EnrolmentEvent>): EnrolmentState {
  switch (event.type) {
    case 'EnrolmentStarted':
      return begun(state, event.data);
    case 'EntitlementRevised':
    case 'EnrolmentRecertified': {
      const { fromPeriod, facts, contentHash } = event.data;
      return {
        ...state,
        contentHash,
        history: from(state.history, { fromPeriod, facts, contentHash }),
        ineligible: false,
        proposals: [],
        ...(event.type === 'EnrolmentRecertified'
          ? { recertificationDue: false, certifiedFrom: fromPeriod, dueOn: event.data.nextDueOn }
          : {}),
      };
    }
    case 'EntitlementRevisionProposed':
      return proposing(state, contentOfRevision(event.data), event.meta.actor);
    case 'EnrolmentRecertificationProposed':
      return proposing(state, contentOfRecertification(event.data), event.meta.actor);
    case 'EnrolmentReinstatementProposed':
      return proposing(state, contentOfReinstatement(event.data), event.meta.actor);
    case 'EnrolmentProposalWithdrawn':
      return { ...state, proposals: withoutWordsOf(state.proposals, event.meta.actor) };
    case 'EnrolmentSuspended':
      return {
        ...state,
        status: 'suspended',
        suspendedFor: [...state.suspendedFor, event.data.reason],
        ineligible: state.ineligible || event.data.reason.startsWith(INELIGIBLE),
        payable: from(state.payable, { fromPeriod: event.data.fromPeriod, payable: false }),
      };
    case 'EnrolmentReinstated':
      return {
        ...state,
        status: 'active',
        suspendedFor: [],
        proposals: [],
        payable: from(state.payable, { fromPeriod: event.data.fromPeriod, payable: true }),
      };
    case 'RecertificationFellDue':
      return { ...state, recertificationDue: true, dueOn: event.data.dueOn };
    case 'EnrolmentEnded':
      return { ...state, status: 'ended', lastPeriod: event.data.lastPeriod, proposals: [] };
    case 'EnrolmentMoved':
      return { ...state, region: event.data.region };
    default:
      return state;
  }
}

/**
 * Whether a period is paid, by this enrolment or an earlier one: begun, not suspended, not over.
 */
export function payableIn(state: EnrolmentState, period: string): boolean {
  if (state.lastPeriod !== undefined && period > state.lastPeriod) return false;
  return state.payable.findLast((entry) => entry.fromPeriod <= period)?.payable ?? false;
}

/** The first month of what holds now: of the suspension that runs, or of what is paid since. */
export const heldOrPaidFrom = ({ payable, startPeriod }: EnrolmentState): string =>
  payable.at(-1)?.fromPeriod ?? startPeriod;

/**
 * Whether a cycle of a period may pay the household anything: the period itself, or, once the
 * enrolment is over, what is left of earlier months. Nothing while it is suspended.
 */
export const isPaidIn = (state: EnrolmentState, period: string): boolean =>
  payableIn(state, period) ||
  (state.status === 'ended' && state.lastPeriod !== undefined && state.lastPeriod < period);

/**
 * Whether a month is one for which the household was certified, by its application or after it:
 * none after the one in which a recertification was due that nobody made.
 */
export const isCertifiedIn = ({ dueOn }: EnrolmentState, month: string): boolean =>
  dueOn === undefined || month <= dueOn.slice(0, 7);

/**
 * Whether nobody recertified the household though that was due before the period; also of one whose
 * end or suspension is still to come, which would be paid until then.
 */
export const isOverdue = (state: EnrolmentState, period: string): boolean =>
  !isCertifiedIn(state, period) && (state.status === 'active' || payableIn(state, period));

/** The facts that a period is paid on. */
export const factsIn = (state: EnrolmentState, period: string): FactsFrom =>
  state.history.findLast((entry) => entry.fromPeriod <= period) ?? state.history[0]!;

/** Whether it goes on, paid or not paid for a while. */
export const isEnrolled = ({ status }: Pick<EnrolmentState, 'status'>): boolean =>
  status === 'active' || status === 'suspended';
