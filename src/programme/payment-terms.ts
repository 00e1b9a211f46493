import type { EventData } from '../../events/generated.js';
import type { PayingAccount, PaymentTerms } from '../write-side/readers.js';

type Definition = EventData['ProgrammeDefined'];

export function paymentTerms(
  { programmeId, debtor }: Pick<Definition, 'programmeId' | 'debtor'>,
  set?: EventData['PaymentTermsSet'],
): PaymentTerms {
  const fallback: PayingAccount = {
    accountId: '',
    debtor,
    format: 'pain.001.001.09',
    characters: 'latin',
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
  regions,
  payeeKinds,
  ...message
}: EventData['PaymentTermsSet']['accounts'][number]): PayingAccount {
  const who = { name, bic, ...(initiatorId === undefined ? {} : { initiatorId }), ...message };
  return {
    accountId,
    debtor: kind === 'iban' ? { ...who, iban: number } : { ...who, rib: number },
    format,
    characters,
    maxPerFile,
  };
}
