import { parentPort, workerData } from 'node:worker_threads';
import { compilePolicy, type Policy } from '../eligibility/policy.js';
import { DomainError } from '../kernel/errors.js';
import type { FromTrial } from './policy-trial.js';

/** Tries a policy; whoever started it ends it where that takes too long. */
const tell = (message: FromTrial): void => parentPort!.postMessage(message);
tell({ kind: 'ready' });
try {
  compilePolicy(workerData as Policy, (field, what) => tell({ kind: 'trial', field, what }));
  tell({ kind: 'fit' });
} catch (error) {
  if (!(error instanceof DomainError)) throw error;
  const { code, detail, kind, field } = error;
  tell({ kind: 'refused', code, detail, of: kind, field });
}
