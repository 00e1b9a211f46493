import { applicationDecider } from '../../src/application/application.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { foldApplication } from '../../src/use-cases/folds.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { by } from './world.js';

/** Approves as versions did whose automation alone began enrolments. */
export async function approveAlone(deps: Deps, applicationId: string): Promise<void> {
  const stream = streams.application(applicationId);
  const { contentHash, receivedOn } = foldApplication(await deps.store.readStream(stream));
  const startPeriod = receivedOn.slice(0, 7);
  const command = { type: 'ApproveApplication', contentHash, startPeriod } as const;
  const supervisor = by(deps, 'salma', 'supervisor', 'approve', applicationId);
  await execute(deps, [part(stream, applicationDecider, command)], supervisor);
}
