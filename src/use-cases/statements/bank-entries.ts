import type { EventData } from '../../../events/generated.js';
import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { fold } from '../../kernel/decider.js';
import { bankEntryDecider, proposedByAnother } from '../../statement/entry.decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams, uuidOf } from '../../kernel/ids.js';
import { paymentDecider, type PaymentCommand } from '../../payment/payment.decider.js';
import { type PaymentState } from '../../payment/payment.state.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { fromState, part, type Part } from '../../write-side/unit.js';
import type { Deps, CommandContext } from '../../write-side/context.js';

export type QuarantinedEntry = EventData['BankEntryQuarantined'];
type Why = Pick<
  QuarantinedEntry,
  'sha256' | 'number' | 'code' | 'detail' | 'outcome' | 'reason' | 'messageId' | 'paymentId'
>;

/**
 * Names entries by what they say, so that the same content in another file is the same entry. Where
 * a file says the very same thing more than once, the occurrences are told apart by their number.
 */
export class EntryNamer {
  readonly #seen = new Map<string, number>();

  nameOf(entry: NumberedEntry, paymentId = ''): string {
    const same = uuidOf('bank-entry', ...contentOf(entry), paymentId);
    const occurrence = this.#seen.get(same) ?? 0;
    this.#seen.set(same, occurrence + 1);
    return occurrence === 0 ? same : uuidOf(same, occurrence);
  }
}

function contentOf(entry: NumberedEntry): string[] {
  const text = (...values: readonly (string | boolean | undefined)[]): string[] =>
    values.map((value) => JSON.stringify(value ?? null));
  const amount = entry.amount ? [entry.amount.text, entry.amount.currency] : [];
  switch (entry.kind) {
    case 'status': {
      const { messageId, batchId, instructionId, endToEndId, uetr } = entry.original;
      return text(
        'status',
        entry.scope,
        entry.status,
        messageId,
        batchId,
        instructionId,
        endToEndId,
        uetr,
        entry.reasons.join(' '),
        entry.reference,
        ...amount,
      );
    }
    case 'booking': {
      const {
        messageId,
        batchId,
        instructionId,
        endToEndId,
        uetr,
        transactionId,
        bank,
        entry: own,
      } = entry.references;
      return text(
        'booking',
        entry.scope,
        ...(entry.left === undefined ? [] : [entry.left]),
        entry.direction,
        entry.reversal,
        entry.returned,
        entry.returnReason,
        entry.bookedOn,
        entry.valueOn,
        messageId,
        batchId,
        instructionId,
        endToEndId,
        uetr,
        transactionId,
        bank,
        own,
        ...amount,
      );
    }
  }
}

/**
 * What of an entry may stand in an event: amounts, dates, codes and references that name no person.
 */
export function quarantined(entry: NumberedEntry, why: Why, namer: EntryNamer): QuarantinedEntry {
  const bankReference = referenceOf(entry);
  const references = entry.kind === 'booking' ? entry.references : undefined;
  const endToEndId = entry.kind === 'status' ? entry.original.endToEndId : references?.endToEndId;
  const { amount } = entry;
  return {
    entryId: namer.nameOf(entry, why.paymentId),
    family: entry.family,
    scope: entry.scope,
    ...why,
    ...(endToEndId !== undefined && /^E[0-9A-F]{24}$/.test(endToEndId) ? { endToEndId } : {}),
    ...(amount?.amountMinor === undefined
      ? {}
      : { amountMinor: amount.amountMinor, currency: amount.currency }),
    ...(entry.kind === 'booking' && entry.direction ? { direction: entry.direction } : {}),
    ...(entry.kind === 'booking' &&
    entry.bookedOn !== undefined &&
    /^\d{4}-\d{2}-\d{2}$/.test(entry.bookedOn)
      ? { bookedOn: entry.bookedOn }
      : {}),
    ...(bankReference === undefined ? {} : { bankReference }),
  };
}

/** The bank's own running reference: digits, capitals and marks. Anything else might be words. */
function referenceOf(entry: NumberedEntry): string | undefined {
  const references = entry.kind === 'booking' ? entry.references : undefined;
  const text = entry.kind === 'status' ? entry.reference : (references?.bank ?? references?.entry);
  return text !== undefined && /^[A-Z0-9./:_-]{1,35}$/.test(text) && /\d/.test(text)
    ? text
    : undefined;
}

export interface AssignArgs {
  readonly entryId: string;
  readonly paymentId: string;
  /** Which instruction it answers; absent: the newest. */
  readonly attempt?: number;
  /** Needed where the entry does not say it. */
  readonly outcome?: EventData['BankEntryAssigned']['outcome'];
  readonly reason: string;
}

/**
 * Two persons say which payment an entry is about: the payment takes it as the bank's word and
 * decides as always (a contradiction becomes a break), and the entry leaves the quarantine,
 * together.
 * @throws DomainError ENTRY_NOT_FOUND, ENTRY_STATUS, OUTCOME_MISSING, OUTCOME_DIFFERS,
 *   PAYMENT_UNKNOWN, and what payments refuse with
 */
