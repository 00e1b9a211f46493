import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment, partsOfPayment } from '../kernel/ids.js';
import { isOneOf } from '../kernel/subject.js';
import type { Carried, Looked, Positions } from './doubted-arrears-check.js';
import { Era } from './era.js';
import type { Found } from './report.js';

/** What others of the audit know. */
interface Known {
  /** The arrears that a payment carries, with what they stand in for. */
  carriedBy(paymentId: string, looked: Looked): readonly Carried[];
  /** Payments of earlier cycles to the same identity that paid months before a payment's own. */
  earlierOf(paymentId: string, asOf: number): readonly string[];
  /** Whether it had failed by a position and was paid by another, unseen by who looked. */
  hasArrived(paymentId: string, positions: Positions): boolean;
  /** Whether it had failed all the while, and a break left open whether it was paid. */
  isInDoubt(paymentId: string, looked: Looked): boolean;
  /** Whether it had failed all the while, and no break left open whether it was paid. */
  isLost(paymentId: string, looked: Looked): boolean;
  /** Whether it had failed before, and had not all the while. */
  isPaid(paymentId: string, looked: Looked): boolean;
  /** Whether an entry of a bank's file that waits names it since before a position. */
  isNamed(paymentId: string, before: number): boolean;
  /** Who resolved breaks of it, or dismissed entries that named it, before a position. */
  clearersOf(paymentId: string, before: number): readonly string[];
}
interface Cycle {
  preparers: string[];
  approver: string;
  releaser: string;
  /** Where it was released, until its own instruction is over. */
  releasedAt: number | undefined;
  /** The newest run of what is instructed after that. */
  run: { readonly at: number; readonly by: string } | undefined;
}
/** Who looks from where to where, and pays. */
interface Paying {
  readonly looked: Looked;
  readonly payers: readonly string[];
  /** Whether who found arrears counts with them: nobody else looks at the release. */
  readonly isRelease: boolean;
}
type Instructed = Recorded<'PaymentInstructed' | 'PaymentReinstructed'>;

/**
 * What is asked where arrears are ordered, asked once more where the payment that carries them is
 * instructed, or instructed again; and of a first payment of somebody who was registered, or
 * enrolled, again, for months that an earlier payment to the same identity failed to pay. I2: none
 * is while a bank says that what it stands in for was paid after all, or where it was. I4: who took
 * away what said so, with who found it in a correction, does not pay it. A release looks as of its
 * own position; who instructs later, from where the run began. Some 200 bytes a cycle.
 */
export class PaidInDoubtCheck {
  readonly #cycles = new Map<string, Cycle>();
  /** By correction: who computed it, and who approved it. */
  readonly #correctors = new Map<string, readonly string[]>();

  constructor(
    private readonly known: Known,
    private readonly era = new Era(),
  ) {}

  add(event: Recorded, found: Found): void {
    const by = event.meta.actor;
    switch (event.type) {
      case 'CorrectionStarted':
      case 'CorrectionProposed':
      case 'CorrectionApproved': {
        const { correctionId } = event.data;
        this.#correctors.set(correctionId, [...(this.#correctors.get(correctionId) ?? []), by]);
        return;
      }
      case 'CyclePreparationStarted':
        this.#cycle(event.data.cycleId).preparers = [by];
        return;
      case 'CyclePreparationResumed':
      case 'CyclePrepared':
        this.#cycle(event.data.cycleId).preparers.push(by);
        return;
      case 'CycleApproved':
        this.#cycle(event.data.cycleId).approver = by;
        return;
      case 'CycleReleased':
        Object.assign(this.#cycle(event.data.cycleId), {
          releaser: by,
          releasedAt: event.position,
        });
        return;
      case 'CycleInstructed':
        this.#cycle(event.data.cycleId).releasedAt = undefined;
        return;
      case 'CycleReinstructionStarted':
        this.#cycle(event.data.cycleId).run = { at: event.position, by };
        return;
      case 'CycleClosed':
        this.#cycles.delete(event.data.cycleId);
        return;
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        return this.#instructed(event, found);
      default:
        return;
    }
  }

  #cycle(cycleId: string): Cycle {
    const known = this.#cycles.get(cycleId);
    if (known) return known;
    const nobody = { preparers: [], approver: '', releaser: '' };
    const cycle = { ...nobody, releasedAt: undefined, run: undefined };
    this.#cycles.set(cycleId, cycle);
    return cycle;
  }

  #instructed(event: Instructed, found: Found): void {
    const { paymentId } = event.data;
    const paying = this.#payingBy(event);
    if (!paying || !this.era.isNew) return;
    const { from, to } = paying.looked;
    for (const { correctionId, behind, lookedAt } of this.known.carriedBy(
      paymentId,
      paying.looked,
    )) {
      const hasArrived = behind.some(({ paymentId: other, since }) =>
        [from, to].every((asOf) => this.known.hasArrived(other, { since, lookedAt, asOf })),
      );
      if (hasArrived)
        found('I2', 'arrears are instructed of what was paid after all: no correction looked');
      const others = behind.map((one) => one.paymentId);
      this.#require(others, paying, this.#correctors.get(correctionId) ?? [], found);
    }
    const earlier = this.known.earlierOf(paymentId, from);
    if (earlier.some((other) => this.known.isPaid(other, paying.looked)))
      found('I2', 'months are instructed that an earlier payment to the same identity paid');
    this.#require(earlier, paying, [], found);
  }

  /** Undefined for what older versions instructed, in no run. */
  #payingBy({ type, position, data }: Instructed): Paying | undefined {
    const cycle = this.#cycles.get(cycleOfPayment(data.paymentId));
    if (!cycle) return undefined;
    const { preparers, approver, releaser, releasedAt, run } = cycle;
    if (type === 'PaymentInstructed' && releasedAt !== undefined) {
      const looked = { from: releasedAt, to: releasedAt };
      return { looked, payers: [...preparers, approver, releaser], isRelease: true };
    }
    if (!run) return undefined;
    return { looked: { from: run.at, to: position }, payers: [run.by], isRelease: false };
  }

  #require(
    behind: readonly string[],
    { looked, payers, isRelease }: Paying,
    correctors: readonly string[],
    found: Found,
  ): void {
    const { known } = this;
    const lost = behind.filter((one) => known.isLost(one, looked));
    const inDoubt = behind.filter((one) => known.isInDoubt(one, looked));
    if (inDoubt.length > 0)
      found('I2', 'instructed in place of what may have been paid: a break of it is open');
    if ([...lost, ...inDoubt].some((one) => known.isNamed(one, looked.from)))
      found('I2', "instructed in place of what an entry of a bank's file that waits names");
    const cleared = lost.flatMap((one) => known.clearersOf(one, looked.from));
    const paying = isRelease ? [...payers, ...correctors] : payers;
    if (cleared.some((one) => isOneOf(paying, one)))
      found('I4', 'instructed by who took away what stood against it, or found it in a correction');
  }
}

/** Payments of the cycles before a payment's own that paid one of some months. */
export function paidBefore(
  paymentId: string,
  months: readonly string[],
  holders: readonly string[],
  cyclesPaying: (household: string, month: string) => readonly string[],
): readonly string[] {
  const { programmeId, period } = partsOfPayment(paymentId);
  const paid = holders.flatMap((holder) =>
    months
      .flatMap((month) => cyclesPaying(`${programmeId}-${holder}`, month))
      .filter((cycle) => cycle < period)
      .map((cycle) => `${programmeId}-${cycle}-${holder}`),
  );
  return [...new Set(paid)];
}
