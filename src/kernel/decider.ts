import type { EventData, EventType } from '../../events/generated.js';
import { DomainError } from './errors.js';

/**
 * The door that an actor came through, and what vouches for them: an OIDC issuer's or the local
 * issuer's token, nothing (`--as`), or the system that the door belongs to (this process, a
 * broker's access rules, a folder's permissions).
 */
export interface Via {
  readonly channel: (typeof CHANNELS)[number];
  readonly authentication: (typeof AUTHENTICATIONS)[number];
}
export const CHANNELS = ['http', 'cli', 'kafka', 'folder', 'automation'] as const;
export const AUTHENTICATIONS = ['oidc', 'local', 'none', 'system'] as const;

/** Who acts, in which role, and in which regions (absent: everywhere). */
export interface Actor {
  readonly id: string;
  readonly role: Role;
  readonly regions?: readonly string[];
  readonly via?: Via;
}

export const ROLES = [
  'intake',
  'case-officer',
  'supervisor',
  'programme-manager',
  'finance-officer',
  'finance-controller',
  'auditor',
  'payment-system',
  'administrator',
  'automation',
] as const;
export type Role = (typeof ROLES)[number];

/**
 * What every command arrives with. `now` is a UTC ISO instant from the clock; deciders never read
 * one themselves.
 */
export interface Context {
  readonly actor: Actor;
  readonly now: string;
  /** Client-made UUID. Event ids are a function of it and of the event's index. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId?: string;
}

/** What a decider may know of a command besides its content: who gives it, and when. */
export type DecisionContext = Pick<Context, 'actor' | 'now'>;

/** One command of a union of commands. */
export type CommandOf<C extends { readonly type: string }, T extends C['type']> = Extract<
  C,
  { readonly type: T }
>;

/** What `decide` returns: a fact that is not recorded yet. */
export type Draft<T extends EventType = EventType> = {
  [K in T]: { readonly type: K; readonly data: EventData[K] };
}[T];

/**
 * Who recorded an event, by which command. No personal data: `actor` is an account's subject, never
 * a name.
 */
export interface EventMeta {
  readonly actor: string;
  readonly role: Role;
  readonly command: string;
  readonly correlation: string;
  readonly causation?: string;
  /** Absent in events that were recorded before version 0.3. */
  readonly channel?: Via['channel'];
  readonly authentication?: Via['authentication'];
}

/**
 * The stored form, exactly: JSON with these keys in this order is the line in the log and the leaf
 * of the tree.
 */
export type StoredEvent<T extends EventType = EventType> = {
  [K in T]: {
    readonly id: string;
    readonly stream: string;
    readonly revision: number;
    readonly type: K;
    readonly v: number;
    readonly time: string;
    readonly data: EventData[K];
    readonly meta: EventMeta;
  };
}[T];

/**
 * A stored event with its place in the log. Positions grow in commit order; in the embedded log
 * from 0 without a gap, in EventStoreDB with gaps.
 */
export type Recorded<T extends EventType = EventType> = StoredEvent<T> & {
  readonly position: number;
};

/**
 * The pure core of a feature. `decide` answers with drafts (none: nothing to do) or throws
 * DomainError; `evolve` has no rules and never throws. `evolve` must ignore types it does not know.
 */
export interface Decider<State, Command, T extends EventType> {
  readonly initialState: State;
  decide(state: State, command: Command, context: DecisionContext): readonly Draft<T>[];
  evolve(state: State, event: Foldable<T>): State;
}

/**
 * The part of an event that a fold may read; drafts become foldable with the context that made
 * them.
 */
export type Foldable<T extends EventType = EventType> = {
  [K in T]: {
    readonly type: K;
    readonly data: EventData[K];
    readonly meta: { readonly actor: string; readonly role: Role };
    readonly time: string;
  };
}[T];

/** Folds any stream's events: a decider ignores those that it does not know. */
export function fold<S, C>(
  decider: Decider<S, C, EventType>,
  events: Iterable<Foldable>,
  from: S = decider.initialState,
): S {
  let state = from;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}

/**
 * Refuses an actor whose role may not do this. Roles come on top of the rules about persons, never
 * instead.
 */
export function requireRole(context: Pick<Context, 'actor'>, ...allowed: readonly Role[]): void {
  if (!allowed.includes(context.actor.role)) {
    throw new DomainError(
      'ROLE_NOT_ALLOWED',
      `The role ${context.actor.role} may not do this; it takes ${allowed.join(' or ')}.`,
      'forbidden',
    );
  }
}

/** Refuses an actor whose role is limited to regions, where all of them are concerned. */
export function requireEverywhere({ actor }: Pick<Context, 'actor'>): void {
  if (actor.regions)
    throw new DomainError(
      'REGION_NOT_ALLOWED',
      `Your role is limited to ${actor.regions.join(', ')}; this concerns every region.`,
      'forbidden',
    );
}

/** Refuses an actor whose role is limited to regions that do not include this one. */
export function requireRegion({ actor }: Pick<Context, 'actor'>, region: string): void {
  if (actor.regions && !actor.regions.includes(region)) throw notInRegions(actor.regions);
}

/** One answer for what is elsewhere and for what is nowhere: neither tells which of them it is. */
export const notInRegions = (regions: readonly string[]): DomainError =>
  new DomainError(
    'REGION_NOT_ALLOWED',
    `Your role is limited to ${regions.join(', ')}; there is nothing of this name there.`,
    'forbidden',
  );

/**
 * What belongs to a region. Whether it exists elsewhere is nobody's business who is limited to
 * another.
 */
const REGIONAL: ReadonlySet<string> = new Set([
  'PERSON_NOT_FOUND',
  'APPLICATION_NOT_FOUND',
  'ENROLMENT_NOT_FOUND',
  'PAYMENT_UNKNOWN',
  'RECOVERY_NOT_FOUND',
]);

/** A refusal as a caller is told it: who is limited to regions does not learn what is nowhere. */
export const toldWithin = ({ regions }: Actor, error: DomainError): DomainError =>
  regions && REGIONAL.has(error.code) ? notInRegions(regions) : error;
