import { createReadStream } from 'node:fs';
import { Command, Option } from 'commander';
import {
  assignEntry,
  dismissEntry,
  type AssignArgs,
  type DismissArgs,
} from '../../use-cases/statements/bank-entries.js';
import {
  listEntries,
  listMessages,
  readMessage,
  type EntryView,
  type Listed,
  type MessageView,
} from '../../use-cases/statements/bank-lists.js';
import { matchEntries } from '../../use-cases/statements/match-entries.js';
import {
  releaseMessage,
  takeInMessage,
  type MessageSummary,
} from '../../use-cases/statements/take-in-message.js';
import { DomainError } from '../../kernel/errors.js';
import { bankEntryDecider } from '../../statement/entry.decider.js';
import { parseEntryId, parsePaymentId, parseSha256, streams } from '../../kernel/ids.js';
import { execute } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import {
  acting,
  action,
  actorOf,
  common,
  contextOf,
  subjectOf,
  wholeNumber,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { drainAutomations } from '../drain.js';
import { EXIT, table } from '../output.js';

interface TakeOptions extends CommonOptions {
  readonly sender?: string;
}
interface ListOptions extends CommonOptions {
  readonly status?: string;
  readonly owner?: string;
  readonly olderThan?: number;
  readonly after?: string;
  readonly limit: number;
  readonly message?: string;
}
interface AssignOptions extends CommonOptions {
  readonly payment: string;
  readonly attempt?: number;
  readonly outcome?: AssignArgs['outcome'];
  readonly reason: string;
}
interface DismissOptions extends CommonOptions {
  readonly kind: DismissArgs['kind'];
  readonly reason: string;
}

/**
 * Takes one file in; a failure of the disk stops the run, what is wrong with the file is an answer.
 */
async function take(
  engine: Engine,
  run: Run,
  file: string,
  options: TakeOptions,
): Promise<MessageSummary> {
  const progress = run.out.progress('outcomes');
  const actor = actorOf(options, 'payment-system');
  return takeInMessage(
    engine,
    {
      bytes: createReadStream(file, { highWaterMark: 262_144 }) as AsyncIterable<Uint8Array>,
      sender: options.sender ?? actor.id,
      fileName: file,
    },
    contextOf(actor, 'message', file),
    ({ done }) => progress(done),
    run.signal,
  );
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

const listed = <T>(
  { items, next }: Listed<T>,
  head: readonly string[],
  row: (item: T) => readonly string[],
): string =>
  [
    items.length === 0 ? 'none' : table([head, ...items.map(row)]),
    ...(next === undefined ? [] : [`more: --after ${next}`]),
  ].join('\n');

const statusOption = (...states: readonly string[]): Option =>
  new Option('--status <status>', 'only these').choices(states);
const paged = (command: Command): Command =>
  common(command)
    .option('--after <cursor>', 'what the page before said')
    .option('--limit <n>', 'at most so many', wholeNumber('limit', 1, 1_000), 100);

export function messagesCommand(): Command {
  const messages = new Command('messages').description(
    'files of banks: pain.002, camt.054 and camt.053; and what of them waits for a person',
  );
  acting(messages.command('take <files...>'))
    .description(
      'archive files, then apply them; the same file or its content again changes nothing',
    )
    .option('--sender <name>', 'who delivered them (default: who acts)')
    .action(
      action<TakeOptions, [string[]]>(async (run, options, files) => {
        const results = await withEngine(options.data, async (engine) => {
          const summaries: (MessageSummary & { readonly file: string })[] = [];
          for (const file of files) {
            summaries.push({ file, ...(await take(engine, run, file, options)) });
            run.out.note(`  ${inWords(file, summaries.at(-1)!)}`);
          }
          await drainAutomations(engine, run);
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
      }),
    );
  paged(messages.command('list'))
    .description('files received, and what became of them')
    .addOption(statusOption('received', 'quarantined', 'released', 'applied'))
    .action(
      action<ListOptions, []>(async ({ out }, { data, ...query }) => {
        const found = await withEngine(data, ({ store }) => listMessages(store, query));
        out.result(found, () =>
          listed<MessageView>(
            found,
            ['received', 'status', 'sender', 'file', 'why', 'sha256'],
            (one) => [
              one.receivedAt,
              one.status,
              one.sender,
              one.fileName,
              one.status === 'quarantined' ? (one.quarantine?.code ?? '') : '',
              one.sha256,
            ],
          ),
        );
      }),
    );
  common(messages.command('show <sha256>'))
    .description('all that is known about one file')
    .action(
      action<CommonOptions, [string]>(async ({ out }, { data }, sha256) => {
        const found = await withEngine(data, ({ store }) =>
          readMessage(store, parseSha256(sha256)),
        );
        if (!found)
          throw new DomainError(
            'MESSAGE_NOT_FOUND',
            'No message with this hash was received.',
            'not-found',
            'sha256',
          );
        out.result(found, () => JSON.stringify(found, undefined, 2));
      }),
    );
  acting(messages.command('release <sha256>'))
    .description('apply a quarantined file in spite of what was found')
    .requiredOption('--reason <text>', 'why it may be applied')
    .action(
      action<CommonOptions & { readonly reason: string }, [string]>(
        async (run, options, sha256) => {
          const progress = run.out.progress('outcomes');
          const summary = await withEngine(options.data, async (engine) => {
            const done = await releaseMessage(
              engine,
              { sha256: parseSha256(sha256), reason: options.reason },
              contextOf(actorOf(options, 'finance-officer'), 'release-message', sha256),
              ({ done: count }) => progress(count),
              run.signal,
            );
            await drainAutomations(engine, run);
            return done;
          });
          run.out.result(summary, () => inWords('message', summary));
          return summary.status === 'quarantined' ? EXIT.findings : EXIT.ok;
        },
      ),
    );
  paged(messages.command('entries'))
    .description('entries that name no payment by themselves')
    .addOption(statusOption('quarantined', 'assigned', 'dismissed').default('quarantined'))
    .option('--message <sha256>', 'of this file only')
    .option('--owner <subject>', 'that this person looks after')
    .option('--older-than <days>', 'that have waited so long', wholeNumber('older-than', 0, 9_999))
    .action(
      action<ListOptions, []>(async ({ out }, { data, message, olderThan, ...query }) => {
        const found = await withEngine(data, ({ store, clock }) =>
          listEntries(store, {
            ...query,
            now: clock.now(),
            ...(olderThan === undefined ? {} : { olderThanDays: olderThan }),
            ...(message === undefined ? {} : { sha256: parseSha256(message, 'message') }),
          }),
        );
        out.result(found, () =>
          listed<EntryView>(
            found,
            [
              'entry',
              'days',
              'owner',
              'family',
              'code',
              'says',
              'minor units',
              'booked',
              'reference',
              'may be',
              'score',
            ],
            (one) => {
              const best = one.candidates?.[0];
              return [
                one.entryId,
                String(one.ageDays),
                one.owner ?? '',
                one.family,
                one.code,
                one.outcome ?? '',
                `${one.amountMinor ?? ''} ${one.currency ?? ''}`,
                one.bookedOn ?? '',
                one.bankReference ?? '',
                best?.paymentId ?? '',
                best ? String(best.score) : '',
              ];
            },
          ),
        );
      }),
    );
  acting(messages.command('match'))
    .description(
      'look again for payments that waiting entries may be about: same amount, near in time, same payee',
    )
    .action(
      action<CommonOptions, []>(async (run, options) => {
        const progress = run.out.progress('payments compared');
        const summary = await withEngine(options.data, (engine) =>
          matchEntries(
            engine,
            {},
            contextOf(actorOf(options, 'finance-officer'), 'match'),
            ({ done }) => progress(done),
            run.signal,
          ),
        );
        run.out.result(
          summary,
          () =>
            `${summary.entries} entries wait, ${summary.matched} of them may be about a payment (messages entries; confirm with messages assign)`,
        );
      }),
    );
  acting(messages.command('own <entry>'))
    .description('say who looks after an entry that waits')
    .requiredOption('--owner <subject>', 'the subject of an account')
    .action(
      action<CommonOptions & { readonly owner: string }, [string]>(
        async ({ out }, options, entry) => {
          const entryId = parseEntryId(entry);
          const result = await withEngine(options.data, ({ store, registry, locks }) =>
            execute(
              store,
              registry,
              locks,
              [
                part(streams.entry(entryId), bankEntryDecider, {
                  type: 'SetEntryOwner',
                  owner: subjectOf(options.owner),
                }),
              ],
              contextOf(actorOf(options, 'finance-officer'), 'own', entry, options.owner),
            ),
          );
          out.result(result, () => (result.events > 0 ? 'noted' : 'was so before'));
        },
      ),
    );
  acting(messages.command('assign <entry>'))
    .description('say which payment an entry is about')
    .requiredOption('--payment <id>', 'payment id')
    .requiredOption('--reason <text>', 'why you are sure')
    .option(
      '--attempt <n>',
      'which instruction (default: the newest)',
      wholeNumber('attempt', 1, 999),
    )
    .addOption(
      new Option('--outcome <outcome>', 'where the entry does not say it').choices([
        'accepted',
        'settled',
        'rejected',
        'returned',
      ]),
    )
    .action(
      action<AssignOptions, [string]>(async (run, options, entry) => {
        const { reason, attempt, outcome } = options;
        const result = await withEngine(options.data, async (engine) => {
          const done = await assignEntry(
            engine,
            {
              entryId: parseEntryId(entry),
              paymentId: parsePaymentId(options.payment, 'payment'),
              reason,
              ...(attempt === undefined ? {} : { attempt }),
              ...(outcome === undefined ? {} : { outcome }),
            },
            contextOf(actorOf(options, 'finance-officer'), 'assign', entry, options.payment),
          );
          await drainAutomations(engine, run);
          return done;
        });
        run.out.result(result, () => (result.events > 0 ? 'assigned' : 'was assigned before'));
      }),
    );
  acting(messages.command('dismiss <entry>'))
    .description('say that an entry is about no payment')
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['not-ours', 'fee', 'funding', 'duplicate', 'other'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'in words')
    .action(
      action<DismissOptions, [string]>(async ({ out }, options, entry) => {
        const { kind, reason } = options;
        const result = await withEngine(options.data, (engine) =>
          dismissEntry(
            engine,
            { entryId: parseEntryId(entry), kind, reason },
            contextOf(actorOf(options, 'finance-officer'), 'dismiss', entry),
          ),
        );
        out.result(result, () => (result.events > 0 ? 'dismissed' : 'was dismissed before'));
      }),
    );
  return messages;
}
