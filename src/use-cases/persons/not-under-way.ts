import type { EventStore } from '../../adapters/event-store/port.js';
import { paymentId as paymentIdOf, streams } from '../../kernel/ids.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { guard, type Part } from '../../write-side/unit.js';
import { cyclesOf, foldCycle } from '../cycles/cycles.js';
import { foldPayment } from '../folds.js';
import {
  requireNotInstructing,
  requireNothingCarried,
  requireNotUnderWay,
} from './erasable.rule.js';
import type { AccountsOfPerson } from './accounts-of-person.js';
import { programmesOf } from './not-enrolled.js';

/**
 * Nobody is erased while money is on its way to them. Its file could not be written again, for want
 * of the account, and a payment that is instructed in no file has no outcome ever. Who instructs
 * looks at the person after that was said on the cycle, so that one of the two is first.
 */
export async function notUnderWay(
  store: EventStore,
  personId: string,
  accounts: AccountsOfPerson,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const programmeId of await programmesOf(store))
    for (const { cycleId, period, status } of await cyclesOf(store, programmeId)) {
      const paymentId = paymentIdOf(programmeId, period, personId);
      if (status === 'closed' || status === 'abandoned') {
        // What did not arrive gives its arrears back after its cycle ended.
        if (accounts.carrying(programmeId).has(paymentId))
          parts.push(
            guard(streams.payment(paymentId), (events) =>
              requireNothingCarried(programmeId, accounts.of(programmeId), foldPayment(events)),
            ),
          );
        continue;
      }
      let payment: PaymentState | undefined;
      parts.push(
        guard(streams.payment(paymentId), (events) => {
          payment = foldPayment(events);
          requireNotUnderWay(payment);
          requireNothingCarried(programmeId, accounts.of(programmeId), payment);
        }),
        guard(streams.cycle(cycleId), (events) =>
          requireNotInstructing(foldCycle(events), payment),
        ),
      );
    }
  return parts;
}
