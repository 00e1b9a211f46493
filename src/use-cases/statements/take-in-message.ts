import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import {
  BankMessageError,
  type BankEntry,
  type BankMessageEnd,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { bankEntryDecider } from '../../statement/entry.decider.js';
import { bankMessageDecider, type BankMessageCommand } from '../../statement/message.decider.js';
import { streams } from '../../kernel/ids.js';
import { record, recordOne } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import { EntryNamer, quarantined, type QuarantinedEntry } from './bank-entries.js';
import { dated, verdictOf, type Verdict } from './bank-verdict.js';
import { foldBankMessage } from '../folds.js';
import { instructed, type Instructed } from '../instructions/instructed-messages.js';
import { matchEntries } from './match-entries.js';
import {
  PAGE,
  type Deps,
  type JobContext,
  type MessageDeps,
  type OnProgress,
} from '../../write-side/context.js';
import {
  takeInOutcomes,
  type OutcomeResult,
  type OutcomesSummary,
} from '../outcomes/take-in-outcomes.js';
import { VerdictSpool, type Spooled } from './verdict-spool.js';

export interface ReceivedFile {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Who delivered it: a folder's or a client's name. */
  readonly sender: string;
  readonly fileName: string;
}

/** What became of a file. `entries` and what follows are there where it was applied now. */
export interface MessageSummary {
  readonly sha256: string;
  /** unchanged: it was applied before. */
  readonly status: 'applied' | 'unchanged' | 'quarantined';
  readonly code?: string;
  readonly detail?: string;
  readonly entries?: number;
  readonly outcomes?: OutcomesSummary;
  readonly quarantined?: number;
  readonly ignored?: number;
}

/**
 * Entries of one file that a person would have to look at one by one: beyond this, the file is not
 * for us.
 */
export const MAX_UNCLEAR = 100_000;

/**
 * Takes a bank's file in: archived first, noted with its hash and sender, read to its end, and only
 * then applied, entry by entry. What cannot be read is quarantined whole, what names no payment of
 * ours by itself. The same file again changes nothing, and finishes what a process that ended left
 * half done; so does its content in another file, because every payment decides by itself what was
 * said before.
 * @throws ArchiveError, StoreError, the signal's reason
 */
export async function takeInMessage(
  deps: MessageDeps,
  file: ReceivedFile,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  const { sha256, bytes } = await deps.archive.put(file.bytes);
  await say(
    deps,
    sha256,
    {
      type: 'ReceiveMessage',
      sha256,
      bytes,
      sender: file.sender,
      fileName: fileNameOf(file.fileName),
    },
    base,
  );
  return applyMessage(deps, sha256, base, onProgress, signal);
}

/** Applies an archived file that was received or released; a quarantined one stays what it is. */
export async function applyMessage(
  deps: MessageDeps,
  sha256: string,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  const state = foldBankMessage(await deps.store.readStream(streams.message(sha256)));
  if (state.status === 'applied') return { sha256, status: 'unchanged' };
  if (state.status === 'quarantined') return { sha256, status: 'quarantined', code: state.code };
  const scratch = await deps.archive.scratch();
  try {
    const summary = await readAndApply(
      deps,
      sha256,
      new VerdictSpool(scratch),
      state.status === 'released',
      base,
      onProgress,
      signal,
    );
    if (summary.quarantined !== undefined && summary.quarantined > 0)
      await matchEntries(deps, { sha256 }, base, onProgress, signal);
    return summary;
  } finally {
    await scratch.close();
  }
}

async function readAndApply(
  deps: MessageDeps,
  sha256: string,
  spool: VerdictSpool,
  released: boolean,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  const ours = instructed(deps.store, signal);
  const looked = await lookThrough(deps, sha256, ours, spool, signal);
  const refusal = 'failure' in looked ? looked.failure : whyNot(looked, released);
  if (refusal) {
    await say(deps, sha256, { type: 'QuarantineMessage', ...refusal }, base);
    return { sha256, status: 'quarantined', code: refusal.code, detail: refusal.detail };
  }
  const { end, entries, ignored } = looked as Looked;
  const applied = {
    entries,
    ignored,
    ...(await new StatementProcessor(deps, ours, sha256, saidOn(end), base).run(
      spool,
      onProgress,
      signal,
    )),
  };
  await say(
    deps,
    sha256,
    {
      type: 'RecordApplication',
      ...applied,
      messages: end.messages.slice(0, 1_000).map(({ messageType, messageId }) => ({
        messageType,
        ...(messageId === undefined ? {} : { messageId }),
      })),
      turnover: end.turnover.map(({ currency, debitMinor, creditMinor }) => ({
        currency,
        debitMinor,
        creditMinor,
      })),
    },
    base,
  );
  return { sha256, status: 'applied', ...applied };
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly findings?: number;
}
interface Looked {
  readonly end: BankMessageEnd;
  readonly entries: number;
  readonly ignored: number;
  readonly unclear: number;
}

/**
 * Reads the file to its end, so that nothing is applied of one that cannot be read; what it says
 * goes into the spool.
 */
async function lookThrough(
  deps: MessageDeps,
  sha256: string,
  ours: Instructed,
  spool: VerdictSpool,
  signal?: AbortSignal,
): Promise<Looked | { readonly failure: Refusal }> {
  const bytes = await deps.archive.open(sha256);
  if (!bytes)
    return {
      failure: {
        code: 'FILE_MISSING',
        detail: 'The archived file is missing; restore it from a backup and release the message.',
      },
    };
  const reading = deps.readMessage(bytes);
  const looked = { entries: 0, ignored: 0, unclear: 0 };
  try {
    for await (const entries of reading.entries) {
      signal?.throwIfAborted();
      await spoolBatch(entries, ours, spool, looked);
    }
  } catch (error) {
    if (!(error instanceof BankMessageError)) throw error;
    return { failure: { code: error.code, detail: error.detail.slice(0, 1_000) } };
  }
  return { end: reading.end(), ...looked };
}

async function spoolBatch(
  entries: readonly BankEntry[],
  ours: Instructed,
  spool: VerdictSpool,
  looked: { entries: number; ignored: number; unclear: number },
): Promise<void> {
  const verdicts = entries.map(verdictOf);
  const ids = verdicts.flatMap((verdict) =>
    verdict.kind === 'payment' ? [verdict.outcome.endToEndId!] : [],
  );
  const found = ids.length === 0 ? [] : await ours.lookup(ids);
  let next = 0;
  verdicts.forEach((verdict, i) => {
    const entry = entries[i]!;
    if (entry.kind === 'balance') return;
    const number = looked.entries;
    looked.entries += 1;
    if (verdict.kind === 'ignored') looked.ignored += 1;
    else if (verdict.kind !== 'payment') {
      if (verdict.kind === 'unclear') looked.unclear += 1;
      spool.add(number, verdict, entry);
    } else {
      const paymentId = found[next];
      next += 1;
      if (paymentId === undefined) looked.unclear += 1;
      spool.add(
        number,
        paymentId === undefined
          ? verdict
          : { ...verdict, outcome: { ...verdict.outcome, paymentId } },
        entry,
      );
    }
  });
  // Nothing is kept of what is refused anyhow.
  if (looked.unclear <= MAX_UNCLEAR) await spool.flush();
  else spool.forget();
}

function whyNot({ end, unclear }: Looked, released: boolean): Refusal | undefined {
  if (unclear > MAX_UNCLEAR)
    return {
      code: 'TOO_MANY_UNCLEAR',
      detail: `${unclear} entries name no payment of ours; at most ${MAX_UNCLEAR} are looked at one by one. Ask the sender for a file about these payments.`,
    };
  const first = end.findings[0];
  if (released || first === undefined) return undefined;
  return {
    code: first.code,
    detail: `Line ${first.place.line}, column ${first.place.column}: ${first.detail}`.slice(
      0,
      1_000,
    ),
    findings: end.findingCount,
  };
}

/** The day that the message gives itself, where that is a date. */
function saidOn({ messages }: BankMessageEnd): string | undefined {
  const day = messages[0]?.createdAt?.slice(0, 10);
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))
    ? day
    : undefined;
}

