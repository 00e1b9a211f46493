import type { Recorded } from '../kernel/decider.js';
import type { Era } from './era.js';
import type { PublishedPolicies } from './published-policies.js';
import type { Found } from './report.js';

/**
 * Somebody who looks for the policy, and then opens a cycle under it, may take so long; so may a
 * file of applications that was begun before its programme closed.
 */
const DAY_MS = 86_400_000;

/**
 * I6 for what a programme says of its money: budgets, cycles and payments are in its currency, and
 * a cycle is opened under the version that its month is paid under. I8 for one that is closed: no
 * cycle is opened, and no application comes in. An entry a programme.
 */
export class ProgrammeTermsCheck {
  readonly #currencies = new Map<string, string>();
  /** When each was closed, in milliseconds since 1970. */
  readonly #closed = new Map<string, number>();

  constructor(
    private readonly policies: Pick<PublishedPolicies, 'inForce'>,
    private readonly era: Era,
  ) {}

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'ProgrammeDefined':
        this.#currencies.set(event.data.programmeId, event.data.currency);
        return;
      case 'BudgetAllotted':
        // Older versions took a budget of any programme and currency.
        if (this.era.isNew) this.#requireCurrency(event.data, found);
        return;
      case 'ProgrammeClosed':
        this.#closed.set(event.data.programmeId, Date.parse(event.time));
        return;
      case 'ProgrammeReopened':
        this.#closed.delete(event.data.programmeId);
        return;
      case 'ApplicationSubmitted':
        return this.#requireNotClosed(event, DAY_MS, found);
      case 'CycleOpened':
        this.#requireNotClosed(event, 0, found);
        this.#requireCurrency(event.data, found);
        return this.#requireVersion(event, found);
      case 'PaymentOrdered':
        return this.#requireCurrency(event.data, found);
      default:
        return;
    }
  }

  #requireCurrency(
    { programmeId, currency }: { readonly programmeId: string; readonly currency: string },
    found: Found,
  ): void {
    const own = this.#currencies.get(programmeId);
    if (own !== currency) found('I6', `in ${currency}; the programme pays in ${own ?? 'none'}`);
  }

  /** Older versions did not look. */
  #requireNotClosed(
    { type, data: { programmeId }, time }: Recorded<'ApplicationSubmitted' | 'CycleOpened'>,
    lateMs: number,
    found: Found,
  ): void {
    const closed = this.#closed.get(programmeId);
    if (!this.era.isNew || closed === undefined) return;
    if (lateMs === 0 || Date.parse(time) - closed > lateMs)
      found('I8', `${type} after its programme was closed`);
  }

  #requireVersion({ data, position, time }: Recorded<'CycleOpened'>, found: Found): void {
    const { programmeId, period, policyVersion } = data;
    const policy = this.policies.inForce(programmeId, period, position);
    const until = policy && this.policies.inForce(programmeId, period, policy.position - 1);
    const isLate =
      policy !== undefined &&
      until?.data.version === policyVersion &&
      Date.parse(time) - Date.parse(policy.time) < DAY_MS;
    if (policy?.data.version !== policyVersion && !isLate)
      found(
        'I5',
        `opened under version ${policyVersion}; ${period} is paid under ${policy?.data.version ?? 'none'}`,
      );
  }
}
