import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import {
  importApplications,
  type ImportArgs,
} from '../../src/use-cases/applications/import-applications.js';
import type { ImportSummary } from '../../src/use-cases/applications/import-result.js';
import { prepareCycle, type PrepareSummary } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';

import { pagesOf } from '../../src/write-side/stream-pages.js';
import type { Deps } from '../../src/write-side/context.js';
import { as, drain, households, job, openProgramme } from './world.js';

export const PROGRAMME = 'asd';

/** From nothing to enrolled households. */
export async function enrolled(deps: Deps, count: number, seed = 1): Promise<ImportSummary> {
  await openProgramme(deps);
  return enrolRows(deps, households(count, seed));
}

/** From applications to the enrolments of who is eligible, each decided by other people. */
export async function enrolRows(deps: Deps, rows: ImportArgs['rows']): Promise<ImportSummary> {
  const summary = await importApplications(
    deps,
    { programmeId: PROGRAMME, rows, determine: true },
    job(deps, 'intake'),
  );
  for (const [action, who] of [
    ['recommend', 'officer'],
    ['approve', 'supervisor'],
    ['reject', 'supervisor'],
  ] as const)
    await decideApplications(deps, { programmeId: PROGRAMME, action }, job(deps, who));
  await drain(deps);
  return summary;
}

/** A cycle from preparing to instructed payments and files. */
export async function released(deps: Deps, period: string): Promise<PrepareSummary> {
  const prepared = await prepareCycle(
    deps,
    { programmeId: PROGRAMME, period },
    job(deps, 'finance'),
  );
  const { status } = await readCycle(deps.store, prepared.cycleId);
  const { cycleId, contentHash } = prepared;
  if (status === 'prepared')
    await approveCycle(deps, { cycleId, contentHash }, as(deps, 'controller', 'approve', cycleId));
  if (status === 'prepared' || status === 'approved')
    await releaseCycle(
      deps,
      { cycleId, contentHash, executionDate: `${period}-28` },
      as(deps, 'releaser', 'release', cycleId),
    );
  await drain(deps);
  return prepared;
}

/**
 * One answer of a bank for every payment of a cycle that waits for one; `answer` may say nothing.
 */
export async function* answers(
  deps: Deps,
  cycleId: string,
  answer: (paymentId: string, n: number) => Omit<ReportedOutcome, 'paymentId'> | undefined,
  batch = 50,
): AsyncGenerator<ReportedOutcome[]> {
  let n = 0;
  let outcomes: ReportedOutcome[] = [];
  for await (const page of pagesOf(deps.store, `payment-${cycleId}-`)) {
    for (const { events } of page) {
      const last = events.findLast(
        (event) => event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed',
      );
      if (!last) continue;
      const said = answer(last.data.paymentId, n);
      n += 1;
      if (said)
        outcomes.push({
          paymentId: last.data.paymentId,
          endToEndId: last.data.endToEndId,
          ...(said.outcome === 'settled' ? { amountMinor: last.data.amountMinor } : {}),
          ...said,
        });
      if (outcomes.length === batch) {
        yield outcomes;
        outcomes = [];
      }
    }
  }
  if (outcomes.length > 0) yield outcomes;
}
