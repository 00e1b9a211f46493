import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { inTime } from '../kernel/concurrency/in-time.js';
import type { AutomationHealth } from '../write-side/set-aside.js';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A scrape waits so long for a database: it is given up after ten seconds by default. */
const ANSWER_MS = 2_000;

/**
 * Numbers about the running server, for Prometheus. A registry of its own, so that two servers in a
 * process do not mix.
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  readonly registry = new Registry();
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #commands = new Counter({
    name: 'sanad_commands_total',
    help: 'Commands by type and outcome: done, repeated, or the code of the refusal.',
    labelNames: ['command', 'outcome'],
    registers: [this.registry],
  });
  readonly #requests = new Histogram({
    name: 'sanad_http_request_seconds',
    help: 'Time from request to answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly #position = new Gauge({
    name: 'sanad_store_position',
    help: 'Last log position that this process knows to be durable.',
    registers: [this.registry],
  });
  readonly #lag: Gauge<'projection'>;
  readonly #setAside = new Gauge({
    name: 'sanad_automation_set_aside',
    help: 'Events that automations could not act on and set aside for a person; anything above 0 is an alarm.',
    registers: [this.registry],
  });
  readonly #behind = new Gauge({
    name: 'sanad_automation_behind',
    help: 'Automations that fail now, or catch up after they failed.',
    registers: [this.registry],
  });
  #last = -1;
  readonly #followers = new Map<string, number>();

  constructor() {
    const { registry } = this;
    this.#lag = new Gauge({
      name: 'sanad_projection_lag',
      help: 'Events that a follower of the log (read model or automation) has still to take.',
      labelNames: ['projection'],
      registers: [registry],
      collect: () => {
        for (const [name, position] of this.#followers)
          this.#lag.set({ projection: name }, Math.max(0, this.#last - position));
      },
    });
    const delay = this.#delay;
    new Gauge({
      name: 'sanad_event_loop_delay_seconds',
      help: 'How late timers of the HTTP thread fired since the last scrape.',
      labelNames: ['quantile'],
      registers: [registry],
      collect() {
        this.set({ quantile: '0.5' }, delay.percentile(50) / 1e9);
        this.set({ quantile: '0.99' }, delay.percentile(99) / 1e9);
        this.set({ quantile: '1' }, delay.max / 1e9);
        delay.reset();
      },
    });
    new Gauge({
      name: 'sanad_resident_bytes',
      help: 'Resident memory of the process.',
      registers: [registry],
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    delay.enable();
  }

  command(command: string, outcome: string): void {
    this.#commands.inc({ command, outcome });
  }
  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  position(position: number): void {
    if (position <= this.#last) return;
    this.#last = position;
    this.#position.set(position);
  }
  /** A follower of the log has taken everything up to a position; none: it is at work elsewhere. */
  followerPosition(name: string, position: number | undefined): void {
    if (position !== undefined) this.#followers.set(name, position);
    else if (this.#followers.delete(name)) this.#lag.remove({ projection: name });
  }

  automation({ setAside, behind }: AutomationHealth): void {
    this.#setAside.set(setAside.length);
    this.#behind.set(behind.length);
  }

  /** What callers who use Sanad as a payments block are owed. */
  callbacks(counts: () => Promise<{ readonly waiting: number; readonly failed: number }>): void {
    new Gauge({
      name: 'sanad_callbacks',
      help: 'GovStack callbacks that wait for their delivery, and those that were given up; -1 where that cannot be asked.',
      labelNames: ['state'],
      registers: [this.registry],
      async collect() {
        const none = { waiting: -1, failed: -1 };
        const { waiting, failed } = await inTime(counts(), ANSWER_MS).catch(() => none);
        this.set({ state: 'waiting' }, waiting);
        this.set({ state: 'failed' }, failed);
      },
    });
  }

  /** @param last the log's last position; undefined where it was not read for a while */
  relay(
    figures: () => {
      readonly active: boolean;
      readonly position: number;
      readonly published: number;
    },
    last: () => number | undefined,
  ): void {
    const registers = [this.registry];
    new Gauge({
      name: 'sanad_relay_active',
      help: '1 where this relay is the one at work.',
      registers,
      collect() {
        this.set(figures().active ? 1 : 0);
      },
    });
    new Gauge({
      name: 'sanad_relay_position',
      help: 'Position of the last event that was published and kept.',
      registers,
      collect() {
        this.set(figures().position);
      },
    });
    new Gauge({
      name: 'sanad_relay_published_total',
      help: "Events published by this process; its rate is the relay's.",
      registers,
      collect() {
        this.set(figures().published);
      },
    });
    new Gauge({
      name: 'sanad_relay_lag',
      help: 'Positions from the last published event to the end of the log; -1 where the log is away.',
      registers,
      collect() {
        const { active, position } = figures();
        const end = active ? last() : position;
        this.set(end === undefined ? -1 : Math.max(0, end - position));
      },
    });
  }

  projector(figures: () => { readonly folded: number; readonly deadLettered: number }): void {
    const registers = [this.registry];
    new Gauge({
      name: 'sanad_projected_events_total',
      help: 'Events that this process was given by the broker and has folded into the read models, repeated ones too.',
      registers,
      collect() {
        this.set(figures().folded);
      },
    });
    new Gauge({
      name: 'sanad_projector_set_aside_total',
      help: 'Messages that this process could not read and set aside as dead letters.',
      registers,
      collect() {
        this.set(figures().deadLettered);
      },
    });
  }

  outcomes(
    figures: () => {
      readonly applied: number;
      readonly unchanged: number;
      readonly breaks: number;
      readonly deadLettered: number;
    },
  ): void {
    new Gauge({
      name: 'sanad_outcomes_total',
      help: 'Messages of the outcomes topic that this process took in, by what came of them; set-aside are dead letters.',
      labelNames: ['result'],
      registers: [this.registry],
      collect() {
        const { applied, unchanged, breaks, deadLettered } = figures();
        for (const [result, count] of Object.entries({
          applied,
          unchanged,
          break: breaks,
          'set-aside': deadLettered,
        }))
          this.set({ result }, count);
      },
    });
  }

  onModuleDestroy(): void {
    this.#delay.disable();
  }
}
