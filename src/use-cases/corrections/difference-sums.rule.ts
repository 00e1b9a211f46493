import type { EventData } from '../../../events/generated.js';
import type { Proposal } from '../../correction/adjustment.state.js';

/** What one correction finds, or puts on the households' accounts, all together. */
export class DifferenceSums {
  #arrearsCount = 0;
  #arrearsMinor = 0n;
  #overpaidCount = 0;
  #overpaidMinor = 0n;

  add({ differenceMinor }: Pick<Proposal, 'differenceMinor'>): void {
    const difference = BigInt(differenceMinor);
    if (difference > 0n) {
      this.#arrearsCount += 1;
      this.#arrearsMinor += difference;
    } else {
      this.#overpaidCount += 1;
      this.#overpaidMinor -= difference;
    }
  }

  all(): Omit<EventData['CorrectionApplied'], 'correctionId'> {
    return {
      arrearsCount: this.#arrearsCount,
      arrearsMinor: String(this.#arrearsMinor),
      overpaidCount: this.#overpaidCount,
      overpaidMinor: String(this.#overpaidMinor),
    };
  }
}
