import { expect } from '@jest/globals';
import type { Deps } from '../../src/write-side/context.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { found } from '../audit/forged.js';
import { Tampered } from '../audit/tampered.js';

/** A log in which somebody took away what stood against paying, falsified. */
interface Forgeries {
  /** Who did is who instructed what had been left out. */
  byInstructing(): readonly string[];
  /** Who did is another. */
  by(who: string): readonly string[];
  /** Nobody did. */
  byNobody(): readonly string[];
}

/** What the audit finds of payments that are instructed, without their positions. */
export async function forgeriesOf({ store }: Pick<Deps, 'store'>): Promise<Forgeries> {
  const { events } = await store.readAll(-1, 10_000);
  const cleared = (log: Tampered): Recorded =>
    log.events.findLast(
      ({ type }) => type === 'PaymentBreakResolved' || type === 'BankEntryDismissed',
    )!;
  const saidOf = (forge: (log: Tampered) => unknown): readonly string[] => {
    const log = new Tampered(events);
    forge(log);
    const said = found(log).map((one) => one.replace(/^\d+ /u, ''));
    return [...new Set(said)].filter((one) => one.startsWith('instructed '));
  };
  return {
    byInstructing: () =>
      saidOf((log) => log.by(log.last('CycleReinstructionStarted'), cleared(log).meta.actor)),
    by: (who) => saidOf((log) => log.by(cleared(log), who)),
    byNobody: () => saidOf((log) => log.drop(cleared(log))),
  };
}
/** By whom it must not be instructed. */
export const FREED_BY_PAYER = [
  'instructed by who took away what stood against it, or found it in a correction',
];
/** Over what it must not be instructed. */
export const OVER_BREAK_OR_ENTRY = expect.arrayContaining([
  expect.stringMatching(
    /^instructed in place of what (may have been paid: a break|an entry of a bank's file)/u,
  ),
]);