export async function assignEntry(
  deps: Pick<Deps, 'store' | 'registry' | 'locks'>,
  args: AssignArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(
    deps.store,
    deps.registry,
    deps.locks,
    await assignEntryParts(deps, args, context),
    context,
  );
}

type Quarantined = EventData['BankEntryQuarantined'];

async function quarantinedEntry(store: Deps['store'], entryId: string): Promise<Quarantined> {
  for (const event of await store.readStream(streams.entry(entryId)))
    if (event.type === 'BankEntryQuarantined') return event.data;
  throw new DomainError(
    'ENTRY_NOT_FOUND',
    'No such entry is or was in quarantine.',
    'not-found',
    'entryId',
  );
}

/** What the person says became of the payment, or the entry itself. */
function outcomeOf(args: AssignArgs, entry: Quarantined): NonNullable<AssignArgs['outcome']> {
  const outcome = args.outcome ?? (entry.outcome === 'unknown' ? undefined : entry.outcome);
  if (outcome === undefined)
    throw new DomainError(
      'OUTCOME_MISSING',
      'The entry does not say what became of the payment; say it.',
      'invalid',
      'outcome',
    );
  return outcome;
}

async function newestAttempt(store: Deps['store'], paymentId: string): Promise<number> {
  const payment = await store.readStream(streams.payment(paymentId));
  for (const event of payment.toReversed())
    if (event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed')
      return event.data.attempt;
  return 1;
}

const reportOf = (
  entry: Quarantined,
  outcome: NonNullable<AssignArgs['outcome']>,
  attempt: number,
  endToEndId: string,
  now: string,
): PaymentCommand => ({
  type: 'ReportOutcome',
  outcome,
  attempt,
  endToEndId,
  source: 'operator',
  ...(outcome === 'settled' ? { settledOn: entry.bookedOn ?? now.slice(0, 10) } : {}),
  ...(entry.amountMinor === undefined ? {} : { amountMinor: entry.amountMinor }),
  ...(entry.currency === undefined ? {} : { currency: entry.currency }),
  ...(outcome === 'rejected' || outcome === 'returned' ? { reason: entry.reason ?? 'MS03' } : {}),
  ...(entry.bankReference === undefined ? {} : { reference: entry.bankReference }),
});

/**
 * The first person's word is a proposal; the second's, where it is the same, gives the entry to the
 * payment.
 */
export async function assignEntryParts(
  { store }: Pick<Deps, 'store'>,
  args: AssignArgs,
  { now, actor }: Pick<CommandContext, 'now' | 'actor'>,
): Promise<readonly Part[]> {
  const { entryId, paymentId, reason } = args;
  const entry = await quarantinedEntry(store, entryId);
  const outcome = outcomeOf(args, entry);
  const newest = await newestAttempt(store, paymentId);
  const attempt = args.attempt ?? newest;
  const said = { paymentId, attempt, outcome, reason };
  const state = fold(bankEntryDecider, await store.readStream(streams.entry(entryId)));
  // What was given to a payment is said of it once, by the command that gave it.
  if (state.status === 'assigned') return [assigning('AssignEntry', entryId, said)];
  const report = part(
    streams.payment(paymentId),
    paymentDecider,
    fromState([entryId, outcome, attempt], ({ endToEndIds }: PaymentState) =>
      reportOf(entry, outcome, attempt, endToEndIds[attempt - 1] ?? '', now),
    ),
  );
  return proposedByAnother(state, said, actor.id)
    ? [report, assigning('AssignEntry', entryId, said)]
    : [tried(report), assigning('ProposeAssignment', entryId, said)];
}

const assigning = (
  type: 'ProposeAssignment' | 'AssignEntry',
  entryId: string,
  said: Required<Omit<AssignArgs, 'entryId'>>,
): Part => part(streams.entry(entryId), bankEntryDecider, { type, ...said });

/** Refused where the part is, and nothing is recorded of it. */
const tried = (given: Part): Part => ({
  ...given,
  decide(events, context) {
    given.decide(events, context);
    return [];
  },
});

/**
 * A person says that an entry is about no payment. @throws DomainError ENTRY_NOT_FOUND,
 * ENTRY_STATUS
 */
export const dismissEntry = (
  deps: Pick<Deps, 'store' | 'registry' | 'locks'>,
  args: DismissArgs,
  context: CommandContext,
): Promise<CommandResult> =>
  execute(deps.store, deps.registry, deps.locks, dismissEntryParts(args), context);

export type DismissArgs = { readonly entryId: string } & Pick<
  EventData['BankEntryDismissed'],
  'kind' | 'reason'
>;
export const dismissEntryParts = ({ entryId, kind, reason }: DismissArgs): readonly Part[] => [
  part(streams.entry(entryId), bankEntryDecider, { type: 'DismissEntry', kind, reason }),
];
