import { Command } from '../http/call.js';
import { Flag, FreeText, Name, Nested, OneOf, Pattern, Region, Text } from '../http/fields.js';
import { type AccountFields } from './account-number.rule.js';

const KINDS = ['iban', 'rib', 'wallet', 'cash'] as const;

class PayeeAccount {
  @OneOf(KINDS) kind!: AccountFields['kind'];
  @Text({ max: 60, description: 'Goes to the vault; no event, log line or error carries it.' })
  number!: string;
  @Name({ optional: true, description: 'Absent: the person.' }) holder?: string;
}

export class RegisterPerson extends Command {
  @Text({ max: 40, description: 'National identity number. It becomes a keyed hash.' })
  nationalId!: string;
  @Name({ description: 'As on the identity document. Goes to the vault.' }) name!: string;
  @Name({ optional: true }) nameArabic?: string;
  @Pattern(/^\+?[0-9][0-9 ]{5,19}$/, 'a telephone number', { optional: true }) phone?: string;
  @Region() region!: string;
  @Nested(() => PayeeAccount) account!: PayeeAccount;
}
export class RegisterPayeeAccount extends Command {
  @OneOf(KINDS) kind!: AccountFields['kind'];
  @Text({ max: 60 }) number!: string;
  @Name({ optional: true, description: 'Absent: the person.' }) holder?: string;
}
export class VerifyPayeeAccount extends Command {
  @FreeText({ max: 140, description: 'How it was verified.' }) method!: string;
}
export class ClosePayeeAccount extends Command {
  @FreeText() reason!: string;
}
export class MovePerson extends Command {
  @Region({ description: 'Where the person lives now.' }) region!: string;
  @FreeText() reason!: string;
}
export class ErasePerson extends Command {
  @FreeText() reason!: string;
  @Flag({
    optional: true,
    description:
      'Whether what is owed and did not arrive is given up, months and arrears; both say so.',
  })
  forfeitsArrears?: boolean;
}
