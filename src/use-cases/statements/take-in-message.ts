import {
  bankMessageDecider,
  DELIVERED,
  isAwaited,
  personsBehind,
  type BankMessageCommand,
  type BankMessageState,
} from '../../statement/message.decider.js';
import { streams } from '../../kernel/ids.js';
import { withoutPersonal, wordsWithoutPersonal } from '../../kernel/personal-text.js';
import { recordOne } from '../../write-side/bulk.js';
import { part } from '../../write-side/unit.js';
import { foldBankMessage } from '../folds.js';
import { instructed } from '../instructions/instructed-messages.js';
import { matchEntries } from './match-entries.js';
import {
  type Deps,
  type JobContext,
  type MessageDeps,
  type OnProgress,
} from '../../write-side/context.js';
import { type OutcomesSummary } from '../outcomes/take-in-outcomes.js';
import { VerdictSpool } from './verdict-spool.js';
import type { Looked } from './look-through.js';
import {
  isInSpite,
  refusalOf,
  saidOn,
  waitsForAnother,
  type FileRefusal,
} from './file-refusal.rule.js';
import { lookThrough } from './look-through.js';
import { StatementProcessor } from './statement-processor.js';

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
  return apply(deps, sha256, base, onProgress, signal);
}

/**
 * Applies an archived file that was received or released; a quarantined one stays what it is. Run
 * again for the request that applied it, it tells what came of it.
 */
export async function applyMessage(
  deps: MessageDeps,
  sha256: string,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  const history = await deps.store.readStream(streams.message(sha256));
  const applied = history.findLast((event) => event.type === 'BankMessageApplied');
  if (applied?.meta.correlation !== base.correlationId)
    return apply(deps, sha256, base, onProgress, signal);
  const { entries, outcomes, quarantined, ignored } = applied.data;
  return { sha256, status: 'applied', entries, outcomes, quarantined, ignored };
}

async function apply(
  deps: MessageDeps,
  sha256: string,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  let state = foldBankMessage(await deps.store.readStream(streams.message(sha256)));
  if (isAwaited(state) && base.actor.role === 'payment-system') {
    await say(deps, sha256, { type: 'ReleaseMessage', reason: DELIVERED }, base);
    state = foldBankMessage(await deps.store.readStream(streams.message(sha256)));
  }
  if (state.status === 'applied') return { sha256, status: 'unchanged' };
  if (state.status === 'quarantined') return { sha256, status: 'quarantined', code: state.code };
  const scratch = await deps.archive.scratch();
  try {
    const summary = await readAndApply(
      deps,
      { sha256, spool: new VerdictSpool(scratch), state },
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

/** A message that is read, and where what it says waits meanwhile. */
interface ReadMessage {
  readonly sha256: string;
  readonly spool: VerdictSpool;
  readonly state: BankMessageState;
}

async function readAndApply(
  deps: MessageDeps,
  { sha256, spool, state }: ReadMessage,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MessageSummary> {
  const ours = instructed(deps.store, signal);
  const looked = await lookThrough(deps, sha256, ours, spool, signal);
  const found = 'failure' in looked ? looked.failure : refused(deps, looked, state, base);
  if (found) {
    // It may quote a name of the file's.
    const refusal = { ...found, detail: wordsWithoutPersonal(found.detail) };
    await say(deps, sha256, { type: 'QuarantineMessage', ...refusal }, base);
    return { sha256, status: 'quarantined', code: refusal.code, detail: refusal.detail };
  }
  const { end, entries, ignored, differing } = looked as Looked;
  const applied = {
    entries,
    ignored,
    ...(await new StatementProcessor(
      deps,
      ours,
      { sha256, days: saidOn(end), saidBy: personsBehind(state, base.actor) },
      differing,
      base,
    ).run(spool, onProgress, signal)),
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

/** Why a file that could be read is not applied. */
function refused(
  { filesTakeTwo }: MessageDeps,
  looked: Looked,
  state: ReadMessage['state'],
  { actor }: JobContext,
): FileRefusal | undefined {
  const found = refusalOf(looked, isInSpite(state));
  return found ?? (filesTakeTwo === true ? waitsForAnother(state, actor) : undefined);
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

/**
 * The last part of a path, without characters that a log line or a terminal would obey, and without
 * the digits of what looks like somebody's number: the file's hash names it well enough.
 */
export function fileNameOf(path: string): string {
  const name = (path.split(/[/\\]/).at(-1) ?? '').replaceAll(/\p{C}/gu, '').trim().slice(0, 255);
  return name === '' ? 'unnamed' : withoutPersonal(name);
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
