import type { Recorded } from '../../src/kernel/decider.js';
import { StoreError } from '../../src/kernel/errors.js';
import type { Metrics } from '../../src/runtime/metrics.js';
import { confuse, execute, notify, report, sendBack } from './bank-actions.js';
import { Bank, type Transfer } from './bank.js';
import type { Beginning, Setting } from './beginning.js';
import { Chance } from './chance.js';
import {
  apply,
  closeOne,
  cyclesIn,
  decide,
  giveBack,
  giveUp,
  openNext,
  proceed,
  reinstructOne,
} from './desk-actions.js';
import { correct, erase, leave, publish, revise } from './life-actions.js';
import { KeptJobs } from './jobs.js';
import { inMemory, Kept } from './kept.js';
import { SharedLog } from './log.js';
import { Office } from './office.js';
import { wrongIn } from './oracles.js';
import type { Places } from './places.js';
import { SimulatedProcess, type Ground } from './process.js';
import { again, approvedAndErased, closing } from './rushes.js';
import { SHORT, type Scale } from './scale.js';
import { Scheduler } from './scheduler.js';
import { toTheEnd } from './to-the-end.js';

/**
 * What happens in a history, in order; `n` says to whom. At night all is done, and nobody there.
 */
export interface Action {
  readonly what: keyof typeof ACTIONS | 'night';
  readonly n: number;
}

export interface Plan {
  readonly seed: number;
  readonly actions: readonly Action[];
}

export interface Outcome {
  readonly wrong: readonly string[];
  readonly trace: readonly string[];
  readonly traceHash: string;
  readonly events: readonly Recorded[];
  readonly bank: Bank;
  readonly erased: ReadonlySet<string>;
  readonly figures: Figures;
}
export interface Figures {
  readonly steps: number;
  /** Steps at which the scheduler had a choice. */
  readonly choices: number;
  readonly kills: number;
  readonly cycles: number;
  readonly paid: number;
}

const some = <T>(chance: Chance, all: readonly T[]): T[] => all.filter(() => chance.is(0.6));
const unsorted = (chance: Chance, all: readonly Transfer[]): Transfer[] =>
  [...all].sort(() => (chance.is(0.5) ? 1 : -1));

const ACTIONS = {
  apply: ({ office, setting }, n) => apply(office, setting, n),
  decide: ({ office }, n) => decide(office, n),
  month: ({ office }) => openNext(office),
  proceed: ({ office }, n) => proceed(office, n),
  return: ({ office }, n) => giveBack(office, n),
  abandon: ({ office }, n) => giveUp(office, n),
  reinstruct: ({ office }, n) => reinstructOne(office, n),
  close: ({ office }, n) => closeOne(office, n),
  bankPays: async ({ office }) => execute(office, 0.15),
  moneyReturns: async ({ office }, n) => sendBack(office, n),
  bankReports: ({ office, chance }) =>
    report(office, unsorted(chance, some(chance, office.ground.bank.transfers))),
  bankNotifies: ({ office, chance }) => notify(office, some(chance, office.ground.bank.transfers)),
  bankConfuses: ({ office }, n) => confuse(office, n),
  leave: ({ office }, n) => leave(office, n),
  erase: ({ office }, n) => erase(office, n),
  revise: ({ office }, n) => revise(office, n),
  publish: ({ office }) => publish(office),
  correct: ({ office }, n) => correct(office, n),
  closing: ({ office }, n) => closing(office, n),
  approvedAndErased: ({ office }, n) => approvedAndErased(office, n),
  again: ({ office }, n) => again(office, n),
  toldAndReplaced: async (world) => {
    const { office, bank } = world;
    execute(office, 0.1);
    const told = report(office, bank.transfers);
    await world.scheduler.until(office.world, 'told', () => world.chance.is(0.05));
    await Promise.all([told, world.replace()]);
  },
  kill: (world, n) => world.kill(n),
  pause: async (world, n) => world.pause(n),
  replace: (world) => world.replace(),
  clock: async ({ clock }, n) => {
    clock.offMs = (n % 2 === 0 ? -1 : 1) * (n % 240_000);
  },
} satisfies Record<string, (world: World, n: number) => Promise<void>>;

/** How often each is chosen. */
const WEIGHTS: Readonly<Record<keyof typeof ACTIONS, number>> = {
  apply: 5,
  decide: 8,
  month: 3,
  proceed: 12,
  return: 1,
  abandon: 1,
  reinstruct: 3,
  close: 4,
  bankPays: 4,
  moneyReturns: 2,
  bankReports: 5,
  bankNotifies: 3,
  bankConfuses: 2,
  leave: 1,
  erase: 2,
  revise: 2,
  publish: 1,
  correct: 3,
  closing: 8,
  approvedAndErased: 6,
  again: 3,
  toldAndReplaced: 2,
  kill: 3,
  pause: 1,
  replace: 1,
  clock: 1,
};
const CHOICES = (Object.keys(WEIGHTS) as (keyof typeof ACTIONS)[]).flatMap((what) =>
  Array.from({ length: WEIGHTS[what] }, () => what),
);

