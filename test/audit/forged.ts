import { expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { Tampered } from './tampered.js';

/** What the audit finds, each after the position of its event. */
export function found({ events }: Tampered): readonly string[] {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish().violations.map(({ position, detail }) => `${position} ${detail}`);
}

/** Falsifies a log, and says at which event that is to be found, and how. */
export type Forge = (log: Tampered) => readonly [at: Recorded, detail: string | RegExp];

/** Each of them is found, by its event and for its reason. */
export function findsEach(forged: Readonly<Record<string, Forge>>): void {
  test.each(Object.entries(forged))('by %s', (_, forge) => {
    const log = new Tampered();
    const [{ position }, detail] = forge(log);
    const said = typeof detail === 'string' ? detail : expect.stringMatching(detail);
    const details = found(log)
      .filter((one) => one.startsWith(`${position} `))
      .map((one) => one.slice(String(position).length + 1));
    expect(details).toContainEqual(said);
  });
}
