import type { EventStore } from '../../adapters/event-store/port.js';
import { paymentId as paymentIdOf, streams } from '../../kernel/ids.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';
import { identityHoldersOf } from './identity-holders.js';
import { mayBePaid, monthsPaidOf, type MonthsPaid } from './months-paid.rule.js';

type Months = ReadonlySet<string>;
const NONE: Months = new Set();

interface Cycle {
  readonly period: string;
  readonly closed: boolean;
}

/**
 * The months that a programme paid to a national identity, whoever it was registered for then. The
 * identity is known by its keyed hash only, and its stream stays when a person is erased: who was
 * paid, was erased and is registered again is not paid those months twice.
 */
export class PaidToIdentity {
  #cycles: Promise<readonly Cycle[]> | undefined;

  /**
   * @param before only payments of earlier cycles than of this period count
   * @param asOf only what the log had at this position counts
   */
  constructor(
    private readonly store: EventStore,
    private readonly programmeId: string,
    private readonly options: { readonly before?: string; readonly asOf?: number } = {},
  ) {}

  /**
   * What was paid or may have been, by person; those whose identity nobody else ever had are left
   * out.
   * @param own those whose own payments count too
   */
  async of(
    personIds: readonly string[],
    own: ReadonlySet<string> = NONE,
  ): Promise<ReadonlyMap<string, Months>> {
    const found = await this.#of(personIds, own);
    return new Map([...found].map(([personId, months]) => [personId, mayBePaid(months)]));
  }

  /** What others were paid, and what they may have been, by person. */
  toOthers(personIds: readonly string[]): Promise<ReadonlyMap<string, MonthsPaid>> {
    return this.#of(personIds, NONE);
  }

  async #of(personIds: readonly string[], own: Months): Promise<ReadonlyMap<string, MonthsPaid>> {
    const found = new Map<string, MonthsPaid>();
    for (const [personId, holders] of await identityHoldersOf(this.store, personIds)) {
      const others = holders.filter((holder) => holder !== personId || own.has(holder));
      if (others.length > 0) found.set(personId, await this.#paidTo(others));
    }
    return found;
  }

  async #paidTo(personIds: readonly string[]): Promise<MonthsPaid> {
    this.#cycles ??= this.#readCycles();
    const cycles = await this.#cycles;
    const wanted = personIds.flatMap((personId) =>
      cycles.map(({ period, closed }) => ({
        stream: streams.payment(paymentIdOf(this.programmeId, period, personId)),
        closed,
      })),
    );
    const read = await this.store.readStreams(
      wanted.map(({ stream }) => stream),
      this.#asOf(),
    );
    return monthsPaidOf(read.map(({ events }, i) => ({ events, closed: wanted[i]!.closed })));
  }

  async #readCycles(): Promise<readonly Cycle[]> {
    const { before, asOf } = this.options;
    const cycles = await cyclesOf(this.store, this.programmeId, asOf);
    return cycles
      .filter(({ period }) => before === undefined || period < before)
      .map(({ period, status }) => ({ period, closed: status === 'closed' }));
  }

  #asOf(): { readonly asOf?: number } {
    const { asOf } = this.options;
    return asOf === undefined ? {} : { asOf };
  }
}
