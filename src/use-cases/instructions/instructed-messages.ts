import { LRUCache } from 'lru-cache';
import type { EventStore } from '../../adapters/event-store/port.js';
import { endToEndIndex, type InstructionKey } from '../outcomes/end-to-end-index.js';
import type { EndToEndLookup } from '../outcomes/take-in-outcomes.js';
import { attemptOfUetr, partsOfCycle } from '../../kernel/ids.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import {
  accountsOf,
  isOneOfAccounts,
  sentIn,
  SentMessages,
  type SentMessage,
  type SentPayment,
} from './sent-messages.rule.js';

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

/**
 * End-to-end ids are looked for among the payments of cycles that are released and not closed;
 * those of closed ones are read only where one is not found there.
 */
export function instructed(store: EventStore, signal?: AbortSignal): Instructed {
  let read: Promise<SentMessages> | undefined;
  const sent = (): Promise<SentMessages> => (read ??= sentMessages(store));
  const indexOf = (which: 'open' | 'closed', by: InstructionKey): EndToEndLookup => {
    let index: EndToEndLookup | undefined;
    return async (ids) => {
      const ofThese = (await sent())[which];
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
      const { releasedAt } = await sent();
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
        answer = payingAccounts(cycleId).then((paying) => isOneOfAccounts(paying, account));
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
      return (await sent()).messages.get(messageId);
    },
    paymentsOf: (message) => paymentsOf(store, message, signal),
  };
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
    const payments = page.flatMap(({ events }) => sentIn(messageId, events));
    if (payments.length > 0) yield payments;
  }
}

/** Cycles that are released and not closed, in order. */
export const openCycles = async (store: EventStore): Promise<readonly string[]> =>
  (await sentMessages(store)).open;

async function sentMessages(store: EventStore): Promise<SentMessages> {
  const sent = new SentMessages();
  for await (const page of pagesOf(store, 'cycle-'))
    for (const { events } of page) sent.add(events);
  return sent;
}

/** Those of the terms that the cycle was released under. */
async function accountsAt(
  store: EventStore,
  cycleId: string,
  position: number | undefined,
): Promise<ReadonlySet<string>> {
  const { programmeId } = partsOfCycle(cycleId);
  const { terms } = await new PolicyReader(store).programme(programmeId, position);
  return accountsOf(terms.accounts);
}
