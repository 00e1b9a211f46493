import { Worker } from 'node:worker_threads';
import { tooCostly } from '../eligibility/trials.js';
import { DomainError } from '../kernel/errors.js';
import type { RequireFit } from '../write-side/readers.js';

/** From the thread in which a policy is tried. */
export type FromTrial =
  | { readonly kind: 'ready' }
  | { readonly kind: 'trial'; readonly field: string; readonly what: string }
  | { readonly kind: 'fit' }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly detail: string;
      readonly of: DomainError['kind'];
      readonly field: string | undefined;
    };

interface TrialLimits {
  /** From when the thread is ready. */
  readonly deadlineMs: number;
  readonly memoryMb: number;
  /** What the thread runs. */
  readonly thread: URL;
}
const LIMITS: TrialLimits = {
  deadlineMs: 15_000,
  memoryMb: 256,
  thread: new URL('./policy-trial.worker.js', import.meta.url),
};

/**
 * Tries policies in a thread of their own, which is ended where one does not come to its end in
 * time, or takes more memory than it may: what a bound of steps does not see must not hold up
 * whoever else is served.
 */
export function policyTrial(limits: Partial<TrialLimits> = {}): RequireFit {
  const { deadlineMs, memoryMb, thread } = { ...LIMITS, ...limits };
  return async (policy) => {
    const worker = new Worker(thread, {
      workerData: policy,
      name: 'policy',
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32 },
    });
    try {
      await ended(worker, deadlineMs, memoryMb);
    } finally {
      await worker.terminate();
    }
  };
}

/** @throws DomainError POLICY_TOO_COSTLY, and what the policy is refused for */
function ended(worker: Worker, deadlineMs: number, memoryMb: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let at = { field: 'policy', what: 'The policy' };
  const ran = (how: string): DomainError => tooCostly(at.field, at.what, how);
  return new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromTrial) => {
      if (message.kind === 'trial') at = message;
      else if (message.kind === 'ready')
        timer = setTimeout(
          () => reject(ran(`it did not come to an end within ${deadlineMs} ms`)),
          deadlineMs,
        );
      else if (message.kind === 'fit') resolve();
      else reject(new DomainError(message.code, message.detail, message.of, message.field));
    });
    worker.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? ran(`it takes more than ${memoryMb} MB`)
          : error,
      ),
    );
    worker.once('exit', () => reject(new Error('the thread of the policy ended before it')));
  }).finally(() => clearTimeout(timer));
}
