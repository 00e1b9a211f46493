import { fork } from 'node:child_process';
import { join } from 'node:path';
import { environmentWith } from '../../composition/config.js';
import { DomainError } from '../../kernel/errors.js';
import type { CommonOptions, Run } from '../command.js';
import type { DemoStepOptions, STEPS } from './steps.js';

export type Step = keyof typeof STEPS;
type ResultOf<S extends Step> = Awaited<ReturnType<(typeof STEPS)[S]>>;

/** What a step's process is asked, as its one argument in JSON, and what it says before it ends. */
export interface StepRequest {
  readonly step: Step;
  readonly options: DemoStepOptions & Pick<CommonOptions, 'json' | 'quiet'>;
}
export type StepAnswer =
  | { readonly result: unknown }
  | {
      readonly failure: { readonly code: string; readonly field?: string; readonly reason: string };
    };

/**
 * Runs one step of the demo in a process of its own, so that no step holds the memory that another
 * one needed. It ends with this process, and stops at its next safe point when the run is stopped.
 * @throws DomainError with the code that the step failed with
 */
export async function inOwnProcess<S extends Step>(
  step: S,
  { data, json, quiet, households, seed, rail, period }: StepRequest['options'],
  run: Run,
): Promise<ResultOf<S>> {
  run.signal.throwIfAborted();
  const request: StepRequest = {
    step,
    options: {
      data,
      households,
      seed,
      rail,
      ...(period === undefined ? {} : { period }),
      ...(json === undefined ? {} : { json }),
      ...(quiet === undefined ? {} : { quiet }),
    },
  };
  const child = fork(join(import.meta.dirname, 'step.js'), [JSON.stringify(request)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: environmentWith(rail === 'files' ? { SANAD_BANK_FOLDER: join(data, 'bank') } : {}),
  });
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  run.signal.addEventListener('abort', stop, { once: true });
  let said: StepAnswer | undefined;
  child.on('message', (message: StepAnswer) => {
    said = message;
  });
  const end = await new Promise<string>((resolve, reject) => {
    child
      .once('error', reject)
      .once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  run.signal.removeEventListener('abort', stop);
  if (said === undefined)
    throw new DomainError(
      'STEP_ENDED',
      `The step ${step} ended with ${end}; run the same command again to finish.`,
      'unavailable',
    );
  if ('failure' in said)
    throw new DomainError(
      said.failure.code,
      said.failure.reason,
      'unavailable',
      said.failure.field,
    );
  return said.result as ResultOf<S>;
}
