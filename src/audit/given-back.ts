import type { EventData } from '../../events/generated.js';
import type { Era } from './era.js';
import type { Found } from './report.js';

/**
 * What a break that is counted as returned gives back: what the bank said, and no more than was
 * paid (I6).
 * @returns minor units
 */
export function givenBack(
  { returnedMinor }: EventData['PaymentBreakResolved'],
  open: EventData['PaymentBreakRecorded'] | undefined,
  payment: { readonly minor: bigint; readonly era: Era },
  found: Found,
): bigint {
  const { minor: amount, era } = payment;
  const said =
    open?.reported === 'returned' && open.reportedMinor !== undefined
      ? BigInt(open.reportedMinor)
      : amount;
  const owed = said < amount ? said : amount;
  const back = returnedMinor === undefined ? amount : BigInt(returnedMinor);
  // Before version 0.3 no event says how it was recorded, and all counted as come back.
  const isOld = returnedMinor === undefined && !era.isNew;
  if (back !== owed && !isOld)
    found('I6', `${back} given back of ${amount}; the bank said that ${said} came back`);
  return back;
}
