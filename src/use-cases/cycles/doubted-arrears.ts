import type { EventData } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { ARREARS_ITEM } from '../../eligibility/rules.js';
import { idIn, partsOfPayment, streams } from '../../kernel/ids.js';
import { foldAdjustment } from '../folds.js';
import type { PaymentState } from '../../payment/payment.state.js';
import {
  carriesDoubted,
  doubtedCorrections,
  stoodInFor,
  type IsNamed,
} from './doubted-arrears.rule.js';

/** At which position of the log is looked (absent: now), and at which entries of banks' files. */
interface Looking {
  readonly asOf?: number | undefined;
  readonly entries?: WaitingEntries;
}
interface WaitingEntries {
  read(): Promise<void>;
  naming(payment: PaymentState): string | undefined;
}

/**
 * By payment, the corrections whose arrears wait; payments without are left out. Reads what they
 * stand in for at once: few households have arrears that are not paid.
 * @param accounts by payment, events of its household's adjustments
 */
export async function doubtedArrears(
  store: EventStore,
  accounts: ReadonlyMap<string, readonly Recorded[]>,
  { asOf, entries }: Looking = {},
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const names = new Set([...accounts].flatMap(([id, events]) => stoodInFor(events, id)));
  if (names.size === 0) return new Map();
  const read = await store.readStreams(
    [...names].map((paymentId) => streams.payment(paymentId)),
    asOf === undefined ? {} : { asOf },
  );
  await entries?.read();
  const isNamed: IsNamed = (payment) => entries?.naming(payment) !== undefined;
  const payments = new Map(read.map(({ stream, events }) => [idIn(stream), events]));
  const doubted = [...accounts].map(
    ([id, events]) => [id, doubtedCorrections(events, id, payments, isNamed)] as const,
  );
  return new Map(doubted.filter(([, corrections]) => corrections.size > 0));
}

interface Carrying {
  readonly paymentId: string;
  readonly items: EventData['PaymentOrdered']['items'];
}

/**
 * Of some payments, those that carry arrears which wait: a bank says since they were ordered that
 * what they stand in for was paid, or an entry that names it waits for a person.
 */
export async function carryingDoubted(
  store: EventStore,
  payments: readonly Carrying[],
  looking: Looking & { readonly entries: WaitingEntries },
): Promise<ReadonlySet<string>> {
  const carrying = payments.filter(({ items }) => items.some(({ code }) => code === ARREARS_ITEM));
  if (carrying.length === 0) return new Set();
  const read = await store.readStreams(
    carrying.map(({ paymentId }) => {
      const { programmeId, personId } = partsOfPayment(paymentId);
      return streams.adjustment(programmeId, personId);
    }),
    looking.asOf === undefined ? {} : { asOf: looking.asOf },
  );
  const accounts = new Map(
    carrying.map(({ paymentId }, i) => [paymentId, read[i]!.events] as const),
  );
  const doubted = await doubtedArrears(store, accounts, looking);
  return new Set(
    [...doubted].flatMap(([paymentId, corrections]) =>
      carriesDoubted(foldAdjustment(accounts.get(paymentId)!), paymentId, corrections)
        ? [paymentId]
        : [],
    ),
  );
}
