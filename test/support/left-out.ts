import { appendFileSync } from 'node:fs';

/**
 * Says that something cannot be tested on this machine, and why: at the end of `npm test`, in one
 * list.
 * @throws Error in CI, where nothing may be left out
 */
export function leaveOut(what: string, cause?: unknown): void {
  if (process.env['CI']) throw new Error(what, { cause });
  const list = process.env['SANAD_LEFT_OUT'];
  // Whose spec it is, so that its tests that hold nothing against anything are known not to have
  // run.
  const { expect } = globalThis as {
    readonly expect?: { getState(): { readonly testPath?: string } };
  };
  const spec = expect?.getState().testPath ?? '';
  if (list) appendFileSync(list, `${JSON.stringify({ what, spec })}\n`);
  else process.stderr.write(`${what}\n`);
}
