import type { Lease, LeaseHold } from '../../adapters/lease/port.js';
import type { AutomationHealth } from '../../write-side/set-aside.js';
import type { Place } from '../followers.js';
import type { Metrics } from '../metrics.js';
import type { Supervisor } from './supervisor.js';
import { withLease } from './with-lease.js';

interface AtWork extends AutomationHealth {
  readonly position: number;
  /** Reads where it was left. */
  check(): Promise<void>;
}

const NOTHING: AutomationHealth = { setAside: [], behind: [], failing: [] };

/**
 * The automation of this process, of many one is at work. What health and metrics say of it they
 * say while it has its turn: what it left, the next one tells.
 */
export class AutomationTurn<Runner extends AtWork> {
  #atWork: Runner | undefined;
  #waits = false;

  constructor(
    private readonly lease: Lease,
    private readonly supervisor: Pick<Supervisor, 'automation'>,
    private readonly metrics: Pick<Metrics, 'automation'>,
  ) {}

  get place(): Place {
    return this.#atWork?.position ?? (this.#waits ? 'stands-by' : 'begins');
  }

  /** Waits for its turn and works until the signal aborts. @throws as `withLease` */
  async run(
    runnerOf: (hold: LeaseHold) => Runner,
    work: (runner: Runner, held: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    this.#waits = true;
    const begin = async (hold: LeaseHold, held: AbortSignal): Promise<void> => {
      this.#waits = false;
      const runner = runnerOf(hold);
      await runner.check();
      this.#atWork = runner;
      this.tell();
      await work(runner, held);
    };
    try {
      await withLease(this.lease, begin, signal);
    } finally {
      this.#waits = false;
      this.#atWork = undefined;
      this.metrics.automation(NOTHING);
      delete this.supervisor.automation;
    }
  }

  /** Health and metrics say how it is now. */
  tell(): void {
    if (!this.#atWork) return;
    const { setAside, behind, failing } = this.#atWork;
    const health = { setAside, behind, failing };
    this.supervisor.automation = health;
    this.metrics.automation(health);
  }
}
