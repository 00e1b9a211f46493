import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import { quarantineEntries } from './quarantine-entries.js';
import { EntryNamer, quarantined, type QuarantinedEntry } from './quarantined-entry.rule.js';
import { SeenBookings } from './seen-bookings.rule.js';
import { dated, type Verdict } from './bank-verdict.rule.js';
import { ListedPayments } from './listed-payments.js';
import { differenceFrom } from './message-difference.rule.js';
import { notPaidFrom } from './look-through.js';
import { alsoDiffers, ofEachNamed, type Unclear } from './unclear-entry.rule.js';
import { type Instructed } from '../instructions/instructed-messages.js';
import { type JobContext, type MessageDeps, type OnProgress } from '../../write-side/context.js';
import {
  takeInOutcomes,
  type OutcomeResult,
  type OutcomesSummary,
} from '../outcomes/take-in-outcomes.js';
import { type Saying, type VerdictSpool, type Spooled } from './verdict-spool.js';

interface Origin {
  readonly spooled: Spooled;
  /** Of a whole message's payments, this one. */ readonly paymentId?: string;
}

interface Batch {
  readonly outcomes: ReportedOutcome[];
  readonly origins: Origin[];
}

const UNNAMED =
  'The report says of a payment what nobody can take, and not of which; what it says of all of them waits with it.';

/** The file that is applied. */
interface AppliedFile {
  readonly sha256: string;
  /** Of each message of it. */
  readonly days: readonly (string | undefined)[];
  /** The person who handed it over, where another has it applied. */
  readonly saidBy: readonly string[];
}

/** Gives every entry that was read to the payments it is about. */
export class StatementProcessor {
  #quarantined = 0;
  #handedOut = 0;
  readonly #underWay = new Map<number, readonly Origin[]>();
  readonly #namer = new EntryNamer();
  readonly #bookings = new SeenBookings();
  readonly #listed: ListedPayments;

  constructor(
    private readonly deps: MessageDeps,
    private readonly ours: Instructed,
    private readonly file: AppliedFile,
    private readonly differing: ReadonlyMap<number, string>,
    private readonly base: JobContext,
  ) {
    this.#listed = new ListedPayments(ours);
  }

  async run(
    spool: VerdictSpool,
    onProgress?: OnProgress,
    signal?: AbortSignal,
  ): Promise<{ outcomes: OutcomesSummary; quarantined: number }> {
    const outcomes = await takeInOutcomes(
      this.deps,
      {
        source: 'file',
        outcomes: this.#batches(spool),
        lookup: this.ours.lookup,
        onResults: (results, first) => this.#results(results, first),
      },
      this.base,
      onProgress && (({ done }) => onProgress({ what: 'outcomes', done })),
      signal,
    );
    return { outcomes, quarantined: this.#quarantined };
  }

  async *#batches(spool: VerdictSpool): AsyncGenerator<readonly ReportedOutcome[]> {
    for await (const batchOf of spool.batches()) {
      let batch: Batch = { outcomes: [], origins: [] };
      const unclear: QuarantinedEntry[] = [];
      for (const spooled of batchOf) {
        const origin: Origin = { spooled };
        const verdict = await this.#heldAgainstEntry(spooled);
        await this.#listed.add(spooled, verdict);
        if (verdict.kind === 'unclear') unclear.push(...this.#ofAll(origin, verdict));
        else if (verdict.kind === 'payment') this.#add(batch, verdict.outcome, origin);
        else {
          // What was said before in the file is taken before what a whole message says.
          if (batch.outcomes.length > 0) yield this.#handOut(batch);
          batch = { outcomes: [], origins: [] };
          yield* this.#message(origin, verdict, unclear);
        }
      }
      await this.#quarantine(unclear);
      if (batch.outcomes.length > 0) yield this.#handOut(batch);
    }
  }

  /** Nothing of an entry is relied on whose details do not come to it. */
  async #heldAgainstEntry({ verdict, booked }: Spooled): Promise<Saying> {
    const detail = booked === undefined ? undefined : this.differing.get(booked.entry);
    if (detail === undefined) return verdict;
    if (verdict.kind === 'unclear') return alsoDiffers(verdict, detail);
    const { outcome, reason, paymentId } = verdict.outcome;
    const messageId =
      verdict.kind === 'message'
        ? (await this.ours.message(verdict.messageId))?.messageId
        : undefined;
    return {
      kind: 'unclear',
      code: 'ENTRY_DIFFERS',
      detail,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      names: {
        ...(paymentId === undefined ? {} : { paymentId }),
        ...(messageId === undefined ? {} : { messageId }),
      },
    };
  }

