import type { Recorded } from '../kernel/decider.js';

/**
 * What only versions write whose events say how their actor came, by type and the first such
 * version of it. Of a log that has one of these, nothing is believed to be older because it does
 * not say so.
 */
const NEWER: Readonly<Record<string, number>> = {
  AccountHoldProposed: 1,
  BackdatingLimitProposed: 1,
  BackdatingLimitSet: 1,
  BankEntryAssignmentWithdrawn: 1,
  CalendarSet: 1,
  ChecksProposed: 1,
  CyclePreparationResumed: 1,
  CycleReconciled: 2,
  CycleReinstructionEnded: 1,
  CycleReinstructionStarted: 1,
  EnrolmentMoved: 1,
  EnrolmentProposalWithdrawn: 1,
  EnrolmentRecertificationProposed: 1,
  EnrolmentReinstated: 2,
  EnrolmentReinstatementProposed: 1,
  EntitlementRevisionProposed: 1,
  LaterCycleStarted: 1,
  OverpaymentWaived: 2,
  OverpaymentWaiverProposed: 1,
  OverpaymentWaiverWithdrawn: 1,
  PaymentBooked: 1,
  PaymentBreakRecorded: 4,
  PaymentBreakResolutionWithdrawn: 1,
  PaymentBreakResolved: 3,
  PaymentOutcomeWithdrawn: 1,
  PaymentReinstructed: 2,
  PaymentReturned: 4,
  PaymentSettled: 4,
  PaymentTermsProposed: 1,
  PaymentTermsSet: 2,
  PersonErased: 2,
  PersonErasureProposed: 1,
  PersonErasureWithdrawn: 1,
  PersonMoved: 1,
  PolicyProposed: 1,
  PolicyPublished: 2,
  ProgrammeClosed: 2,
  ProgrammeClosingProposed: 1,
  ProgrammeProposalWithdrawn: 1,
  ProgrammeReopened: 1,
  ProgrammeReopeningProposed: 1,
  SetAsideDismissalProposed: 1,
  SetAsideDismissalWithdrawn: 1,
  SetAsideDismissed: 1,
};

/**
 * Whether the log has come to what a version wrote that says of each event how its actor came.
 * From there on its rules hold for whatever follows.
 */
export class Era {
  #isNew = false;
  #saysChannels: boolean | undefined;

  get isNew(): boolean {
    return this.#isNew;
  }

  /**
   * Whether the log's first event says how its actor came, so that no older version wrote any of it
   * and every event says so. (Of a log that was upgraded, jobs that an older version began go on
   * for people of whom nothing is known.)
   */
  get saysChannels(): boolean {
    return this.#saysChannels ?? false;
  }

  add({ type, v, meta }: Pick<Recorded, 'type' | 'v' | 'meta'>): void {
    this.#saysChannels ??= meta.channel !== undefined;
    this.#isNew ||= meta.channel !== undefined || v >= (NEWER[type] ?? Infinity);
  }
}
