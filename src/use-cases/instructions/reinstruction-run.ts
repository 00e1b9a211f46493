import type { WrittenFile } from '../../adapters/payment-rail/port.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams, uuidOf } from '../../kernel/ids.js';
import { record, recordOne, type UnitResult } from '../../write-side/bulk.js';
import { AUTOMATION, type Deps, type JobContext } from '../../write-side/context.js';
import { guard, part, type Part, type Unit } from '../../write-side/unit.js';
import { foldCycle } from '../cycles/cycles.js';

/** What was asked for. */
interface Asked {
  readonly cycleId: string;
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
  #history: readonly Recorded[] | undefined;

  constructor(
    private readonly deps: Deps,
    asked: Asked,
    private readonly base: JobContext,
  ) {
    const { cycleId, executionDate, paymentIds, sameAccount } = asked;
    const which = paymentIds ? [...paymentIds].sort().join(' ') : 'all';
    this.#runId = uuidOf('reinstruction', cycleId, executionDate, which, String(sameAccount));
    this.#stream = streams.cycle(cycleId);
  }

  /** Payments are instructed under the run only, as long as it lasts. */
  async record(units: readonly Unit[]): Promise<readonly UnitResult[]> {
    if (units.length === 0) return [];
    const history = await this.#begun();
    const guarded = units.map((unit) => ({
      ...unit,
      parts: [...unit.parts, this.#lasting()],
      loaded: [...(unit.loaded ?? []), history],
    }));
    return record(this.deps, guarded, this.base);
  }

  /** With the files, of this run and of those before it. */
  async end(files: WrittenFile[]): Promise<void> {
    const { reinstructing } = foldCycle(await this.deps.store.readStream(this.#stream));
    if (files.length === 0 && Object.keys(reinstructing).length === 0) return;
    const recorded = { type: 'RecordReinstruction', files } as const;
    const ended = { type: 'EndReinstruction', runId: this.#runId } as const;
    await this.#decide('record-reinstruction', [
      part(
        this.#stream,
        cycleDecider,
        { command: recorded, as: AUTOMATION },
        { command: ended, as: AUTOMATION },
      ),
    ]);
  }

  async #begun(): Promise<readonly Recorded[]> {
    if (this.#history) return this.#history;
    const start = { type: 'StartReinstruction', runId: this.#runId } as const;
    await this.#decide('start-reinstruction', [part(this.#stream, cycleDecider, start)]);
    this.#history = await this.deps.store.readStream(this.#stream);
    return this.#history;
  }

  async #decide(verb: string, parts: readonly Part[]): Promise<void> {
    await recordOne(this.deps, { verb, key: this.#stream, parts }, this.base);
  }

  #lasting(): Part {
    return guard(this.#stream, (events) => {
      if (!Object.hasOwn(foldCycle(events).reinstructing, this.#runId))
        throw new DomainError(
          'REINSTRUCTION_ENDED',
          'This run was taken for cut off and was ended by a later one; send the request again.',
          'conflict',
        );
    });
  }
}
