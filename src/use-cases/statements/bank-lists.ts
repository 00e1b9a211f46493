import type { EventData } from '../../../events/generated.js';
import type { EventStore, StreamEvents } from '../../adapters/event-store/port.js';
import { streams } from '../../kernel/ids.js';
import { daysBetween } from '../../kernel/time.js';
import { withoutWordsOf } from '../../kernel/two-people.js';
import type { BankEntryState } from '../../statement/entry.decider.js';
import type { BankMessageState } from '../../statement/message.decider.js';
import { foldBankEntry, foldBankMessage } from '../folds.js';

/** A file of a bank and what became of it. `at` are instants of the log. */
export type MessageView = EventData['BankMessageReceived'] & {
  readonly status: Exclude<BankMessageState['status'], 'none'>;
  readonly receivedAt: string;
  readonly quarantine?: { readonly code: string; readonly detail: string; readonly at: string };
  readonly release?: { readonly reason: string; readonly by: string; readonly at: string };
  readonly applied?: Omit<EventData['BankMessageApplied'], 'sha256'> & { readonly at: string };
};

export type EntryView = EventData['BankEntryQuarantined'] & {
  readonly status: Exclude<BankEntryState['status'], 'none'>;
  readonly quarantinedAt: string;
  /** Days that it has waited, or did until a person decided. */
  readonly ageDays: number;
  /** Who looks after it. */
  readonly owner?: string;
  /** Payments that it may be about, best first. */
  readonly candidates?: EventData['BankEntryCandidatesFound']['candidates'];
  /** Further payments as likely as the last of them. */
  readonly alike?: number;
  /** What a person says that it is about; another one's same word gives it to the payment. */
  readonly proposals?: readonly {
    readonly paymentId: string;
    readonly attempt: number;
    readonly outcome: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  }[];
  /** What persons made of it. */
  readonly decision?: {
    readonly kind: string;
    readonly paymentId?: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  };
};

/**
 * One page, in the order of the streams' names; `next` is the cursor of the next page, absent at
 * the end.
 */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * Streams looked at for one page, at most: a page may be short, or empty, and still have a next
 * one.
 */
const LOOKED_AT = 2_000;

async function list<T>(
  store: EventStore,
  prefix: string,
  viewOf: (stream: StreamEvents) => T | undefined,
  after: string | undefined,
  limit: number,
): Promise<Listed<T>> {
  const items: T[] = [];
  let cursor = after === undefined ? undefined : `${prefix}${after}`;
  for (let looked = 0; looked < LOOKED_AT && items.length < limit;) {
    const size = Math.min(200, limit - items.length);
    const page = await store.readCategory(prefix, {
      limit: size,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    for (const stream of page) {
      const view = viewOf(stream);
      if (view) items.push(view);
    }
    if (page.length < size) return { items };
    cursor = page.at(-1)!.stream;
    looked += page.length;
  }
  return { items, next: cursor!.slice(prefix.length) };
}

export const listMessages = (
  store: EventStore,
  {
    status,
    mayRead = () => true,
    after,
    limit,
  }: {
    readonly status?: string;
    readonly mayRead?: (file: MessageView) => boolean;
    readonly after?: string;
    readonly limit: number;
  },
): Promise<Listed<MessageView>> =>
  list(
    store,
    'message-',
    (stream) => {
      const view = messageView(stream);
      return mayRead(view) && (status === undefined || view.status === status) ? view : undefined;
    },
    after,
    limit,
  );

export interface EntriesWanted {
  readonly status?: string;
  readonly sha256?: string;
  readonly owner?: string;
  readonly olderThanDays?: number;
  readonly after?: string;
  readonly limit: number;
  /** Instant that ages count to. */ readonly now: string;
}

export const listEntries = (
  store: EventStore,
  { status, sha256, owner, olderThanDays = 0, after, limit, now }: EntriesWanted,
): Promise<Listed<EntryView>> =>
  list(
    store,
    'entry-',
    (stream) => {
      const view = entryView(stream, now);
      return (status === undefined || view.status === status) &&
        (sha256 === undefined || view.sha256 === sha256) &&
        (owner === undefined || view.owner === owner) &&
        view.ageDays >= olderThanDays
        ? view
        : undefined;
    },
    after,
    limit,
  );

/** Undefined where there is no such message. */
export async function readMessage(
  store: EventStore,
  sha256: string,
): Promise<MessageView | undefined> {
  const stream = streams.message(sha256);
  const events = await store.readStream(stream);
  return events.length === 0 ? undefined : messageView({ stream, events });
}

function messageView({ events }: StreamEvents): MessageView {
  let view: Partial<MessageView> = {};
  for (const { time: at, meta, ...event } of events) {
    switch (event.type) {
      case 'BankMessageReceived':
        view = { ...event.data, receivedAt: at };
        break;
      case 'BankMessageQuarantined':
        view = { ...view, quarantine: { code: event.data.code, detail: event.data.detail, at } };
        break;
      case 'BankMessageReleased':
        view = { ...view, release: { reason: event.data.reason, by: meta.actor, at } };
        break;
      case 'BankMessageApplied': {
        const { sha256, ...applied } = event.data;
        view = { ...view, applied: { ...applied, at } };
        break;
      }
      default:
    }
  }
  return { ...view, status: foldBankMessage(events).status } as MessageView;
}

function entryView({ events }: StreamEvents, now: string): EntryView {
  let view: Partial<EntryView> = {};
  for (const { time: at, meta, ...event } of events) {
    const by = meta.actor;
    switch (event.type) {
      case 'BankEntryQuarantined':
        view = { ...event.data, quarantinedAt: at };
        break;
      case 'BankEntryOwnerSet':
        view = { ...view, owner: event.data.owner };
        break;
      case 'BankEntryCandidatesFound':
        view = { ...view, candidates: event.data.candidates, alike: event.data.alike };
        break;
      case 'BankEntryAssignmentProposed': {
        const { paymentId, attempt, outcome, reason } = event.data;
        const proposal = { paymentId, attempt, outcome, reason, by, at };
        view = { ...view, proposals: [...(view.proposals ?? []), proposal] };
        break;
      }
      case 'BankEntryAssignmentWithdrawn':
        view = { ...view, proposals: withoutWordsOf(view.proposals ?? [], by) };
        break;
      case 'BankEntryAssigned':
        view = {
          ...view,
          decision: {
            kind: 'assigned',
            paymentId: event.data.paymentId,
            reason: event.data.reason,
            by,
            at,
          },
        };
        break;
      case 'BankEntryDismissed':
        view = { ...view, decision: { kind: event.data.kind, reason: event.data.reason, by, at } };
        break;
      default:
    }
  }
  return {
    ...view,
    status: foldBankEntry(events).status,
    ageDays: daysBetween(view.quarantinedAt ?? now, view.decision?.at ?? now),
  } as EntryView;
}
