import type { Debtor, Format, Instruction } from '../port.js';

/** Makes a text fit for an element of so many characters. */
type Fit = (text: string, most: number) => string;

const element = (name: string, content: string): string =>
  content === '' ? '' : `<${name}>${content}</${name}>`;

const code = (scheme: string | undefined): string =>
  scheme === undefined ? '' : `<SchmeNm><Cd>${scheme}</Cd></SchmeNm>`;

const organisation = (id: string | undefined, scheme: string | undefined): string =>
  id === undefined ? '' : `<Id><OrgId><Othr><Id>${id}</Id>${code(scheme)}</Othr></OrgId></Id>`;

/** How the bank knows who sends the file. */
export const initiatorId = ({ initiatorId: id, identifierScheme }: Debtor): string =>
  organisation(id, identifierScheme);

/** Of a Dbtr, after its name: in the schema's order, address before identifier. */
export function debtorDetails(debtor: Debtor, fit: Fit): string {
  const { address, identifier, identifierScheme } = debtor;
  const lines =
    address === undefined
      ? ''
      : element('StrtNm', fit(address.street ?? '', 70)) +
        element('BldgNb', fit(address.building ?? '', 16)) +
        element('PstCd', fit(address.postCode ?? '', 16)) +
        element('TwnNm', fit(address.town ?? '', 35)) +
        element('Ctry', address.country);
  return element('PstlAdr', lines) + organisation(identifier, identifierScheme);
}

/** Of a PmtTpInf, before the category purpose. */
export const serviceLevel = ({ serviceLevel: level }: Debtor): string =>
  level === undefined ? '' : `<SvcLvl><Cd>${level}</Cd></SvcLvl>`;

/** Of a PmtInf, after the debtor's agent. */
export const chargeBearer = ({ chargeBearer: bearer }: Debtor): string =>
  element('ChrgBr', bearer ?? '');

export const agent = (bic: string, format: Format): string =>
  `<FinInstnId>${format === 'pain.001.001.03' ? `<BIC>${bic}</BIC>` : `<BICFI>${bic}</BICFI>`}</FinInstnId>`;

/** The bank of the payee, where the paying account's bank wants it and the terms name it. */
export function creditorAgent(
  { kind, account }: Instruction['payee'],
  { payeeAgents = [] }: Debtor,
  format: Format,
): string {
  const bank = bankOf(kind, account);
  const found = payeeAgents.find((one) => one.bank === bank);
  return found === undefined ? '' : element('CdtrAgt', agent(found.bic, format));
}

/** Three digits of a Moroccan account; wallet and cash stand for themselves. */
function bankOf(kind: Instruction['payee']['kind'], account: string): string | undefined {
  if (kind === 'rib') return account.slice(0, 3);
  if (kind === 'iban') return account.startsWith('MA') ? account.slice(4, 7) : undefined;
  return kind;
}

export const payeeAddress = ({ payeeCountry }: Debtor): string =>
  payeeCountry === undefined ? '' : `<PstlAdr><Ctry>${payeeCountry}</Ctry></PstlAdr>`;

/** The document that is shown at a counter. */
export const documentShown = (number: string, { documentScheme = 'NIDN' }: Debtor): string =>
  `<Id><PrvtId><Othr><Id>${number}</Id>${code(documentScheme)}</Othr></PrvtId></Id>`;

const MOROCCO = '212';

/**
 * A telephone number with its country, as ISO 20022 spells it (+212-612345678). A number that says
 * no country, and whose bank's country is not known either, stays as it is.
 */
export function proxyNumber(number: string, debtor: Debtor): string {
  const callingCode = debtor.callingCode ?? (debtor.bic.slice(4, 6) === 'MA' ? MOROCCO : undefined);
  if (callingCode === undefined) return number;
  const international = `+${callingCode}`;
  if (number.startsWith(international))
    return `${international}-${number.slice(international.length)}`;
  return /^0[1-9]/.test(number) ? `${international}-${number.slice(1)}` : number;
}
