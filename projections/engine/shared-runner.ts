import { setTimeout as wait } from 'node:timers/promises';
import type { EventFeed } from '../../src/adapters/event-bus/port.js';
import { MAX_PAGE } from '../../src/adapters/event-store/port.js';
import type { ReadDb } from '../../src/adapters/read-store/port.js';
import {
  afterSwitch,
  buildBeside,
  discardBuild,
  indexBuild,
  openBuilds,
  switchLive,
  type ProjectionBuild,
} from './builds.js';
import { isCheckpointRefusal } from '../../src/kernel/anchor.js';
import { checkedWork } from '../../src/kernel/concurrency/checked-work.js';
import { compareAll } from './compare.js';
import { ProjectionProcessor, type ProjectionProcessorOptions } from './projection-processor.js';
import {
  NOT_COMPARED,
  PassedOver,
  type RebuildReport,
  type RunnerOptions,
  type WorkOptions,
} from './runner.js';
import {
  aloneIn,
  beginAnew,
  BuildsChangedError,
  PartitionCheckpoint,
  stateOf,
} from './partition-checkpoint.js';
import { furthest, ReadModelAnchor } from './read-anchor.js';

/**
 * How often a process looks whether the read models stand before a hole, and after how many looks
 * it fills it from the log.
 */
const LOOK_EVERY_MS = 1_000;
const PATIENCE_LOOKS = 5;

