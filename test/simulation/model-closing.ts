import { isOpen } from '../../src/correction/correction.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { foldCorrection } from '../../src/correction/correction-reader.js';
import { isAboutCycle } from '../../src/use-cases/cycles/closing.rule.js';
import { foldAdjustment, foldBankEntry } from '../../src/use-cases/folds.js';
import { PROGRAMME } from './model-programme.js';
import { foldCycle, foldPayment, foldPerson, type World } from './model-world.js';

/**
 * Why the programme is not closed: a cycle or a correction is open, or it owes somebody arrears.
 */
export function closedUnless(world: World): string | undefined {
  const cycles = world.log.category(`cycle-${PROGRAMME}-`).map(({ events }) => foldCycle(events));
  if (cycles.some(({ status }) => status !== 'closed' && status !== 'abandoned'))
    return 'CYCLES_OPEN';
  const corrections = world.log.category(`correction-${PROGRAMME}-`);
  if (corrections.some(({ events }) => isOpen(foldCorrection(events)))) return 'CORRECTION_OPEN';
  const owed = world.log
    .category(`adjustment-${PROGRAMME}-`)
    .flatMap(({ events }) =>
      foldAdjustment(events).arrears.filter(
        ({ orderedBy, proposal }) =>
          !(
            orderedBy &&
            foldPayment(world.log.stream(streams.payment(orderedBy.paymentId))).status === 'settled'
          ) && foldPerson(world.log.stream(streams.person(proposal.personId))).status !== 'erased',
      ),
    );
  return owed.length > 0 ? 'ARREARS_UNPAID' : undefined;
}

/** Whether an entry that may be about a cycle waits; those of the model name no message. */
export const waitsAbout = (world: World, cycleId: string): boolean =>
  world.log.category('entry-').some(({ events }) => {
    const { status, entry, candidates } = foldBankEntry(events);
    return (
      status === 'quarantined' &&
      entry !== undefined &&
      isAboutCycle(cycleId, new Set(), entry, candidates?.candidates ?? [])
    );
  });
