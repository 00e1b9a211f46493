import { ARREARS_ITEM, RECOVERY_ITEM } from '../eligibility/rules.js';
import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { HouseholdLedger } from './household-ledger.js';
import type { Found, Violation } from './report.js';
import { isOneOf } from '../kernel/subject.js';

interface Sums {
  arrearsCount: number;
  arrears: bigint;
  overpaidCount: number;
  overpaid: bigint;
}
interface Run {
  /** Whose months it looks at, and as of which position. */
  readonly started: EventData['CorrectionStarted'];
  /** Who started it, computed any of it, or proposed it. */
  readonly proposers: string[];
  readonly proposed: Sums;
  readonly established: Sums;
  /** Approved, and put on no account: a payment that it was computed from had moved. */
  readonly lapsed: Sums;
  contentHash: string | undefined;
  /** Where; Infinity before. */
  approvedAt: number;
}
interface Figures {
  readonly arrearsCount: number;
  readonly arrearsMinor: string;
  readonly overpaidCount: number;
  readonly overpaidMinor: string;
}

const nothing = (): Sums => ({ arrearsCount: 0, arrears: 0n, overpaidCount: 0, overpaid: 0n });

/**
 * I4 and I6 over corrections of the past: what was proposed adds up, another person approved it, it
 * came onto the households' accounts once and in those sums; arrears are paid once; what is
 * recovered never exceeds what was overpaid, stays within its plan and leaves the family its floor;
 * and each payment carries exactly what the accounts say. Some 500 bytes a household that was ever
 * corrected.
 */
export class CorrectionsCheck {
  readonly #runs = new Map<string, Run>();
  /** Computed no further, whether they had come to their end. */
  readonly #rejected = new Set<string>();
  readonly #households = new Map<string, HouseholdLedger>();

  /** @param isPaid whether a payment is with the bank or settled */
  add(event: Recorded, isPaid: (paymentId: string) => boolean, found: Found): void {
    switch (event.type) {
      case 'CorrectionStarted':
        return this.#started(event);
      case 'AdjustmentProposed':
        return this.#adjustmentProposed(event, found);
      case 'CorrectionProposed':
        return this.#proposed(event, found);
      case 'CorrectionApproved':
        return this.#approved(event, found);
      case 'CorrectionRejected':
        this.#rejected.add(event.data.correctionId);
        return;
      case 'AdjustmentEstablished':
        return this.#established(event, found);
      case 'AdjustmentLapsed':
        return this.#lapsed(event, found);
      case 'CorrectionApplied':
        return this.#applied(event, found);
      case 'ArrearsOrdered':
        return this.#of(event.data).arrearsOrdered(event.data, found);
      case 'ArrearsReleased':
        return this.#of(event.data).arrearsReleased(event, isPaid, found);
      case 'OverpaymentEstablished':
        return this.#of(event.data).overpaid(event.data, found);
      case 'OverpaymentOffset':
        return this.#debtor(event.data).offset(event.data, found);
      case 'RecoveryPlanAgreed':
        return this.#debtor(event.data).planned(event.data, event.meta.actor);
      case 'RecoveryDeducted':
        this.#debtor(event.data).deductedAt = event.position;
        return this.#debtor(event.data).deducted(event.data, found);
      case 'RecoveryDeductionReversed':
        this.#debtor(event.data).deductedAt = event.position;
        return this.#debtor(event.data).reversed(event.data, isPaid, found);
      case 'RecoverySuspended':
        this.#debtor(event.data).suspended = true;
        return;
      case 'RecoveryResumed':
        this.#debtor(event.data).suspended = false;
        return;
      case 'OverpaymentWaived':
        return this.#debtor(event.data).waived(event.data, event.meta.actor, found);
      case 'RecoveryCompleted':
        return this.#debtor(event.data).completed(event.data, found);
      case 'PaymentOrdered':
        return this.#ordered(event, found);
      default:
        return;
    }
  }

  /** What the accounts say that a payment carries, and no payment does. */
  finish(found: (invariant: Violation['invariant'], detail: string, stream: string) => void): void {
    for (const [key, household] of this.#households) {
      for (const paymentId of household.unconfirmed())
        found(
          'I6',
          "the household's account says that this payment carries arrears or a recovery, and it was not ordered so",
          `payment-${paymentId}`,
        );
      if (household.balance < 0n)
        found(
          'I6',
          `${-household.balance} more recovered and waived than was overpaid`,
          `recovery-${key}`,
        );
    }
  }

