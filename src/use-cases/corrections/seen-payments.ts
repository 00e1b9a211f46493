import type { EventData } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import type { Proposal } from '../../correction/adjustment.state.js';
import type { Recorded } from '../../kernel/decider.js';
import { partsOfCycle, paymentId as paymentIdOf, streams } from '../../kernel/ids.js';
import { ARREARS_ITEM, RECOVERY_ITEM } from '../../eligibility/rules.js';
import { movesFigures } from '../cycles/closing.rule.js';
import { identityHoldersOf } from '../households/identity-holders.js';
import { pastOf } from '../households/past.js';

type Started = EventData['CorrectionStarted'];

/** A payment of a closed cycle, and what of its life tells whether it moved. */
export interface SeenPayment {
  readonly stream: string;
  readonly events: readonly Recorded[];
}

/**
 * What a correction took for paid, or for lost: the payments of the cycles that were closed by
 * then. In a cycle that is not closed a payment counts as paid wherever it is.
 */
export class SeenPayments {
  private constructor(
    private readonly store: EventStore,
    private readonly asOf: number,
    private readonly periods: readonly string[],
  ) {}

  static async of(store: EventStore, started: Started): Promise<SeenPayments> {
    const { programmeId, fromPeriod, toPeriod, asOf } = started;
    const { closed } = await pastOf(store, programmeId, asOf);
    const periods = [...closed]
      .map((cycleId) => partsOfCycle(cycleId).period)
      .filter((period) => fromPeriod <= period && period <= toPeriod);
    return new SeenPayments(store, asOf, periods.sort());
  }

  /**
   * Those that the months of a proposal follow from, by person: the household's own, and those to
   * others under its identity. One cycle at a time is read.
   */
  async behind(
    proposals: readonly Proposal[],
  ): Promise<ReadonlyMap<string, readonly SeenPayment[]>> {
    const all = new Map<string, SeenPayment[]>(proposals.map(({ personId }) => [personId, []]));
    if (proposals.length === 0) return all;
    const holders = new Map(
      await identityHoldersOf(
        this.store,
        proposals.map(({ personId }) => personId),
      ),
    );
    const behind = proposals.flatMap((proposal) =>
      [...new Set([proposal.personId, ...(holders.get(proposal.personId) ?? [])])].map(
        (holder) => ({ proposal, holder }),
      ),
    );
    for (const period of this.periods) {
      const read = await this.store.readStreams(
        behind.map(({ proposal: { programmeId }, holder }) =>
          streams.payment(paymentIdOf(programmeId, period, holder)),
        ),
      );
      read.forEach(({ stream, events }, i) => {
        const { proposal } = behind[i]!;
        if (!concerns(proposal, events)) return;
        const since = events.filter(({ position }) => position > this.asOf);
        const kept = since.length > 0 ? since : events.slice(-1);
        all.get(proposal.personId)!.push({ stream, events: kept });
      });
    }
    return all;
  }

  /** Whether arrears that counted as paid went off the household's account since. */
  hasLapsed(account: readonly Recorded[]): boolean {
    return account.some(
      (event) =>
        event.type === 'AdjustmentLapsed' &&
        event.data.paymentId !== undefined &&
        event.position > this.asOf,
    );
  }

  /** Whether a payment moved since the correction was computed. */
  hasMoved(events: readonly Recorded[]): boolean {
    return events.some(({ type, position }) => position > this.asOf && movesFigures(type));
  }
}

/** Whether a payment was for one of the months, or for what corrections found before. */
function concerns({ periods }: Proposal, events: readonly Recorded[]): boolean {
  const months = new Set(periods.map(({ period }) => period));
  const items = events.findLast((event) => event.type === 'PaymentOrdered')?.data.items ?? [];
  return items.some(
    ({ period, code }) => months.has(period) || code === ARREARS_ITEM || code === RECOVERY_ITEM,
  );
}
