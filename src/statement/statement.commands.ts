import type { EventData } from '../../events/generated.js';
import { Command } from '../http/call.js';
import { FreeText, OneOf, Pattern, Subject, Whole } from '../http/fields.js';

/** A file that is archived already; its request's body was the file itself. */
export class ReceiveBankMessage extends Command {
  declare readonly received: EventData['BankMessageReceived'];
  /** Where nothing comes of the request. */ declare readonly discard: () => Promise<void>;
}
export class ReleaseBankMessage extends Command {
  @FreeText({ max: 500 }) reason!: string;
}
export class AssignBankEntry extends Command {
  @Pattern(/^[a-z][a-z0-9]{1,30}-[0-9]{4}-(0[1-9]|1[0-2])-[0-9a-f-]{36}$/, 'a payment id')
  paymentId!: string;
  @Whole(1, 999, {
    optional: true,
    description: 'Which instruction it answers; absent: the newest.',
  })
  attempt?: number;
  @OneOf(['accepted', 'settled', 'rejected', 'returned'], {
    optional: true,
    description: 'Needed where the entry does not say it.',
  })
  outcome?: EventData['BankEntryAssigned']['outcome'];
  @FreeText({ max: 500, description: 'Why you are sure.' }) reason!: string;
}
export class MatchEntries extends Command {}
export class SetEntryOwner extends Command {
  @Subject({ description: 'Who is to look after it.' }) owner!: string;
}
export class DismissBankEntry extends Command {
  @OneOf(['not-ours', 'fee', 'funding', 'duplicate', 'other'])
  kind!: EventData['BankEntryDismissed']['kind'];
  @FreeText({ max: 500 }) reason!: string;
}
