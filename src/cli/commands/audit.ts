import { Command } from 'commander';
import { verifyLog } from '../../adapters/event-store/sqlite/verify.js';
import { MAX_PAGE } from '../../adapters/event-store/port.js';
import { createAuditCheck, type AuditReport } from '../../audit/check.js';
import { action, common, type CommonOptions, type Run } from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { EXIT } from '../output.js';

/** Replays the whole log against the invariants, a page at a time. */
export async function auditCheck(engine: Engine, run: Run): Promise<AuditReport> {
  const check = createAuditCheck({ positionGaps: engine.store.positionGaps });
  const total = (await engine.store.lastPosition()) + 1;
  const progress = run.out.progress('events checked', total);
  for (let after = -1; ;) {
    run.signal.throwIfAborted();
    const page = await engine.store.readAll(after, MAX_PAGE);
    for (const event of page.events) check.add(event);
    after = page.next;
    progress(after + 1);
    if (page.events.length === 0) return check.finish();
  }
}

export function auditCommand(): Command {
  const audit = new Command('audit').description('prove the log');
  common(audit.command('check'))
    .description(
      'verify every stored byte, then replay the whole log against the invariants I1 to I8',
    )
    .action(
      action<CommonOptions, []>(async (run, options) => {
        const report = await withEngine(options.data, async (engine) => {
          const bytes = run.out.progress('events hashed');
          // A server's log has bytes of its own; there the events are proved, not how they are
          // stored.
          const verified = engine.distributed ? {} : await verifyLog(engine.dir, bytes, run.signal);
          return { ...verified, ...(await auditCheck(engine, run)) };
        });
        run.out.result(report, () =>
          [
            `${report.events.toLocaleString('en')} events checked: ${report.violations.length === 0 ? 'no violation of I1 to I8' : `${report.violations.length} violations`}`,
            ...report.violations
              .slice(0, 100)
              .map((v) => `  ${v.invariant} at ${v.position} in ${v.stream}: ${v.detail}`),
          ].join('\n'),
        );
        return report.violations.length === 0 ? EXIT.ok : EXIT.findings;
      }),
    );
  return audit;
}
