import type { Worker } from 'node:worker_threads';
import {
  READ_MODELS,
  READ_MODELS_WORK,
  type FromBackground,
  type ToBackground,
} from '../write-side/jobs.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';
import type { ProjectionProgress } from './projection-progress.js';
import type { AutomationHealth } from '../write-side/set-aside.js';
import type { HealthStatus } from './health-status.js';
import { Troubles } from './troubles.js';

/**
 * The HTTP thread's end of the background thread: read models, automations and jobs run over there.
 */
export class Background implements HealthStatus {
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;
  #alive = false;
  #refused: string | undefined;
  readonly #troubles = new Troubles();
  automation: AutomationHealth = { setAside: [], behind: [], failing: [] };

  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly progress: ProjectionProgress,
    private readonly onDeath: () => void,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  get trouble(): string | undefined {
    return this.#refused ?? this.#troubles.first;
  }

  /** It is not started, and why. */
  refuse(why: string): void {
    this.#refused = why;
    this.log.error({ detail: why }, 'nothing is taken in: somebody has to look at this');
  }

  attach(worker: Worker): Promise<void> {
    this.#worker = worker;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => resolve());
    });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromBackground) => {
        if (message.kind === 'ready') {
          this.#alive = true;
          resolve();
        } else this.#take(message);
      });
      worker.on('error', (error) => {
        this.log.fatal({ name: error.name, stack: error.stack }, 'the background thread failed');
        reject(error);
      });
      worker.once('exit', () => {
        this.#alive = false;
        reject(new Error('the background thread ended before it was ready'));
        if (!this.#stopping) this.onDeath();
      });
    });
  }

  /** Ends at the next safe point; what was under way is finished by the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#send({ kind: 'stop' });
    await this.#exited;
  }

  #send(message: ToBackground): void {
    this.#worker?.postMessage(message);
  }

  #take(message: Exclude<FromBackground, { readonly kind: 'ready' }>): void {
    switch (message.kind) {
      case 'position':
        if (message.name === READ_MODELS) this.#troubles.well(READ_MODELS_WORK);
        this.metrics.position(message.position);
        this.metrics.followerPosition(message.name, message.position);
        this.progress.set(message.name, message.position);
        break;
      case 'automation':
        this.automation = message.health;
        this.metrics.automation(this.automation);
        break;
      case 'note':
        this.log.info({ what: message.what, detail: message.detail }, 'background');
        break;
      case 'alarm':
        this.log.error(
          { what: message.what, detail: message.detail },
          'somebody has to look at this',
        );
        break;
      case 'trouble':
        this.#troubles.tell(message.what, message.detail);
        this.log.error(
          { what: message.what, detail: message.detail },
          'background work failed; trying again',
        );
        break;
    }
  }
}
