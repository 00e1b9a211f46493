import type { PayingAccount } from '../../write-side/readers.js';
import type { Instruction, WrittenFile } from '../../adapters/payment-rail/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { partsOfCycle, partsOfPayment, streams } from '../../kernel/ids.js';
import { parseLocalDate } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { record, recordOne } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import { foldCycle } from '../cycles/cycles.js';
import { foldPayment } from '../folds.js';
import {
  AUTOMATION,
  PAGE,
  type Deps,
  type JobContext,
  type OnProgress,
} from '../../write-side/context.js';
import { MAX_PER_FILE, messagePart, writeMessage, type Release } from './messages.js';
import { endToEndIdOf, messageIdOf } from '../../payment/instruction-ids.rule.js';
import { openPayees } from '../../person/payees.js';
import { heldBy, payeeOf, type Held } from '../../person/payee.rule.js';
import type { AccountHold } from '../../kernel/accounts.js';

import { PolicyReader } from '../../programme/policy-reader.js';
import { refusal, type Refusal } from '../../write-side/refusals.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export interface ReinstructArgs {
  readonly cycleId: string;
  /**
   * Exactly these, each answered for; absent: every rejected or returned payment whose payee has
   * another account since, and every one left out so far.
   */
  readonly paymentIds?: readonly string[];
  /** Also to the account that failed before (the reason was elsewhere). */
  readonly sameAccount?: boolean;
  readonly executionDate: string;
  readonly maxPerFile?: number;
  readonly onRefused?: (refusals: readonly Refusal[]) => void;
}
export interface ReinstructSummary {
  readonly cycleId: string;
  reinstructed: number;
  /**
   * Left out before, for want of an account or while it was held, and instructed now for the first
   * time.
   */
  instructed: number;
  refused: number;
  /** Still waiting for an account that can be paid on, or for a mended one. */
  waiting: number;
  /**
   * The account is held still, for a time after its change or until it is verified; a later run
   * takes them.
   */
  held: number;
  /** When the first of those that wait for a time is free. */
  heldUntil?: string;
  /** Of every instruction of the cycle after its release. */
  files: WrittenFile[];
}
type InstructionEvent = Extract<
  Recorded,
  { readonly type: 'PaymentInstructed' | 'PaymentReinstructed' }
>;
const isInstruction = (event: Recorded): event is InstructionEvent =>
  event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed';

/**
 * Instructs rejected and returned payments of a cycle again, as new attempts of the same payments,
 * and those that were left out when the cycle was instructed, in pain.001 files of their own, under
 * the terms that the cycle was released under. The events come first; files are then derived from
 * them, also those that a run which was killed left out, and CycleReinstructed records their
 * hashes.
 * @throws DomainError CYCLE_NOT_RELEASED, CYCLE_STATUS for a closed cycle, StoreError, VaultError,
 *   what the rail throws
 */
