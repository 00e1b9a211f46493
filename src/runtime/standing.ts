import { isCheckpointRefusal } from '../kernel/anchor.js';
import { DomainError, StoreError } from '../kernel/errors.js';

/** Looks at one checkpoint. @throws DomainError CHECKPOINT_NOT_IN_LOG; what the log fails with */
export type CheckStanding = () => Promise<void>;

/**
 * Whether the log has what read models and automations stand on. Where it has not, it was restored
 * from an older copy: what is shown is of a future that was lost, and what is recorded would be
 * passed over. So nothing is taken in and nothing answered until people have looked at the loss.
 */
export class Standing {
  #isSure = false;
  #looking: Promise<void> | undefined;

  constructor(private readonly checks: readonly CheckStanding[]) {}

  /** Whether the last look found what was looked for, and nothing was met since. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** The log was away, or ended earlier than before: another may come back in its place. */
  doubt(): void {
    this.#isSure = false;
  }

  /**
   * For whatever takes in or answers: looks again where the last look found nothing good, so that
   * it goes on as soon as somebody has done what is to be done.
   * @throws as `look`
   */
  async require(): Promise<void> {
    if (!this.#isSure) await this.look();
  }

  /**
   * What a checkpoint's own place fails with is for whoever works from there to meet.
   * @throws DomainError CHECKPOINT_NOT_IN_LOG that names every checkpoint; what the log fails with
   */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const looks = await Promise.allSettled(this.checks.map((check) => check()));
    const errors = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason] : []));
    const refusals = errors.filter(isCheckpointRefusal);
    const outage: unknown = errors.find((error) => error instanceof StoreError);
    this.#isSure = refusals.length === 0 && outage === undefined;
    if (refusals.length > 0)
      throw new DomainError(
        'CHECKPOINT_NOT_IN_LOG',
        [...new Set(refusals.map(({ detail }) => detail))].join(' '),
        'unavailable',
      );
    if (outage !== undefined) throw outage;
  }
}
export const STANDING = Symbol('Standing');
