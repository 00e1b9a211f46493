import type { EventRegistry } from '../../events/registry.js';
import type {
  AppendGroup,
  AppendResult,
  EventStore,
  KeptReceipt,
  NewEvent,
  StreamWrite,
} from '../adapters/event-store/port.js';
import type { Actor, Foldable, Recorded, Via } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import type { WrittenText } from '../kernel/personal-text.js';
import { eventId } from '../kernel/ids.js';
import { bundled, type Bundle } from './bundles.js';
import { CommandIds, hasCommand } from './command-id.js';
import { UNITS_PER_GROUP, type JobContext } from './context.js';
import { Defects } from './defect.js';
import type { Decision, Part, StreamAfter, Unit } from './unit.js';
import { unwritable } from './unwritable.js';
import { requireFitTexts, textsOf } from './written-texts.js';

/**
 * What became of one unit.
 * - recorded: durable now. - already: the same events were there, from an earlier run. - unchanged:
 * nothing to do.
 * - kept: its receipt was there; nothing was written. - refused: a decider said no; nothing of the
 * unit was written.
 */
export type Recording =
  | {
      readonly kind: 'recorded' | 'already';
      readonly position: number;
      readonly writes: readonly StreamWrite[];
      /** Of the command, with those that an earlier try wrote. */
      readonly events: number;
    }
  | { readonly kind: 'unchanged'; readonly position: number }
  | { readonly kind: 'kept'; readonly receipt: KeptReceipt }
  | { readonly kind: 'refused'; readonly error: DomainError };

export interface Recorder {
  readonly store: Pick<EventStore, 'append' | 'appendAll' | 'readStreams' | 'atomicGroups'>;
  readonly registry: EventRegistry;
  /** The instant that is decided at; asked once for each try. */
  readonly now: () => string;
  /**
   * A unit with an event that no log takes, or whose decision meets a defect, is refused by itself;
   * else the failure is thrown.
   */
  readonly each?: boolean;
  /**
   * Asked before anything is appended of what people wrote in their own words, where they wrote
   * something, of each unit that is accepted. @throws DomainError
   */
  readonly refuseTexts?: (texts: readonly WrittenText[]) => Promise<void>;
}

const NEW: readonly Recorded[] = [];
const ATTEMPTS = 50;

interface Attempt {
  readonly unit: Unit;
  readonly index: number;
  readonly ids: CommandIds;
  loaded: readonly (readonly Recorded[])[];
}

interface Decided {
  readonly attempt: Attempt;
  readonly group: AppendGroup;
  readonly events: number;
  readonly texts: readonly WrittenText[];
}

/** How the actor came; the engine's own hand comes through no door. */
const viaOf = ({ role, via }: Actor): Partial<Via> =>
  role === 'automation' ? { channel: 'automation', authentication: 'system' } : { ...via };

/**
 * Makes decisions storable: ids from the command and index, the newest version, actor and causes.
 * The store validates.
 */
export function stamp(
  registry: EventRegistry,
  decisions: readonly Decision[],
  by: {
    readonly now: string;
    readonly commandId: string;
    readonly correlationId: string;
    readonly causationId?: string | undefined;
  },
  firstIndex = 0,
): NewEvent[] {
  return decisions.map(({ draft, actor }, index) => ({
    id: eventId(by.commandId, firstIndex + index),
    type: draft.type,
    v: registry.latestVersion(draft.type),
    time: by.now,
    data: draft.data,
    meta: {
      actor: actor.id,
      role: actor.role,
      command: by.commandId,
      correlation: by.correlationId,
      ...(by.causationId === undefined ? {} : { causation: by.causationId }),
      ...viaOf(actor),
    },
  }));
}

/**
 * The parts in the order in which they are written: where groups are not atomic, what others rely
 * on comes first.
 */
function writeOrder(parts: readonly Part[], atomic: boolean): readonly number[] {
  const order = parts.map((_, index) => index);
  if (atomic) return order;
  return order.sort(
    (a, b) => Number(parts[b]!.reserves === true) - Number(parts[a]!.reserves === true),
  );
}

/**
 * The instant that is decided at: of two commands the one that was asked first may be decided
 * second, and clocks differ, but nothing is recorded before what it follows.
 */
const notBefore = (loaded: readonly (readonly Recorded[])[], now: string): string =>
  loaded.reduce((latest, events) => {
    const last = events.at(-1)?.time ?? latest;
    return last > latest ? last : latest;
  }, now);

