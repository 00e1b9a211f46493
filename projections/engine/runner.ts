import type { EventFeed, FeedPage } from '../../src/adapters/event-bus/port.js';
import { MAX_PAGE } from '../../src/adapters/event-store/port.js';
import { ReadStoreError, type ReadStore } from '../../src/adapters/read-store/port.js';
import {
  buildBeside,
  discardBuild,
  indexBuild,
  makeLive,
  openBuilds,
  type ProjectionBuild,
} from './builds.js';
import { isCheckpointRefusal } from '../../src/kernel/anchor.js';
import { checkedWork } from '../../src/kernel/concurrency/checked-work.js';
import { compareAll, type Comparison } from './compare.js';
import {
  ProjectionProcessor,
  type ProjectionProcessorOptions,
  type ProjectionLog,
} from './projection-processor.js';
import type { Projection } from './projection.js';
import { furthest, ReadModelAnchor, replaceAnchor } from './read-anchor.js';

/** Something that an operator may want to know; goes to the structured log. */
export interface RunnerNote {
  readonly what: 'building' | 'switched' | 'unknown-type' | 'recreated' | 'filled' | 'refused';
  readonly detail: string;
}

export interface RunnerOptions {
  /** This runner is the only writer of these projections' tables. */
  readonly store: ReadStore;
  readonly projections: readonly Projection[];
  readonly log: ProjectionLog;
  /** What is followed once the log was read to its end; default: the log's own tail. */
  readonly feed?: EventFeed;
  readonly pageSize?: number;
  /** How often it is looked whether the log still has what the read models stand on. */
  readonly lookEveryMs?: number;
  readonly onNote?: (note: RunnerNote) => void;
  /**
   * Told the position that the live builds all show, after each commit (what
   * `ProjectionProgress.set` wants), and where a broker feeds it how many events were taken.
   */
  readonly onCommitted?: (position: number, events?: number) => void;
}

/** `done` and `total` in positions of the log, which are events where positions have no gaps. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}
export interface WorkOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export const NOT_COMPARED: Comparison = { tables: [], differences: [] };

/** With `verify`: how the rebuilt rows differ from those that were live. */
export interface RebuildReport extends Comparison {
  /** Events that were read. */
  readonly events: number;
}

/** Event types that nobody published and that are passed over, told once each. */
export class PassedOver {
  readonly #types = new Map<string, number>();

  constructor(private readonly onNote?: (note: RunnerNote) => void) {}

  get types(): ReadonlyMap<string, number> {
    return this.#types;
  }

  readonly add = (type: string): void => {
    if (!this.#types.has(type))
      this.onNote?.({ what: 'unknown-type', detail: `${type} is skipped: nobody published it` });
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
  };
}

/**
 * Keeps read models up to the log. Rows and checkpoint are committed together, so that a runner
 * that is killed goes on where its rows are, and a version of a projection that is new is built
 * beside the old one and switched to when it is complete. Anything that it cannot do right, it
 * stops at, with the place.
 */
export class ProjectionRunner {
  readonly #skipped: PassedOver;
  readonly #anchor: ReadModelAnchor;
  #builds: ProjectionBuild[] | undefined;
  #busy = false;

  constructor(private readonly options: RunnerOptions) {
    this.#skipped = new PassedOver(options.onNote);
    this.#anchor = new ReadModelAnchor(options.log);
  }

  /** Events passed over because nobody published their type, by type. */
  get skipped(): ReadonlyMap<string, number> {
    return this.#skipped.types;
  }

  /** The position that every build has reached; -1 before the start. */
  get position(): number {
    return this.#builds ? Math.min(...this.#builds.map(({ position }) => position)) : -1;
  }