/** @param length actions, where it is not the scale's */
export function planOf(seed: number, { actions, days }: Scale = SHORT, length = actions): Plan {
  const chance = new Chance(seed * 7_919 + 1);
  const day = Math.ceil(length / days);
  const chosen = Array.from({ length }, (_, i): Action[] => {
    const action = { what: chance.of(CHOICES), n: chance.below(1_000_000) };
    return i > 0 && i % day === 0 ? [{ what: 'night', n: i }, action] : [action];
  });
  return { seed, actions: [{ what: 'month', n: 0 }, ...chosen.flat()] };
}

class World {
  readonly chance: Chance;
  readonly scheduler: Scheduler;
  readonly ground: Ground;
  readonly office: Office;
  readonly clock = { offMs: 0 };
  kills = 0;
  readonly #doing = new Set<Action>();
  readonly #defects: unknown[] = [];
  #processes: SimulatedProcess[] = [];
  #automating: SimulatedProcess | undefined;
  #made = 0;

  constructor(
    seed: number,
    readonly setting: Setting,
    placesOn: (scheduler: Scheduler) => Places,
    metrics: Metrics,
    readonly bank: Bank,
  ) {
    this.chance = new Chance(seed);
    this.scheduler = new Scheduler(this.chance, { lateAnswer: 0.1, effectAtDeath: 0.5 });
    const { registry, scale } = setting;
    this.ground = {
      scheduler: this.scheduler,
      registry,
      places: placesOn(this.scheduler),
      jobs: new KeptJobs(),
      bank: this.bank,
      clock: { now: () => new Date(this.scheduler.nowMs + this.clock.offMs).toISOString() },
      metrics,
      faults: { unknownOutcome: 0.005 },
    };
    this.office = new Office(this.ground, () => this.#processes, 0.05, scale.deputies);
    this.#serve();
    this.#automate(this.#serve());
  }

  /** A later part of a history: time went on, and no request has the number of an earlier one. */
  goOnFrom({ nowMs, requests }: Earlier): void {
    this.scheduler.nowMs = nowMs + 1;
    this.office.goOnFrom(requests);
  }

  get defects(): readonly unknown[] {
    return this.#defects;
  }
  get setAside(): number {
    return this.#automating?.setAside ?? 0;
  }

  /** Why it does not come to rest. */
  get busyWith(): string {
    return JSON.stringify({
      actions: [...this.#doing],
      requests: this.office.underWay,
      jobs: this.ground.jobs.idle,
      acted: this.#automating?.acted,
      alive: this.#automating?.alive,
    });
  }

  get underWay(): number {
    return this.#doing.size;
  }

  start(action: Action & { readonly what: keyof typeof ACTIONS }): void {
    const { what, n } = action;
    this.#doing.add(action);
    this.scheduler.note('world', `${what} ${n}`);
    void ACTIONS[what](this, n)
      .catch((error: unknown) => this.#defects.push(error))
      .finally(() => {
        this.#doing.delete(action);
      });
  }

  async kill(n: number): Promise<void> {
    const victim = this.#processes[n % this.#processes.length]!;
    this.#processes = this.#processes.filter((one) => one !== victim);
    this.kills += 1;
    await victim.kill();
    const next = this.#serve();
    if (victim === this.#automating) this.#automate(next);
  }

  pause(n: number): void {
    const victim = this.#processes[n % this.#processes.length]!;
    victim.pausedUntil = this.scheduler.steps + 50 + (n % 200);
    this.scheduler.note(victim.name, 'is paused');
  }

  /** The process that automates is held up, and another does its work; then the first goes on. */
  async replace(): Promise<void> {
    const held = this.#automating!;
    held.pausedUntil = this.scheduler.steps + 200;
    this.scheduler.note(held.name, 'is held up; another takes over');
    const next = this.#serve();
    this.#automate(next);
    await this.scheduler.until(
      this.office.world,
      'the held up one is lost',
      () => this.scheduler.steps > held.pausedUntil + 100,
    );
    this.#processes = this.#processes.filter((one) => one !== held);
    if (held.alive) await held.kill();
  }

  /** Until nothing is left to do. False where that takes more steps than there are. */
  async settle(maxSteps: number): Promise<boolean> {
    const end = this.scheduler.steps + maxSteps;
    while (this.scheduler.steps < end) {
      if (await this.scheduler.step()) continue;
      if (this.#isQuiet()) return true;
      if (!this.scheduler.skipTime(3_600_000)) return this.#isQuiet();
    }
    return false;
  }

  /** Who is paused goes on, and no fault comes any more. */
  calm(): void {
    this.ground.faults.unknownOutcome = 0;
    this.clock.offMs = 0;
    for (const process of this.#processes) process.pausedUntil = 0;
  }

  async end(): Promise<void> {
    for (const process of this.#processes) await process.kill();
    this.office.world.alive = false;
  }

  #serve(): SimulatedProcess {
    this.#made += 1;
    const process = new SimulatedProcess(`process${this.#made}`, this.ground);
    this.#processes.push(process);
    return process;
  }

  #automate(process: SimulatedProcess): void {
    this.#automating = process;
    void this.#begun(process).catch((error: unknown) => this.#defects.push(error));
  }

  /** One that refuses to begin by a clock too far behind the log is started until it begins. */
  async #begun(process: SimulatedProcess): Promise<void> {
    for (;;) {
      try {
        return await process.automate();
      } catch (error) {
        if (!(error instanceof StoreError && error.code === 'CLOCK_BEHIND_LOG')) throw error;
        this.scheduler.note(process.name, 'does not begin: CLOCK_BEHIND_LOG');
        await this.scheduler.pause(process, 5_000);
      }
    }
  }

  #isQuiet(): boolean {
    return (
      this.underWay === 0 &&
      this.office.underWay === 0 &&
      this.ground.jobs.idle &&
      this.#automating?.acted === this.ground.places.log.events.length - 1
    );
  }
}

/** Plays a plan in memory, from a beginning on. */
export function play(plan: Plan, beginning: Beginning, metrics: Metrics): Promise<Outcome> {
  const { registry, events, records } = beginning;
  const kept = new Kept();
  for (const [name, record] of records) kept.records.set(name, record);
  const log = new SharedLog(registry, true, events);
  return playOn((scheduler) => inMemory(scheduler, log, kept), plan, beginning, metrics);
}

/** What goes on from an earlier part of a history. */
export interface Earlier {
  readonly bank: Bank;
  readonly nowMs: number;
  /** Requests so far. */
  readonly requests: number;
}

/** Plays a plan, then lets the people bring everything to its end, and looks at what came of it. */
export async function playOn(
  placesOn: (scheduler: Scheduler) => Places,
  { seed, actions }: Plan,
  setting: Setting,
  metrics: Metrics,
  {
    earlier,
    onWorld,
  }: { readonly earlier?: Earlier; readonly onWorld?: (now: () => Earlier) => void } = {},
): Promise<Outcome> {
  const world = new World(seed, setting, placesOn, metrics, earlier?.bank ?? new Bank());
  const { scheduler, chance, office } = world;
  if (earlier) world.goOnFrom(earlier);
  onWorld?.(() => ({
    bank: world.bank,
    nowMs: scheduler.nowMs,
    requests: office.requests,
  }));
  for (const { what, n } of actions) {
    if (what === 'night') {
      await world.settle(setting.scale.closedWithin);
      scheduler.sleep(14 * 3_600_000);
      continue;
    }
    world.start({ what, n });
    // Half of them begin before the last one can have got far.
    const until = scheduler.steps + chance.below(chance.is(0.5) ? 10 : 120);
    while (scheduler.steps < until || world.underWay >= setting.scale.atOnce)
      if (!(await scheduler.step()) && !scheduler.skipTime(60_000)) break;
  }
  const stuck = (await toTheEnd(world))
    ? []
    : [`liveness: it does not come to rest: ${world.busyWith}`];
  await world.end();
  const { events } = world.ground.places.log;
  const persons = events.flatMap((event) =>
    event.type === 'PersonRegistered' ? [event.data.personId] : [],
  );
  const erased = await world.ground.places.withoutKey(persons);
  const defects = world.defects.map((error) => `defect: ${String(error)}`);
  const aside = world.setAside > 0 ? [`set aside: ${world.setAside} events`] : [];
  return {
    wrong: [...stuck, ...defects, ...aside, ...wrongIn(events, world.bank, erased)],
    trace: scheduler.trace,
    traceHash: scheduler.traceHash,
    events,
    bank: world.bank,
    erased,
    figures: {
      steps: scheduler.steps,
      choices: scheduler.choices,
      kills: world.kills,
      cycles: cyclesIn(events).length,
      paid: world.bank.transfers.filter(({ fate }) => fate === 'paid').length,
    },
  };
}
