/**
 * What can be made to go wrong with a call.
 * - never-answer: nothing is done and nothing is said. - never-answer-after: done, and nothing is
 *   said.
 * - unavailable: refused with UNAVAILABLE, nothing is done. - reset-before, reset-after: every TCP
 *   connection is reset.
 * - wrong-version-after: done, and answered like a repetition that the server no longer recognises.
 */
export type Fault =
  | 'never-answer'
  | 'never-answer-after'
  | 'unavailable'
  | 'reset-before'
  | 'reset-after'
  | 'wrong-version-after';

/**
 * A fault of the calls of one kind: `skip` pass, then it strikes `times` calls (Infinity is written
 * as -1).
 */
export interface FaultPlan {
  readonly on: 'append' | 'read';
  readonly fault: Fault;
  readonly skip?: number;
  readonly times: number;
}

/**
 * What an administrator can do to a stream. `maxCount` and `truncateBefore` ($tb) hide events from
 * its readers, and `deleted` all of them until it is begun anew; `tombstoned` ends it. `$all` has
 * them all.
 */
export type Trim =
  { readonly maxCount: number } | { readonly truncateBefore: number } | 'deleted' | 'tombstoned';

export type Order =
  | { readonly kind: 'fault'; readonly plan: FaultPlan }
  | { readonly kind: 'heal' }
  | { readonly kind: 'forget-ids' }
  | { readonly kind: 'trim'; readonly stream: string; readonly how: Trim }
  | { readonly kind: 'drop-subscriptions'; readonly how: 'error' | 'end' | 'reset' }
  | { readonly kind: 'counts' };
export type ToServer = Order & { readonly id: number };
export interface Counts {
  readonly appends: number;
  readonly reads: number;
  readonly subscriptions: number;
  readonly events: number;
  readonly mostSent: number;
  /** Of plans with an end. */ readonly faultsLeft: number;
  /**
   * Calls that clients cancelled: RST_STREAM frames. Node.js takes a thousand, then 33 a second.
   */
  readonly resets: number;
}
export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'done'; readonly id: number; readonly counts: Counts };

const FOREVER = Number.MAX_SAFE_INTEGER;

export class Faults {
  #plans: { on: FaultPlan['on']; fault: Fault; skip: number; left: number }[] = [];

  add({ on, fault, skip = 0, times }: FaultPlan): void {
    this.#plans.push({ on, fault, skip, left: times < 0 ? FOREVER : times });
  }

  get left(): number {
    return this.#plans.reduce((sum, { left }) => sum + (left >= FOREVER - 1_000_000 ? 0 : left), 0);
  }

  heal(): void {
    this.#plans = [];
  }

  /** The fault that strikes this call, if any. */
  next(on: FaultPlan['on']): Fault | undefined {
    for (const plan of this.#plans) {
      if (plan.on !== on || plan.left === 0) continue;
      if (plan.skip > 0) {
        plan.skip -= 1;
        continue;
      }
      plan.left -= 1;
      return plan.fault;
    }
    return undefined;
  }
}
