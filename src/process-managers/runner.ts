import type { EventType } from '../../events/generated.js';
import { MAX_PAGE } from '../adapters/event-store/port.js';
import { Backoff } from '../kernel/concurrency/backoff.js';
import { pause, type Pause } from '../kernel/concurrency/pause.js';
import type { Recorded } from '../kernel/decider.js';
import type { Deps, OnProgress } from '../write-side/context.js';
import type { Failing, SetAside } from '../write-side/set-aside.js';
import type { RunnerOptions } from '../runtime/runner-options.js';
import { LogAnchor } from '../kernel/anchor.js';
import { checkedWork } from '../kernel/concurrency/checked-work.js';
import { isOutage, isRefusal } from '../write-side/outage.js';
import { reasonOf, setAsideOf } from '../runtime/set-aside.js';
import type { Checkpoint } from '../runtime/checkpoint.js';
import { FailingManagers } from '../runtime/failing.js';
import { Dismissals, isSame, type Dismissed } from '../runtime/dismissals.js';

/**
 * Follows the log and acts on what happened. `handle` gets the events of a page that it `handles`,
 * in commit order, and must bear getting any of them again.
 */
export interface ProcessManager {
  readonly name: string;
  readonly handles: readonly EventType[];
  handle(events: readonly Recorded[], signal?: AbortSignal): Promise<void>;
}

/** Tries of one page before the event at fault is looked for, and set aside. */
const TRIES = 5;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** What was set aside is tried again now and then: what was in the way may be gone. */
const AGAIN_MS = 600_000;

const REMEDY =
  'It would pass over what that log says from here on. Stop it, run "sanad lease reset", and start it again (docs/operations.md, "Restoring").';

/** The part of a store that it follows and reads. */
export type FollowedStore = Pick<
  Deps['store'],
  'readAll' | 'readStream' | 'readCategory' | 'lastPosition' | 'follow'
>;

/** A process manager with its own place in the log. */
interface Subscription {
  readonly manager: ProcessManager;
  position: number;
  /** Catching up by itself, after it failed or was behind the others. */
  behind: Promise<void> | undefined;
}

/**
 * Drives the process managers, live or until caught up. Each has its own place in the log: one that
 * fails is tried again by itself while the others go on, and an event that it cannot act on after a
 * number of tries is set aside for a person. What fails because a disk or a server is away sets
 * nothing aside.
 */
export class ProcessManagerRunner {
  #subscriptions: readonly Subscription[] | undefined;
  #setAside: SetAside[] = [];
  /** The end of the page that those who are not behind are given, or were given last. */
  #shared = -1;
  readonly #anchor: LogAnchor;
  readonly #dismissals: Dismissals;
  readonly #pause: Pause;
  readonly #failing: FailingManagers;

  constructor(
    private readonly deps: {
      readonly store: FollowedStore;
      /** Is told of each event: nothing that follows from it is written before it. */
      readonly clock?: Deps['clock'];
    },
    private readonly managers: readonly ProcessManager[],
    private readonly checkpoint: Checkpoint,
    private readonly options: RunnerOptions = {},
  ) {
    this.#pause = this.options.pause ?? pause;
    this.#failing = new FailingManagers(this.options.onLasting);
    this.#dismissals = new Dismissals(deps.store);
    this.#anchor = new LogAnchor(deps.store, 'The checkpoint of the automation', REMEDY);
  }

  /** Log position up to which every manager has acted; -1 before the first. */
  get position(): number {
    return this.#subscriptions ? lowest(this.#subscriptions) : -1;
  }

  /** What a person has to look at. */
  get setAside(): readonly SetAside[] {
    return this.#setAside;
  }

