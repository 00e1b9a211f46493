import type { Proposal } from '../../src/correction/adjustment.state.js';
import type { CorrectionState } from '../../src/correction/correction.decider.js';
import { cycleId as cycleIdOf, streams } from '../../src/kernel/ids.js';
import { monthsBetween } from '../../src/kernel/time.js';
import { movesFigures } from '../../src/use-cases/cycles/closing.rule.js';
import { PROGRAMME } from './model-programme.js';
import type { World } from './model-world.js';

/**
 * Whether a payment of a closed month, which a proposal follows from, moved since it was computed.
 */
export function hasMoved(
  world: World,
  { asOf, fromPeriod, toPeriod }: NonNullable<CorrectionState['started']>,
  closed: ReadonlySet<string>,
  { personId, periods }: Proposal,
): boolean {
  return monthsBetween(fromPeriod, toPeriod).some((month) => {
    if (!closed.has(cycleIdOf(PROGRAMME, month))) return false;
    const life = world.log.stream(streams.payment(`${PROGRAMME}-${month}-${personId}`));
    const ordered = life.findLast((event) => event.type === 'PaymentOrdered');
    const concerned = ordered?.data.items.some(
      ({ period, code }) =>
        code === 'arrears' || code === 'recovery' || periods.some((one) => one.period === period),
    );
    return (
      concerned === true && life.some(({ type, position }) => position > asOf && movesFigures(type))
    );
  });
}
