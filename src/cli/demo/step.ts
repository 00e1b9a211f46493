import { DomainError } from '../../kernel/errors.js';
import type { StepRequest, StepAnswer } from './process.js';
import { STEPS } from './steps.js';
import { describeFailure, EXIT, makeOutput } from '../output.js';

// The process of one step of the demo (demo-process.ts starts it).
const { step, options } = JSON.parse(process.argv[2] ?? '') as StepRequest;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () =>
    stop.abort(
      new DomainError(
        'INTERRUPTED',
        'Stopped before the end; run the same command again to finish.',
        'unavailable',
      ),
    ),
  );
}
process.on('disconnect', () => process.exit(EXIT.interrupted));
const started = performance.now();

async function saying(): Promise<StepAnswer> {
  try {
    return {
      result: await STEPS[step](
        { out: makeOutput(options, () => performance.now() - started), signal: stop.signal },
        options,
      ),
    };
  } catch (error) {
    process.exitCode = EXIT.failed;
    return { failure: describeFailure(error) };
  }
}
const said = await saying();
process.send!(said, () => {
  process.removeAllListeners('disconnect').disconnect();
});
