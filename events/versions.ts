/**
 * Pure upcasts: payloads of an older version to the next. The store keeps what was written; readers
 * see the newest form. An entry `Type: { 1: f }` turns version 1 into version 2.
 */
export type Upcast = (data: never) => unknown;
const asItIs: Upcast = (data) => data;

export const upcasts: Readonly<Record<string, Readonly<Record<number, Upcast>>>> = {
  // Version 2 opened `source`, so that a rail that reports under a name of its own needs no new
  // version. Every source that version 1 allowed is one of version 2. Who said so before who
  // recorded it is named by the newest version of each outcome and of a break.
  PaymentAccepted: { 1: asItIs, 2: asItIs },
  // Version 3 has two more kinds, and the reference and the day that were reported; version 4 the
  // booking's days.
  PaymentBreakRecorded: { 1: asItIs, 2: asItIs, 3: asItIs, 4: asItIs },
  PaymentOutcomeUnknown: { 1: asItIs },
  PaymentRejected: { 1: asItIs, 2: asItIs },
  // Version 3 has the reference of the entry besides that of the transaction; version 4 the
  // booking's days.
  PaymentReturned: { 1: asItIs, 2: asItIs, 3: asItIs, 4: asItIs },
  PaymentSettled: { 1: asItIs, 2: asItIs, 3: asItIs, 4: asItIs },
  // Version 2 names who proposed it; of what one person decided before, nobody did.
  BankEntryAssigned: { 1: asItIs },
  // Version 2 is by another person than handed over the file, also where a third had it applied.
  BankEntryDismissed: { 1: asItIs },
  // Version 2 may be of no file: what a payments block answered of a transfer.
  BankEntryQuarantined: { 1: asItIs },
  // Version 3 says what came back, where that is less than the payment; before, all of it counted
  // as come back; version 4 whether that moves the payment.
  PaymentBreakResolved: { 1: asItIs, 2: asItIs, 3: asItIs },
  // Version 2 names who had cleared what stood against it; before, they could pay it again.
  PaymentReinstructed: { 1: asItIs },
  // Version 2 says which arrears an overpayment was set against; before, they were paid beside it.
  AdjustmentEstablished: { 1: asItIs },
  // Version 2 may be of arrears that were on the account; before, none lapsed.
  AdjustmentLapsed: { 1: asItIs },
  // Version 2 is decided by two, and names who proposed it; before, one finance controller did.
  OverpaymentWaived: { 1: asItIs },
  // Version 2 has what banks kept of payments that came back; before, nothing was counted as kept.
  CycleReconciled: { 1: asItIs },
  // Version 2 is decided by two people, of a programme that is open and of every household; before,
  // one did.
  PolicyPublished: { 1: asItIs },
  // Version 2 is decided by two; before, one manager closed a programme.
  ProgrammeClosed: { 1: asItIs },
  // Version 2 may be of a closing or a reopening.
  ProgrammeProposalWithdrawn: { 1: asItIs },
  EnrolmentReinstated: { 1: asItIs },
  // Version 3 says that arrears are given up, and so does version 2 of its proposal.
  PersonErased: { 1: asItIs, 2: asItIs },
  PersonErasureProposed: { 1: asItIs },
  // Version 2 says more of a paying account, all of it optional.
  PaymentTermsSet: { 1: asItIs },
};
