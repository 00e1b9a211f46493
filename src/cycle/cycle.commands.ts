import { Command } from '../http/call.js';
import { PAYMENT_ID } from '../kernel/ids.js';
import {
  AnyDay,
  Day,
  Flag,
  FreeText,
  Hash,
  ListOfText,
  Pattern,
  Period,
  ProgrammeCode,
} from '../http/fields.js';

export class OpenCycle extends Command {
  @ProgrammeCode() programmeId!: string;
  @Period() period!: string;
}
export class PrepareCycle extends Command {}
export class CheckCycle extends Command {}
export class OverrideFinding extends Command {
  @Pattern(/^[a-z-]{4,24}-[0-9a-f]{12}$/, 'the id of a finding') findingId!: string;
  @FreeText() reason!: string;
}
export class ApproveCycle extends Command {
  @Hash({ description: 'Of the prepared set, as it was seen.' }) contentHash!: string;
}
export class ReturnCycle extends Command {
  @FreeText() reason!: string;
}
export class AbandonCycle extends Command {
  @FreeText() reason!: string;
}
export class ReleaseCycle extends Command {
  @Hash({ description: 'Of the approved set.' }) contentHash!: string;
  @Day({ description: 'When the bank is to pay.' }) executionDate!: string;
  @AnyDay() anyDay?: boolean;
}
export class ReconcileCycle extends Command {}
export class CloseCycle extends Command {}
export class ReinstructPayments extends Command {
  @Day({ description: 'When the bank is to pay.' }) executionDate!: string;
  @ListOfText(10_000, {
    each: PAYMENT_ID,
    what: 'payment ids',
    optional: true,
    description:
      'Exactly these payments; absent: every rejected or returned one whose payee has another account since.',
  })
  paymentIds?: string[];
  @Flag({ optional: true, description: 'Also to the account that failed before.' })
  sameAccount?: boolean;
  @AnyDay() anyDay?: boolean;
}