/** Decides one unit on what was read. @throws DomainError what its deciders refuse */
function decideUnit(
  { store, registry }: Recorder,
  base: JobContext,
  asked: string,
  attempt: Attempt,
): Decided {
  const { unit, loaded, ids } = attempt;
  const now = notBefore(loaded, asked);
  const atomic = store.atomicGroups !== false;
  const order = writeOrder(unit.parts, atomic);
  const underWay = atomic ? undefined : ids.underWay(order, loaded);
  let done = 0;
  const toWrite: PartToWrite[] = [];
  for (const index of order) {
    const events = loaded[index]!;
    if (underWay !== undefined && hasCommand(events, underWay)) {
      for (const { meta } of events) if (meta.command === underWay) done += 1;
      continue;
    }
    const decisions = unit.parts[index]!.decide(events, { actor: base.actor, now });
    decisions.forEach(requireFitTexts);
    if (decisions.length > 0) toWrite.push({ index, decisions });
  }
  const last = toWrite.at(-1)?.index;
  const writes: StreamWrite[] = [];
  let count = done;
  if (last !== undefined) {
    const commandId = underWay ?? ids.of(unit.parts[last]!, loaded[last]!);
    const by = {
      now,
      commandId,
      correlationId: base.correlationId,
      causationId: unit.causationId,
    };
    for (const { index, decisions } of toWrite) {
      writes.push({
        stream: unit.parts[index]!.stream,
        expected: loaded[index]!.at(-1)?.revision ?? 'no-stream',
        events: stamp(registry, decisions, by, count),
      });
      count += decisions.length;
    }
    writes.push(...guardsOf(attempt, new Set(toWrite.map(({ index }) => index))));
  }
  const after: StreamAfter = (stream) => streamAfter(stream, attempt, toWrite, now);
  return {
    attempt,
    events: count,
    texts: toWrite.flatMap(({ decisions }) => textsOf(decisions)),
    group: { writes, ...(unit.receipt ? { receipt: unit.receipt(count, after) } : {}) },
  };
}

interface PartToWrite {
  readonly index: number;
  readonly decisions: readonly Decision[];
}

/** What was read of a stream, and what was decided on it. */
function streamAfter(
  stream: string,
  { unit, loaded }: Attempt,
  toWrite: readonly PartToWrite[],
  now: string,
): readonly Foldable[] {
  const at = unit.parts.findIndex((one) => one.stream === stream);
  const decided = toWrite.find(({ index }) => index === at)?.decisions ?? [];
  return [
    ...(loaded[at] ?? NEW),
    ...decided.map(({ draft, actor: { id, role } }) => ({
      ...draft,
      meta: { actor: id, role },
      time: now,
    })),
  ];
}

/**
 * load ► fold ► decide ► append, the one way in which anything is recorded: every unit is decided,
 * and what was decided is appended in one call. Units whose streams moved meanwhile (or that were
 * not new after all) are read again and decided again, just those. Everything up to the first
 * append happens synchronously (but for texts that are asked about), so that batches started one
 * after the other reach the log in that
 * order. At the first attempt a hundred units share an atomic group, which costs less; where one of
 * them meets a conflict, those are tried again, each by itself. A unit with a receipt is a group of
 * its own, and so is every unit where the store's groups are not atomic.
 * @returns one result a unit, in order
 * @throws DomainError CONCURRENT_CHANGE after 50 attempts, StoreError
 */
export async function recordUnits(
  recorder: Recorder,
  units: readonly Unit[],
  base: JobContext,
): Promise<readonly Recording[]> {
  const { store } = recorder;
  const results = new Array<Recording>(units.length);
  let attempts: readonly Attempt[] = units.map((unit, index) => ({
    unit,
    index,
    ids: new CommandIds(unit),
    loaded: unit.loaded ?? unit.parts.map(() => NEW),
  }));
  for (let round = 1; attempts.length > 0; round += 1) {
    if (round > ATTEMPTS)
      throw new DomainError(
        'CONCURRENT_CHANGE',
        'Others kept changing the same records; send the same request, or run the job, again.',
        'conflict',
      );
    if (round > 1) await reload(store, attempts);
    let decided = decideAll(recorder, base, attempts, results);
    const { refuseTexts } = recorder;
    if (refuseTexts && decided.some(({ texts }) => texts.length > 0))
      decided = await withFitTexts(refuseTexts, decided, results);
    const size = round === 1 && store.atomicGroups !== false ? UNITS_PER_GROUP : 1;
    const write = recorder.each === true ? appendEach : append;
    attempts = await write(store, bundled(decided, size), results);
  }
  return results;
}

