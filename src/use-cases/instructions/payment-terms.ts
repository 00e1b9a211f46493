import type { EventData } from '../../../events/generated.js';
import type { Debtor, Format, Instruction } from '../../adapters/payment-rail/port.js';

/** An account that a programme pays from, and what its bank takes. */
export interface PayingAccount {
  /** Part of message ids; '' for the account of the programme's definition. */
  readonly accountId: string;
  readonly debtor: Debtor;
  readonly format: Format;
  readonly characters: 'unicode' | 'latin';
  /** Credit transfers in one file; absent: the default. */
  readonly maxPerFile?: number;
}

/** What a programme's payments leave under, from its definition and the terms set last. */
export interface PaymentTerms {
  readonly accounts: readonly PayingAccount[];
  /** The account for a payment: the first whose regions and payee kinds take it, else the definition's. */
  accountFor(region: string, kind: Instruction['payee']['kind']): PayingAccount;
  /** What the payee of a period reads on the statement. */
  remittanceOf(period: string): string;
}

type Definition = EventData['ProgrammeDefined'];

export function paymentTerms(
  { programmeId, debtor }: Pick<Definition, 'programmeId' | 'debtor'>,
  set?: EventData['PaymentTermsSet'],
): PaymentTerms {
  const fallback: PayingAccount = {
    accountId: '',
    debtor,
    format: 'pain.001.001.09',
    characters: 'unicode',
  };
  const template = set?.remittance ?? '{programme} {period}';
  const configured = (set?.accounts ?? []).map((account) => ({
    account: payingAccount(account),
    regions: account.regions,
    kinds: account.payeeKinds,
  }));
  return {
    accounts: [...configured.map(({ account }) => account), fallback],
    accountFor(region, kind) {
      for (const { account, regions, kinds } of configured) {
        if ((!regions || regions.includes(region)) && (!kinds || kinds.includes(kind)))
          return account;
      }
      return fallback;
    },
    remittanceOf: (period) =>
      template.replaceAll('{programme}', programmeId.toUpperCase()).replaceAll('{period}', period),
  };
}

function payingAccount({
  accountId,
  name,
  bic,
  kind,
  number,
  initiatorId,
  format,
  characters,
  maxPerFile,
}: EventData['PaymentTermsSet']['accounts'][number]): PayingAccount {
  const who = { name, bic, ...(initiatorId === undefined ? {} : { initiatorId }) };
  return {
    accountId,
    debtor: kind === 'iban' ? { ...who, iban: number } : { ...who, rib: number },
    format,
    characters,
    maxPerFile,
  };
}
