import { hash } from 'node:crypto';
import type { Chance } from './chance.js';

/** Who waits for something: a process of the engine, or the world outside of it. */
export interface Owner {
  readonly name: string;
  /** False once it was killed: nothing that it asked for comes back to it. */
  alive: boolean;
  /** The step before which nothing comes back to it. */
  pausedUntil: number;
}

/** A call that somebody waits for: made, and perhaps answered later than it had its effect. */
interface Pending {
  readonly owner: Owner;
  readonly label: string;
  /** Whether it can go on; absent: at any time. */
  readonly ready?: () => boolean;
  /** Of one that waits for a time, when it is. */
  readonly dueMs?: number;
  /** Has the effect, and gives what the caller is told then. */
  readonly effect: () => Promise<() => void>;
  /** Once it had its effect. */
  answer?: () => void;
}

export interface Odds {
  /** That an answer comes later than the effect. */
  readonly lateAnswer: number;
  /** That a pending call of a process that is killed had its effect. */
  readonly effectAtDeath: number;
}

/** In one step one of the pending calls goes on, chosen by the seed; time goes on between them. */
export class Scheduler {
  readonly #pending: Pending[] = [];
  readonly trace: string[] = [];
  #last: Promise<unknown> = Promise.resolve();
  nowMs = Date.parse('2026-01-05T08:00:00.000Z');
  steps = 0;
  /** Steps at which more than one call could have gone on. */
  choices = 0;

  constructor(
    readonly chance: Chance,
    private readonly odds: Odds,
  ) {}

  /** A call at a port. It never comes back to one who was killed meanwhile. */
  call<T>(
    owner: Owner,
    label: string,
    effect: () => T | Promise<T>,
    told: (value: T) => string = () => '',
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!owner.alive) return;
      this.#pending.push({
        owner,
        label,
        effect: async () => {
          try {
            const value = await effect();
            this.note(owner.name, `${label} ${told(value)}`.trimEnd());
            return () => resolve(value);
          } catch (error) {
            this.note(owner.name, `${label} fails: ${nameOf(error)}`);
            return () => reject(error as Error);
          }
        },
      });
    });
  }

  /** Until something is so. */
  until(owner: Owner, label: string, ready: () => boolean): Promise<void> {
    return new Promise<void>((resolve) => {
      if (owner.alive) this.#pending.push({ owner, label, ready, effect: async () => resolve });
    });
  }

  pause(owner: Owner, ms: number, signal?: AbortSignal): Promise<void> {
    const dueMs = this.nowMs + ms;
    const ready = (): boolean => this.nowMs >= dueMs || signal?.aborted === true;
    return new Promise<void>((resolve) => {
      if (owner.alive)
        this.#pending.push({ owner, label: 'wait', dueMs, ready, effect: async () => resolve });
    });
  }

  note(who: string, what: string): void {
    this.trace.push(`${String(this.steps).padStart(5)} ${who.padEnd(9)} ${what}`);
  }

  get traceHash(): string {
    return hash('sha256', this.trace.join('\n'), 'hex');
  }

  /** Lets one of the calls that can go on go on. False where none can. */
  async step(): Promise<boolean> {
    await turn();
    return this.#alone(() => this.#goOn());
  }

  async #goOn(): Promise<boolean> {
    const able = this.#pending.filter((one) => this.#isAble(one));
    if (able.length === 0) return false;
    this.steps += 1;
    this.nowMs += 1;
    if (able.length > 1) this.choices += 1;
    const chosen = this.chance.of(able);
    this.#take(chosen);
    if (chosen.answer) {
      chosen.answer();
      return true;
    }
    const answer = await chosen.effect();
    if (chosen.ready || !this.chance.is(this.odds.lateAnswer)) answer();
    else this.#pending.push({ ...chosen, answer });
    return true;
  }

  /**
   * Goes on to the next time that somebody waits for, within a limit. False where there is none.
   */
  skipTime(limitMs: number): boolean {
    const due = this.#pending.flatMap((one) =>
      one.dueMs !== undefined && one.owner.alive ? [one.dueMs] : [],
    );
    const next = Math.min(...due);
    const paused = this.#pending.some(({ owner }) => owner.pausedUntil > this.steps);
    if (paused) {
      this.steps += 1;
      return true;
    }
    if (!Number.isFinite(next) || next - this.nowMs > limitMs) return false;
    this.nowMs = Math.max(this.nowMs, next);
    return true;
  }

  get today(): string {
    return new Date(this.nowMs).toISOString().slice(0, 10);
  }

  /** Time goes on without anybody. */
  sleep(ms: number): void {
    this.nowMs += ms;
    this.note('world', `${ms / 3_600_000} hours later`);
  }

  /** Ends an owner between two steps: each call under way had its effect, or has none. */
  kill(owner: Owner): Promise<void> {
    return this.#alone(async () => {
      owner.alive = false;
      const left = this.#pending.filter((one) => one.owner === owner);
      for (const one of left) {
        this.#take(one);
        if (!one.answer && !one.ready && this.chance.is(this.odds.effectAtDeath))
          await one.effect();
      }
      this.note(owner.name, `is killed with ${left.length} calls under way`);
    });
  }

  /** On a real disk an effect takes time; nobody else goes on in it, or a seed says nothing. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #take(one: Pending): void {
    const at = this.#pending.indexOf(one);
    if (at < 0) throw new Error(`${one.owner.name}: ${one.label} is taken twice`);
    this.#pending.splice(at, 1);
  }

  #isAble({ owner, ready, answer }: Pending): boolean {
    if (owner.pausedUntil > this.steps) return false;
    return answer !== undefined || ready === undefined || ready();
  }
}

const nameOf = (error: unknown): string => {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name ?? error);
};

/** Until everything that can run without a port has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
