import { appendFileSync } from 'node:fs';

/**
 * Says that something cannot be tested on this machine, and why: at the end of `npm test`, in one
 * list.
 * @throws Error in CI, where nothing may be left out
 */
export function leaveOut(what: string, cause?: unknown): void {
  if (process.env['CI']) throw new Error(what, { cause });
  const list = process.env['SANAD_LEFT_OUT'];
  if (list) appendFileSync(list, `${what}\n`);
  else process.stderr.write(`${what}\n`);
}
