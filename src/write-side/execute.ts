import type { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';
import type { EventType } from '../../events/generated.js';
import type { EventRegistry } from '../../events/registry.js';
import type {
  AppendGroup,
  AppendResult,
  EventStore,
  KeptReceipt,
  NewEvent,
  Receipt,
  StreamWrite,
} from '../adapters/event-store/port.js';
import { fold, type Context, type Decider, type Draft, type Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { eventId } from '../kernel/ids.js';

/**
 * One stream's part of a command. The type parameters are erased so that parts of different
 * features go together.
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
  decide(events: readonly never[], context: Context): readonly Draft[];
}

/**
 * A part: the decider of the stream and its commands, one after the other. A command may look at
 * the folded state (for an exact amount, say), and say that there is nothing to do.
 */
export function part<S, C, T extends EventType>(
  stream: string,
  decider: Decider<S, C, T>,
  ...commands: readonly (C | ((state: S) => C | undefined))[]
): Part {
  return {
    stream,
    decide(events, context) {
      let state = fold(decider, events);
      const decided: Draft[] = [];
      for (const command of commands) {
        const next =
          typeof command === 'function' ? (command as (state: S) => C | undefined)(state) : command;
        if (next === undefined) continue;
        const drafts = decider.decide(state, next, context);
        for (const draft of drafts) {
          decided.push(draft as Draft);
          state = decider.evolve(state, {
            ...draft,
            meta: { actor: context.actor.id, role: context.actor.role },
            time: context.now,
          });
        }
      }
      return decided;
    },
  };
}

/** A part that makes its stream. Saves the reading of what is hardly ever there. */
export const fresh = <S, C, T extends EventType>(
  stream: string,
  decider: Decider<S, C, T>,
  ...commands: readonly (C | ((state: S) => C | undefined))[]
): Part => ({ ...part(stream, decider, ...commands), fresh: true });

/** A part that is written before the others where they cannot be written together. */
export const reserving = (given: Part): Part => ({ ...given, reserves: true });

export interface CommandResult {
  /** Log position of the last event written, or that the command saw where it wrote none. */
  readonly position: number;
  readonly events: number;
  /**
   * The receipt kept earlier under the same key, where there was one: the command was not run
   * again.
   */
  readonly kept?: KeptReceipt;
}

/**
 * Makes drafts storable: ids from the command and index, the newest version, actor and causes;
 * validates each payload.
 */
export function stamp(
  registry: EventRegistry,
  drafts: readonly Draft[],
  context: Context,
  firstIndex = 0,
): NewEvent[] {
  return drafts.map((draft, index) => {
    const v = registry.latestVersion(draft.type);
    registry.validate(draft.type, v, draft.data);
    return {
      id: eventId(context.commandId, firstIndex + index),
      type: draft.type,
      v,
      time: context.now,
      data: draft.data,
      meta: {
        actor: context.actor.id,
        role: context.actor.role,
        command: context.commandId,
        correlation: context.correlationId,
        ...(context.causationId === undefined ? {} : { causation: context.causationId }),
      },
    };
  });
}

/**
 * How many events of a stream an earlier try of the same command wrote. Where groups are not
 * atomic, that part is done, and deciding it again would be deciding on its own outcome.
 */
export const doneBefore = (events: readonly Recorded[], commandId: string): number =>
  events.reduce((count, event) => (event.meta.command === commandId ? count + 1 : count), 0);

const ATTEMPTS = 50;

/**
 * load ► fold ► decide ► append, over one stream or several at once. A stream that moved meanwhile
 * is loaded and decided again; what a decider refuses is thrown as DomainError and nothing is
 * written.
 * @throws DomainError of the deciders, or CONCURRENT_CHANGE after 50 attempts
 */
export async function execute(
  store: EventStore,
  registry: EventRegistry,
  locks: KeyedMutex,
  parts: readonly Part[],
  context: Context,
  receipt?: (events: number) => Receipt,
): Promise<CommandResult> {
  return locks.hold(
    parts.map((p) => p.stream),
    async () => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const loaded =
          attempt === 1 && parts.every((p) => p.fresh)
            ? parts.map(() => ({ events: [] as readonly Recorded[] }))
            : parts.length === 1
              ? [{ events: await store.readStream(parts[0]!.stream) }]
              : await store.readStreams(parts.map((p) => p.stream));
        const writes: StreamWrite[] = [];
        let count = 0;
        let seen = -1;
        parts.forEach((p, i) => {
          const events = loaded[i]!.events;
          seen = Math.max(seen, events.at(-1)?.position ?? -1);
          const done = store.atomicGroups === false ? doneBefore(events, context.commandId) : 0;
          count += done;
          if (done > 0) return;
          const drafts = p.decide(events as readonly never[], context);
          if (drafts.length === 0) return;
          const write: StreamWrite = {
            stream: p.stream,
            expected: events.length === 0 ? 'no-stream' : events.at(-1)!.revision,
            events: stamp(registry, drafts, context, count),
          };
          count += drafts.length;
          if (p.reserves && store.atomicGroups === false) writes.unshift(write);
          else writes.push(write);
        });
        if (writes.length === 0 && !receipt) return { position: seen, events: 0 };
        const group: AppendGroup = { writes, ...(receipt ? { receipt: receipt(count) } : {}) };
        const result: AppendResult = await store.append(group);
        switch (result.kind) {
          case 'appended':
          case 'duplicate':
            return { position: result.position, events: count };
          case 'receipt-exists':
            return { position: result.receipt.position, events: 0, kept: result.receipt };
          case 'conflict':
            continue;
        }
      }
      throw new DomainError(
        'CONCURRENT_CHANGE',
        'Others kept changing the same record; send the same request again.',
        'conflict',
      );
    },
  );
}
