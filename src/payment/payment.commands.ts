import type { EventData } from '../../events/generated.js';
import { Command } from '../http/call.js';
import { AnyDay, Day, Flag, FreeText, ListOf, OneOf, Subject } from '../http/fields.js';
import { Outcome } from './outcome.js';
export const RESOLUTIONS = [
  'bank-error',
  'counted-as-settled',
  'counted-as-returned',
  'recovered',
  'no-effect',
] as const;

export class ReportOutcomes extends Command {
  @ListOf(() => Outcome, 1_000) outcomes!: Outcome[];
}
export class ReinstructPayment extends Command {
  @Day({ description: 'When the bank is to pay.' }) executionDate!: string;
  @Flag({ optional: true, description: 'Also to the account that failed before.' })
  sameAccount?: boolean;
  @AnyDay() anyDay?: boolean;
}
export class CancelPayment extends Command {
  @FreeText() reason!: string;
}
export class RequestCancellation extends Command {
  @FreeText({ max: 500 }) reason!: string;
}
export class SetBreakOwner extends Command {
  @Subject({ description: 'Who is to look after it.' }) owner!: string;
}
export class ResolveBreak extends Command {
  @OneOf(RESOLUTIONS) resolution!: EventData['PaymentBreakResolved']['resolution'];
  @FreeText() reason!: string;
}
