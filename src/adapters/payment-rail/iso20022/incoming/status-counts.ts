import type { Finding } from './port.js';
import type { Fields } from './shape.js';
import { micros } from './values.js';

/**
 * Transfers that a report names one by one, against how many of each status it says that there are.
 */
export class StatusCounts {
  readonly #said: Fields[] = [];
  readonly #named = new Map<string, { count: number; sum: bigint; isExact: boolean }>();

  /** NbOfTxsPerSts. */
  say(fields: Fields): void {
    this.#said.push(fields);
  }

  name(status: string | undefined, transaction: Fields): void {
    if (status === undefined) return;
    const named = this.#named.get(status) ?? { count: 0, sum: 0n, isExact: true };
    const amount = micros(transaction.get('amount') ?? '');
    named.count += 1;
    if (amount === undefined) named.isExact = false;
    else named.sum += amount;
    this.#named.set(status, named);
  }

  /**
   * More may be accepted than are named, and never fewer; what is rejected is named, or nobody
   * knows which it is.
   * @param whole what is said of all of them at once
   */
  compare(whole: string | undefined, onFinding: (finding: Finding) => void): void {
    for (const fields of this.#said) {
      const status = fields.get('status') ?? '';
      const said = fields.get('count') ?? '';
      const { count, sum, isExact } = this.#named.get(status) ?? {
        count: 0,
        sum: 0n,
        isExact: true,
      };
      const { place } = fields;
      const told = /^[A-Z]{4}$/.test(status) ? status : 'of a status';
      const isTooFew = status === 'RJCT' && whole !== 'RJCT' && Number(said) > count;
      if (!/^\d{1,15}$/.test(said) || Number(said) < count || isTooFew)
        onFinding({
          code: 'COUNT_DIFFERS',
          element: 'NbOfTxsPerSts',
          place,
          detail: `NbOfTxsPerSts says that ${/^\d{1,15}$/.test(said) ? said : 'some'} are ${told}; ${count} are named.`,
        });
      const controlSum = fields.get('sum');
      const isAll = isExact && count > 0 && Number(said) === count;
      if (controlSum !== undefined && isAll && micros(controlSum) !== sum)
        onFinding({
          code: 'SUM_DIFFERS',
          element: 'NbOfTxsPerSts',
          place,
          detail: `NbOfTxsPerSts says another sum of those that are ${told} than they come to.`,
        });
    }
  }
}
