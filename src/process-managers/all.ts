import type { Deps } from '../write-side/context.js';
import type { ProcessManager } from './runner.js';
import { whenApplicationApprovedThenEnrol } from './when-application-approved-then-enrol.js';
import { whenCorrectionApprovedThenAdjust } from './when-correction-approved-then-adjust.js';
import { whenCycleAbandonedThenCancelOrders } from './when-cycle-abandoned-then-cancel-orders.js';
import { whenCycleReleasedThenInstruct } from './when-cycle-released-then-instruct.js';
import { whenPaymentArrivesThenLapseArrears } from './when-payment-arrives-then-lapse-arrears.js';
import { whenPaymentLapsesThenGiveBack } from './when-payment-lapses-then-give-back.js';
import { whenPaymentsSettleThenSpendBudget } from './when-payments-settle-then-spend-budget.js';
import { whenPersonErasedThenEndEnrolments } from './when-person-erased-then-end-enrolments.js';
import { whenPersonErasedThenDestroyKey } from './when-person-erased-then-destroy-key.js';
import { whenPersonErasedThenReleaseIdentity } from './when-person-erased-then-release-identity.js';
import { whenRefundedAfterClosingThenRelease } from './when-refunded-after-closing-then-release.js';

/**
 * Every process manager, in the order in which they act on a page of the log, as long as none of
 * them fails. Each has its own place in the log; a new one begins at the beginning.
 */
export const processManagers = (deps: Deps): readonly ProcessManager[] => [
  whenApplicationApprovedThenEnrol(deps),
  whenCycleAbandonedThenCancelOrders(deps),
  whenCycleReleasedThenInstruct(deps),
  whenPaymentsSettleThenSpendBudget(deps),
  // Before what a correction found comes on an account that still had them.
  whenPaymentArrivesThenLapseArrears(deps),
  whenCorrectionApprovedThenAdjust(deps),
  whenPaymentLapsesThenGiveBack(deps),
  whenRefundedAfterClosingThenRelease(deps),
  whenPersonErasedThenEndEnrolments(deps),
  whenPersonErasedThenReleaseIdentity(deps),
  whenPersonErasedThenDestroyKey(deps),
];
