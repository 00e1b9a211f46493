import type { EventStore } from '../../adapters/event-store/port.js';
import { correctionsOf } from '../../correction/correction-reader.js';
import type { Recorded } from '../../kernel/decider.js';
import { paymentId as paymentIdOf, recoveryId as recoveryIdOf, streams } from '../../kernel/ids.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { Defects } from '../../write-side/defect.js';
import { pastIn } from './past.rule.js';
import { ruling } from './ruling.rule.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';
import { balanceOf, type HeldAgainst, type HouseholdEvents } from './household-balance.rule.js';
import { PaidToIdentity } from './paid-to-identity.js';

/**
 * What households are due less what they were paid, over all their months. A programme's cycles and
 * corrections are read once.
 */
export class HouseholdBalances {
  readonly #at: { readonly asOf?: number };
  readonly #paidToIdentity: PaidToIdentity;
  #against: Promise<HeldAgainst> | undefined;

  /** @param asOf position of the log at which is looked; absent: now */
  constructor(
    private readonly store: EventStore,
    private readonly programmeId: string,
    asOf?: number,
  ) {
    this.#at = asOf === undefined ? {} : { asOf };
    this.#paidToIdentity = new PaidToIdentity(store, programmeId, this.#at);
  }

  /**
   * By person, in minor units; undefined where it is not known: for want of facts, for a defect of
   * ours, or while what a correction found of them is being put on their accounts. Reads all
   * payments of these at once: to be asked of few.
   */
  async of(personIds: readonly string[]): Promise<ReadonlyMap<string, bigint | undefined>> {
    if (personIds.length === 0) return new Map();
    const against = await (this.#against ??= this.#read());
    const households = await this.#households(personIds, against.past.periods);
    const defects = new Defects();
    const balances = new Map(
      households.map((one) => [
        one.personId,
        defects.look(
          () => balanceOf(against, one),
          () => undefined,
        ),
      ]),
    );
    defects.finish();
    return balances;
  }

  async #read(): Promise<HeldAgainst> {
    const { store, programmeId } = this;
    const { asOf } = this.#at;
    const [cycles, corrections, policies] = await Promise.all([
      cyclesOf(store, programmeId, asOf),
      correctionsOf(store, programmeId, asOf),
      new PolicyReader(store).programme(programmeId, asOf),
    ]);
    return {
      programmeId,
      past: pastIn(cycles),
      approved: new Set(
        corrections.flatMap(({ status, started }) =>
          status === 'approved' && started ? [started.correctionId] : [],
        ),
      ),
      rulingOf: ruling(policies, corrections, ''),
      firstPaid: ruling(policies, [], '')(''),
    };
  }

  async #households(
    personIds: readonly string[],
    periods: readonly string[],
  ): Promise<readonly HouseholdEvents[]> {
    const { programmeId } = this;
    const named = personIds.map((personId) => ({
      personId,
      enrolment: streams.enrolment(programmeId, personId),
      adjusted: streams.adjustment(programmeId, personId),
      owed: streams.recovery(recoveryIdOf(programmeId, personId)),
      payments: periods.map(
        (period) => [period, streams.payment(paymentIdOf(programmeId, period, personId))] as const,
      ),
    }));
    const names = named.flatMap(({ enrolment, adjusted, owed, payments }) => [
      enrolment,
      adjusted,
      owed,
      ...payments.map(([, stream]) => stream),
    ]);
    const [read, others] = await Promise.all([
      this.store.readStreams(names, this.#at),
      this.#paidToIdentity.toOthers(personIds),
    ]);
    const events = new Map(read.map((one) => [one.stream, one.events]));
    const eventsOf = (stream: string): readonly Recorded[] => events.get(stream) ?? [];
    return named.map(({ personId, enrolment, adjusted, owed, payments }) => ({
      personId,
      enrolment: eventsOf(enrolment),
      adjusted: eventsOf(adjusted),
      owed: eventsOf(owed),
      payments: new Map(payments.map(([period, stream]) => [period, eventsOf(stream)])),
      elsewhere: others.get(personId),
    }));
  }
}