  /** Managers that catch up by themselves, because they failed or are new. */
  get behind(): readonly string[] {
    return (this.#subscriptions ?? [])
      .filter(({ behind }) => behind !== undefined)
      .map(({ manager }) => manager.name);
  }

  /** Those of them that have failed for a while, and why. */
  get failing(): readonly Failing[] {
    return this.#failing.lasting;
  }

  /** Reads where each was; needed only to look at it without running. */
  async load(): Promise<void> {
    await this.#load();
  }

  /**
   * Follows the log until the signal aborts. Rejects when the log is lost; started again, each goes
   * on where it was. @throws as `check`
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.check();
    const subscriptions = await this.#load();
    const check = (): Promise<void> => this.#anchor.check();
    const work = (until: AbortSignal): Promise<void> => this.#follow(subscriptions, until);
    await checkedWork(check, work, signal, undefined, this.#pause);
  }

  /** @throws DomainError CHECKPOINT_NOT_IN_LOG where the log is not the one that was acted on */
  async check(): Promise<void> {
    await this.#load();
    await this.#anchor.check();
    await this.#dismissals.load();
  }

  async #follow(subscriptions: readonly Subscription[], signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    this.#shared = Math.max(...subscriptions.map(({ position }) => position));
    for (const subscription of subscriptions)
      if (subscription.position < this.#shared) this.#leaveBehind(subscription, until);
    const again = this.#again(until);
    try {
      const pages = this.deps.store.follow(this.#shared, until, this.#pageSize);
      for await (const page of pages) {
        this.#shared = page.next;
        this.#forget(this.#dismissals.add(page.events));
        await this.#stepTo(page.events);
        for (const subscription of subscriptions)
          if (!subscription.behind) await this.#give(subscription, page, until);
        signal.throwIfAborted();
        await this.#save();
      }
    } finally {
      ended.abort();
      await Promise.all([again, ...subscriptions.map(({ behind }) => behind)]);
    }
  }

  /**
   * Acts on everything recorded so far, also on what that itself records, and stops. What is
   * refused is set aside; what fails otherwise holds up its own manager only, and is thrown at the
   * end. Returns the position reached by all.
   */
  async drain(onProgress?: OnProgress, signal?: AbortSignal): Promise<number> {
    await this.check();
    const subscriptions = await this.#load();
    const failed = new Map<Subscription, unknown>();
    for (;;) {
      signal?.throwIfAborted();
      const well = subscriptions.filter((subscription) => !failed.has(subscription));
      if (well.length === 0) break;
      const from = lowest(well);
      const page = await this.deps.store.readAll(from, Math.min(this.#pageSize, MAX_PAGE));
      if (page.events.length === 0) break;
      this.#forget(this.#dismissals.add(page.events));
      await this.#stepTo(page.events);
      for (const subscription of well) {
        if (subscription.position >= page.next) continue;
        try {
          await this.#act(subscription, page.events, signal, 1);
          subscription.position = page.next;
        } catch (error) {
          signal?.throwIfAborted();
          failed.set(subscription, error);
        }
      }
      await this.#save();
      onProgress?.({ what: 'events followed', done: this.position + 1 });
    }
    for (const error of failed.values()) throw error;
    return this.position;
  }

  /**
   * Tries what was set aside once more: all of it, or one event. Returns how many are set aside no
   * longer.
   */
  async retry(eventId?: string, signal?: AbortSignal): Promise<number> {
    await this.#load();
    let done = 0;
    for (const entry of [...this.#setAside]) {
      if (eventId !== undefined && entry.eventId !== eventId) continue;
      if (await this.#retryOne(entry, signal)) done += 1;
    }
    if (done > 0) await this.#save();
    return done;
  }

  get #pageSize(): number {
    return this.options.pageSize ?? 2_000;
  }

  async #load(): Promise<readonly Subscription[]> {
    if (this.#subscriptions) return this.#subscriptions;
    const state = await this.checkpoint.loadState?.();
    const shared = state?.positions ? -1 : await this.checkpoint.load();
    this.#setAside = [...(state?.setAside ?? [])];
    const kept = Object.values(state?.positions ?? {});
    this.#anchor.keep(Math.max(shared, ...kept), state?.anchor);
    this.#subscriptions = this.managers.map((manager) => ({
      manager,
      position: state?.positions?.[manager.name] ?? shared,
      behind: undefined,
    }));
    return this.#subscriptions;
  }

  /** One try: what fails is tried again beside the others. */
  async #give(
    subscription: Subscription,
    page: { readonly events: readonly Recorded[]; readonly next: number },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const ours = this.#eventsFor(subscription, page.events);
      if (ours.length > 0) await subscription.manager.handle(ours, signal);
      subscription.position = Math.max(subscription.position, page.next);
    } catch (error) {
      signal.throwIfAborted();
      this.options.onTrouble?.(subscription.manager.name, error);
      this.#leaveBehind(subscription, signal);
    }
  }