interface Origin {
  readonly spooled: Spooled;
  /** Of a whole message's payments, this one. */ readonly paymentId?: string;
}
interface Batch {
  readonly outcomes: ReportedOutcome[];
  readonly origins: Origin[];
}

/** Gives every entry that was read to the payments it is about. */
class StatementProcessor {
  #quarantined = 0;
  #handedOut = 0;
  readonly #underWay = new Map<number, readonly Origin[]>();
  readonly #namer = new EntryNamer();

  constructor(
    private readonly deps: MessageDeps,
    private readonly ours: Instructed,
    private readonly sha256: string,
    private readonly day: string | undefined,
    private readonly base: JobContext,
  ) {}

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
        const { verdict } = spooled;
        if (verdict.kind === 'unclear') unclear.push(this.#unclear(origin, verdict));
        else if (verdict.kind === 'payment') add(batch, dated(verdict.outcome, this.day), origin);
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
        this.#unclear(
          origin,
          { code, detail, outcome, ...(reason === undefined ? {} : { reason }) },
          message?.messageId,
        ),
      );
    };
    if (!message)
      return wrong('MESSAGE_UNKNOWN', 'The entry is about a message that was not sent from here.');
    const { count, totalMinor } = verdict.exactly;
    if (
      (count !== undefined && Number(count) !== message.count) ||
      (totalMinor !== undefined && totalMinor !== message.totalMinor)
    ) {
      return wrong(
        'BATCH_DIFFERS',
        `The entry is about ${count ?? 'some'} payments${totalMinor === undefined ? '' : ` of ${totalMinor} minor units`}; ${message.messageId} has ${message.count} of ${message.totalMinor}.`,
      );
    }
    for await (const payments of this.ours.paymentsOf(message)) {
      const batch: Batch = { outcomes: [], origins: [] };
      for (const payment of payments)
        add(
          batch,
          { ...dated(verdict.outcome, this.day), ...payment },
          { ...origin, paymentId: payment.paymentId },
        );
      yield this.#handOut(batch);
    }
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
          undefined,
          answer.paymentId,
        ),
      );
    });
    await this.#quarantine(unclear);
  }

  #unclear(
    origin: Origin,
    { code, detail, outcome, reason }: Omit<Extract<Verdict, { kind: 'unclear' }>, 'kind'>,
    messageId?: string,
    paymentId = origin.paymentId,
  ): QuarantinedEntry {
    const said = {
      ...(outcome === undefined ? {} : { outcome }),
      ...(reason === undefined ? {} : { reason }),
    };
    return quarantined(
      origin.spooled.entry(),
      {
        sha256: this.sha256,
        number: origin.spooled.number,
        code,
        detail,
        ...said,
        ...(messageId === undefined ? {} : { messageId }),
        ...(paymentId === undefined ? {} : { paymentId }),
      },
      this.#namer,
    );
  }

  async #quarantine(entries: readonly QuarantinedEntry[]): Promise<void> {
    this.#quarantined += entries.length;
    for (let i = 0; i < entries.length; i += PAGE) {
      await record(
        this.deps,
        entries.slice(i, i + PAGE).map((entry): Unit => ({
          verb: 'quarantine-entry',
          key: entry.entryId,
          parts: [
            part(streams.entry(entry.entryId), bankEntryDecider, {
              type: 'QuarantineEntry',
              ...entry,
            }),
          ],
        })),
        this.base,
      );
    }
  }
}

function add(batch: Batch, outcome: ReportedOutcome, origin: Origin): void {
  batch.outcomes.push(outcome);
  batch.origins.push(origin);
}

async function say(
  deps: Deps,
  sha256: string,
  command: BankMessageCommand,
  base: JobContext,
): Promise<void> {
  await recordOne(
    deps,
    {
      verb: command.type,
      key: sha256,
      parts: [part(streams.message(sha256), bankMessageDecider, { command })],
    },
    base,
  );
}

/** The last part of a path, without characters that a log line or a terminal would obey. */
export function fileNameOf(path: string): string {
  const name = (path.split(/[/\\]/).at(-1) ?? '').replaceAll(/\p{C}/gu, '').trim().slice(0, 255);
  return name === '' ? 'unnamed' : name;
}

/**
 * A person releases a quarantined file, and it is applied whatever was found in it; one that cannot
 * be read is quarantined again. @throws DomainError MESSAGE_NOT_FOUND, MESSAGE_STATUS
 */
export async function releaseMessage(
  deps: MessageDeps,
  { sha256, reason }: { readonly sha256: string; readonly reason: string },
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  await say(deps, sha256, { type: 'ReleaseMessage', reason }, base);
  return applyMessage(deps, sha256, base, onProgress, signal);
}