export async function reinstructPayments(
  deps: Deps,
  args: ReinstructArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<ReinstructSummary> {
  parseLocalDate(args.executionDate, 'executionDate');
  const { programmeId, period } = partsOfCycle(args.cycleId);
  const history = await deps.store.readStream(streams.cycle(args.cycleId));
  const cycle = foldCycle(history);
  const released = history.findLast((event) => event.type === 'CycleReleased');
  if (!released)
    throw new DomainError(
      'CYCLE_NOT_RELEASED',
      `Cycle ${args.cycleId} is not released.`,
      'rule',
      'cycleId',
    );
  const { definition, terms } = await new PolicyReader(deps.store).programme(
    programmeId,
    released.position,
  );
  // What the programme holds now, not at the release: a hold set since is there to stop what
  // happened since.
  const { hold } = await new PolicyReader(deps.store).programme(programmeId);
  if (cycle.status === 'closed')
    throw new DomainError(
      'CYCLE_STATUS',
      `The cycle ${args.cycleId} is closed: its money was given back, so nothing of it is instructed again.`,
      'rule',
      'cycleId',
    );
  const first = history.findLast((event) => event.type === 'CycleInstructed');
  const found = await survey(
    deps,
    args,
    first && new Set(first.data.files.map(({ messageId }) => messageId)),
    onProgress,
    signal,
  );
  const recorded = new Map(
    history
      .flatMap((event) => (event.type === 'CycleReinstructed' ? event.data.files : []))
      .map((file) => [file.messageId, file]),
  );
  const summary: ReinstructSummary = {
    cycleId: args.cycleId,
    reinstructed: 0,
    instructed: 0,
    refused: 0,
    waiting: 0,
    held: 0,
    files: [],
  };
  const head = { programmeId, period, terms, hold, currency: definition.currency };
  const namer = new Namer(found.messages, head, args.maxPerFile);
  for (let i = 0; i < found.candidates.length; i += PAGE) {
    signal?.throwIfAborted();
    await reinstructPage(
      deps,
      args,
      base,
      found.candidates.slice(i, i + PAGE),
      head,
      namer,
      summary,
    );
    onProgress?.({
      what: 'payments instructed',
      done: summary.reinstructed + summary.instructed,
      total: found.candidates.length,
    });
  }
  for (const [messageId, paymentIds] of [...found.messages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    signal?.throwIfAborted();
    const file =
      recorded.get(messageId) ??
      (await writeReinstructions(deps, head, messageId, paymentIds.sort()));
    if (file) summary.files.push(file);
  }
  if (summary.files.length > 0) {
    await recordOne(
      deps,
      {
        verb: 'record-reinstruction',
        key: args.cycleId,
        parts: [
          part(streams.cycle(args.cycleId), cycleDecider, {
            command: { type: 'RecordReinstruction', files: summary.files },
            as: AUTOMATION,
          }),
        ],
      },
      base,
    );
  }
  return summary;
}

/** Payments that may be instructed now, and the messages of earlier runs with their payments. */
interface Survey {
  readonly candidates: readonly string[];
  readonly messages: Map<string, string[]>;
}

/**
 * @param first the messages of the cycle's own instruction; undefined while it is under way: what
 *   is not instructed then is not left out
 */
async function survey(
  deps: Deps,
  args: ReinstructArgs,
  first: ReadonlySet<string> | undefined,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<Survey> {
  const failed: string[] = [];
  const messages = new Map<string, string[]>();
  let seen = 0;
  for await (const page of pagesOf(
    deps.store,
    `payment-${args.cycleId}-`,
    signal ? { signal } : {},
  )) {
    for (const { stream, events } of page) {
      const paymentId = stream.slice('payment-'.length);
      for (const event of events) {
        if (isInstruction(event) && first?.has(event.data.messageId) === false)
          messages.set(event.data.messageId, [
            ...(messages.get(event.data.messageId) ?? []),
            paymentId,
          ]);
      }
      const { status } = foldPayment(events);
      if (status === 'rejected' || status === 'returned' || (status === 'ordered' && first))
        failed.push(paymentId);
    }
    seen += page.length;
    onProgress?.({ what: 'payments looked at', done: seen });
  }
  return { candidates: args.paymentIds ?? failed, messages };
}

type Head = Omit<Release, 'executionDate' | 'createdAt'> & { readonly hold: AccountHold };

/**
 * Gives out message ids that no earlier run used, per paying account, each for so many payments,
 * and notes who got which.
 */
class Namer {
  readonly #filling = new Map<PayingAccount, { readonly id: string; places: number }>();
  readonly #sequences = new Map<PayingAccount, number>();

  constructor(
    private readonly messages: Map<string, string[]>,
    private readonly head: Head,
    private readonly limit: number | undefined,
  ) {}

  next(account: PayingAccount): string {
    let filling = this.#filling.get(account);
    if (!filling || filling.places >= (this.limit ?? account.maxPerFile ?? MAX_PER_FILE)) {
      let sequence = this.#sequences.get(account) ?? 0;
      let id: string;
      do {
        sequence += 1;
        id = messageIdOf(
          this.head.programmeId,
          this.head.period,
          messagePart(account, `R${String(sequence).padStart(4, '0')}`),
        );
      } while (this.messages.has(id));
      this.#sequences.set(account, sequence);
      this.#filling.set(account, (filling = { id, places: 0 }));
    }
    filling.places += 1;
    return filling.id;
  }

  note(messageId: string, paymentId: string): void {
    const paymentIds = this.messages.get(messageId);
    if (paymentIds) paymentIds.push(paymentId);
    else this.messages.set(messageId, [paymentId]);
  }
}

async function reinstructPage(
  deps: Deps,
  args: ReinstructArgs,
  base: JobContext,
  paymentIds: readonly string[],
  head: Head,
  namer: Namer,
  summary: ReinstructSummary,
): Promise<void> {
  const payments = await deps.store.readStreams(paymentIds.map((id) => streams.payment(id)));
  const persons = await deps.store.readStreams(
    paymentIds.map((id) => streams.person(partsOfPayment(id).personId)),
  );
  const payees = persons.map(({ events }) => payeeOf(events));
  const accounts = await openPayees(deps.vault, payees);
  const now = deps.clock.now();
  const units: Unit[] = [];
  const chosen: {
    readonly paymentId: string;
    readonly messageId: string;
    readonly leftOut: boolean;
  }[] = [];
  const refused: Refusal[] = [];
  paymentIds.forEach((paymentId, i) => {
    const payee = accounts[i] && payees[i];
    const state = foldPayment(payments[i]!.events);
    const leftOut = state.status === 'ordered';
    const mended =
      payee && (leftOut || args.sameAccount === true || payee.accountId !== state.accountId);
    if (!mended) {
      summary.waiting += 1;
      if (args.paymentIds) refused.push(refusal(paymentId, payee ? notMended() : noAccount()));
      return;
    }
    const held = heldBy(payee, head.hold, now);
    if (held && (leftOut || state.status === 'rejected' || state.status === 'returned')) {
      summary.held += 1;
      if (
        held.until !== undefined &&
        (summary.heldUntil === undefined || held.until < summary.heldUntil)
      )
        summary.heldUntil = held.until;
      if (args.paymentIds) refused.push(refusal(paymentId, heldError(held)));
      return;
    }
    const messageId = namer.next(accountFor(head, payments[i]!.events, payee.kind));
    chosen.push({ paymentId, messageId, leftOut });
    units.push({
      verb: 'reinstruct',
      key: paymentId,
      loaded: [payments[i]!.events],
      parts: [
        part(streams.payment(paymentId), paymentDecider, {
          ...(leftOut ? { as: AUTOMATION } : {}),
          command: {
            type: leftOut ? 'InstructPayment' : 'ReinstructPayment',
            messageId,
            endToEndId: endToEndIdOf(paymentId, state.attempt + 1),
            accountId: payee.accountId,
            executionDate: args.executionDate,
          },
        }),
      ],
    });
  });
  const results = await record(deps, units, base);
  results.forEach((result, i) => {
    const { paymentId, messageId, leftOut } = chosen[i]!;
    if (result.kind === 'refused') refused.push(refusal(paymentId, result.error));
    else if (result.kind === 'recorded') {
      if (leftOut) summary.instructed += 1;
      else summary.reinstructed += 1;
      namer.note(messageId, paymentId);
    }
  });
  summary.refused += refused.length;
  if (refused.length > 0) args.onRefused?.(refused);
}

/** The account that a payment leaves from when its payee is paid on an account of this kind. */
function accountFor(
  { terms }: Head,
  payment: readonly Recorded[],
  kind: Instruction['payee']['kind'],
): PayingAccount {
  const ordered = payment.findLast((event) => event.type === 'PaymentOrdered');
  return terms.accountFor(ordered?.data.region ?? '', kind);
}

const notMended = (): DomainError =>
  new DomainError(
    'ACCOUNT_NOT_MENDED',
    'The payee has the same account as when the payment failed.',
    'rule',
  );
const heldError = ({ until }: Held): DomainError =>
  until === undefined
    ? new DomainError(
        'ACCOUNT_NOT_VERIFIED',
        "The payee's account waits to be verified by another person than who registered it.",
        'rule',
      )
    : new DomainError(
        'ACCOUNT_HELD',
        `The payee's account was changed; it is not paid on before ${until}.`,
        'rule',
      );
const noAccount = (): DomainError =>
  new DomainError('NO_PAYEE_ACCOUNT', 'The payee has no account that can be paid on.', 'rule');

/**
 * The file of one message, from the events that carry its message id. Holds the transfers of one
 * file.
 */
async function writeReinstructions(
  deps: Deps,
  head: Head,
  messageId: string,
  paymentIds: readonly string[],
): Promise<WrittenFile | undefined> {
  const instructions: Instruction[] = [];
  let createdAt: string | undefined;
  let executionDate: string | undefined;
  let account: PayingAccount | undefined;
  for (let i = 0; i < paymentIds.length; i += PAGE) {
    const ids = paymentIds.slice(i, i + PAGE);
    const payments = await deps.store.readStreams(ids.map((id) => streams.payment(id)));
    const persons = await deps.store.readStreams(
      ids.map((id) => streams.person(partsOfPayment(id).personId)),
    );
    const found = payments.map(({ events }) =>
      events.find(
        (event): event is InstructionEvent =>
          isInstruction(event) && event.data.messageId === messageId,
      ),
    );
    const accounts = await openPayees(
      deps.vault,
      found.map((event, n) => event && payeeOf(persons[n]!.events, event.data.accountId)),
    );
    found.forEach((event, n) => {
      const payee = accounts[n];
      if (!event || !payee) return;
      createdAt = createdAt === undefined || event.time < createdAt ? event.time : createdAt;
      executionDate ??= event.data.executionDate;
      account ??= accountFor(head, payments[n]!.events, payee.kind);
      const { paymentId, attempt, endToEndId, currency } = event.data;
      instructions.push({
        paymentId,
        attempt,
        endToEndId,
        currency,
        amountMinor: BigInt(event.data.amountMinor),
        payee,
        remittance: head.terms.remittanceOf(head.period),
      });
    });
  }
  if (createdAt === undefined || executionDate === undefined || account === undefined)
    return undefined;
  return writeMessage(
    deps.rail,
    { ...head, createdAt, executionDate },
    account,
    messageId,
    instructions,
  );
}
