import type { EventType } from '../../events/generated.js';
import type { Receipt } from '../adapters/event-store/port.js';
import type {
  Actor,
  Decider,
  DecisionContext,
  Draft,
  Foldable,
  Recorded,
} from '../kernel/decider.js';
import type { CommandName } from './context.js';

/** A fact that was decided, and by whom. */
export interface Decision {
  readonly draft: Draft;
  readonly actor: Actor;
}

/**
 * What a unit decides on one stream. The decider's types are closed over, so that parts of
 * different aggregates go together; a decider ignores events that it does not know, so any stream
 * may be handed to it.
 */
export interface Part {
  readonly stream: string;
  /**
   * The stream should be new: decided without reading first, and read where it turns out to be
   * there.
   */
  readonly fresh?: boolean;
  /**
   * Takes what the other parts rely on (money, say): written before them where a store does not
   * write all parts at once.
   */
  readonly reserves?: boolean;
  /**
   * Nothing is written to the stream, but the others rely on it: it must not have moved when they
   * are written. Where groups are not atomic it is looked at just before.
   */
  readonly guards?: boolean;
  /**
   * The unit's id does not follow from it: what an earlier version began without it is finished.
   */
  readonly unnamed?: boolean;
  /**
   * What is asked for, as far as it is known before the stream is read: the content that the
   * command's id binds.
   */
  readonly content: readonly unknown[];
  /** @throws DomainError when the decider refuses */
  decide(events: readonly Recorded[], context: DecisionContext): readonly Decision[];
}

/**
 * A command that the folded state gives (an exact amount, say). `asked` is what was asked for,
 * whatever that state is: where it differs, the command is another.
 */
interface FromState<S, C> {
  readonly asked: unknown;
  /** undefined: there is nothing to do. */
  readonly choose: (state: S) => C | undefined;
}
type CommandSource<S, C> = C | FromState<S, C>;
/** A command, and who gives it where that is not the unit's actor. */
interface ActedStep<S, C> {
  readonly command: CommandSource<S, C>;
  readonly as?: Actor;
}
export type Step<S, C> = CommandSource<S, C> | ActedStep<S, C>;

const isActed = <S, C>(step: Step<S, C>): step is ActedStep<S, C> =>
  typeof step === 'object' && step !== null && 'command' in step;
const isFromState = <S, C>(source: CommandSource<S, C>): source is FromState<S, C> =>
  typeof source === 'object' && source !== null && 'choose' in source;

function decideSteps<S, C>(
  decider: Decider<S, C, EventType>,
  events: readonly Recorded[],
  steps: readonly Step<S, C>[],
  context: DecisionContext,
): readonly Decision[] {
  let state = decider.initialState;
  for (const event of events) state = decider.evolve(state, event);
  const decisions: Decision[] = [];
  steps.forEach((step, index) => {
    const { command: source, as = context.actor }: ActedStep<S, C> = isActed(step)
      ? step
      : { command: step };
    const command = isFromState(source) ? source.choose(state) : source;
    if (command === undefined) return;
    for (const draft of decider.decide(state, command, { ...context, actor: as })) {
      decisions.push({ draft, actor: as });
      if (index + 1 === steps.length) continue;
      state = decider.evolve(state, {
        ...draft,
        meta: { actor: as.id, role: as.role },
        time: context.now,
      });
    }
  });
  return decisions;
}

/** A step whose command is made from the folded state; `asked` is all that else it is made from. */
export const fromState = <S, C>(
  asked: unknown,
  choose: (state: S) => C | undefined,
): FromState<S, C> => ({ asked, choose });

/** A part: the decider of the stream and its commands, one after the other. */
export const part = <S, C extends { readonly type: string }>(
  stream: string,
  decider: Decider<S, C, EventType>,
  ...steps: readonly Step<S, C>[]
): Part => ({
  stream,
  content: steps,
  decide: (events, context) => decideSteps(decider, events, steps, context),
});

/**
 * A part whose commands are made from the stream's own events. `content` says what is asked for,
 * whatever they are.
 */
export const partFrom = <S, C extends { readonly type: string }>(
  stream: string,
  decider: Decider<S, C, EventType>,
  content: unknown,
  stepsOf: (events: readonly Recorded[], context: DecisionContext) => readonly Step<S, C>[],
): Part => ({
  stream,
  content: [content],
  decide: (events, context) => decideSteps(decider, events, stepsOf(events, context), context),
});

/** A part that makes its stream. Saves the reading of what is hardly ever there. */
export const fresh = <S, C extends { readonly type: string }>(
  stream: string,
  decider: Decider<S, C, EventType>,
  ...steps: readonly Step<S, C>[]
): Part => ({ ...part(stream, decider, ...steps), fresh: true });

/**
 * A stream that the other parts rely on as it is read: where it moves before they are written, all
 * is decided again. One guard may stand in many units: what it was shown once is not looked at
 * again.
 * @param require throws a DomainError where what the others rely on does not hold
 */
export function guard(stream: string, require: (events: readonly Recorded[]) => void): Part {
  let held: readonly Recorded[] | undefined;
  return {
    stream,
    guards: true,
    content: [],
    decide(events) {
      if (events !== held) require(events);
      held = events;
      return [];
    },
  };
}

/** A part that is written before the others where they cannot be written together. */
export const reserving = (given: Part): Part => ({ ...given, reserves: true });

/** The events of a part's stream, with those that were just decided. */
export type StreamAfter = (stream: string) => readonly Foldable[];

/** Parts that are recorded together or not at all: one household, one payment, one request. */
export type Unit = CommandName & {
  readonly parts: readonly Part[];
  /**
   * The streams' events, in the order of the parts, where they were read already. Absent: expected
   * to be new; read on conflict.
   */
  readonly loaded?: readonly (readonly Recorded[])[];
  readonly causationId?: string;
  /**
   * The answer that is kept with the facts, told how many events they are and what each stream of
   * the parts is with them.
   */
  readonly receipt?: (events: number, after: StreamAfter) => Receipt;
};
