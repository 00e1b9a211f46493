import { Command } from 'commander';
import { addReport } from './report.js';
import { addStatus } from './status.js';
import {
  addAbandon,
  addApprove,
  addCheck,
  addClose,
  addOpen,
  addOverride,
  addPrepare,
  addReconcile,
  addRelease,
  addReturn,
} from './steps.js';

export function cycleCommand(): Command {
  const cycle = new Command('cycle').description(
    'prepare, approve, release and follow a payment cycle; each step by another person',
  );
  addOpen(cycle);
  addPrepare(cycle);
  addCheck(cycle);
  addOverride(cycle);
  addApprove(cycle);
  addRelease(cycle);
  addReturn(cycle);
  addAbandon(cycle);
  addReconcile(cycle);
  addClose(cycle);
  addReport(cycle);
  addStatus(cycle);
  return cycle;
}
