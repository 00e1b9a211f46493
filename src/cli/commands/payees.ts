import { Command } from 'commander';
import { validateUnverified } from '../../use-cases/govstack/validation.js';
import {
  unverifiedAccounts,
  verifyAccounts,
  type AccountName,
  type UnverifiedAccount,
  type VerifySummary,
} from '../../use-cases/persons/verify-accounts.js';
import { unknownPersons } from '../../use-cases/persons/unknown-persons.js';
import { csvCell } from '../../kernel/csv.js';
import { DomainError } from '../../kernel/errors.js';
import { parsePersonId, parseProgrammeId } from '../../kernel/ids.js';
import { recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withAccessLog } from '../access-log.js';
import { withEngine } from '../compose.js';
import type { Refusal } from '../../write-side/refusals.js';
import { EXIT } from '../output.js';
import { withRejects, type RejectsFile } from '../../tabular/rejects.js';
import { readTableFile } from '../../tabular/table-file.js';

const COLUMNS = ['personId', 'accountId', 'kind', 'changed'];

interface OfProgramme extends CommonOptions {
  readonly programme: string;
}
interface VerifyOptions extends CommonOptions {
  readonly method: string;
  readonly rejects?: string;
}

/**
 * Accounts of a file in batches; bad lines go to the rejects. `lines` grows by the line of each
 * account.
 */
async function* accountsIn(
  file: string,
  rejects: RejectsFile,
  lines: number[],
): AsyncGenerator<readonly AccountName[]> {
  for await (const entries of readTableFile(file, COLUMNS)) {
    const accounts: AccountName[] = [];
    for (const entry of entries) {
      if ('reject' in entry) {
        rejects.add([entry.reject]);
        continue;
      }
      try {
        accounts.push({
          personId: parsePersonId(String(entry.record['personId'] ?? ''), 'personId'),
          accountId: parsePersonId(String(entry.record['accountId'] ?? ''), 'accountId'),
        });
        lines.push(entry.line);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        rejects.add([
          { line: entry.line, column: error.field ?? '', code: error.code, reason: error.detail },
        ]);
      }
    }
    for (let i = 0; i < accounts.length; i += 500) yield accounts.slice(i, i + 500);
  }
}

const lineOf = ({ personId, accountId, kind, changed }: UnverifiedAccount): string =>
  `${[personId, accountId, kind, changed].map(csvCell).join(',')}\n`;

/** With --json one list at the end, otherwise lines as they are found. */
async function listUnverified({ out, signal }: Run, options: OfProgramme): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const json = options.json === true;
  const accounts: UnverifiedAccount[] = [];
  let count = 0;
  await withEngine(options.data, async ({ store }) => {
    if (!json) process.stdout.write(`${COLUMNS.join(',')}\n`);
    for await (const page of unverifiedAccounts(store, programmeId, signal)) {
      count += page.length;
      if (json) accounts.push(...page);
      else process.stdout.write(page.map(lineOf).join(''));
    }
  });
  if (json) out.result({ accounts }, () => '');
  else out.note(`${count} accounts are not verified`);
}

function addUnverified(payees: Command): void {
  reading(payees.command('unverified'))
    .description(
      'list accounts of enrolled persons that nobody verified: CSV with personId, accountId, kind and whether it replaced another; never the number',
    )
    .requiredOption('--programme <code>', 'programme')
    .action(action(listUnverified));
}

async function askBlock(run: Run, options: OfProgramme): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const progress = run.out.progress('accounts');
  const by = contextOf(actorOf(options, 'payment-system'), 'ask-block', programmeId);
  const result = await recording(options.data, (engine) =>
    withAccessLog(engine, (access) =>
      validateUnverified(
        { ...engine, access },
        engine.block,
        { programmeId, by },
        ({ done }) => progress(done),
        run.signal,
      ),
    ),
  );
  run.out.result(
    result,
    () =>
      `${result.unverified} are not verified: ${result.asked} asked about, ${result.tooLong} with a number that is too long for it`,
  );
}

function addAskBlock(payees: Command): void {
  acting(payees.command('ask-block'))
    .description(
      'ask the payments block (SANAD_GOVSTACK_URL, SANAD_GOVSTACK_VALIDATE) to look at accounts that nobody verified, whose numbers it is sent (who had them sent is noted for each person); those that it does not call back as failed are verified then',
    )
    .requiredOption('--programme <code>', 'programme')
    .action(action(askBlock));
}

function verifyFile(
  run: Run,
  options: VerifyOptions,
  file: string,
  rejects: RejectsFile,
): Promise<VerifySummary> {
  const progress = run.out.progress('accounts');
  const lines: number[] = [];
  const refuse = (refusals: readonly (Refusal & { readonly index: number })[]): void =>
    rejects.add(
      refusals.map(({ index, field, code, reason }) => ({
        line: lines[index] ?? 0,
        column: field ?? '',
        code,
        reason,
      })),
    );
  return recording(options.data, (engine) =>
    verifyAccounts(
      engine,
      {
        accounts: accountsIn(file, rejects, lines),
        method: options.method,
        onRefused: refuse,
      },
      contextOf(actorOf(options, 'supervisor'), 'verify-accounts', file),
      ({ done }) => progress(done),
      run.signal,
    ),
  );
}

async function verify(run: Run, options: VerifyOptions, file: string): Promise<number> {
  const path = options.rejects ?? `${file}.rejects.csv`;
  const { summary, rejectLines } = await withRejects(path, async (rejects) => ({
    summary: await verifyFile(run, options, file, rejects),
    rejectLines: rejects.count,
  }));
  run.out.result(
    { ...summary, rejectLines },
    () =>
      `${summary.verified} verified, ${summary.unchanged} were before, ${rejectLines} refused${rejectLines > 0 ? `, see ${path}` : ''}`,
  );
  return rejectLines > 0 ? EXIT.findings : EXIT.ok;
}

function addVerify(payees: Command): void {
  acting(payees.command('verify <file>'))
    .description(
      'note that accounts were verified (CSV or NDJSON with personId and accountId), by another person than who registered them; again changes nothing',
    )
    .requiredOption('--method <text>', 'how they were verified')
    .option('--rejects <file>', 'where refused lines go (default: <file>.rejects.csv)')
    .action(action(verify));
}

interface UnknownOptions extends CommonOptions {
  readonly forget?: boolean;
}

async function listUnknown(run: Run, { data, forget = false }: UnknownOptions): Promise<number> {
  const progress = run.out.progress('persons');
  const { kept, unknown } = await withEngine(data, async (engine) => {
    const found = await unknownPersons(engine, ({ done }) => progress(done), run.signal);
    if (forget) await engine.vault.forget(found.unknown);
    return found;
  });
  run.out.result({ kept, unknown, forgotten: forget ? unknown.length : 0 }, () =>
    [
      ...unknown,
      `${unknown.length} of ${kept} persons in the vault are unknown to the log${forget ? '; their keys are destroyed' : ''}`,
    ].join('\n'),
  );
  return unknown.length > 0 && !forget ? EXIT.findings : EXIT.ok;
}

function addUnknown(payees: Command): void {
  acting(payees.command('unknown'))
    .description(
      'persons whom the vault keeps and the log does not know: a process died between sealing and recording. Where processes share a log, stop them first',
    )
    .option('--forget', 'destroy their keys and records')
    .action(action(listUnknown));
}

export function payeesCommand(): Command {
  const payees = new Command('payees').description('accounts that households are paid on');
  addUnverified(payees);
  addAskBlock(payees);
  addVerify(payees);
  addUnknown(payees);
  return payees;
}
