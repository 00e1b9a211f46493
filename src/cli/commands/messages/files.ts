import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import type { Actor } from '../../../kernel/decider.js';
import { DomainError } from '../../../kernel/errors.js';
import { parseSha256 } from '../../../kernel/ids.js';
import {
  listMessages,
  readMessage,
  type MessageView,
} from '../../../use-cases/statements/bank-lists.js';
import {
  releaseMessage,
  takeInMessage,
  type MessageSummary,
} from '../../../use-cases/statements/take-in-message.js';
import { automated } from '../../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  type CommonOptions,
  type Run,
} from '../../command.js';
import { withEngine, type Engine } from '../../compose.js';
import { EXIT } from '../../output.js';
import { listed, paged, statusOption, type ListOptions } from './paged-list.js';
import { senderOf } from './sender.js';

interface TakeOptions extends CommonOptions {
  readonly sender?: string;
}
interface ReleaseOptions extends CommonOptions {
  readonly reason: string;
}

function inWords(
  file: string,
  { sha256, status, code, detail, outcomes, quarantined, ignored }: MessageSummary,
): string {
  if (status === 'unchanged') return `${file}: was applied before; nothing changed (${sha256})`;
  if (status === 'quarantined')
    return `${file}: quarantined, nothing of it was applied: ${code}: ${detail ?? 'see `messages show`'} (${sha256})`;
  return `${file}: ${outcomes!.applied} applied, ${outcomes!.unchanged} changed nothing, ${outcomes!.breaks} became breaks, ${quarantined} in quarantine, ${ignored} said nothing about a payment (${sha256})`;
}

/**
 * Takes one file in; a failure of the disk stops the run, what is wrong with the file is an answer.
 */
async function takeFile(
  engine: Engine,
  run: Run,
  file: string,
  { actor, sender }: { readonly actor: Actor; readonly sender: string },
): Promise<MessageSummary> {
  const progress = run.out.progress('outcomes');
  return takeInMessage(
    engine,
    {
      bytes: createReadStream(file, { highWaterMark: 262_144 }) as AsyncIterable<Uint8Array>,
      sender,
      fileName: file,
    },
    contextOf(actor, 'message', file),
    ({ done }) => progress(done),
    run.signal,
  );
}

async function takeFiles(run: Run, options: TakeOptions, files: string[]): Promise<number> {
  const actor = actorOf(options, 'payment-system');
  const by = { actor, sender: senderOf(actor, options.sender) };
  const results = await automated(options.data, run, async (engine) => {
    const summaries: (MessageSummary & { readonly file: string })[] = [];
    for (const file of files) {
      const summary = await takeFile(engine, run, file, by);
      summaries.push({ file, ...summary });
      run.out.note(`  ${inWords(file, summary)}`);
    }
    return summaries;
  });
  const waiting = results.filter(
    ({ status, quarantined }) => status === 'quarantined' || (quarantined ?? 0) > 0,
  ).length;
  run.out.result(
    { files: results },
    () =>
      `${results.length} files taken in${waiting > 0 ? `; ${waiting} have something in quarantine (messages list, messages entries)` : ''}`,
  );
  return waiting > 0 ? EXIT.findings : EXIT.ok;
}

export function addTake(messages: Command): void {
  acting(messages.command('take <files...>'))
    .description(
      'archive files, then apply them; the same file or its content again changes nothing',
    )
    .option(
      '--sender <subject>',
      'whose account delivered them (default: who acts; a payment system hands over its own)',
    )
    .action(action(takeFiles));
}

const COLUMNS = ['received', 'status', 'sender', 'file', 'why', 'sha256'];
const rowOf = (message: MessageView): readonly string[] => [
  message.receivedAt,
  message.status,
  message.sender,
  message.fileName,
  message.status === 'quarantined' ? (message.quarantine?.code ?? '') : '',
  message.sha256,
];

async function listFiles({ out }: Run, { data, ...query }: ListOptions): Promise<void> {
  const found = await withEngine(data, ({ store }) => listMessages(store, query));
  out.result(found, () => listed(found, COLUMNS, rowOf));
}

export function addList(messages: Command): void {
  paged(messages.command('list'))
    .description('files received, and what became of them')
    .addOption(statusOption('received', 'quarantined', 'released', 'applied'))
    .action(action(listFiles));
}

async function showFile({ out }: Run, { data }: CommonOptions, sha256: string): Promise<void> {
  const found = await withEngine(data, ({ store }) => readMessage(store, parseSha256(sha256)));
  if (!found)
    throw new DomainError(
      'MESSAGE_NOT_FOUND',
      'No message with this hash was received.',
      'not-found',
      'sha256',
    );
  out.result(found, () => JSON.stringify(found, undefined, 2));
}

export function addShow(messages: Command): void {
  reading(messages.command('show <sha256>'))
    .description('all that is known about one file')
    .action(action(showFile));
}

async function releaseFile(run: Run, options: ReleaseOptions, sha256: string): Promise<number> {
  const progress = run.out.progress('outcomes');
  const summary = await automated(options.data, run, async (engine) => {
    const done = await releaseMessage(
      engine,
      { sha256: parseSha256(sha256), reason: options.reason },
      contextOf(actorOf(options, 'finance-officer'), 'release-message', sha256),
      ({ done: count }) => progress(count),
      run.signal,
    );
    return done;
  });
  run.out.result(summary, () => inWords('message', summary));
  return summary.status === 'quarantined' ? EXIT.findings : EXIT.ok;
}

export function addRelease(messages: Command): void {
  acting(messages.command('release <sha256>'))
    .description('apply a quarantined file in spite of what was found')
    .requiredOption('--reason <text>', 'why it may be applied')
    .action(action(releaseFile));
}
