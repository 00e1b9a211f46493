import type { FromBackground } from '../../write-side/jobs.js';
import type { AutomationHealth } from '../../write-side/set-aside.js';
import type { HealthStatus } from '../health-status.js';
import type { Log } from '../log.js';
import { supervise } from './supervise.js';
import { Followers } from '../followers.js';
import { Troubles } from '../troubles.js';

/** What this process does beside answering, and how that goes. */
export class Supervisor implements HealthStatus {
  readonly alive = true;
  readonly #troubles = new Troubles();
  readonly followers = new Followers();
  readonly #running: Promise<void>[] = [];
  readonly stop = new AbortController();
  automation?: AutomationHealth;

  constructor(private readonly log: Log) {}

  get trouble(): string | undefined {
    return this.#troubles.first ?? this.followers.stuck;
  }

  readonly tell = (message: FromBackground): void => {
    if (message.kind === 'trouble') {
      this.#troubles.tell(message.what, message.detail);
      this.log.error({ what: message.what, detail: message.detail }, 'work failed; trying again');
    } else if (message.kind === 'alarm')
      this.log.error(
        { what: message.what, detail: message.detail },
        'somebody has to look at this',
      );
    else if (message.kind === 'note')
      this.log.info({ what: message.what, detail: message.detail }, 'background');
  };

  /** Told of what failed now and is tried again. */
  readonly onTrouble = (what: string, error: unknown): void => {
    this.tell({
      kind: 'trouble',
      what,
      detail: error instanceof Error ? error.message : String(error),
    });
  };

  /** Something that goes on was seen of this work. */
  well(what: string): void {
    this.#troubles.well(what);
  }

  /** Does it until the process stops, again and again where it fails. */
  take(what: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.stop;
    this.#running.push(supervise(what, () => work(signal), this.tell, signal));
  }

  async end(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.#running);
  }
}
