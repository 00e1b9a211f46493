import { applicationDecider } from '../application/application.decider.js';
import { type ApplicationState } from '../application/application.state.js';
import { enrolmentDecider, type EnrolmentState } from '../enrolment/enrolment.decider.js';
import { bankEntryDecider, type BankEntryState } from '../statement/entry.decider.js';
import { bankMessageDecider, type BankMessageState } from '../statement/message.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { fold } from '../kernel/decider.js';
import { paymentDecider } from '../payment/payment.decider.js';
import { type PaymentState } from '../payment/payment.state.js';

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
