import { applicationDecider } from '../application/application.decider.js';
import { type ApplicationState } from '../application/application.state.js';
import { budgetDecider } from '../budget/budget.decider.js';
import type { BudgetState } from '../budget/budget.state.js';
import { adjustmentDecider } from '../correction/adjustment.decider.js';
import type { AdjustmentState } from '../correction/adjustment.state.js';
import { enrolmentDecider } from '../enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../enrolment/enrolment.state.js';
import { bankEntryDecider, type BankEntryState } from '../statement/entry.decider.js';
import { bankMessageDecider, type BankMessageState } from '../statement/message.decider.js';
import { type Recorded, fold } from '../kernel/decider.js';
import { paymentDecider } from '../payment/payment.decider.js';
import { type PaymentState } from '../payment/payment.state.js';
import { recoveryDecider } from '../recovery/recovery.decider.js';
import { type RecoveryState } from '../recovery/recovery.state.js';

export const foldApplication = (events: readonly Recorded[]): ApplicationState =>
  fold(applicationDecider, events);
export const foldEnrolment = (events: readonly Recorded[]): EnrolmentState =>
  fold(enrolmentDecider, events);
export const foldBankMessage = (events: readonly Recorded[]): BankMessageState =>
  fold(bankMessageDecider, events);
export const foldBankEntry = (events: readonly Recorded[]): BankEntryState =>
  fold(bankEntryDecider, events);
export const foldPayment = (events: readonly Recorded[]): PaymentState =>
  fold(paymentDecider, events);
export const foldAdjustment = (events: readonly Recorded[]): AdjustmentState =>
  fold(adjustmentDecider, events);
export const foldRecovery = (events: readonly Recorded[]): RecoveryState =>
  fold(recoveryDecider, events);
export const foldBudget = (events: readonly Recorded[]): BudgetState => fold(budgetDecider, events);
