import type { EventData } from '../../../events/generated.js';
import { fold } from '../../kernel/decider.js';
import { bankEntryDecider, proposedByAnother } from '../../statement/entry.decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { type PaymentState } from '../../payment/payment.state.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { fromState, part, type Part } from '../../write-side/unit.js';
import type { Deps, CommandContext } from '../../write-side/context.js';
import { foldBankMessage } from '../folds.js';
import { outcomeSaid, reportOf, saidBefore, type AssignedOutcome } from './assignment.rule.js';
import type { QuarantinedEntry } from './quarantined-entry.rule.js';

export interface AssignArgs {
  readonly entryId: string;
  readonly paymentId: string;
  /** Which instruction it answers; absent: the one that it names, else the newest. */
  readonly attempt?: number;
  /** Needed where the entry does not say it. */
  readonly outcome?: AssignedOutcome;
  readonly reason: string;
}

/**
 * Two persons say which payment an entry is about: the payment takes it as the bank's word and
 * decides as always (a contradiction becomes a break), and the entry leaves the quarantine,
 * together.
 * @throws DomainError ENTRY_NOT_FOUND, ENTRY_STATUS, OUTCOME_MISSING, OUTCOME_DIFFERS,
 *   REFERENCES_DIFFER, PAYMENT_UNKNOWN, and what payments refuse with
 */
export async function assignEntry(
  deps: Pick<Deps, 'store' | 'registry' | 'locks' | 'vault'>,
  args: AssignArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, await assignEntryParts(deps, args, context), context);
}

async function quarantinedEntry(store: Deps['store'], entryId: string): Promise<QuarantinedEntry> {
  for (const event of await store.readStream(streams.entry(entryId)))
    if (event.type === 'BankEntryQuarantined') return event.data;
  throw new DomainError(
    'ENTRY_NOT_FOUND',
    'No such entry is or was in quarantine.',
    'not-found',
    'entryId',
  );
}

/**
 * The attempt that the entry names, where it is one of the payment's; else the one that is said, or
 * the newest.
 * @throws DomainError REFERENCES_DIFFER for another payment or attempt than the entry names
 */
async function attemptOf(
  store: Deps['store'],
  paymentId: string,
  { endToEndId, paymentId: of, code }: QuarantinedEntry,
  said: number | undefined,
): Promise<number> {
  // Of one that names two, one is told.
  if (of !== undefined && of !== paymentId && code !== 'REFERENCES_DIFFER')
    throw new DomainError(
      'REFERENCES_DIFFER',
      'The entry is of another payment of ours.',
      'rule',
      'paymentId',
    );
  const instructions = (await store.readStream(streams.payment(paymentId))).flatMap((event) =>
    event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed' ? [event.data] : [],
  );
  const named = instructions.find((one) => one.endToEndId === endToEndId)?.attempt;
  if (named !== undefined && said !== undefined && named !== said)
    throw new DomainError(
      'REFERENCES_DIFFER',
      `The entry is of attempt ${named} of the payment, and not of ${said}.`,
      'rule',
      'attempt',
    );
  return named ?? said ?? instructions.at(-1)?.attempt ?? 1;
}

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
  const outcome = outcomeSaid(args.outcome, entry);
  const attempt = await attemptOf(store, paymentId, entry, args.attempt);
  const said = { paymentId, attempt, outcome, reason };
  const state = fold(bankEntryDecider, await store.readStream(streams.entry(entryId)));
  // What was given to a payment is said of it once, by the command that gave it.
  if (state.status === 'assigned') return [assigning('AssignEntry', entryId, said)];
  const proposal = proposedByAnother(state, said, actor.id);
  const message =
    entry.sha256 === undefined ? [] : await store.readStream(streams.message(entry.sha256));
  const saidBy = proposal ? saidBefore(proposal.by, foldBankMessage(message), actor) : [];
  const report = part(
    streams.payment(paymentId),
    paymentDecider,
    fromState([entryId, outcome, attempt], ({ endToEndIds }: PaymentState) =>
      reportOf(entry, outcome, attempt, endToEndIds[attempt - 1] ?? '', { now, saidBy }),
    ),
  );
  return proposal
    ? [report, assigning('AssignEntry', entryId, { ...said, proposedBy: proposal.by })]
    : [tried(report), assigning('ProposeAssignment', entryId, said)];
}

const assigning = (
  type: 'ProposeAssignment' | 'AssignEntry',
  entryId: string,
  said: Required<Omit<AssignArgs, 'entryId'>> & { readonly proposedBy?: string },
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
export const dismissEntry = async (
  deps: Pick<Deps, 'store' | 'registry' | 'locks' | 'vault'>,
  args: DismissArgs,
  context: CommandContext,
): Promise<CommandResult> => execute(deps, await dismissEntryParts(deps, args), context);

export type DismissArgs = { readonly entryId: string } & Pick<
  EventData['BankEntryDismissed'],
  'kind' | 'reason'
>;

/** Who handed over the file, or had it applied; of what a payments block said, there is none. */
async function handedOver(store: Deps['store'], sha256: string | undefined): Promise<string> {
  if (sha256 === undefined) return '';
  return foldBankMessage(await store.readStream(streams.message(sha256))).handedOverBy;
}

/** Of a file that was released, its entries are recorded by who released it. */
export async function dismissEntryParts(
  { store }: Pick<Deps, 'store'>,
  { entryId, kind, reason }: DismissArgs,
): Promise<readonly Part[]> {
  const { sha256 } = await quarantinedEntry(store, entryId);
  const handedOverBy = await handedOver(store, sha256);
  return [
    part(streams.entry(entryId), bankEntryDecider, {
      type: 'DismissEntry',
      kind,
      reason,
      handedOverBy,
    }),
  ];
}
