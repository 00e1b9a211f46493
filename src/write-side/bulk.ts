import type { EventType } from '../../events/generated.js';
import type {
  AppendGroup,
  AppendResult,
  NewEvent,
  StreamWrite,
} from '../adapters/event-store/port.js';
import type { Actor, Context, Decider, Draft, Foldable, Recorded } from '../kernel/decider.js';
import { fold } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { eventId, uuidOf } from '../kernel/ids.js';
import { doneBefore } from './execute.js';
import { TOGETHER, type Deps, type JobContext } from './context.js';

interface Decision {
  readonly draft: Draft;
  readonly actor: Actor;
}

/**
 * What is to be done to one stream: a decider's commands, one after the other. Feature types are
 * erased so that tasks mix.
 */
export interface Task {
  readonly stream: string;
  /** @throws DomainError when the decider refuses */
  decide(events: readonly Recorded[], context: Context): readonly Decision[];
}

/**
 * One command of a task: the command, or how the folded state gives it; and who does it where not
 * the job's actor.
 */
export interface Step<S, C> {
  readonly command: C | ((state: S) => C | undefined);
  readonly as?: Actor;
}

export function task<S, C, T extends EventType>(
  stream: string,
  decider: Decider<S, C, T>,
  ...steps: readonly Step<S, C>[]
): Task {
  return {
    stream,
    decide(events, context) {
      let state =
        events.length === 0
          ? decider.initialState
          : fold(decider, events as readonly Foldable<EventType>[] as readonly Foldable<T>[]);
      const decisions: Decision[] = [];
      for (let i = 0; i < steps.length; i += 1) {
        const step = steps[i]!;
        const command =
          typeof step.command === 'function'
            ? (step.command as (state: S) => C | undefined)(state)
            : step.command;
        if (command === undefined) continue;
        const actor = step.as ?? context.actor;
        const drafts = decider.decide(state, command, step.as ? { ...context, actor } : context);
        for (const draft of drafts) {
          decisions.push({ draft: draft as Draft, actor });
          if (i + 1 < steps.length) {
            state = decider.evolve(state, {
              ...draft,
              meta: { actor: actor.id, role: actor.role },
              time: context.now,
            } as Foldable<T>);
          }
        }
      }
      return decisions;
    },
  };
}

/**
 * What is recorded together or not at all: one household, one payment. `verb` and `key` name the
 * command; its id is a function of them and of the revision that the last stream was seen at, so
 * the same step again is the same command.
 */
export interface Unit {
  readonly verb: string;
  readonly key: string;
  readonly tasks: readonly Task[];
  /**
   * The streams' events, in the order of tasks, where they were read already. Absent: expected to
   * be new; read on conflict.
   */
  readonly loaded?: readonly (readonly Recorded[])[];
  readonly causationId?: string;
}

/**
 * - recorded: durable now. - already: the same events were there, from an earlier run. - unchanged:
 *   nothing to do.
 * - refused: a decider said no; nothing of the unit was written.
 */
export type UnitResult =
  | {
      readonly kind: 'recorded' | 'already';
      readonly position: number;
      readonly writes: readonly StreamWrite[];
    }
  | { readonly kind: 'unchanged'; readonly position: number }
  | { readonly kind: 'refused'; readonly error: DomainError };

const NEW: readonly Recorded[] = [];
const ATTEMPTS = 50;

interface Attempt {
  readonly unit: Unit;
  readonly index: number;
  loaded: readonly (readonly Recorded[])[];
}

function groupOf(deps: Deps, base: JobContext, now: string, attempt: Attempt): AppendGroup {
  const { unit, loaded } = attempt;
  const last = loaded[loaded.length - 1]!;
  const commandId = uuidOf(
    unit.verb,
    unit.key,
    last.length === 0 ? -1 : last[last.length - 1]!.revision,
  );
  const context: Context = { actor: base.actor, correlationId: base.correlationId, now, commandId };
  const writes: StreamWrite[] = [];
  let count = 0;
  for (let i = 0; i < unit.tasks.length; i += 1) {
    const { stream } = unit.tasks[i]!;
    // Where groups are not atomic, an earlier try of the same unit may have written this stream and
    // not the last.
    const done = deps.store.atomicGroups === false ? doneBefore(loaded[i]!, commandId) : 0;
    count += done;
    if (done > 0) continue;
    const decisions = unit.tasks[i]!.decide(loaded[i]!, context);
    if (decisions.length === 0) continue;
    const events: NewEvent[] = [];
    // The store validates every payload as it makes its line; once is enough here, where there are
    // millions.
    for (const { draft, actor } of decisions) {
      const v = deps.registry.latestVersion(draft.type);
      events.push({
        id: eventId(commandId, count),
        type: draft.type,
        v,
        time: now,
        data: draft.data,
        meta: {
          actor: actor.id,
          role: actor.role,
          command: commandId,
          correlation: base.correlationId,
          ...(unit.causationId === undefined ? {} : { causation: unit.causationId }),
        },
      });
      count += 1;
    }
    const known = loaded[i]!;
    writes.push({
      stream,
      expected: known.length === 0 ? 'no-stream' : known[known.length - 1]!.revision,
      events,
    });
  }
  return { writes };
}

