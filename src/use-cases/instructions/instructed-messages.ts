import { LRUCache } from 'lru-cache';
import type { EventStore } from '../../adapters/event-store/port.js';
import { endToEndIndex, type InstructionKey } from '../outcomes/end-to-end-index.js';
import type { EndToEndLookup } from '../outcomes/take-in-outcomes.js';
import { accountSpellings, isIban } from '../../kernel/accounts.js';
import { attemptOfUetr, partsOfCycle } from '../../kernel/ids.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/** A message of ours that was handed to a bank. */
export interface SentMessage {
  readonly cycleId: string;
  readonly messageId: string;
  readonly count: number;
  readonly totalMinor: string;
  readonly currency: string;
}
export interface SentPayment {
  readonly paymentId: string;
  readonly endToEndId: string;
}

/** What was instructed, as the log has it; read when first asked. */
export interface Instructed {
  readonly lookup: EndToEndLookup;
  /** By UETR, in lower case, with the attempt that has it. */
  byUetr(
    uetr: string,
  ): Promise<{ readonly paymentId: string; readonly attempt: number } | undefined>;
  /** The accounts that payments of a cycle are paid from, in all their spellings. */
  payingAccounts(cycleId: string): Promise<ReadonlySet<string>>;
  /** Whether an account, as a bank wrote it, is one that a cycle was paid from. */
  isPaidFrom(cycleId: string, account: string): Promise<boolean>;
  message(messageId: string): Promise<SentMessage | undefined>;
  /** Pages of a few hundred. */
  paymentsOf(message: SentMessage): AsyncIterable<readonly SentPayment[]>;
}

interface Cycles {
  readonly messages: ReadonlyMap<string, SentMessage>;
  readonly open: readonly string[];
  readonly closed: readonly string[];
  /** Where each released cycle was released. */
  readonly releasedAt: ReadonlyMap<string, number>;
}

/**
 * End-to-end ids are looked for among the payments of cycles that are released and not closed;
 * those of closed ones are read only where one is not found there.
 */
export function instructed(store: EventStore, signal?: AbortSignal): Instructed {
  let read: Promise<Cycles> | undefined;
  const cycles = (): Promise<Cycles> => (read ??= cyclesOf(store));
  const indexOf = (which: 'open' | 'closed', by: InstructionKey): EndToEndLookup => {
    let index: EndToEndLookup | undefined;
    return async (ids) => {
      const ofThese = (await cycles())[which];
      if (ofThese.length === 0) return ids.map(() => undefined);
      index ??= endToEndIndex(store, ofThese, signal, by);
      return index(ids);
    };
  };
  const open = indexOf('open', 'endToEndId');
  const closed = indexOf('closed', 'endToEndId');
  const openUetr = indexOf('open', 'uetr');
  const closedUetr = indexOf('closed', 'uetr');
  const accounts = new Map<string, Promise<ReadonlySet<string>>>();
  const payingAccounts = async (cycleId: string): Promise<ReadonlySet<string>> => {
    let found = accounts.get(cycleId);
    if (!found) {
      const { releasedAt } = await cycles();
      found = accountsAt(store, cycleId, releasedAt.get(cycleId));
      accounts.set(cycleId, found);
    }
    return found;
  };
  // Every entry of a statement has the statement's account.
  const compared = new LRUCache<string, Promise<boolean>>({ max: 1_000 });
  return {
    payingAccounts,
    async isPaidFrom(cycleId, account) {
      const key = `${cycleId} ${account}`;
      let answer = compared.get(key);
      if (!answer) {
        answer = payingAccounts(cycleId).then((paying) => isOneOf(paying, account));
        compared.set(key, answer);
      }
      return answer;
    },
    async byUetr(uetr) {
      const paymentId = (await openUetr([uetr]))[0] ?? (await closedUetr([uetr]))[0];
      const attempt = paymentId === undefined ? undefined : attemptOfUetr(paymentId, uetr);
      return paymentId === undefined || attempt === undefined ? undefined : { paymentId, attempt };
    },
    async lookup(ids) {
      const found = await open(ids);
      const left = ids.filter((_, i) => found[i] === undefined);
      if (left.length === 0) return found;
      const late = await closed(left);
      const lateById = new Map(left.map((id, i) => [id, late[i]]));
      return found.map((paymentId, i) => paymentId ?? lateById.get(ids[i]!));
    },
    async message(messageId) {
      return (await cycles()).messages.get(messageId);
    },
    paymentsOf: (message) => paymentsOf(store, message, signal),
  };
}

/** An IBAN whose check digits are wrong is nobody's, whatever comes after them. */
function isOneOf(paying: ReadonlySet<string>, account: string): boolean {
  const isReal = !/^[A-Za-z]{2}\d\d/.test(account) || isIban(account.toUpperCase());
  return isReal && accountSpellings(account).some((spelling) => paying.has(spelling));
}

/** What was instructed in a message, in pages. */
async function* paymentsOf(
  store: EventStore,
  { cycleId, messageId }: SentMessage,
  signal?: AbortSignal,
): AsyncGenerator<readonly SentPayment[]> {
  for await (const page of pagesOf(store, `payment-${cycleId}-`, {
    types: ['PaymentInstructed', 'PaymentReinstructed'],
    ...(signal ? { signal } : {}),
  })) {
    const payments = page.flatMap(({ events }): SentPayment[] =>
      events.flatMap((event) =>
        (event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed') &&
        event.data.messageId === messageId
          ? [{ paymentId: event.data.paymentId, endToEndId: event.data.endToEndId }]
          : [],
      ),
    );
    if (payments.length > 0) yield payments;
  }
}

/** Cycles that are released and not closed, in order. */
export const openCycles = async (store: EventStore): Promise<readonly string[]> =>
  (await cyclesOf(store)).open;

async function cyclesOf(store: EventStore): Promise<Cycles> {
  const messages = new Map<string, SentMessage>();
  const releasedAt = new Map<string, number>();
  const open: string[] = [];
  const closed: string[] = [];
  for await (const page of pagesOf(store, 'cycle-')) {
    for (const { events } of page) {
      let released: string | undefined;
      let currency = '';
      for (const event of events) {
        if (event.type === 'CycleOpened') currency = event.data.currency;
        if (event.type === 'CycleReleased') {
          released = event.data.cycleId;
          releasedAt.set(released, event.position);
        }
        if (event.type !== 'CycleInstructed' && event.type !== 'CycleReinstructed') continue;
        const { cycleId, files } = event.data;
        for (const { messageId, count, totalMinor } of files)
          messages.set(messageId, { cycleId, messageId, count, totalMinor, currency });
      }
      if (released !== undefined)
        (events.some(({ type }) => type === 'CycleClosed') ? closed : open).push(released);
    }
  }
  return { messages, open, closed, releasedAt };
}

/** Those of the terms that the cycle was released under. */
async function accountsAt(
  store: EventStore,
  cycleId: string,
  position: number | undefined,
): Promise<ReadonlySet<string>> {
  const { programmeId } = partsOfCycle(cycleId);
  const { terms } = await new PolicyReader(store).programme(programmeId, position);
  return new Set(
    terms.accounts.flatMap(({ debtor }) =>
      accountSpellings('iban' in debtor ? debtor.iban : debtor.rib),
    ),
  );
}
