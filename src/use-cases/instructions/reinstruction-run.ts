import { randomUUID } from 'node:crypto';
import type { WrittenFile } from '../../adapters/payment-rail/port.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import type { Recorded } from '../../kernel/decider.js';
import { streams, uuidOf } from '../../kernel/ids.js';
import { recordEach, recordOne, type UnitResult } from '../../write-side/bulk.js';
import { AUTOMATION, type Deps, type JobContext } from '../../write-side/context.js';
import { guard, part, type Part, type Unit } from '../../write-side/unit.js';
import { foldCycle } from '../../cycle/cycle-reader.js';
import { cutOffIn, takenForCutOff, type CutOff } from './cut-off.rule.js';

/** What was asked for. */
interface ReinstructionRequest {
  readonly cycleId: string;
  /** Of the request; absent: the same words at another time are the same run. */
  readonly commandId?: string;
  readonly executionDate: string;
  readonly paymentIds?: readonly string[];
  readonly sameAccount?: boolean;
}

/**
 * A run of re-instructions, said on the cycle before its first payment and until its files are
 * recorded: between the two the cycle is not closed. The same request again is the same run, so
 * that it ends what was cut off.
 */
export class ReinstructionRun {
  readonly #runId: string;
  readonly #stream: string;
  readonly #isOneRequest: boolean;
  #history: readonly Recorded[] | undefined;
  #startedAt: number | undefined;

  constructor(
    private readonly deps: Deps,
    asked: ReinstructionRequest,
    private readonly base: JobContext,
  ) {
    const { cycleId, executionDate, paymentIds, sameAccount, commandId } = asked;
    const which = paymentIds ? [...paymentIds].sort().join(' ') : 'all';
    const parts = [cycleId, executionDate, which, String(sameAccount)];
    this.#runId = uuidOf('reinstruction', ...parts, ...(commandId ? [commandId] : []));
    this.#isOneRequest = commandId !== undefined;
    this.#stream = streams.cycle(cycleId);
  }

  /** Who asked for it. */
  get by(): string {
    return this.base.actor.id;
  }

  /**
   * What of the log this run wrote before it was cut off; undefined where it begins now. A request
   * that came to its end begins no other run. @throws DomainError REINSTRUCTION_ENDED
   */
  cutOff(history: readonly Recorded[]): CutOff | undefined {
    return cutOffIn(history, {
      runId: this.#runId,
      isOneRequest: this.#isOneRequest,
      correlationId: this.base.correlationId,
    });
  }

  /** Payments are instructed under the run only, as long as it lasts. */
  async record(units: readonly Unit[]): Promise<readonly UnitResult[]> {
    if (units.length === 0) return [];
    const history = await this.begin();
    const guarded = units.map((unit) => ({
      ...unit,
      parts: [...unit.parts, this.#lasting()],
      loaded: [...(unit.loaded ?? []), history],
    }));
    return recordEach(this.deps, guarded, this.base);
  }

  /** With the files, of this run and of those before it. */
  async end(files: WrittenFile[]): Promise<void> {
    const { reinstructing } = foldCycle(await this.deps.store.readStream(this.#stream));
    if (files.length === 0 && Object.keys(reinstructing).length === 0) return;
    const recorded = { type: 'RecordReinstruction', files } as const;
    const ended = { type: 'EndReinstruction', runId: this.#runId } as const;
    const end = part(
      this.#stream,
      cycleDecider,
      { command: recorded, as: AUTOMATION },
      { command: ended, as: AUTOMATION },
    );
    const unit = { verb: 'record-reinstruction', key: this.#stream, parts: [end] };
    await recordOne(this.deps, unit, this.base);
  }

  get hasBegun(): boolean {
    return this.#history !== undefined;
  }

  /**
   * Says on the cycle that it is under way; whom it may pay is not erased from here on, and whoever
   * began before instructs nothing any more: what they wrote is there to be read from here on.
   */
  async begin(): Promise<readonly Recorded[]> {
    if (this.#history) return this.#history;
    const start = { type: 'StartReinstruction', runId: this.#runId } as const;
    // Of this process, and of no other that goes on with the same run.
    const key = `${this.#stream} ${randomUUID()}`;
    const started = await recordOne(
      this.deps,
      { verb: 'start-reinstruction', key, parts: [part(this.#stream, cycleDecider, start)] },
      this.base,
    );
    this.#startedAt = started.position;
    this.#history = await this.deps.store.readStream(this.#stream);
    return this.#history;
  }

  #lasting(): Part {
    return guard(this.#stream, (events) => {
      const newest = events.findLast(({ type }) => type === 'CycleReinstructionStarted');
      const lasts = Object.hasOwn(foldCycle(events).reinstructing, this.#runId);
      if (!lasts || newest?.position !== this.#startedAt) throw takenForCutOff();
    });
  }
}
