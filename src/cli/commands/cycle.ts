import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import {
  agrees,
  readReport,
  reportCsv,
  reportHtml,
} from '../../../projections/disbursement/reconciliation-report.js';
import { LANGUAGES, type Language } from '../../../projections/disbursement/report-texts.js';
import { approveCycle } from '../../use-cases/cycles/approve-cycle.js';
import { checkCycle, overrideFinding } from '../../use-cases/cycles/check-cycle.js';
import { closeCycle } from '../../use-cases/cycles/close-cycle.js';
import { readCycle } from '../../use-cases/cycles/cycles.js';
import { prepareCycle } from '../../use-cases/cycles/prepare-cycle.js';
import { cycleFigures, reconcileCycle } from '../../use-cases/cycles/reconcile-cycle.js';
import { releaseCycle } from '../../use-cases/cycles/release-cycle.js';
import { returnCycle } from '../../use-cases/cycles/return-cycle.js';
import type { Role } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { cycleId as cycleIdOf, parseCycleId, parseProgrammeId } from '../../kernel/ids.js';
import { parseLocalDate, parsePeriod } from '../../kernel/time.js';
import {
  acting,
  action,
  actorOf,
  common,
  contextOf,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { drainAutomations } from '../drain.js';
import { EXIT } from '../output.js';
import { askReadModels } from './rebuild.js';

interface CycleOptions extends CommonOptions {
  readonly programme: string;
  readonly period: string;
  readonly hash?: string;
  readonly executionDate?: string;
  readonly reason?: string;
  readonly finding?: string;
}
interface ReportOptions extends CycleOptions {
  readonly format: 'html' | 'csv';
  readonly language: Language;
  readonly out?: string;
}

const idOf = (options: CycleOptions): string =>
  cycleIdOf(parseProgrammeId(options.programme, 'programme'), parsePeriod(options.period));

/**
 * Where a cycle stands: its state, and its payments by state in count and minor units, from the
 * log.
 */
export async function cycleStatus(engine: Engine, cycleId: string): Promise<object> {
  const state = await readCycle(engine.store, cycleId);
  if (state.status === 'none')
    throw new DomainError(
      'CYCLE_NOT_FOUND',
      `There is no cycle ${cycleId}.`,
      'not-found',
      'period',
    );
  const findings = state.findings.map((finding) => ({
    ...finding,
    overriddenBy: state.overridden[finding.findingId] ?? null,
  }));
  return {
    cycleId,
    status: state.status,
    contentHash: state.contentHash,
    ...(state.checkedHash === '' ? {} : { findings }),
    ...(await cycleFigures(engine.store, cycleId)),
  };
}

export function cycleCommand(): Command {
  const cycle = new Command('cycle').description(
    'prepare, approve, release and follow a payment cycle; each step by another person',
  );
  const step = (
    name: string,
    role: Role,
    description: string,
    work: (engine: Engine, run: Run, options: CycleOptions, role: Role) => Promise<object>,
  ): Command =>
    acting(cycle.command(name))
      .description(description)
      .requiredOption('--programme <code>', 'programme')
      .requiredOption('--period <YYYY-MM>', 'period')
      .action(
        action<CycleOptions, []>(async (run, options) => {
          const result = await withEngine(options.data, async (engine) => {
            const done = await work(engine, run, options, role);
            await drainAutomations(engine, run);
            return done;
          });
          run.out.result(result, () =>
            Object.entries(result)
              .map(
                ([key, value]) =>
                  `${key}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
              )
              .join('\n'),
          );
        }),
      );

  step(
    'prepare',
    'finance-officer',
    'order a payment for every enrolment payable in the period; again gives the same set',
    (engine, run, options, role) => {
      const progress = run.out.progress('enrolments');
      return prepareCycle(
        engine,
        { programmeId: parseProgrammeId(options.programme, 'programme'), period: options.period },
        contextOf(actorOf(options, role), 'prepare', idOf(options)),
        ({ done }) => progress(done),
        run.signal,
      );
    },
  );
  step(
    'check',
    'finance-officer',
    'check the prepared set again for what its programme configured (preparing does it first)',
    (engine, run, options, role) => {
      const progress = run.out.progress('payments');
      return engine.store
        .lastPosition()
        .then((position) =>
          checkCycle(
            engine,
            { cycleId: idOf(options) },
            contextOf(actorOf(options, role), 'check', idOf(options), position),
            ({ done }) => progress(done),
            run.signal,
          ),
        );
    },
  );
  step(
    'override',
    'finance-controller',
    'answer for a finding that blocks the cycle',
    async (engine, _run, options, role) => {
      const [findingId, reason] = [
        required(options.finding, 'finding'),
        required(options.reason, 'reason'),
      ];
      return {
        cycleId: idOf(options),
        ...(await overrideFinding(
          engine,
          { cycleId: idOf(options), findingId, reason },
          contextOf(
            actorOf(options, role),
            'override',
            idOf(options),
            findingId,
            await engine.store.lastPosition(),
          ),
        )),
      };
    },
  )
    .option('--finding <id>', 'id that `cycle check` or `cycle status` printed')
    .option('--reason <text>', 'why it may be paid all the same');
  step(
    'approve',
    'finance-controller',
    'reserve the total on the budget and approve exactly the prepared set',
    async (engine, _run, options, role) => {
      const contentHash = required(options.hash, 'hash');
      return {
        cycleId: idOf(options),
        ...(await approveCycle(
          engine,
          { cycleId: idOf(options), contentHash },
          contextOf(actorOf(options, role), 'approve', idOf(options), contentHash),
        )),
      };
    },
  ).option('--hash <sha256>', 'content hash that `cycle prepare` or `cycle status` printed');
  step(
    'release',
    'finance-controller',
    'release the approved set: payments are instructed and pain.001 files written',
    async (engine, _run, options, role) => {
      const state = await readCycle(engine.store, idOf(options));
      const executionDate = parseLocalDate(
        required(options.executionDate, 'execution-date'),
        'executionDate',
      );
      return {
        cycleId: idOf(options),
        ...(await releaseCycle(
          engine,
          { cycleId: idOf(options), contentHash: options.hash ?? state.contentHash, executionDate },
          contextOf(actorOf(options, role), 'release', idOf(options)),
        )),
      };
    },
  )
    .option('--hash <sha256>', 'content hash (default: the approved one)')
    .option('--execution-date <YYYY-MM-DD>', 'when the bank is to pay');
  step(
    'return',
    'finance-controller',
    'send a prepared cycle back, with a reason; it can be prepared again',
    (engine, _run, options, role) =>
      returnCycle(
        engine,
        { cycleId: idOf(options), reason: required(options.reason, 'reason') },
        contextOf(actorOf(options, role), 'return', idOf(options), options.reason ?? ''),
      ),
  ).option('--reason <text>', 'why');
  step(
    'reconcile',
    'finance-officer',
    'record how many payments stand where, to the centime',
    (engine, run, options, role) => {
      const progress = run.out.progress('payments');
      return engine.store
        .lastPosition()
        .then((position) =>
          reconcileCycle(
            engine,
            { cycleId: idOf(options) },
            contextOf(actorOf(options, role), 'reconcile', idOf(options), position),
            ({ done }) => progress(done),
            run.signal,
          ),
        );
    },
  );
  step(
    'close',
    'finance-officer',
    'close a reconciled cycle without open breaks; what was not paid is freed on the budget',
    (engine, _run, options, role) =>
      closeCycle(
        engine,
        { cycleId: idOf(options) },
        contextOf(actorOf(options, role), 'close', idOf(options)),
      ),
  );
  common(cycle.command('report'))
    .description(
      'the reconciliation report: totals, reasons, files, breaks with their age; to print or for a spreadsheet',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period')
    .addOption(
      new Option('--format <format>', 'what to write').choices(['html', 'csv']).default('html'),
    )
    .addOption(
      new Option('--language <language>', 'of the report').choices(LANGUAGES).default('fr'),
    )
    .option('--out <file>', 'where to (default: reconciliation-<cycle>.<format>)')
    .action(
      action<ReportOptions, []>(async (run, options) => {
        const cycleId = parseCycleId(idOf(options));
        const { format, language, out = `reconciliation-${cycleId}.${format}` } = options;
        const report = await withEngine(options.data, (engine) =>
          askReadModels(engine, run, (reads) => readReport(reads, cycleId, engine.clock.now())),
        );
        if (!report)
          throw new DomainError(
            'CYCLE_NOT_FOUND',
            `There is no cycle ${cycleId}.`,
            'not-found',
            'period',
          );
        writeFileSync(
          out,
          format === 'html' ? reportHtml(report, language) : reportCsv(report, language),
        );
        const summary = {
          cycleId,
          file: out,
          agrees: agrees(report),
          openBreaks: report.cycle.progress.openBreaks,
        };
        run.out.result(
          summary,
          () =>
            `${out}: ${summary.agrees ? 'the totals agree' : 'THE TOTALS DO NOT AGREE'}, ${summary.openBreaks} open breaks`,
        );
        return summary.agrees ? EXIT.ok : EXIT.findings;
      }),
    );
  common(cycle.command('status'))
    .description('where a cycle and its payments stand')
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period')
    .action(
      action<CycleOptions, []>(async ({ out }, options) => {
        const status = await withEngine(options.data, (engine) =>
          cycleStatus(engine, parseCycleId(idOf(options))),
        );
        out.result(status, () =>
          Object.entries(status)
            .map(
              ([key, value]) =>
                `${key}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
            )
            .join('\n'),
        );
      }),
    );
  return cycle;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '')
    throw new DomainError('OPTION_MISSING', `--${option} is needed here.`, 'invalid', option);
  return value;
}