  /**
   * Brings the read models up to the log's end and follows it until the signal aborts.
   * @throws ProjectionError PROJECTION_GAP, PROJECTION_FAILED; ReadStoreError; ContractError from
   *   the log for a payload that does not fit; CHECKPOINT_NOT_IN_LOG where the log is not what they
   *   stand on
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.#alone(() =>
      this.#mending(async () => {
        const processors = await this.#processors();
        await checkedWork(
          () => this.#anchor.check(),
          (until) => this.#followAll(processors, until),
          signal,
          this.options.lookEveryMs,
        );
      }),
    );
  }

  /**
   * One processor that fails stops the other: a read model that stands still must not look alive.
   */
  async #followAll(processors: readonly ProjectionProcessor[], signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const followed = processors.map((processor) =>
      this.#follow(processor, either).catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(followed);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Brings the read models up to the log's end and returns the position reached. */
  async catchUp(work: WorkOptions = {}): Promise<number> {
    return this.#alone(() =>
      this.#mending(async () => {
        await this.#reachEnd(work);
        return this.position;
      }),
    );
  }

  /**
   * Builds every read model anew beside the live ones, and switches to it; with `verify`, compares
   * them row for row first. Aborted, it leaves the live ones as they were.
   */
  async rebuild(work: WorkOptions & { readonly verify?: boolean } = {}): Promise<RebuildReport> {
    return this.#alone(() =>
      this.#mending(async () => {
        const { store, log } = this.options;
        const comparable = await this.#reachEndWhereFounded(work.signal);
        work.signal?.throwIfAborted();
        const live = this.#builds ?? [];
        const until = comparable ? this.position : await log.lastPosition();
        const beside: ProjectionBuild[] = [];
        for (const build of live) beside.push(await buildBeside(store, build));
        let read = 0;
        const told = this.#processorOptions(work, until + 1, true);
        const processor = new ProjectionProcessor(store, log, beside, {
          ...told,
          onBatch: (position, events) => {
            read += events;
            told.onBatch(position, events);
          },
        });
        try {
          if (until >= 0) await processor.catchUp(work.signal, until);
          work.signal?.throwIfAborted();
          for (const build of beside) await indexBuild(store, build);
          const report =
            work.verify && comparable
              ? await compareAll(store.db, live, beside, work.signal)
              : NOT_COMPARED;
          for (const build of beside) await makeLive(store, build);
          if (!comparable)
            await store.db.transaction().execute((trx) => replaceAnchor(trx, log, processor.last));
          this.#builds = beside;
          return { events: read, ...report };
        } catch (error) {
          for (const build of beside)
            if (!build.live) await discardBuild(store, build).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  /** False where the live ones show what the log does not say: they are not to be gone on with. */
  async #reachEndWhereFounded(signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#reachEnd(signal ? { signal } : {});
      return true;
    } catch (error) {
      if (!isCheckpointRefusal(error)) throw error;
      this.options.onNote?.({ what: 'refused', detail: error.detail });
      return false;
    }
  }

  async #reachEnd(work: WorkOptions): Promise<void> {
    const total = (await this.options.log.lastPosition()) + 1;
    for (const processor of await this.#processors(work, total)) {
      await processor.catchUp(work.signal);
      if (!work.signal?.aborted) await this.#switchTo(processor);
    }
  }

  /** Live builds are fed together, and so are the ones being made, which begin far behind. */
  async #processors(work: WorkOptions = {}, total = 0): Promise<ProjectionProcessor[]> {
    const { store, projections, log, onNote } = this.options;
    this.#builds = await openBuilds(store, projections, false);
    await this.#anchor.goOn(store.db, furthest(this.#builds));
    const making = this.#builds.filter(({ live }) => !live);
    for (const { projection, suffix, position } of making)
      onNote?.({
        what: 'building',
        detail: `${projection.name} ${suffix} from position ${position + 1}`,
      });
    return [this.#builds.filter(({ live }) => live), making]
      .filter((builds) => builds.length > 0)
      .map(
        (builds) =>
          new ProjectionProcessor(store, log, builds, this.#processorOptions(work, total)),
      );
  }

  #processorOptions(work: WorkOptions, total: number, beside = false): ProjectionProcessorOptions {
    return {
      pageSize: this.options.pageSize ?? MAX_PAGE,
      onBatch: (position) => {
        work.onProgress?.({ done: position + 1, total: Math.max(total, position + 1) });
        this.#committed();
      },
      onUnknown: this.#skipped.add,
      ...(beside ? {} : { anchor: this.#anchor }),
    };
  }

  #committed(): void {
    if (this.#builds?.every(({ live }) => live)) this.options.onCommitted?.(this.position);
  }

  async #switchTo({ builds }: ProjectionProcessor): Promise<void> {
    for (const build of builds) {
      if (build.live) continue;
      await makeLive(this.options.store, build);
      this.options.onNote?.({
        what: 'switched',
        detail: `${build.projection.name} is read from ${build.suffix}`,
      });
    }
    this.#committed();
  }

  async #follow(processor: ProjectionProcessor, signal: AbortSignal): Promise<void> {
    await processor.catchUp(signal);
    if (signal.aborted) return;
    await this.#switchTo(processor);
    const { feed, log } = this.options;
    const pages: AsyncIterable<FeedPage> = feed
      ? feed.subscribe(processor.position, signal)
      : log.follow(processor.position, signal);
    for await (const page of pages) await processor.takeInOrder(page.events, signal);
  }

  /**
   * A store whose file turns out to be damaged is thrown away, once, and built anew: it holds
   * nothing of its own.
   */
  async #mending<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { store, onNote } = this.options;
      if (
        !(error instanceof ReadStoreError) ||
        error.code !== 'READ_STORE_CORRUPT' ||
        !store.recreate
      )
        throw error;
      onNote?.({
        what: 'recreated',
        detail: `the read models were damaged (${error.detail}) and are built anew from the log`,
      });
      await store.recreate();
      return work();
    }
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new Error('this runner is at work already');
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}
