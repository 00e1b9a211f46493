import type { EventData } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { ARREARS_ITEM } from '../../eligibility/rules.js';
import { idIn, partsOfPayment, streams } from '../../kernel/ids.js';
import { correctionsOf } from '../../correction/correction-reader.js';
import { foldAdjustment } from '../folds.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';
import { identityHoldersOf } from '../households/identity-holders.js';
import { HouseholdBalances } from '../households/household-balances.js';
import {
  arrearsOf,
  carriedOf,
  doubtedCorrections,
  stoodInFor,
  waitingAgainst,
  type ArrearsInDoubt,
  type NamedByEntries,
  type ProgrammeSeen,
} from './doubted-arrears.rule.js';

/** At which position of the log is looked (absent: now), and at which entries of banks' files. */
export interface Looking {
  readonly asOf?: number | undefined;
  readonly entries?: WaitingEntries;
}
interface WaitingEntries extends NamedByEntries {
  read(): Promise<void>;
}
interface Carrying {
  readonly paymentId: string;
  readonly items: EventData['PaymentOrdered']['items'];
}

/**
 * Which arrears of a programme's households wait. Its cycles and corrections are read once, at the
 * first household that has arrears which are not paid.
 */
export class DoubtedArrears {
  #seen: Promise<ProgrammeSeen> | undefined;
  readonly #balances: HouseholdBalances;

  constructor(
    private readonly store: EventStore,
    private readonly programmeId: string,
    private readonly looking: Looking = {},
  ) {
    this.#balances = new HouseholdBalances(store, programmeId, looking.asOf);
  }

  /**
   * By payment, its arrears that wait or that somebody freed; payments without are left out. Reads
   * what they stand in for at once: few households have arrears that are not paid.
   * @param accounts by payment that may carry the arrears, or by person where none is looked at:
   *   events of the household's adjustments
   */
  async of(
    accounts: ReadonlyMap<string, readonly Recorded[]>,
  ): Promise<ReadonlyMap<string, readonly ArrearsInDoubt[]>> {
    const { entries } = this.looking;
    if (![...accounts.values()].some(hasArrears)) return new Map();
    const seen = {
      ...(await (this.#seen ??= this.#programme())),
      others: await this.#othersOf([...accounts.values()]),
    };
    const names = [...accounts].flatMap(([id, events]) => stoodInFor(events, id, seen));
    const read = await this.#streams([...new Set(names)].map((id) => streams.payment(id)));
    await entries?.read();
    const payments = new Map(read.map(({ stream, events }) => [idIn(stream), events]));
    const doubted = [...accounts].map(
      ([id, events]) => [id, doubtedCorrections(events, id, payments, seen, entries)] as const,
    );
    return new Map(doubted.filter(([, arrears]) => arrears.length > 0));
  }

  /**
   * The same, and arrears that a household which was paid too much, or may have been, has against
   * that: the next correction sets one against the other.
   */
  async waiting(
    accounts: ReadonlyMap<string, readonly Recorded[]>,
  ): Promise<ReadonlyMap<string, readonly ArrearsInDoubt[]>> {
    const doubted = await this.of(accounts);
    const owed = new Map(
      [...accounts].flatMap(([id, events]) => {
        const arrears = arrearsOf(events, id);
        return arrears.length > 0 ? [[id, arrears] as const] : [];
      }),
    );
    const persons = [...owed.values()].map(([one]) => one!.proposal.personId);
    const balances = await this.#balances.of(persons);
    const all = new Map(doubted);
    for (const [id, arrears] of owed) {
      const balance = balances.get(arrears[0]!.proposal.personId);
      const waiting = waitingAgainst(balance, arrears, doubted.get(id));
      if (waiting.length > 0) all.set(id, waiting);
    }
    return all;
  }

  /**
   * Of some payments, the arrears that they carry which wait (a bank says since they were ordered
   * that what they stand in for was paid, or an entry that names it waits for a person), or that
   * somebody freed.
   */
  async carriedBy(
    payments: readonly Carrying[],
  ): Promise<ReadonlyMap<string, readonly ArrearsInDoubt[]>> {
    const carrying = payments.filter(({ items }) =>
      items.some(({ code }) => code === ARREARS_ITEM),
    );
    if (carrying.length === 0) return new Map();
    const read = await this.#streams(
      carrying.map(({ paymentId }) => {
        const { programmeId, personId } = partsOfPayment(paymentId);
        return streams.adjustment(programmeId, personId);
      }),
    );
    const accounts = new Map(
      carrying.map(({ paymentId }, i) => [paymentId, read[i]!.events] as const),
    );
    const doubted = await this.waiting(accounts);
    const carried = [...doubted].map(
      ([id, arrears]) => [id, carriedOf(foldAdjustment(accounts.get(id)!), id, arrears)] as const,
    );
    return new Map(carried.filter(([, arrears]) => arrears.length > 0));
  }

  /** Others whom the identities of who has arrears are or were registered for. */
  async #othersOf(
    accounts: readonly (readonly Recorded[])[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const persons = accounts.flatMap(
      (events) => foldAdjustment(events).arrears[0]?.proposal.personId ?? [],
    );
    const holders = await identityHoldersOf(this.store, persons);
    return new Map(
      holders.map(([personId, all]) => [personId, all.filter((holder) => holder !== personId)]),
    );
  }

  async #programme(): Promise<ProgrammeSeen> {
    const { store, programmeId, looking } = this;
    const [cycles, corrections] = await Promise.all([
      cyclesOf(store, programmeId, looking.asOf),
      correctionsOf(store, programmeId, looking.asOf),
    ]);
    return { periods: cycles.map(({ period }) => period), corrections };
  }

  #streams(names: readonly string[]) {
    const { asOf } = this.looking;
    return this.store.readStreams(names, asOf === undefined ? {} : { asOf });
  }
}

const hasArrears = (account: readonly Recorded[]): boolean =>
  foldAdjustment(account).arrears.length > 0;