  /** What is said of a whole message of ours, payment by payment. */
  async *#message(
    origin: Origin,
    verdict: Extract<Verdict, { kind: 'message' }>,
    unclear: QuarantinedEntry[],
  ): AsyncGenerator<readonly ReportedOutcome[]> {
    const message = await this.ours.message(verdict.messageId);
    const wrong = (code: string, detail: string): void => {
      const { outcome, reason } = verdict.outcome;
      unclear.push(
        this.#unclear(origin, {
          code,
          detail,
          outcome,
          ...(reason === undefined ? {} : { reason }),
          ...(message ? { names: { messageId: message.messageId } } : {}),
        }),
      );
    };
    if (!message)
      return wrong('MESSAGE_UNKNOWN', 'The entry is about a message that was not sent from here.');
    const other = await notPaidFrom(verdict, message, this.ours);
    if (other) return wrong(other.code, other.detail);
    const difference = differenceFrom(message, verdict);
    if (difference !== undefined) return wrong('BATCH_DIFFERS', difference);
    const { spooled } = origin;
    const isStatus = spooled.booked === undefined;
    if (isStatus && this.#listed.hasUnnamed(spooled.message))
      return wrong('BATCH_DIFFERS', UNNAMED);
    for await (const sent of this.ours.paymentsOf(message)) {
      const payments = isStatus
        ? sent.filter((payment) => !this.#listed.has(spooled.message, payment))
        : sent;
      const batch: Batch = { outcomes: [], origins: [] };
      for (const payment of payments)
        this.#add(
          batch,
          { ...verdict.outcome, ...payment },
          { ...origin, paymentId: payment.paymentId },
        );
      yield this.#handOut(batch);
    }
  }

  /** Of a booking that its statement has a second time, it is known. */
  #add({ outcomes, origins }: Batch, said: ReportedOutcome, origin: Origin): void {
    const { booked, message } = origin.spooled;
    const { days, saidBy } = this.file;
    const outcome = {
      ...dated(said, days[message]),
      ...(saidBy.length === 0 ? {} : { saidBy }),
    };
    outcomes.push(booked ? this.#bookings.onceOrAgain(booked.statement, outcome) : outcome);
    origins.push(origin);
  }

  #handOut({ outcomes, origins }: Batch): readonly ReportedOutcome[] {
    this.#underWay.set(this.#handedOut, origins);
    this.#handedOut += outcomes.length;
    return outcomes;
  }

  async #results(results: readonly OutcomeResult[], first: number): Promise<void> {
    const origins = this.#underWay.get(first) ?? [];
    this.#underWay.delete(first);
    const unclear: QuarantinedEntry[] = [];
    results.forEach((answer, i) => {
      if (answer.result !== 'refused') return;
      const origin = origins[i]!;
      const { verdict } = origin.spooled;
      const said = verdict.kind === 'unclear' ? undefined : verdict.outcome;
      unclear.push(
        this.#unclear(
          origin,
          {
            code: answer.code,
            detail: answer.detail,
            ...(said ? { outcome: said.outcome } : {}),
            ...(said?.reason === undefined ? {} : { reason: said.reason }),
          },
          answer.paymentId,
        ),
      );
    });
    await this.#quarantine(unclear);
  }

  #ofAll(origin: Origin, verdict: Unclear): readonly QuarantinedEntry[] {
    return ofEachNamed(verdict).map(({ verdict: one, named }) =>
      this.#unclear(origin, one, undefined, named),
    );
  }

  #unclear(
    origin: Origin,
    { code, detail, outcome, reason, names }: Omit<Unclear, 'kind'>,
    ofPayment = origin.paymentId,
    /** What the entry is named by besides, where it is of more than one. */
    named = ofPayment,
  ): QuarantinedEntry {
    const { messageId, paymentId = ofPayment } = names ?? {};
    const said = {
      ...(outcome === undefined ? {} : { outcome }),
      ...(reason === undefined ? {} : { reason }),
    };
    return quarantined(
      origin.spooled.entry(),
      {
        sha256: this.file.sha256,
        number: origin.spooled.number,
        code,
        detail,
        ...said,
        ...(messageId === undefined ? {} : { messageId }),
        ...(paymentId === undefined ? {} : { paymentId }),
      },
      this.#namer,
      named,
    );
  }

  async #quarantine(entries: readonly QuarantinedEntry[]): Promise<void> {
    this.#quarantined += entries.length;
    await quarantineEntries(this.deps, entries, this.base);
  }
}
