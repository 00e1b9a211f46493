import {
  instructCycle,
  type InstructSummary,
} from '../../src/process-managers/when-cycle-released-then-instruct.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle, type PrepareSummary } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import type { Engine } from '../../src/cli/compose.js';
import { actor } from './enrolments.js';

type Prepared = Pick<PrepareSummary, 'cycleId' | 'contentHash'>;

/** Orders a payment for everybody who is enrolled in January 2026. */
export const prepareJanuary = (engine: Engine): Promise<PrepareSummary> =>
  prepareCycle(
    engine,
    { programmeId: 'asd', period: '2026-01' },
    actor(engine, 'farid', 'finance-officer'),
  );

/** Approves, releases and instructs what was prepared, by three people and the automation. */
export async function payOut(
  engine: Engine,
  { cycleId, contentHash }: Prepared,
): Promise<InstructSummary> {
  await approveCycle(
    engine,
    { cycleId, contentHash },
    actor(engine, 'kenza', 'finance-controller', 'approve'),
  );
  await releaseCycle(
    engine,
    { cycleId, contentHash, executionDate: '2026-01-28' },
    actor(engine, 'rachid', 'finance-controller', 'release'),
  );
  return instructCycle(engine, { cycleId }, actor(engine, 'automation', 'automation'));
}
