import { readFileSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { assessApplications } from '../../use-cases/applications/assess-applications.js';
import {
  decideApplications,
  type DecideArgs,
} from '../../use-cases/applications/decide-applications.js';
import { importApplications } from '../../use-cases/applications/import-applications.js';
import type { ImportReject, ImportSummary } from '../../use-cases/applications/import-result.js';
import type { JobContext } from '../../write-side/context.js';
import type { Refusal } from '../../write-side/refusals.js';
import type { Role } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { JsonRefused } from '../../kernel/json-limits.js';
import { automated, recording } from '../acting.js';
import { acting, action, actorOf, contextOf, type CommonOptions, type Run } from '../command.js';
import type { Engine } from '../compose.js';
import { textOfJson } from '../json-file.js';
import type { HouseholdRow, Reject } from '../../tabular/household-row.js';
import { parseMapping, readMapping, type Mapping } from '../../tabular/mapping.js';
import { EXIT } from '../output.js';
import { referenceMapping } from '../../tabular/reference-mapping.js';
import { withRejects } from '../../tabular/rejects.js';
import { readHouseholdsFile } from '../../tabular/read-households.js';

interface ImportOptions extends CommonOptions {
  readonly programme: string;
  readonly mapping?: string;
  readonly rejects?: string;
  readonly dryRun?: boolean;
  readonly assess?: boolean;
}
interface DecideOptions extends CommonOptions {
  readonly programme: string;
  readonly ids?: string;
  readonly regions?: string;
  readonly reason?: string;
}

export interface ImportReport extends ImportSummary {
  readonly rejectedRows: number;
  readonly rejectsFile: string;
  readonly rejectLines: number;
}

export function readMappingFile(path: string | undefined): Mapping {
  if (path === undefined) return readMapping(referenceMapping);
  try {
    return parseMapping(textOfJson(readFileSync(path)));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (error instanceof JsonRefused)
      throw new DomainError(
        'MAPPING_INVALID',
        `The mapping file ${path} ${error.why}.`,
        'invalid',
        'mapping',
      );
    throw new DomainError(
      'FILE_UNREADABLE',
      `The mapping file ${path} cannot be read.`,
      'invalid',
      'mapping',
    );
  }
}

/**
 * Reads a file of households and takes its applications in; what is wrong goes to the rejects file,
 * everything else is recorded.
 */
export async function importFile(
  engine: Engine,
  args: {
    readonly file: string;
    readonly mapping: Mapping;
    readonly programmeId: string;
    readonly rejectsFile: string;
    readonly dryRun?: boolean;
    readonly determine?: boolean;
  },
  base: JobContext,
  onProgress?: (bytes: number, ofBytes: number) => void,
  signal?: AbortSignal,
): Promise<ImportReport> {
  const size = fileSize(args.file);
  const columned = (reject: ImportReject): Reject => ({
    line: reject.line,
    column: reject.field === undefined ? '' : args.mapping.columnOf(reject.field),
    code: reject.code,
    reason: reject.reason,
  });
  return withRejects(args.rejectsFile, async (rejects) => {
    let badRows = 0;
    async function* rows(): AsyncGenerator<readonly HouseholdRow[]> {
      for await (const batch of readHouseholdsFile(args.file, args.mapping)) {
        badRows += new Set(batch.rejects.map((reject) => reject.line)).size;
        rejects.add(batch.rejects);
        onProgress?.(batch.bytes, size);
        if (batch.rows.length > 0) yield batch.rows;
      }
    }
    const summary = await importApplications(
      engine,
      {
        programmeId: args.programmeId,
        rows: rows(),
        dryRun: args.dryRun === true,
        determine: args.determine === true,
        onRejects: (refused) => {
          rejects.add(refused.map(columned));
        },
      },
      base,
      undefined,
      signal,
    );
    return {
      ...summary,
      rejectedRows: badRows + summary.rejected,
      rejectsFile: args.rejectsFile,
      rejectLines: rejects.count,
    };
  });
}

function fileSize(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    throw new DomainError('FILE_UNREADABLE', `The file ${path} cannot be read.`, 'invalid', 'file');
  }
}