  /**
   * Corrections are recomputed as of their start; the earliest of those that are under way, or
   * Infinity.
   */
  get earliestAsOf(): number {
    let earliest = Infinity;
    for (const [correctionId, { contentHash, started }] of this.#runs)
      if (contentHash === undefined && !this.#rejected.has(correctionId))
        earliest = Math.min(earliest, started.asOf);
    return earliest;
  }
  asOfOf(correctionId: string): number {
    return this.#runs.get(correctionId)?.started.asOf ?? -1;
  }

  #started({ data, meta }: Recorded<'CorrectionStarted'>): void {
    this.#runs.set(data.correctionId, {
      started: data,
      proposers: [meta.actor],
      proposed: nothing(),
      established: nothing(),
      lapsed: nothing(),
      contentHash: undefined,
      approvedAt: Infinity,
    });
  }

  #proposed({ data, meta }: Recorded<'CorrectionProposed'>, found: Found): void {
    const run = this.#runs.get(data.correctionId);
    if (!run) return found('I6', 'proposed without having been started');
    run.proposers.push(meta.actor);
    run.contentHash = data.contentHash;
    if (data.asOf !== run.started.asOf)
      found('I6', `proposed as of ${data.asOf}; started as of ${run.started.asOf}`);
    compare(run.proposed, data, 'proposed', found);
  }

  #approved({ data, meta, position }: Recorded<'CorrectionApproved'>, found: Found): void {
    const run = this.#runs.get(data.correctionId);
    if (run?.contentHash === undefined) return found('I4', 'approved without having been proposed');
    if (run.contentHash !== data.contentHash)
      found('I4', 'approved other content than was proposed');
    if (isOneOf(run.proposers, meta.actor)) found('I4', 'approved by who proposed it');
    run.approvedAt = position;
  }

  #applied({ data }: Recorded<'CorrectionApplied'>, found: Found): void {
    const run = this.#runs.get(data.correctionId);
    if (!run) return found('I6', 'applied without having been started');
    compare(less(run.proposed, run.lapsed), data, 'proposed', found);
    compare(run.established, data, 'put on accounts', found);
  }

  #adjustmentProposed({ data, meta }: Recorded<'AdjustmentProposed'>, found: Found): void {
    const run = this.#runs.get(data.correctionId);
    if (run && !isOneOf(run.proposers, meta.actor)) run.proposers.push(meta.actor);
    if (!run || run.contentHash !== undefined)
      found('I6', 'proposed for a correction that is not under way');
    requireSums(data, found);
    if (run) requireLookedAt(data, run.started, found);
    const household = this.#of(data);
    const before = household.pending;
    if (run && before?.correctionId === data.correctionId) count(run.proposed, before.minor, -1);
    const { correctionId, differenceMinor, periods } = data;
    const months = new Map(
      periods.map((month) => {
        const deducted = month.items.filter(({ code }) => code === RECOVERY_ITEM).map(difference);
        const minor = difference(month);
        return [month.period, { minor, deducted: deducted.reduce((a, b) => a + b, 0n) }];
      }),
    );
    household.pending = { correctionId, minor: BigInt(differenceMinor), months };
    if (run) count(run.proposed, household.pending.minor, 1);
  }

  #established({ data, v }: Recorded<'AdjustmentEstablished'>, found: Found): void {
    const run = this.#runs.get(data.correctionId);
    const approvedAt = run?.approvedAt ?? Infinity;
    if (approvedAt === Infinity) found('I4', 'put on the account before anybody approved it');
    this.#of(data).established(data, { at: approvedAt, isNew: v >= 2 }, found);
    if (run) count(run.established, BigInt(data.differenceMinor), 1);
  }

  #lapsed({ data }: Recorded<'AdjustmentLapsed'>, found: Found): void {
    if (data.paymentId !== undefined) return this.#of(data).arrearsLapsed(data, found);
    const run = this.#runs.get(data.correctionId);
    if ((run?.approvedAt ?? Infinity) === Infinity)
      found('I4', 'lapsed before anybody approved it');
    this.#of(data).lapsed(data, found);
    if (run) count(run.lapsed, BigInt(data.differenceMinor), 1);
  }

  #ordered({ data }: Recorded<'PaymentOrdered'>, found: Found): void {
    const { programmeId, personId, paymentId, round, amountMinor, items } = data;
    const household = this.#households.get(`${programmeId}-${personId}`);
    const arrears = sumOf(items, ARREARS_ITEM);
    const recovery = -sumOf(items, RECOVERY_ITEM);
    if (!household) {
      if (arrears !== 0n || recovery !== 0n)
        found('I6', 'arrears or a recovery of a household that no correction concerned');
      return;
    }
    household.paymentOrdered(
      paymentId,
      round,
      { arrears, recovery, grossMinor: BigInt(amountMinor) + recovery },
      found,
    );
  }

  #of({
    programmeId,
    personId,
  }: {
    readonly programmeId: string;
    readonly personId: string;
  }): HouseholdLedger {
    return this.#debtor({ recoveryId: `${programmeId}-${personId}` });
  }

  #debtor({ recoveryId }: { readonly recoveryId: string }): HouseholdLedger {
    let household = this.#households.get(recoveryId);
    if (!household) {
      household = new HouseholdLedger();
      this.#households.set(recoveryId, household);
    }
    return household;
  }
}

