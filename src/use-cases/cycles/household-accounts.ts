import type { EventData } from '../../../events/generated.js';
import type { EventStore, StreamEvents } from '../../adapters/event-store/port.js';
import {
  adjustmentDecider,
  arrearsMinor,
  availableArrears,
  type AdjustmentState,
} from '../../correction/adjustment.decider.js';
import { ARREARS_ITEM, RECOVERY_ITEM } from '../../eligibility/rules.js';
import type { Recorded } from '../../kernel/decider.js';
import { fold } from '../../kernel/decider.js';
import { deductibleMinor, type RecoveryState } from '../../recovery/recovery.state.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export const foldAdjustment = (events: readonly Recorded[]): AdjustmentState =>
  fold(adjustmentDecider, events);
export const foldRecovery = (events: readonly Recorded[]): RecoveryState =>
  fold(recoveryDecider, events);

type Items = EventData['PaymentOrdered']['items'];
/** Arrears that a payment carries, and the corrections that they are of. */
export interface CarriedArrears {
  readonly amountMinor: string;
  readonly correctionIds: readonly string[];
  readonly items: Items;
}

/**
 * What a payment carries of a household's approved arrears: an item a month and member, the
 * benefits summed; without a member also what was set against a debt.
 */
export function arrearsFor(
  state: AdjustmentState,
  paymentId: string,
  round: number,
): CarriedArrears | undefined {
  const arrears = availableArrears(state, paymentId, round);
  if (arrears.length === 0) return undefined;
  const sums = new Map<
    string,
    { readonly period: string; readonly member?: number; total: bigint }
  >();
  const add = (period: string, member: number | undefined, minor: bigint): void => {
    const key = `${period} ${String(member ?? 0).padStart(3, '0')}`;
    let sum = sums.get(key);
    if (!sum)
      sums.set(key, (sum = { period, ...(member === undefined ? {} : { member }), total: 0n }));
    sum.total += minor;
  };
  for (const { proposal, offsetMinor } of arrears) {
    const [first] = proposal.periods;
    if (first && offsetMinor > 0n) add(first.period, undefined, -offsetMinor);
    for (const { period, items } of proposal.periods) {
      for (const { member, paidMinor, dueMinor } of items) {
        add(period, member, BigInt(dueMinor) - BigInt(paidMinor));
      }
    }
  }
  const items = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, { total }]) => total !== 0n)
    .map(([, { total, ...of }]) => ({ code: ARREARS_ITEM, ...of, amountMinor: String(total) }));
  return {
    amountMinor: String(arrearsMinor(arrears)),
    correctionIds: arrears.map(({ proposal }) => proposal.correctionId),
    items,
  };
}

/**
 * What a payment of so much gives back, as an item of it; undefined where nothing is to be
 * deducted.
 */
export function recoveryFor(
  state: RecoveryState,
  paymentId: string,
  period: string,
  grossMinor: bigint,
): Items[number] | undefined {
  const amount = deductibleMinor(state, paymentId, grossMinor);
  return amount > 0n ? { code: RECOVERY_ITEM, period, amountMinor: String(-amount) } : undefined;
}

export const hasCorrections = (items: Items): boolean =>
  items.some(({ code }) => code === ARREARS_ITEM || code === RECOVERY_ITEM);

/**
 * The accounts of households beside a walk over their enrolments: both are in the order of persons,
 * so each stream is read once, in pages, and a programme that nobody corrected costs one empty
 * page.
 */
export class HouseholdAccounts {
  readonly #streams: AsyncGenerator<readonly StreamEvents[]>;
  #page: readonly StreamEvents[] = [];
  #next = 0;
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();

  /** @param prefix for example "recovery-asd-" */
  constructor(
    store: EventStore,
    private readonly prefix: string,
    asOf?: number,
  ) {
    this.#streams = pagesOf(store, prefix, asOf === undefined ? {} : { asOf });
  }

  /**
   * The streams of those persons that have one. To be asked in the order of persons; one call waits
   * for the one before.
   */
  of(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const found = this.#last.then(() => this.#find(personIds));
    this.#last = found.catch(() => undefined);
    return found;
  }

  async #find(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const found = new Map<string, readonly Recorded[]>();
    for (const personId of personIds) {
      const wanted = this.prefix + personId;
      while (
        !this.#ended &&
        (this.#next >= this.#page.length || this.#page[this.#next]!.stream < wanted)
      ) {
        this.#next += 1;
        if (this.#next >= this.#page.length) await this.#turn();
      }
      if (this.#page[this.#next]?.stream === wanted)
        found.set(personId, this.#page[this.#next]!.events);
    }
    return found;
  }

  async #turn(): Promise<void> {
    const { value, done } = await this.#streams.next();
    this.#ended = done === true;
    [this.#page, this.#next] = [value ?? [], 0];
  }
}
