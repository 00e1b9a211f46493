import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { agrees, readReport } from '../../../../projections/disbursement/reconciliation-report.js';
import { reportCsv, reportHtml } from '../../../../projections/disbursement/report-formats.js';
import { LANGUAGES, type Language } from '../../../../projections/disbursement/report-texts.js';
import { parseCycleId } from '../../../kernel/ids.js';
import { action, reading, type Run } from '../../command.js';
import { withEngine } from '../../compose.js';
import { EXIT } from '../../output.js';
import { askReadModels } from '../rebuild.js';
import { cycleNotFound, idOf, ofCycle, type CycleOptions } from './options.js';

interface ReportOptions extends CycleOptions {
  readonly format: 'html' | 'csv';
  readonly language: Language;
  readonly out?: string;
}

async function writeReport(run: Run, options: ReportOptions): Promise<number> {
  const cycleId = parseCycleId(idOf(options));
  const { format, language, out = `reconciliation-${cycleId}.${format}` } = options;
  const report = await withEngine(options.data, (engine) =>
    askReadModels(engine, run, (reads) => readReport(reads, cycleId, engine.clock.now())),
  );
  if (!report) throw cycleNotFound(cycleId);
  writeFileSync(
    out,
    format === 'html' ? reportHtml(report, language) : reportCsv(report, language),
    { mode: 0o600 },
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
}

export function addReport(cycle: Command): void {
  ofCycle(
    reading(cycle.command('report')).description(
      'the reconciliation report: totals, reasons, files, breaks with their age; to print or for a spreadsheet',
    ),
  )
    .addOption(
      new Option('--format <format>', 'what to write').choices(['html', 'csv']).default('html'),
    )
    .addOption(
      new Option('--language <language>', 'of the report').choices(LANGUAGES).default('fr'),
    )
    .option('--out <file>', 'where to (default: reconciliation-<cycle>.<format>)')
    .action(action(writeReport));
}