  #leaveBehind(subscription: Subscription, signal: AbortSignal): void {
    subscription.behind = this.#catchUp(subscription, signal).finally(() => {
      subscription.behind = undefined;
    });
  }

  /** Until it is where the others are; then it is given what they are given. */
  async #catchUp(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const backoff = this.#backoff();
    while (!signal.aborted && subscription.position < this.#shared) {
      const goal = this.#shared;
      try {
        const limit = Math.min(this.#pageSize, MAX_PAGE);
        const page = await this.deps.store.readAll(subscription.position, limit);
        if (page.events.length > 0) await this.#act(subscription, page.events, signal, TRIES);
        subscription.position = page.events.length > 0 ? page.next : goal;
        this.#failing.well(subscription.manager.name);
        await this.#save();
        backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        this.#failing.met(subscription.manager.name, error);
        this.options.onTrouble?.(subscription.manager.name, error);
        await this.#pause(backoff.next(), signal);
      }
    }
  }

  /**
   * Has a manager act on a page, a number of times where it fails; then sets the events aside that
   * it cannot act on. @throws what is no refusal of an event, before anything is set aside for it
   */
  async #act(
    subscription: Subscription,
    events: readonly Recorded[],
    signal: AbortSignal | undefined,
    tries: number,
  ): Promise<void> {
    const ours = this.#eventsFor(subscription, events);
    if (ours.length === 0) return;
    const backoff = this.#backoff();
    for (let left = tries; ; left -= 1) {
      try {
        return await subscription.manager.handle(ours, signal);
      } catch (error) {
        signal?.throwIfAborted();
        // A command that ends says what failed; only who stays can try until it is sure.
        if (isOutage(error) || (tries === 1 && !isRefusal(error))) throw error;
        if (left <= 1) return this.#isolate(subscription, ours, error, signal);
        this.options.onTrouble?.(subscription.manager.name, error);
        await this.#pause(backoff.next(), signal);
      }
    }
  }

  /** Halves a page until the events at fault are found; the others are acted on. */
  async #isolate(
    subscription: Subscription,
    events: readonly Recorded[],
    error: unknown,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (events.length === 1) {
      const entry = setAsideOf(subscription.manager.name, events[0]!, error);
      if (!(await this.#dismissals.hasNow(entry))) this.#putAside(entry);
      return;
    }
    const middle = Math.ceil(events.length / 2);
    for (const half of [events.slice(0, middle), events.slice(middle)]) {
      try {
        await subscription.manager.handle(half, signal);
      } catch (failure) {
        signal?.throwIfAborted();
        if (isOutage(failure)) throw failure;
        await this.#isolate(subscription, half, failure, signal);
      }
    }
  }

  #putAside(entry: SetAside): void {
    const others = this.#setAside.filter((one) => !isSame(one, entry));
    this.#setAside = [...others, entry];
    this.options.onSetAside?.(entry);
  }

  /** What two people said that nothing has to come of any more. */
  #forget(dismissed: readonly Dismissed[]): void {
    if (dismissed.length === 0) return;
    this.#setAside = this.#setAside.filter((one) => !dismissed.some((other) => isSame(one, other)));
  }

  async #retryOne(entry: SetAside, signal?: AbortSignal): Promise<boolean> {
    if (await this.#dismissals.hasNow(entry)) {
      this.#forget([entry]);
      return true;
    }
    const manager = this.managers.find(({ name }) => name === entry.manager);
    try {
      const events = await this.deps.store.readStream(entry.stream);
      const event = events.find(({ id }) => id === entry.eventId);
      if (!manager || !event) return false;
      await manager.handle([event], signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isOutage(error)) this.#putAside({ ...entry, reason: reasonOf(error) });
      return false;
    }
    this.#setAside = this.#setAside.filter((one) => !isSame(one, entry));
    return true;
  }

  /** Now, and then every ten minutes; a failure here is a failure of the next time too. */
  async #again(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.retry(undefined, signal).catch(() => undefined);
      await this.#pause(AGAIN_MS, signal);
    }
  }

  #eventsFor(
    { manager, position }: Subscription,
    events: readonly Recorded[],
  ): readonly Recorded[] {
    const ours = events.filter(
      ({ type, id, position: at }) =>
        at > position &&
        manager.handles.includes(type) &&
        !this.#dismissals.has({ manager: manager.name, eventId: id }),
    );
    for (const { time } of ours) this.deps.clock?.saw?.(time);
    return ours;
  }

  #backoff(): Backoff {
    return new Backoff(this.options.firstPauseMs ?? FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  }

  async #stepTo(events: readonly Recorded[]): Promise<void> {
    const last = events.at(-1);
    if (last) await this.#anchor.moveTo(last);
  }

  async #save(): Promise<void> {
    const subscriptions = this.#subscriptions ?? [];
    await this.checkpoint.saveState?.({
      positions: Object.fromEntries(
        subscriptions.map(({ manager, position }) => [manager.name, position]),
      ),
      setAside: this.#setAside,
      ...(this.#anchor.current ? { anchor: this.#anchor.current } : {}),
    });
    await this.checkpoint.save(lowest(subscriptions));
  }
}

const lowest = (subscriptions: readonly Subscription[]): number =>
  Math.min(...subscriptions.map(({ position }) => position));
