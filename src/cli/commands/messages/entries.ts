import { Option, type Command } from 'commander';
import { parseEntryId, parsePaymentId, parseSha256, streams } from '../../../kernel/ids.js';
import { bankEntryDecider } from '../../../statement/entry.decider.js';
import {
  assignEntry,
  dismissEntry,
  type AssignArgs,
  type DismissArgs,
} from '../../../use-cases/statements/bank-entries.js';
import { listEntries, type EntryView } from '../../../use-cases/statements/bank-lists.js';
import { foldBankEntry } from '../../../use-cases/folds.js';
import { matchEntries } from '../../../use-cases/statements/match-entries.js';
import { execute } from '../../../write-side/execute.js';
import { part } from '../../../write-side/unit.js';
import { automated, recording } from '../../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  subjectOf,
  wholeNumber,
  type CommonOptions,
  type Run,
} from '../../command.js';
import { withEngine } from '../../compose.js';
import { listed, paged, statusOption, type ListOptions } from './paged-list.js';

interface OwnOptions extends CommonOptions {
  readonly owner: string;
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

const COLUMNS = [
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
];

function rowOf(entry: EntryView): readonly string[] {
  const best = entry.candidates?.[0];
  return [
    entry.entryId,
    String(entry.ageDays),
    entry.owner ?? '',
    entry.family,
    entry.code,
    entry.outcome ?? '',
    `${entry.amountMinor ?? ''} ${entry.currency ?? ''}`,
    entry.bookedOn ?? '',
    entry.bankReference ?? '',
    best?.paymentId ?? '',
    best ? String(best.score) : '',
  ];
}

async function listWaiting(
  { out }: Run,
  { data, message, olderThan, ...query }: ListOptions,
): Promise<void> {
  const found = await withEngine(data, ({ store, clock }) =>
    listEntries(store, {
      ...query,
      now: clock.now(),
      ...(olderThan === undefined ? {} : { olderThanDays: olderThan }),
      ...(message === undefined ? {} : { sha256: parseSha256(message, 'message') }),
    }),
  );
  out.result(found, () => listed(found, COLUMNS, rowOf));
}

export function addEntries(messages: Command): void {
  paged(messages.command('entries'))
    .description('entries that name no payment by themselves')
    .addOption(statusOption('quarantined', 'assigned', 'dismissed').default('quarantined'))
    .option('--message <sha256>', 'of this file only')
    .option('--owner <subject>', 'that this person looks after')
    .option('--older-than <days>', 'that have waited so long', wholeNumber('older-than', 0, 9_999))
    .action(action(listWaiting));
}

async function match(run: Run, options: CommonOptions): Promise<void> {
  const progress = run.out.progress('payments compared');
  const summary = await recording(options.data, (engine) =>
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
}

export function addMatch(messages: Command): void {
  acting(messages.command('match'))
    .description(
      'look again for payments that waiting entries may be about: same amount, near in time, same payee',
    )
    .action(action(match));
}

async function setOwner({ out }: Run, options: OwnOptions, entry: string): Promise<void> {
  const entryId = parseEntryId(entry);
  const result = await recording(options.data, (engine) =>
    execute(
      engine,
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
}

export function addOwn(messages: Command): void {
  acting(messages.command('own <entry>'))
    .description('say who looks after an entry that waits')
    .requiredOption('--owner <subject>', 'the subject of an account')
    .action(action(setOwner));
}

async function assign(run: Run, options: AssignOptions, entry: string): Promise<void> {
  const { reason, attempt, outcome } = options;
  const result = await automated(options.data, run, async (engine, acted) => {
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
    await acted();
    const { status } = foldBankEntry(
      await engine.store.readStream(streams.entry(parseEntryId(entry))),
    );
    return { ...done, status };
  });
  run.out.result(result, () => {
    if (result.status === 'quarantined')
      return 'proposed; it is assigned once another person says the same';
    return result.events > 0 ? 'assigned' : 'was assigned before';
  });
}

export function addAssign(messages: Command): void {
  acting(messages.command('assign <entry>'))
    .description(
      'say which payment an entry is about; it is assigned once a second person says the same',
    )
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
    .action(action(assign));
}

async function dismiss({ out }: Run, options: DismissOptions, entry: string): Promise<void> {
  const { kind, reason } = options;
  const result = await recording(options.data, (engine) =>
    dismissEntry(
      engine,
      { entryId: parseEntryId(entry), kind, reason },
      contextOf(actorOf(options, 'finance-officer'), 'dismiss', entry),
    ),
  );
  out.result(result, () => (result.events > 0 ? 'dismissed' : 'was dismissed before'));
}

export function addDismiss(messages: Command): void {
  acting(messages.command('dismiss <entry>'))
    .description('say that an entry is about no payment')
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['not-ours', 'fee', 'funding', 'duplicate', 'other'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'in words')
    .action(action(dismiss));
}
