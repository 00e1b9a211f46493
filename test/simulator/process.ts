import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CommandBus, type ICommandHandler } from '@nestjs/cqrs';
import type { EventRegistry } from '../../events/registry.js';
import { heldClock } from '../../src/adapters/clock/held.js';
import type { Clock } from '../../src/adapters/clock/port.js';
import { readBankMessage } from '../../src/adapters/payment-rail/iso20022/incoming/reader.js';
import { BackgroundWork } from '../../src/composition/background-work.js';
import { lookAtEnd } from '../../src/composition/engine.js';
import { FEATURES } from '../../src/composition/features.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import type { Answer } from '../../src/http/answer.js';
import type { Command } from '../../src/http/call.js';
import { CommandExecutor, type CommandPlanDeps } from '../../src/http/command-handlers.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { LogPersonReader } from '../../src/person/person-reader.js';
import { CachedProgrammeReader } from '../../src/programme/programme-reader.js';
import type { Metrics } from '../../src/runtime/metrics.js';
import { supervise } from '../../src/runtime/supervision/supervise.js';
import { QueuedJobs, type QueuedJob } from '../../src/use-cases/jobs/queued-jobs.js';
import type { MessageDeps } from '../../src/write-side/context.js';
import type { FromBackground } from '../../src/write-side/jobs.js';
import { simulatedRail, type Bank } from './bank.js';
import { SimulatedQueue, type KeptJobs } from './jobs.js';
import { SimulatedStore, type Faults } from './log.js';
import type { Parts, Places } from './places.js';
import type { Owner, Scheduler } from './scheduler.js';

type Handler = ICommandHandler<Command, Answer>;

/** What processes share: everything that outlives them. */
export interface Ground {
  readonly scheduler: Scheduler;
  readonly registry: EventRegistry;
  readonly places: Places;
  readonly jobs: KeptJobs<QueuedJob>;
  readonly bank: Bank;
  /** The machines' clock, which may jump. */
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly faults: Faults;
}

/**
 * A process of the engine: the real command bus, handlers, process managers and jobs over ports
 * that the scheduler answers at. It lives until it is killed, and another is made over what it
 * left.
 */
export class SimulatedProcess implements Owner {
  alive = true;
  pausedUntil = 0;
  readonly deps: MessageDeps;
  readonly #parts: Parts;
  readonly #bus: CommandBus;
  readonly #queue: SimulatedQueue<QueuedJob>;
  readonly #ended = Promise.withResolvers<never>();
  #background: BackgroundWork | undefined;

  constructor(
    readonly name: string,
    private readonly ground: Ground,
  ) {
    const { scheduler, registry, places, jobs, bank, clock, faults } = ground;
    this.#parts = places.partsOf(this);
    this.deps = {
      store: new SimulatedStore(scheduler, this, places.log, faults),
      registry,
      vault: this.#parts.vault,
      clock: heldClock(clock),
      rail: simulatedRail(scheduler, this, bank),
      locks: new KeyedMutex(),
      archive: this.#parts.archive,
      readMessage: readBankMessage,
    };
    this.#queue = new SimulatedQueue(scheduler, this, jobs);
    this.#bus = this.#busOver();
    this.#ended.promise.catch(() => undefined);
  }

  /** Where its process managers are; undefined where it has none. */
  get acted(): number | undefined {
    return this.#background?.automations.position;
  }

  get setAside(): number {
    return this.#background?.automations.setAside.length ?? 0;
  }

  /** Starts process managers and jobs, as the one process that has them. */
  async automate(): Promise<void> {
    const { scheduler, jobs } = this.ground;
    const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
      scheduler.pause(this, ms, signal);
    jobs.takeBack();
    const { signal } = new AbortController();
    const tell = (message: FromBackground): void => {
      if (message.kind === 'note' || message.kind === 'trouble' || message.kind === 'alarm')
        scheduler.note(this.name, `${message.kind}: ${message.what}: ${message.detail}`);
    };
    const { deps } = this;
    const { checkpoints } = this.#parts;
    const background = new BackgroundWork({ deps, checkpoints, tell, signal, pause });
    this.#background = background;
    await lookAtEnd({ store: deps.store, clock: deps.clock as ReturnType<typeof heldClock> });
    void supervise('automation', () => background.automate(), tell, signal, pause);
    void supervise('jobs', () => background.work(this.#queue), tell, signal, pause);
  }

  execute(command: Command): Promise<Answer> {
    return this.#bus.execute<Command, Answer>(command);
  }

  /** What it comes to; rejects with `killed` where the process ends before. */
  answered<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended.promise]);
  }

  async kill(): Promise<void> {
    await this.ground.scheduler.kill(this);
    this.ground.jobs.takeBack();
    this.#ended.reject(new Error('killed'));
  }

  #busOver(): CommandBus {
    const { store } = this.deps;
    const plans: CommandPlanDeps = {
      ...this.deps,
      programmes: new CachedProgrammeReader(store),
      persons: new LogPersonReader(store),
      background: new QueuedJobs(this.#queue),
      requireFit: async (policy) => {
        compilePolicy(policy, () => undefined);
      },
      setAside: async () => this.#background?.automations.setAside ?? [],
    };
    const executor = new CommandExecutor(plans, this.ground.metrics, 'https://sanad.example/');
    const bus = new CommandBus({} as ModuleRef);
    const classes = FEATURES.flatMap(({ handlers }) => handlers) as Type<Handler>[];
    bus.register(
      classes.map((metatype) => {
        const instance = Reflect.construct(metatype, [executor]) as Handler;
        return new InstanceWrapper<Handler>({ metatype, instance, isResolved: true });
      }),
    );
    return bus;
  }
}
