import type { AggregateEvents, EventData } from '../../events/generated.js';
import type { Foldable, Recorded } from '../kernel/decider.js';

export type ApplicationEvent = AggregateEvents['application'];
export type Submitted = EventData['ApplicationSubmitted'];
export type Determined = EventData['EligibilityDetermined'];

export interface ApplicationState {
  readonly status:
    | 'none'
    | 'submitted'
    | 'determined'
    | 'recommended'
    | 'returned'
    | 'approved'
    | 'rejected'
    | 'withdrawn'
    | 'appealed';
  readonly applicationId: string;
  readonly programmeId: string;
  readonly personId: string;
  readonly region: string;
  readonly receivedOn: string;
  readonly facts: Submitted['facts'];
  /** Of the facts that stand now. */
  readonly contentHash: string;
  /** Policy version and date that the last determination is of. */
  readonly determined: string;
  readonly eligible: boolean;
  readonly recommendation: 'approve' | 'reject' | undefined;
  /** Everybody who submitted, amended, or lodged an appeal. */
  readonly authors: readonly string[];
  readonly recommender: string;
  readonly decider: string;
  /** UTC instant of the last approval or rejection. */
  readonly decidedAt: string;
  /** An appeal against the last decision was dismissed. */
  readonly appealDismissed: boolean;
}

export const initialState: ApplicationState = {
  status: 'none',
  applicationId: '',
  programmeId: '',
  personId: '',
  region: '',
  receivedOn: '',
  facts: {},
  contentHash: '',
  determined: '',
  eligible: false,
  recommendation: undefined,
  authors: [],
  recommender: '',
  decider: '',
  decidedAt: '',
  appealDismissed: false,
};

/** Under which version and as of which date: one that is the same says the same. */
export const determinedOf = ({
  policyVersion,
  asOf,
}: Pick<Determined, 'policyVersion' | 'asOf'>): string => `${policyVersion} ${asOf}`;

export function evolve(
  state: ApplicationState,
  event: Recorded<ApplicationEvent>,
): ApplicationState {
  switch (event.type) {
    case 'ApplicationSubmitted':
      return submitted(event);
    case 'ApplicationAmended':
      return amended(state, event);
    case 'EligibilityDetermined': {
      const { eligible } = event.data;
      return { ...state, status: 'determined', determined: determinedOf(event.data), eligible };
    }
    case 'ApplicationRecommended':
      return recommended(state, event);
    case 'ApplicationReturned':
      return { ...state, status: 'returned', recommendation: undefined };
    case 'ApplicationApproved':
      return { ...state, status: 'approved', decider: event.meta.actor, decidedAt: event.time };
    case 'ApplicationRejected':
      return rejected(state, event);
    case 'ApplicationWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'AppealLodged':
      return { ...state, status: 'appealed', authors: [...state.authors, event.meta.actor] };
    case 'AppealUpheld':
      return { ...state, status: 'submitted', recommendation: undefined };
    case 'AppealDismissed':
      return { ...state, status: 'rejected', appealDismissed: true };
    default:
      return state;
  }
}

function submitted({ data, meta }: Foldable<'ApplicationSubmitted'>): ApplicationState {
  const { applicationId, programmeId, personId, region, receivedOn, facts, contentHash } = data;
  return {
    ...initialState,
    status: 'submitted',
    applicationId,
    programmeId,
    personId,
    region,
    receivedOn,
    facts,
    contentHash,
    authors: [meta.actor],
  };
}

/** What was determined and recommended was about other facts. */
function amended(
  state: ApplicationState,
  { data, meta }: Foldable<'ApplicationAmended'>,
): ApplicationState {
  return {
    ...state,
    status: 'submitted',
    facts: data.facts,
    contentHash: data.contentHash,
    eligible: false,
    recommendation: undefined,
    authors: [...state.authors, meta.actor],
  };
}

function recommended(
  state: ApplicationState,
  { data, meta }: Foldable<'ApplicationRecommended'>,
): ApplicationState {
  const { recommendation } = data;
  return { ...state, status: 'recommended', recommendation, recommender: meta.actor };
}

function rejected(
  state: ApplicationState,
  { meta, time }: Foldable<'ApplicationRejected'>,
): ApplicationState {
  return {
    ...state,
    status: 'rejected',
    decider: meta.actor,
    decidedAt: time,
    appealDismissed: false,
  };
}