export interface SharedRunnerOptions extends Omit<RunnerOptions, 'feed'> {
  /**
   * Gives each stream in order, but streams in any order, and each member some of them (a broker's
   * partitions in a consumer group).
   */
  readonly feed?: EventFeed;
  /** A name that no other process has, also not one before. */
  readonly member: string;
  /**
   * Does work that one process does at a time, when it is this one's turn; its signal aborts when
   * the turn is over.
   */
  readonly inTurn: (
    work: (held: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<void>;
}

/**
 * Keeps read models up to the log together with other processes, each of which is given a part of
 * the feed. Rows, what was seen of each stream, and the position are committed together, under a
 * hold on the part; the position is moved by whoever closes the last hole. What is made from the
 * log itself, a new version beside the old one, one process makes for all.
 */
export class SharedRunner {
  readonly #skipped: PassedOver;
  readonly #anchor: ReadModelAnchor;
  #builds: readonly ProjectionBuild[] = [];

  constructor(private readonly options: SharedRunnerOptions) {
    this.#skipped = new PassedOver(options.onNote);
    this.#anchor = new ReadModelAnchor(options.log);
  }

  /** Events passed over because nobody published their type, by type. */
  get skipped(): ReadonlyMap<string, number> {
    return this.#skipped.types;
  }

  /**
   * The position that every build had reached when this process last committed or looked; -1 before
   * the start.
   */
  get position(): number {
    return this.#builds.length > 0 ? Math.min(...this.#builds.map(({ position }) => position)) : -1;
  }

  /**
   * Takes its part of the feed until the signal aborts or the feed ends.
   * @throws ProjectionError PROJECTION_GAP, PROJECTION_FAILED, PROJECTION_NEWER; ReadStoreError;
   *   ContractError from the log; CHECKPOINT_NOT_IN_LOG where the log is not what they stand on
   */
  async run(signal: AbortSignal): Promise<void> {
    for (let ended = false; !ended && !signal.aborted;) {
      await this.#allLive(signal);
      if (signal.aborted) return;
      try {
        await checkedWork(
          () => this.#anchor.check(),
          (until) => this.#follow(this.#builds, until),
          signal,
          this.options.lookEveryMs,
        );
        ended = true;
      } catch (error) {
        if (!(error instanceof BuildsChangedError)) throw error;
        this.options.onNote?.({ what: 'switched', detail: error.message });
      }
    }
  }

  /**
   * Brings the read models up to the log's end from the log itself, beside whoever is at work, and
   * returns the position reached.
   */
  async catchUp(work: WorkOptions = {}): Promise<number> {
    await this.#allLive(work.signal ?? NEVER);
    await this.#fill(this.#builds, work);
    return this.position;
  }

  /**
   * Builds every read model anew beside the live ones and switches to it, while projectors go on;
   * with `verify`, compares them row for row first, for which they wait. Aborted, it leaves the
   * live ones as they were.
   */
  async rebuild(work: WorkOptions & { readonly verify?: boolean } = {}): Promise<RebuildReport> {
    let report: RebuildReport | undefined;
    await this.options.inTurn(async (held) => {
      const { store } = this.options;
      const comparable = await this.#openWhereFounded(held);
      held.throwIfAborted();
      const live = this.#builds;
      const beside: ProjectionBuild[] = [];
      for (const build of live) beside.push(await buildBeside(store, build));
      let events = 0;
      const onProgress: WorkOptions['onProgress'] = work.onProgress;
      const total = (await this.options.log.lastPosition()) + 1;
      const processor = (within?: ReadDb) =>
        this.#processorOf(
          beside,
          (position, read) => {
            events += read;
            onProgress?.({ done: position + 1, total: Math.max(total, position + 1) });
          },
          within,
          true,
        );
      try {
        const most = processor();
        await most.catchUp(held);
        held.throwIfAborted();
        for (const build of beside) await indexBuild(store, build);
        const compared = await this.#alone(async (trx) => {
          if (comparable) await this.#processorOf(live, () => undefined, trx).catchUp(held);
          const rest = processor(trx);
          await rest.catchUp(held);
          const comparison =
            work.verify && comparable ? await compareAll(trx, live, beside, held) : NOT_COMPARED;
          held.throwIfAborted();
          for (const build of beside) await switchLive(trx, build);
          if (!comparable) await beginAnew(trx, this.options.log, rest.last ?? most.last);
          return comparison;
        });
        for (const build of beside) await afterSwitch(store, build);
        this.#builds = beside;
        report = { events, ...compared };
      } catch (error) {
        for (const build of beside)
          if (!build.live) await discardBuild(store, build).catch(() => undefined);
        throw error;
      }
    }, work.signal ?? NEVER);
    work.signal?.throwIfAborted();
    if (!report) throw new Error('The turn to rebuild was lost.');
    return report;
  }

  /** False where the live ones show what the log does not say: they are not to be gone on with. */
  async #openWhereFounded(held: AbortSignal): Promise<boolean> {
    try {
      await this.#open(held);
      return true;
    } catch (error) {
      if (!isCheckpointRefusal(error)) throw error;
      const { store, projections, onNote } = this.options;
      onNote?.({ what: 'refused', detail: error.detail });
      this.#builds = await openBuilds(store, projections, true);
      return false;
    }
  }

  #allLive(signal: AbortSignal): Promise<void> {
    return this.options.inTurn((held) => this.#open(held), signal);
  }

  /**
   * Opens the builds, and makes from the log those that are not there; the others are fed
   * meanwhile.
   */
  async #open(held: AbortSignal): Promise<void> {
    const { store, projections, onNote } = this.options;
    const builds = await openBuilds(store, projections, true);
    await this.#anchor.goOn(store.db, furthest(builds));
    const making = builds.filter(({ live }) => !live);
    if (making.length > 0) {
      for (const { projection, suffix, position } of making)
        onNote?.({
          what: 'building',
          detail: `${projection.name} ${suffix} from position ${position + 1}`,
        });
      const live = builds.filter((build) => build.live);
      const made = new AbortController();
      const failed = new AbortController();
      const meanwhile =
        live.length === 0
          ? Promise.resolve()
          : this.#follow(live, AbortSignal.any([held, made.signal])).catch((error: unknown) => {
              failed.abort();
              throw error;
            });
      const [make, feed] = await Promise.allSettled([
        this.#make(making, live.length === 0, AbortSignal.any([held, failed.signal])).finally(() =>
          made.abort(),
        ),
        meanwhile,
      ]);
      for (const end of [feed, make]) if (end.status === 'rejected') throw end.reason;
      if (held.aborted) return;
    }
    this.#builds = builds;
    this.#committed(this.position);
  }

  /** @param first nothing is live yet: how far these are is all that there is to tell */
  async #make(
    making: readonly ProjectionBuild[],
    first: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, onNote } = this.options;
    const tell = (position: number): void => {
      if (first) this.#committed(position);
    };
    await this.#processorOf(making, tell).catchUp(signal);
    if (signal.aborted) return;
    for (const build of making) await indexBuild(store, build);
    await this.#alone(async (trx) => {
      await this.#processorOf(making, () => undefined, trx).catchUp(signal);
      signal.throwIfAborted();
      for (const build of making) await switchLive(trx, build);
    });
    for (const build of making) {
      await afterSwitch(store, build);
      onNote?.({
        what: 'switched',
        detail: `${build.projection.name} is read from ${build.suffix}`,
      });
    }
  }

  async #follow(builds: readonly ProjectionBuild[], signal: AbortSignal): Promise<void> {
    const { store, feed, member } = this.options;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const processor = this.#processorOf(builds, (position, events) =>
      this.#committed(position, events),
    );
    const checkpoint = new PartitionCheckpoint(store.dialect, member);
    const fed = (async (): Promise<void> => {
      for await (const page of feed?.subscribe(processor.position, either) ?? [])
        await processor.takeByStream(page, checkpoint);
    })();
    const ends = await Promise.allSettled([
      fed.finally(() => stop.abort()),
      this.#watch(builds, either).catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    ]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Looks how far all came together, and fills from the log what the feed does not give. */
  async #watch(builds: readonly ProjectionBuild[], signal: AbortSignal): Promise<void> {
    let stands = -2;
    let looks = 0;
    while (!signal.aborted) {
      await wait(this.options.lookEveryMs ?? LOOK_EVERY_MS, undefined, { signal }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      const { position, beyond } = await stateOf(this.options.store, builds);
      if (position !== stands) this.#committed(position);
      looks = beyond && position === stands ? looks + 1 : 0;
      stands = position;
      if (looks < PATIENCE_LOOKS) continue;
      this.options.onNote?.({
        what: 'filled',
        detail: `what follows position ${position} did not come; it is read from the log`,
      });
      await this.#fill(builds, { signal });
      looks = 0;
    }
  }

  /**
   * What nobody was given, in builds opened for it: those at work find rows that somebody else
   * wrote, and look again.
   */
  async #fill(
    builds: readonly ProjectionBuild[],
    { signal, onProgress }: WorkOptions,
  ): Promise<void> {
    const total = (await this.options.log.lastPosition()) + 1;
    const own = builds.map((build) => ({ ...build }));
    await this.#alone((trx) =>
      this.#processorOf(
        own,
        (position) => onProgress?.({ done: position + 1, total }),
        trx,
      ).catchUp(signal),
    );
    for (const [index, build] of builds.entries())
      build.position = Math.max(build.position, own[index]?.position ?? -1);
    this.#committed(this.position);
  }

  /** In one transaction, in which nobody else folds. */
  #alone<T>(work: (trx: ReadDb) => Promise<T>): Promise<T> {
    const { store } = this.options;
    return store.db.transaction().execute(async (trx) => {
      await aloneIn(trx, store.dialect);
      return work(trx);
    });
  }

  #processorOf(
    builds: readonly ProjectionBuild[],
    onBatch: ProjectionProcessorOptions['onBatch'],
    within?: ReadDb,
    beside = false,
  ): ProjectionProcessor {
    return new ProjectionProcessor(this.options.store, this.options.log, builds, {
      pageSize: this.options.pageSize ?? MAX_PAGE,
      onBatch,
      onUnknown: this.#skipped.add,
      ...(within ? { within } : {}),
      ...(beside ? {} : { anchor: this.#anchor }),
    });
  }

  #committed(position: number, events = 0): void {
    this.options.onCommitted?.(position, events);
  }
}

const NEVER = new AbortController().signal;
