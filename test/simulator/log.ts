import type { EventRegistry } from '../../events/registry.js';
import type {
  AppendGroup,
  AppendResult,
  CategoryOptions,
  EventStore,
  KeptReceipt,
  Page,
  ReadOptions,
  StreamEvents,
} from '../../src/adapters/event-store/port.js';
import { lineOf } from '../../src/adapters/event-store/stored-line.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { StoreError } from '../../src/kernel/errors.js';
import { MemoryStore } from '../support/memory-store.js';
import type { Owner, Scheduler } from './scheduler.js';

/** The log that all processes of a history share. */
export interface LogOfHistory {
  /** As an outsider sees it, without a call. */
  readonly events: readonly Recorded[];
  readonly store: EventStore;
  readonly atomicGroups: boolean;
  append(group: AppendGroup): Promise<AppendResult>;
}

/** In memory, with the contract of the real ones. */
export class SharedLog implements LogOfHistory {
  readonly #store: MemoryStore;
  readonly #events: Recorded[];

  constructor(
    private readonly registry: EventRegistry,
    readonly atomicGroups: boolean,
    start: readonly Recorded[],
  ) {
    this.#store = new MemoryStore(atomicGroups, start);
    this.#events = [...start];
  }

  get events(): readonly Recorded[] {
    return this.#events;
  }

  get store(): MemoryStore {
    return this.#store;
  }

  /** Refuses what no log takes, and keeps what JSON keeps. */
  async append(group: AppendGroup): Promise<AppendResult> {
    const writes = group.writes.map((write) => ({
      ...write,
      events: write.events.map((event, i) => {
        const first = write.expected === 'no-stream' ? 0 : write.expected + 1;
        const line = lineOf(this.registry, write.stream, first + i, event);
        const { id, type, v, time, data, meta } = JSON.parse(line) as typeof event;
        return { id, type, v, time, data, meta };
      }),
    }));
    const result = await this.#store.append({ ...group, writes });
    const { events } = await this.#store.readAll(this.#events.length - 1, 1_000_000);
    this.#events.push(...events);
    return result;
  }
}

/** What may go wrong besides; a history ends it. */
export interface Faults {
  /** Probability that an append is answered with an unknown outcome. */
  unknownOutcome: number;
}

/** The log as one process reaches it: each call is one that the scheduler lets go on. */
export class SimulatedStore implements EventStore {
  readonly atomicGroups: boolean;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly owner: Owner,
    private readonly log: LogOfHistory,
    private readonly faults: Faults,
  ) {
    this.atomicGroups = log.atomicGroups;
  }

  append(group: AppendGroup): Promise<AppendResult> {
    return this.#call(
      `append ${wordsOf(group)}`,
      async () => {
        const { chance } = this.scheduler;
        const isLost = chance.is(this.faults.unknownOutcome);
        if (isLost && chance.is(0.5)) throw outcomeUnknown();
        const result = await this.log.append(group);
        if (isLost) throw outcomeUnknown();
        return result;
      },
      (result) => `→ ${result.kind}${result.kind === 'conflict' ? ` ${result.stream}` : ''}`,
    );
  }

  async appendAll(groups: readonly AppendGroup[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    for (const group of groups) results.push(await this.append(group));
    return results;
  }

  readStream(stream: string, options?: ReadOptions): Promise<readonly Recorded[]> {
    return this.#call(
      `read ${stream}`,
      () => this.log.store.readStream(stream, options),
      (events) => `→ ${events.length}`,
    );
  }

  readStreams(
    streams: readonly string[],
    options?: { readonly asOf?: number },
  ): Promise<readonly StreamEvents[]> {
    return this.#call(`read ${streams.length} streams`, () =>
      this.log.store.readStreams(streams, options),
    );
  }

  readCategory(prefix: string, options: CategoryOptions): Promise<readonly StreamEvents[]> {
    return this.#call(
      `read ${prefix}*`,
      () => this.log.store.readCategory(prefix, options),
      (found) => `→ ${found.length}`,
    );
  }

  readAll(after: number, limit: number): Promise<Page> {
    return this.#call(
      `read after ${after}`,
      () => this.log.store.readAll(after, limit),
      ({ events }) => `→ ${events.length}`,
    );
  }

  async *follow(after: number, signal: AbortSignal, pageSize = 100): AsyncGenerator<Page> {
    let position = after;
    while (!signal.aborted) {
      const page = await this.readAll(position, pageSize);
      if (page.events.length > 0) {
        position = page.next;
        yield page;
        continue;
      }
      const from = position;
      await this.scheduler.until(
        this.owner,
        'follow',
        () => signal.aborted || this.log.events.length - 1 > from,
      );
    }
  }

  lastPosition(): Promise<number> {
    return this.#call('last position', () => this.log.store.lastPosition());
  }

  receipt(key: string): Promise<KeptReceipt | undefined> {
    return this.#call('receipt', () => this.log.store.receipt(key));
  }

  close = async (): Promise<void> => undefined;

  #call<T>(label: string, effect: () => Promise<T>, told?: (value: T) => string): Promise<T> {
    return this.scheduler.call(this.owner, label, effect, told);
  }
}

const outcomeUnknown = (): StoreError =>
  new StoreError('OUTCOME_UNKNOWN', 'The log did not say whether it was written.');

/** What is written, for a person. */
function wordsOf({ writes, receipt }: AppendGroup): string {
  const words = writes.map(
    ({ stream, events }) => `${stream}: ${events.map(({ type }) => type).join('+') || 'as it is'}`,
  );
  return [...words, ...(receipt ? [`answer ${receipt.status}`] : [])].join(', ');
}
