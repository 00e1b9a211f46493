import type { EventData } from '../../../events/generated.js';
import { ARREARS_ITEM, RECOVERY_ITEM } from '../../eligibility/rules.js';
import type { Recorded } from '../../kernel/decider.js';

type Ordered = EventData['PaymentOrdered'];

/** What one payment that paid nothing is to give back, and to whom. */
export interface GivenBack extends Pick<
  Ordered,
  'programmeId' | 'personId' | 'paymentId' | 'round'
> {
  /** Arrears that it carried go into the next cycle again. */
  readonly arrears: boolean;
  /** The household owes again what was deducted from it. */
  readonly deduction: boolean;
}

/** Of a payment by its events; undefined where it carried no correction. */
export function givenBack(events: readonly Recorded[]): GivenBack | undefined {
  const ordered = events.findLast((event) => event.type === 'PaymentOrdered')?.data;
  if (!ordered) return undefined;
  const { programmeId, personId, paymentId, round, items } = ordered;
  const arrears = items.some(({ code }) => code === ARREARS_ITEM);
  const deduction = items.some(({ code }) => code === RECOVERY_ITEM);
  return arrears || deduction
    ? { programmeId, personId, paymentId, round, arrears, deduction }
    : undefined;
}
