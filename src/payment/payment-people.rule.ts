import type { AggregateEvents, EventData } from '../../events/generated.js';
import { requireRole, type Context, type Draft, type Foldable } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { isOneOf, isSamePerson } from '../kernel/subject.js';
import { requireOwnWord, withoutWordsOf } from '../kernel/two-people.js';
import { isAnsweredBy } from '../kernel/answered-word.js';

type PaymentEvent = AggregateEvents['payment'];
type Drafts = readonly Draft<PaymentEvent>[];
type ProposedOutcome = EventData['PaymentOutcomeProposed'];
type Resolution = EventData['PaymentBreakResolved']['resolution'];

/** Who did what to a payment, as far as another person has to do what comes after it. */
export interface PaymentPeople {
  /** Who recorded what was said about an attempt, and which persons had said the same before. */
  readonly reporters: readonly {
    readonly attempt: number;
    readonly by: string;
    readonly proposedBy: readonly string[];
  }[];
  readonly reinstructors: readonly string[];
  /** Who resolved a break, or had proposed it. */
  readonly resolvers: readonly string[];
  readonly breaks: readonly {
    readonly breakId: string;
    readonly attempt: number;
    readonly by: string;
    readonly proposedBy: readonly string[];
  }[];
  /** What persons said became of the payment, without a second one so far. */
  readonly outcomes: readonly { readonly by: string; readonly said: ProposedOutcome }[];
  readonly resolutions: readonly {
    readonly by: string;
    readonly breakId: string;
    readonly resolution: Resolution;
  }[];
}

const OUTCOMES = {
  PaymentAccepted: 'accepted',
  PaymentSettled: 'settled',
  PaymentRejected: 'rejected',
  PaymentReturned: 'returned',
} as const satisfies Readonly<Record<string, ProposedOutcome['outcome']>>;
type Reported = Foldable<keyof typeof OUTCOMES | 'PaymentBreakRecorded'>;

export const NOBODY: PaymentPeople = {
  reporters: [],
  reinstructors: [],
  resolvers: [],
  breaks: [],
  outcomes: [],
  resolutions: [],
};

export function evolvePeople(before: PaymentPeople, event: Foldable<PaymentEvent>): PaymentPeople {
  const by = event.meta.actor;
  const people = withoutAnswered(before, event);
  switch (event.type) {
    case 'PaymentAccepted':
    case 'PaymentSettled':
    case 'PaymentRejected':
    case 'PaymentReturned': {
      const { attempt } = event.data;
      const proposedBy = proposersOf(before, event);
      return { ...people, reporters: [...people.reporters, { attempt, by, proposedBy }] };
    }
    case 'PaymentReinstructed':
      return { ...people, reinstructors: [...people.reinstructors, by] };
    case 'PaymentBreakRecorded': {
      const { breakId, attempt } = event.data;
      const proposedBy = proposersOf(before, event);
      return { ...people, breaks: [...people.breaks, { breakId, attempt, by, proposedBy }] };
    }
    case 'PaymentBreakResolved': {
      const { proposedBy } = event.data;
      const resolvers = [by, ...(proposedBy === undefined ? [] : [proposedBy])];
      return { ...people, resolvers: [...people.resolvers, ...resolvers] };
    }
    case 'PaymentOutcomeProposed':
      return { ...people, outcomes: [...people.outcomes, { by, said: event.data }] };
    case 'PaymentBreakResolutionProposed': {
      const { breakId, resolution } = event.data;
      return { ...people, resolutions: [...people.resolutions, { by, breakId, resolution }] };
    }
    case 'PaymentOutcomeWithdrawn':
      return { ...people, outcomes: withoutWordsOf(people.outcomes, by) };
    case 'PaymentBreakResolutionWithdrawn': {
      const { breakId } = event.data;
      const others = people.resolutions.filter((one) => one.breakId !== breakId);
      const left = withoutWordsOf(ofBreak(people, breakId), by);
      return { ...people, resolutions: [...others, ...left] };
    }
    default:
      return people;
  }
}

/**
 * Whom a person confirmed by what was recorded. What a bank says is its own word, but where a
 * person handed its file over, or said which payment an entry is about.
 */
function proposersOf({ outcomes }: PaymentPeople, event: Reported): readonly string[] {
  const { saidBy = [] } = event.data;
  if (!isOfAPerson(event.data, event.meta.role)) return saidBy;
  const outcome =
    event.type === 'PaymentBreakRecorded' ? event.data.reported : OUTCOMES[event.type];
  const same = outcomes.filter(({ said }) => said.outcome === outcome && isAnsweredBy(said, event));
  return [...saidBy, ...same.map(({ by }) => by)];
}

/**
 * A word that is known now, or a break that is resolved, waits for nobody: it is not taken back.
 */
function withoutAnswered(people: PaymentPeople, event: Foldable<PaymentEvent>): PaymentPeople {
  if (event.type === 'PaymentBreakResolved') {
    const { breakId } = event.data;
    return {
      ...people,
      resolutions: people.resolutions.filter((one) => one.breakId !== breakId),
    };
  }
  return people.outcomes.some(({ said }) => isAnsweredBy(said, event))
    ? { ...people, outcomes: people.outcomes.filter(({ said }) => !isAnsweredBy(said, event)) }
    : people;
}

const ofBreak = ({ resolutions }: PaymentPeople, breakId: string): PaymentPeople['resolutions'] =>
  resolutions.filter((one) => one.breakId === breakId);

