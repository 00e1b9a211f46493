import { LRUCache } from 'lru-cache';
import type { EventStore } from '../../adapters/event-store/port.js';
import {
  instructionIndex,
  type InstructionIndex,
  type InstructionKey,
} from '../outcomes/end-to-end-index.js';
import { accountsOfMessages } from './message-namer.rule.js';
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

/** What is paid from an account: a message of a cycle, or anything of it. */
export interface Paid {
  readonly cycleId: string;
  readonly messageId: string | undefined;
}

/** What was instructed, as the log has it; read when first asked. */
export interface Instructed {
  readonly lookup: EndToEndLookup;
  /** By UETR, in lower case, with the attempt that has it. */
  byUetr(
    uetr: string,
  ): Promise<{ readonly paymentId: string; readonly attempt: number } | undefined>;
  /**
   * The account that a message was paid from, in all its spellings; where the log does not tell
   * that, those that its cycle was paid from.
   */
  payingAccounts(paid: Paid): Promise<ReadonlySet<string>>;
  /** Whether an account, as a bank wrote it, is one of those. */
  isPaidFrom(paid: Paid, account: string): Promise<boolean>;
  /** The message that an instruction went out in, by its end-to-end id. */
  messageOf(endToEndId: string): Promise<string | undefined>;
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
  const indexOf = (which: 'open' | 'closed', by: InstructionKey): InstructionIndex =>
    openedIndex(sent, which, by, store, signal);
  const open = indexOf('open', 'endToEndId');
  const closed = indexOf('closed', 'endToEndId');
  const openUetr = indexOf('open', 'uetr');
  const closedUetr = indexOf('closed', 'uetr');
  const accounts = new Map<string, Promise<Accounts>>();
  const payingAccounts = async ({ cycleId, messageId }: Paid): Promise<ReadonlySet<string>> => {
    let found = accounts.get(cycleId);
    if (!found) {
      found = sent().then((of) => accountsAt(store, cycleId, of));
      accounts.set(cycleId, found);
    }
    const { all, ofMessages } = await found;
    return (messageId === undefined ? undefined : ofMessages.get(messageId)) ?? all;
  };
  // Every entry of a statement has the statement's account.
  const compared = new LRUCache<string, Promise<boolean>>({ max: 1_000 });
  return {
    payingAccounts,
    async isPaidFrom(paid, account) {
      const key = `${paid.cycleId} ${paid.messageId ?? ''} ${account}`;
      let answer = compared.get(key);
      if (!answer) {
        answer = payingAccounts(paid).then((paying) => isOneOfAccounts(paying, account));
        compared.set(key, answer);
      }
      return answer;
    },
    async messageOf(endToEndId) {
      return (await open.messageOf(endToEndId)) ?? (await closed.messageOf(endToEndId));
    },
    async byUetr(uetr) {
      const paymentId = (await openUetr.lookup([uetr]))[0] ?? (await closedUetr.lookup([uetr]))[0];
      const attempt = paymentId === undefined ? undefined : attemptOfUetr(paymentId, uetr);
      return paymentId === undefined || attempt === undefined ? undefined : { paymentId, attempt };
    },
    async lookup(ids) {
      const found = await open.lookup(ids);
      const left = ids.filter((_, i) => found[i] === undefined);
      if (left.length === 0) return found;
      const late = await closed.lookup(left);
      const lateById = new Map(left.map((id, i) => [id, late[i]]));
      return found.map((paymentId, i) => paymentId ?? lateById.get(ids[i]!));
    },
    async message(messageId) {
      return (await sent()).messages.get(messageId);
    },
    paymentsOf: (message) => paymentsOf(store, message, signal),
  };
}

/** Of cycles that are open or closed, read when it is first asked. */
function openedIndex(
  sent: () => Promise<SentMessages>,
  which: 'open' | 'closed',
  by: InstructionKey,
  store: EventStore,
  signal?: AbortSignal,
): InstructionIndex {
  let index: Promise<InstructionIndex | undefined> | undefined;
  const opened = async (): Promise<InstructionIndex | undefined> => {
    const ofThese = (await sent())[which];
    return ofThese.length === 0 ? undefined : instructionIndex(store, ofThese, signal, by);
  };
  return {
    lookup: async (ids) => (await (index ??= opened()))?.lookup(ids) ?? ids.map(() => undefined),
    messageOf: async (id) => (await (index ??= opened()))?.messageOf(id),
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

interface Accounts {
  /** In all their spellings, as those of each message are. */
  readonly all: ReadonlySet<string>;
  readonly ofMessages: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Those of the terms that the cycle was released under. */
async function accountsAt(
  store: EventStore,
  cycleId: string,
  { releasedAt, ofCycle }: SentMessages,
): Promise<Accounts> {
  const parts = partsOfCycle(cycleId);
  const reader = new PolicyReader(store);
  const { terms } = await reader.programme(parts.programmeId, releasedAt.get(cycleId));
  const spelled = terms.accounts.map((account) => ({ ...account, spelled: accountsOf([account]) }));
  const found = accountsOfMessages(spelled, parts, ofCycle.get(cycleId) ?? new Set());
  return {
    all: accountsOf(terms.accounts),
    ofMessages: new Map([...found].map(([id, account]) => [id, account.spelled])),
  };
}
