import type { EventStore, StreamEvents } from '../../adapters/event-store/port.js';
import type { CycleState } from '../../cycle/cycle.state.js';
import { paymentId as paymentIdOf, streams } from '../../kernel/ids.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { guard, type Part } from '../../write-side/unit.js';
import { foldCycle } from '../../cycle/cycle-reader.js';
import { foldPayment } from '../folds.js';
import type { AccountsOfPerson } from './accounts-of-person.js';
import {
  requireNoBreak,
  requireNothingCarried,
  requireNothingUnpaid,
  requireNotInstructing,
  requireNotUnderWay,
  unpaidSince,
} from './erasable.rule.js';
import type { ProgrammeWithCycles } from './programmes.js';

/**
 * Nobody is erased while money is on its way to them. Its file could not be written again, for want
 * of the account, and a payment that is instructed in no file has no outcome ever. Who instructs
 * looks at the person after that was said on the cycle, so that one of the two is first. Nor is
 * anybody whose month did not arrive, unless that is given up.
 * @throws DomainError in the parts: PAYMENT_UNDER_WAY, STILL_OWED
 */
export async function notUnderWay(
  store: EventStore,
  programmes: readonly ProgrammeWithCycles[],
  personId: string,
  accounts: AccountsOfPerson,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const { programmeId, cycles } of programmes) {
    const one = new OfProgramme(programmeId, personId, accounts);
    const over = cycles.filter(({ status }) => status === 'closed' || status === 'abandoned');
    const read = await store.readStreams(
      over.map((cycle) => streams.payment(one.paymentIn(cycle))),
    );
    parts.push(...over.flatMap((cycle, i) => one.partsOfEnded(cycle, read[i]!)));
    parts.push(...cycles.filter((cycle) => !over.includes(cycle)).flatMap(one.partsOfOpen));
  }
  return parts;
}

/** What a programme may still pay a person. */
class OfProgramme {
  constructor(
    private readonly programmeId: string,
    private readonly personId: string,
    private readonly accounts: AccountsOfPerson,
  ) {}

  paymentIn({ period }: Pick<CycleState, 'period'>): string {
    return paymentIdOf(this.programmeId, period, this.personId);
  }

  /** What did not arrive gives its arrears back after its cycle ended. */
  partsOfEnded(cycle: CycleState, { events: read }: StreamEvents): readonly Part[] {
    const { programmeId, accounts } = this;
    const paymentId = this.paymentIn(cycle);
    const isUnpaid = unpaidSince(read) !== undefined;
    const isBroken = foldPayment(read).openBreaks.length > 0;
    if (!isUnpaid && !isBroken && !accounts.carrying(programmeId).has(paymentId)) return [];
    return [
      guard(streams.payment(paymentId), (events) => {
        const payment = foldPayment(events);
        requireNoBreak(payment);
        requireNothingCarried(programmeId, accounts.of(programmeId), payment);
        const since = unpaidSince(events);
        if (since !== undefined && !accounts.isForfeit)
          requireNothingUnpaid(
            payment,
            accounts.correctedSince(programmeId, since).has(cycle.period),
          );
      }),
    ];
  }

  partsOfOpen = (cycle: CycleState): readonly Part[] => {
    const { programmeId, accounts } = this;
    const paymentId = this.paymentIn(cycle);
    let payment: PaymentState | undefined;
    return [
      guard(streams.payment(paymentId), (events) => {
        payment = foldPayment(events);
        requireNotUnderWay(payment);
        requireNothingCarried(programmeId, accounts.of(programmeId), payment);
      }),
      guard(streams.cycle(cycle.cycleId), (events) => {
        requireNotInstructing(foldCycle(events), payment);
        if (payment && !accounts.isForfeit) requireNothingUnpaid(payment, false);
      }),
    ];
  };
}