/** A person takes back what they said became of a payment, or how a break of it counts. */
export type WithdrawWord =
  | { readonly type: 'WithdrawOutcome'; readonly reason: string }
  | { readonly type: 'WithdrawResolution'; readonly breakId: string; readonly reason: string };

/** @throws DomainError NOTHING_PROPOSED */
export function withdrawWord(
  { paymentId, people }: { readonly paymentId: string; readonly people: PaymentPeople },
  command: WithdrawWord,
  context: Pick<Context, 'actor'>,
): Drafts {
  requireRole(context, 'finance-officer', 'finance-controller');
  const { reason } = command;
  const isOutcome = command.type === 'WithdrawOutcome';
  const said = isOutcome ? people.outcomes : ofBreak(people, command.breakId);
  requireOwnWord(
    said.map(({ by }) => by),
    context.actor.id,
  );
  if (isOutcome) return [{ type: 'PaymentOutcomeWithdrawn', data: { paymentId, reason } }];
  const { breakId } = command;
  return [{ type: 'PaymentBreakResolutionWithdrawn', data: { paymentId, breakId, reason } }];
}

const samePerson = (what: string): DomainError => new DomainError('SAME_PERSON', what, 'forbidden');

/**
 * What a person says became of a payment counts once a second person says the same: the first is
 * recorded as a proposal. A payment system, and a bank in its file, speak for themselves.
 * @param drafts what the report comes to where it counts
 */
export function confirmedOutcome(
  { outcomes }: PaymentPeople,
  said: ProposedOutcome,
  drafts: Drafts,
  { actor }: Pick<Context, 'actor'>,
): Drafts {
  if (drafts.length === 0 || !isOfAPerson(said, actor.role)) return drafts;
  const same = outcomes.filter((proposed) => saysTheSame(proposed.said, said));
  if (same.some(({ by }) => !isSamePerson(by, actor.id))) return drafts;
  return same.length > 0 ? [] : [{ type: 'PaymentOutcomeProposed', data: said }];
}

/** Said by a person out of their own knowledge: neither a bank's file nor an entry of one. */
const isOfAPerson = (
  { source }: { readonly source: string },
  role: Context['actor']['role'],
): boolean => role !== 'payment-system' && (source === 'http' || source === 'file');

/** The whole of what is said but for where it was typed. */
const saysTheSame = (a: ProposedOutcome, b: ProposedOutcome): boolean =>
  a.attempt === b.attempt &&
  a.endToEndId === b.endToEndId &&
  a.outcome === b.outcome &&
  a.amountMinor === b.amountMinor &&
  a.reason === b.reason &&
  a.settledOn === b.settledOn &&
  a.reference === b.reference;

/**
 * Who took away what stood against paying a payment again: a break of it, or a bank's entry.
 * @param dismissedBy who dismissed entries of banks' files about it
 */
export const clearedBy = (
  { resolvers }: PaymentPeople,
  dismissedBy: readonly string[],
): readonly string[] => [...new Set([...resolvers, ...dismissedBy])].sort();

/**
 * @param cleared who took away what stood against paying it
 * @throws DomainError SAME_PERSON for who recorded, or had proposed, that the attempt failed, and
 *   for those
 */
export function requireOtherPayer(
  { reporters }: PaymentPeople,
  attempt: number,
  cleared: readonly string[],
  { actor }: Pick<Context, 'actor'>,
): void {
  if (isOneOf(cleared, actor.id))
    throw samePerson(
      'Who resolved a break of a payment, or dismissed an entry about it, does not pay it again.',
    );
  const said = reporters.findLast((reporter) => reporter.attempt === attempt);
  if (said && isOneOf([said.by, ...said.proposedBy], actor.id))
    throw samePerson('Who said that a payment failed does not pay it again.');
}

/**
 * A break is resolved by another person than who caused it, and what counts money as paid or come
 * back is proposed by one, who may have caused it, and decided by another, who did not.
 * @throws DomainError SAME_PERSON
 */
export function decidedResolution(
  people: PaymentPeople,
  resolved: EventData['PaymentBreakResolved'],
  { actor }: Pick<Context, 'actor'>,
): Draft<PaymentEvent> | undefined {
  const { paymentId, breakId, resolution, reason } = resolved;
  const isCause = isOneOf(causesOf(people, breakId), actor.id);
  if (resolution !== 'counted-as-settled' && resolution !== 'counted-as-returned') {
    if (isCause) throw samePerson('Who caused a break does not resolve it.');
    return { type: 'PaymentBreakResolved', data: resolved };
  }
  const proposed = people.resolutions.filter(
    (one) => one.breakId === breakId && one.resolution === resolution,
  );
  const other = proposed.find(({ by }) => !isSamePerson(by, actor.id));
  if (other && !isCause)
    return { type: 'PaymentBreakResolved', data: { ...resolved, proposedBy: other.by } };
  if (proposed.some(({ by }) => isSamePerson(by, actor.id))) return undefined;
  return {
    type: 'PaymentBreakResolutionProposed',
    data: { paymentId, breakId, resolution, reason },
  };
}

/** Who said what contradicts itself, or had proposed it, and who paid again. */
function causesOf({ breaks, reporters, reinstructors }: PaymentPeople, breakId: string): string[] {
  const found = breaks.find((one) => one.breakId === breakId);
  if (!found) return [];
  const said = reporters.filter(({ attempt }) => attempt === found.attempt);
  const { by, proposedBy } = found;
  const reporting = said.flatMap((one) => [one.by, ...one.proposedBy]);
  return [by, ...proposedBy, ...reporting, ...reinstructors];
}