/** Streams that must not have moved, though nothing is written to them. */
const guardsOf = ({ unit, loaded }: Attempt, written: ReadonlySet<number>): StreamWrite[] =>
  unit.parts.flatMap(({ stream, guards }, index) =>
    guards && !written.has(index)
      ? [{ stream, expected: loaded[index]!.at(-1)?.revision ?? 'no-stream', events: [] }]
      : [],
  );

/** Decides each attempt; what is refused or comes to nothing has its result then. */
function decideAll(
  recorder: Recorder,
  base: JobContext,
  attempts: readonly Attempt[],
  results: Recording[],
): readonly Decided[] {
  const now = recorder.now();
  const all: Decided[] = [];
  const defects = new Defects();
  for (const attempt of attempts) {
    defects.tries();
    try {
      const decided = decideUnit(recorder, base, now, attempt);
      if (decided.group.writes.length > 0 || decided.group.receipt) all.push(decided);
      else results[attempt.index] = withoutWrites(attempt, decided.events);
    } catch (error) {
      if (!(error instanceof DomainError) && recorder.each !== true) throw error;
      const refused = error instanceof DomainError ? error : defects.met(error);
      results[attempt.index] = { kind: 'refused', error: refused };
    }
  }
  defects.finish();
  return all;
}

/**
 * What became of a unit of which nothing is left to be written: where a store writes one stream at
 * a time, an earlier try may have written what counts, and somebody else the rest.
 */
const withoutWrites = ({ loaded, ids }: Attempt, events: number): Recording =>
  events > 0 && ids.hasTried
    ? { kind: 'recorded', position: lastPosition(loaded), writes: [], events }
    : { kind: 'unchanged', position: lastPosition(loaded) };

/** Those whose words are not refused; what is refused has its result then. */
async function withFitTexts(
  refuseTexts: Required<Recorder>['refuseTexts'],
  decided: readonly Decided[],
  results: Recording[],
): Promise<readonly Decided[]> {
  const fit: Decided[] = [];
  for (const one of decided) {
    try {
      await refuseTexts(one.texts);
      fit.push(one);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results[one.attempt.index] = { kind: 'refused', error };
    }
  }
  return fit;
}

/**
 * Appends the bundles, writes down what became of each unit, and hands back those to be tried
 * again.
 */
async function append(
  store: Recorder['store'],
  bundles: readonly Bundle<Decided>[],
  results: Recording[],
): Promise<readonly Attempt[]> {
  if (bundles.length === 0) return [];
  const [first] = bundles;
  const answers =
    bundles.length === 1
      ? [await store.append(first!.group)]
      : await store.appendAll(bundles.map(({ group }) => group));
  const again: Attempt[] = [];
  bundles.forEach(({ of }, i) => {
    const answer = answers[i]!;
    for (const { attempt, group, events } of of) {
      if (answer.kind === 'conflict') again.push(attempt);
      else results[attempt.index] = recordingOf(answer, group, events);
    }
  });
  return again;
}

/** As append, but a unit that cannot be written keeps none of the others back. */
async function appendEach(
  store: Recorder['store'],
  bundles: readonly Bundle<Decided>[],
  results: Recording[],
): Promise<readonly Attempt[]> {
  try {
    return await append(store, bundles, results);
  } catch (error) {
    if (!unwritable(error)) throw error;
  }
  const again: Attempt[] = [];
  for (const one of bundles.flatMap(({ of }) => of)) {
    try {
      again.push(...(await append(store, bundled([one], 1), results)));
    } catch (error) {
      const refusal = unwritable(error);
      if (!refusal) throw error;
      results[one.attempt.index] = { kind: 'refused', error: refusal };
    }
  }
  return again;
}

function recordingOf(
  answer: Exclude<AppendResult, { readonly kind: 'conflict' }>,
  { writes }: AppendGroup,
  events: number,
): Recording {
  if (answer.kind === 'receipt-exists') return { kind: 'kept', receipt: answer.receipt };
  const kind = answer.kind === 'appended' ? 'recorded' : 'already';
  return { kind, position: answer.position, writes, events };
}

async function reload(store: Recorder['store'], attempts: readonly Attempt[]): Promise<void> {
  const streams = [...new Set(attempts.flatMap(({ unit }) => unit.parts.map((p) => p.stream)))];
  const events = new Map<string, readonly Recorded[]>();
  for (const read of await store.readStreams(streams)) events.set(read.stream, read.events);
  for (const attempt of attempts)
    attempt.loaded = attempt.unit.parts.map((p) => events.get(p.stream) ?? NEW);
}

const lastPosition = (loaded: readonly (readonly Recorded[])[]): number =>
  loaded.reduce((max, events) => Math.max(max, events.at(-1)?.position ?? -1), -1);
