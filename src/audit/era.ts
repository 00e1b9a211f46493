import type { Recorded } from '../kernel/decider.js';
import { isSamePerson } from '../kernel/subject.js';

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
  #hasSaid = false;
  /** Of the log's first event: its command, and its actor. */
  #first: { readonly command: string; readonly actor: string } | undefined;
  #saysChannels = false;

  get isNew(): boolean {
    return this.#isNew;
  }

  /**
   * Whether the log's first command says how its actor came, in whichever of its events, so that no
   * older version wrote any of it and every event says so. (Of a log that was upgraded, jobs that
   * an older version began go on for people of whom nothing is known.)
   */
  get saysChannels(): boolean {
    return this.#saysChannels;
  }

  /** Whether an event has said so by now: from there on whatever the engine does by itself does. */
  get hasSaidChannels(): boolean {
    return this.#hasSaid;
  }

  add({ type, v, meta }: Pick<Recorded, 'type' | 'v' | 'meta'>): void {
    const { command, actor, channel } = meta;
    this.#first ??= { command, actor };
    this.#hasSaid ||= channel !== undefined;
    const isFirst = command === this.#first.command && isSamePerson(actor, this.#first.actor);
    this.#saysChannels ||= isFirst && channel !== undefined;
    this.#isNew ||= meta.channel !== undefined || v >= (NEWER[type] ?? Infinity);
  }
}