/**
 * Decides every unit and appends what was decided in one call. Units whose streams moved meanwhile
 * (or that were not new after all) are read again and decided again, just those. Everything up to
 * the first append happens synchronously, so that batches started one after the other reach the log
 * in that order. At the first attempt a hundred units share an atomic group, which costs less;
 * where one of them meets a conflict, those are tried again, each by itself. A store whose groups
 * are not atomic gets each unit by itself from the start.
 * @returns one result a unit, in order
 * @throws DomainError CONCURRENT_CHANGE after 50 attempts, StoreError
 */
export async function record(
  deps: Deps,
  units: readonly Unit[],
  base: JobContext,
): Promise<readonly UnitResult[]> {
  const results = new Array<UnitResult>(units.length);
  let attempts: Attempt[] = units.map((unit, index) => ({
    unit,
    index,
    loaded: unit.loaded ?? unit.tasks.map(() => NEW),
  }));
  for (let round = 1; attempts.length > 0; round += 1) {
    if (round > ATTEMPTS)
      throw new DomainError(
        'CONCURRENT_CHANGE',
        'Others kept changing the same records; run the job again.',
        'conflict',
      );
    const now = deps.clock.now();
    const tried: Attempt[] = [];
    const groups: AppendGroup[] = [];
    for (const attempt of attempts) {
      try {
        const group = groupOf(deps, base, now, attempt);
        if (group.writes.length === 0) {
          results[attempt.index] = { kind: 'unchanged', position: lastPosition(attempt.loaded) };
        } else {
          tried.push(attempt);
          groups.push(group);
        }
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        results[attempt.index] = { kind: 'refused', error };
      }
    }
    const bundles = bundled(
      groups,
      round === 1 && deps.store.atomicGroups !== false ? TOGETHER : 1,
    );
    attempts =
      groups.length === 0
        ? []
        : settle(
            tried,
            bundles,
            await deps.store.appendAll(bundles.map(({ writes }) => ({ writes }))),
            results,
          );
    if (attempts.length > 0) await reload(deps, attempts);
  }
  return results;
}

interface Bundle {
  readonly writes: StreamWrite[];
  readonly groups: AppendGroup[];
}

/** Groups that follow each other as one, up to `size`; a stream is in a bundle once. */
function bundled(groups: readonly AppendGroup[], size: number): readonly Bundle[] {
  const bundles: Bundle[] = [];
  let streams = new Set<string>();
  for (const group of groups) {
    let bundle = bundles.at(-1);
    if (
      !bundle ||
      bundle.groups.length >= size ||
      group.writes.some(({ stream }) => streams.has(stream))
    ) {
      bundles.push((bundle = { writes: [], groups: [] }));
      streams = new Set();
    }
    bundle.groups.push(group);
    for (const write of group.writes) {
      bundle.writes.push(write);
      streams.add(write.stream);
    }
  }
  return bundles;
}

/** Writes down what became of each group of each bundle, and hands back those to be tried again. */
function settle(
  tried: readonly Attempt[],
  bundles: readonly Bundle[],
  answers: readonly AppendResult[],
  results: UnitResult[],
): Attempt[] {
  const again: Attempt[] = [];
  let next = 0;
  bundles.forEach(({ groups }, i) => {
    const answer = answers[i]!;
    for (const { writes } of groups) {
      const attempt = tried[next]!;
      next += 1;
      if (answer.kind === 'conflict') again.push(attempt);
      else if (answer.kind === 'receipt-exists') throw new Error('a bulk unit has no receipt');
      else
        results[attempt.index] = {
          kind: answer.kind === 'appended' ? 'recorded' : 'already',
          position: answer.position,
          writes,
        };
    }
  });
  return again;
}

async function reload(deps: Deps, attempts: readonly Attempt[]): Promise<void> {
  const streams = [...new Set(attempts.flatMap(({ unit }) => unit.tasks.map((t) => t.stream)))];
  const events = new Map<string, readonly Recorded[]>();
  for (const read of await deps.store.readStreams(streams)) events.set(read.stream, read.events);
  for (const attempt of attempts)
    attempt.loaded = attempt.unit.tasks.map((t) => events.get(t.stream) ?? NEW);
}

const lastPosition = (loaded: readonly (readonly Recorded[])[]): number =>
  loaded.reduce((max, events) => Math.max(max, events.at(-1)?.position ?? -1), -1);

/**
 * One unit by itself, its streams read first.
 * @throws DomainError what its deciders refuse
 */
export async function recordOne(
  deps: Deps,
  unit: Unit,
  base: JobContext,
): Promise<Exclude<UnitResult, { readonly kind: 'refused' }>> {
  const loaded = (await deps.store.readStreams(unit.tasks.map((t) => t.stream))).map(
    (read) => read.events,
  );
  const [result] = await record(deps, [{ ...unit, loaded }], base);
  if (result!.kind === 'refused') throw result!.error;
  return result!;
}

/**
 * Takes batches from a source and works on up to `inFlight` of them at once: the next is read and
 * decided while the earlier are being synced. `work` starts in the order of the source. The first
 * failure stops the reading, waits for what is under way and is thrown; so is the signal's reason,
 * however late it comes.
 */
export async function pipelined<B>(
  source: AsyncIterable<B>,
  work: (batch: B) => Promise<void>,
  signal?: AbortSignal,
  inFlight = 3,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const batch of source) {
      signal?.throwIfAborted();
      const started: Promise<void> = work(batch)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          underWay.delete(started);
        });
      underWay.add(started);
      if (underWay.size >= inFlight) await Promise.race(underWay);
      if (failure) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failure) throw failure.error;
  signal?.throwIfAborted();
}