async function decide(
  action: DecideArgs['action'],
  role: Role,
  run: Run,
  options: DecideOptions,
): Promise<number> {
  const refusals: Refusal[] = [];
  const actor = actorOf(options, role);
  const summary = await automated(options.data, run, async (engine) => {
    const progress = run.out.progress(action);
    const result = await decideApplications(
      engine,
      {
        programmeId: options.programme,
        action,
        onRefused: (more) => refusals.push(...more.slice(0, Math.max(0, 1_000 - refusals.length))),
        ...(options.ids === undefined ? {} : { applicationIds: idsFrom(options.ids) }),
        ...(actor.regions ? { regions: actor.regions } : {}),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      },
      contextOf(actor, action, options.programme),
      ({ done }) => progress(done),
      run.signal,
    );
    return result;
  });
  run.out.result({ action, ...summary, refusals }, () =>
    [
      `${summary.done} recorded, ${summary.refused} refused, of ${summary.seen} looked at`,
      ...refusals
        .slice(0, 20)
        .map((refused) => `  ${refused.id}: ${refused.code}: ${refused.reason}`),
      ...(refusals.length > 20
        ? [`  … and ${summary.refused - 20} more; --json names up to 1,000`]
        : []),
    ].join('\n'),
  );
  return summary.refused > 0 ? EXIT.findings : EXIT.ok;
}

function idsFrom(text: string): string[] {
  const list = text === '-' ? readFileSync(0, 'utf8') : text;
  return list.split(/[\s,]+/).filter(Boolean);
}

async function takeIn(run: Run, options: ImportOptions, file: string): Promise<number> {
  const mapping = readMappingFile(options.mapping);
  const dryRun = options.dryRun === true;
  const report = await recording(options.data, (engine) => {
    const progress = run.out.progress('bytes read');
    return importFile(
      engine,
      {
        file,
        mapping,
        programmeId: options.programme,
        rejectsFile: options.rejects ?? `${file}.rejects.csv`,
        dryRun,
        determine: options.assess === true,
      },
      contextOf(actorOf(options, 'intake'), 'import', options.programme),
      progress,
      run.signal,
    );
  });
  run.out.result(
    { dryRun, ...report },
    () =>
      `${dryRun ? 'Would take in' : 'Taken in'}: ${report.submitted}; there already: ${report.alreadyThere}; duplicate identities: ${report.duplicates}; rejected rows: ${report.rejectedRows}${report.rejectLines > 0 ? `, see ${report.rejectsFile}` : ''}`,
  );
  return report.rejectedRows + report.duplicates > 0 ? EXIT.findings : EXIT.ok;
}

function addImport(applications: Command): void {
  acting(applications.command('import <file>'))
    .description(
      'take applications in from CSV or NDJSON; good rows are recorded, bad ones go to a rejects file; again changes nothing',
    )
    .requiredOption('--programme <code>', 'programme')
    .option(
      '--mapping <file>',
      'how your columns become a household (default: the columns of `households generate`)',
    )
    .option('--rejects <file>', 'where rejected lines go (default: <file>.rejects.csv)')
    .option('--assess', 'determine eligibility in the same pass')
    .option('--dry-run', 'check everything, record nothing')
    .action(action(takeIn));
}

const ofApplications = (command: Command): Command =>
  command
    .requiredOption('--programme <code>', 'programme')
    .option('--ids <list>', 'only these applications, comma-separated, or - for standard input');

async function assess(run: Run, options: DecideOptions): Promise<number> {
  const refusals: Refusal[] = [];
  const actor = actorOf(options, 'case-officer');
  const summary = await recording(options.data, (engine) => {
    const progress = run.out.progress('applications');
    return assessApplications(
      engine,
      {
        programmeId: options.programme,
        onRefused: (more) => refusals.push(...more.slice(0, Math.max(0, 1_000 - refusals.length))),
        ...(options.ids === undefined ? {} : { applicationIds: idsFrom(options.ids) }),
        ...(actor.regions ? { regions: actor.regions } : {}),
      },
      contextOf(actor, 'assess', options.programme),
      ({ done }) => progress(done),
      run.signal,
    );
  });
  run.out.result(
    { ...summary, refusals },
    () =>
      `${summary.determined} determined: ${summary.eligible} eligible, ${summary.ineligible} not; ${summary.refused} refused`,
  );
  return summary.refused > 0 ? EXIT.findings : EXIT.ok;
}

function addAssess(applications: Command): void {
  ofApplications(
    acting(applications.command('assess')).description(
      'determine eligibility of every application that waits for it',
    ),
  ).action(action(assess));
}

function addDecision(
  applications: Command,
  name: 'recommend' | 'approve' | 'reject',
  role: Role,
  what: string,
): void {
  ofApplications(acting(applications.command(name)).description(`${what}, each recorded by itself`))
    .option('--reason <text>', 'for rejections')
    .action(action<DecideOptions, []>((run, options) => decide(name, role, run, options)));
}

export function applicationsCommand(): Command {
  const applications = new Command('applications').description(
    'take applications in and decide them, many at once',
  );
  addImport(applications);
  addAssess(applications);
  addDecision(applications, 'recommend', 'case-officer', 'recommend what each determination says');
  addDecision(applications, 'approve', 'supervisor', 'approve those recommended for approval');
  addDecision(applications, 'reject', 'supervisor', 'reject those recommended for rejection');
  return applications;
}
