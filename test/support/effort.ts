import { appendFileSync } from 'node:fs';

/** What tests try many of. */
type Effort = 'histories' | 'interleavings' | 'kills' | 'faults' | 'mutants' | 'fuzz inputs';

/** Says how many of these a test ran: `npm test` ends with their sums. */
export function ran(what: Effort, count: number): void {
  const file = process.env['SANAD_EFFORT'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ what, count })}\n`);
}