function sumOf(items: EventData['PaymentOrdered']['items'], code: string): bigint {
  let sum = 0n;
  for (const item of items) if (item.code === code) sum += BigInt(item.amountMinor);
  return sum;
}

/** What is found is of a household and of months that the correction looks at. */
function requireLookedAt(
  { programmeId, personId, periods }: EventData['AdjustmentProposed'],
  started: EventData['CorrectionStarted'],
  found: Found,
): void {
  const { fromPeriod, toPeriod, personId: only = personId } = started;
  if (programmeId !== started.programmeId || personId !== only)
    found('I6', 'proposed for a household that the correction does not look at');
  for (const { period } of periods)
    if (period < fromPeriod || period > toPeriod)
      found('I6', `proposed for ${period}; the correction is from ${fromPeriod} to ${toPeriod}`);
}

/** The items sum to their month's difference, and the months to the household's. */
function requireSums(
  { periods, differenceMinor }: EventData['AdjustmentProposed'],
  found: Found,
): void {
  let total = 0n;
  for (const { period, paidMinor, dueMinor, items } of periods) {
    const difference = BigInt(dueMinor) - BigInt(paidMinor);
    let sum = 0n;
    for (const item of items) sum += BigInt(item.dueMinor) - BigInt(item.paidMinor);
    if (sum !== difference) found('I6', `${period}: the items sum to ${sum}, not ${difference}`);
    total += difference;
  }
  if (total !== BigInt(differenceMinor))
    found('I6', `the months sum to ${total}, not ${differenceMinor}`);
}

const difference = (of: { readonly dueMinor: string; readonly paidMinor: string }): bigint =>
  BigInt(of.dueMinor) - BigInt(of.paidMinor);

const less = (sums: Sums, other: Sums): Sums => ({
  arrearsCount: sums.arrearsCount - other.arrearsCount,
  arrears: sums.arrears - other.arrears,
  overpaidCount: sums.overpaidCount - other.overpaidCount,
  overpaid: sums.overpaid - other.overpaid,
});

function count(sums: Sums, minor: bigint, by: 1 | -1): void {
  if (minor > 0n) {
    sums.arrearsCount += by;
    sums.arrears += by === 1 ? minor : -minor;
  } else {
    sums.overpaidCount += by;
    sums.overpaid -= by === 1 ? minor : -minor;
  }
}

function compare(
  sums: Sums,
  { arrearsCount, arrearsMinor, overpaidCount, overpaidMinor }: Figures,
  what: string,
  found: Found,
): void {
  if (
    sums.arrearsCount !== arrearsCount ||
    sums.arrears !== BigInt(arrearsMinor) ||
    sums.overpaidCount !== overpaidCount ||
    sums.overpaid !== BigInt(overpaidMinor)
  ) {
    found(
      'I6',
      `${arrearsCount} arrears of ${arrearsMinor} and ${overpaidCount} overpayments of ${overpaidMinor}; ${what} were ${sums.arrearsCount} of ${sums.arrears} and ${sums.overpaidCount} of ${sums.overpaid}`,
    );
  }
}
