import { Command } from 'commander';
import { MAX_PAGE } from '../../adapters/event-store/port.js';
import { createAuditCheck, type AuditReport } from '../../audit/check.js';
import { openAudited, type Audited } from '../../composition/audited.js';
import { action, common, type CommonOptions, type Run } from '../command.js';
import { EXIT } from '../output.js';

/**
 * Replays the log against the invariants, a page at a time, as far as it goes now: a server may be
 * writing it.
 */
export async function auditCheck(
  log: Pick<Audited, 'readAll' | 'lastPosition' | 'positionGaps'>,
  run: Run,
): Promise<AuditReport> {
  const check = createAuditCheck({ positionGaps: log.positionGaps });
  const last = await log.lastPosition();
  const progress = run.out.progress('events checked', last + 1);
  for (let after = -1; after < last;) {
    run.signal.throwIfAborted();
    const page = await log.readAll(after, MAX_PAGE);
    for (const event of page.events) if (event.position <= last) check.add(event);
    if (page.events.length === 0) break;
    after = page.next;
    progress(Math.min(after, last) + 1);
  }
  return check.finish();
}

async function proved(dir: string, run: Run): Promise<AuditReport> {
  const log = await openAudited(dir);
  try {
    const bytes = run.out.progress('events hashed');
    return { ...(await log.verify?.(bytes, run.signal)), ...(await auditCheck(log, run)) };
  } finally {
    await log.close();
  }
}

const MOST_SHOWN = 100;

export function auditCommand(): Command {
  const audit = new Command('audit').description('prove the log');
  common(audit.command('check'))
    .description(
      'verify every stored byte, then replay the whole log against the invariants I1 to I8',
    )
    .action(
      action<CommonOptions, []>(async (run, { data }) => {
        const report = await proved(data, run);
        run.out.result(report, () => describe(report));
        return report.violationCount === 0 ? EXIT.ok : EXIT.findings;
      }),
    );
  return audit;
}

function describe({ events, violations, violationCount }: AuditReport): string {
  const found =
    violationCount === 0
      ? 'no violation of I1 to I8'
      : `${violationCount.toLocaleString('en')} violations`;
  return [
    `${events.toLocaleString('en')} events checked: ${found}`,
    ...violations
      .slice(0, MOST_SHOWN)
      .map((one) => `  ${one.invariant} at ${one.position} in ${one.stream}: ${one.detail}`),
  ].join('\n');
}
