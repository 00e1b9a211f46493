import { hash } from 'node:crypto';
import { formatAmount } from '../../kernel/money.js';
import { RailError, type Instruction, type MessageHead } from './port.js';

/** Credit transfers in one file, at most. NbOfTxs would take 15 digits; banks take far less, and so does a person's patience. */
export const MAX_TRANSACTIONS = 9_999_999;
/** DecimalNumber of the schema: 18 digits in all. */
const MAX_TOTAL = 10n ** 18n - 1n;

const MAX_NAME = 140;
/** Printable, without a character that XML escapes, and no longer than the schema allows: nothing needs to be done to it. */
const PLAIN = /^[ !"#$%'-;=?-~\u00a1-\u1fff]{1,140}$/;
/** What XML 1.0 does not allow, and the controls that turn the direction of the text around it. */
const UNFIT = /[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Text for an element of at most 140 characters (Max140Text): controls become spaces, the rest is cut at a whole
 * character and escaped. Empty when nothing printable is left.
 */
export function text140(text: string): string {
  if (PLAIN.test(text)) return text.trim();
  const clean = text.replace(UNFIT, ' ').replace(/\s+/g, ' ').trim();
  const cut = clean.length <= MAX_NAME ? clean : Array.from(clean).slice(0, MAX_NAME).join('').trim();
  return escapeXml(cut);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeXml = (text: string): string => text.replace(/[&<>]/g, (character) => ESCAPES[character]!);

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,34}$/;
const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$/;
const OTHER = /^[A-Za-z0-9+][A-Za-z0-9+/ ._-]{0,33}$/;
const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$/;

/**
 * Everything before the first transfer of a pain.001.001.09 message with one PmtInf.
 * @throws RailError INSTRUCTION_INVALID, LIMIT_EXCEEDED
 */
export function opening(head: MessageHead): string {
  need(IDENTIFIER.test(head.messageId), 'messageId is not 1 to 35 letters, digits, dots, dashes and underscores');
  need(INSTANT.test(head.createdAt), 'createdAt is not a UTC instant');
  need(DATE.test(head.executionDate), 'executionDate is not a civil date');
  need(IBAN.test(head.debtor.iban), 'the debtor\'s IBAN is not one');
  need(BIC.test(head.debtor.bic), 'the debtor\'s BIC is not one');
  const name = text140(head.debtor.name);
  need(name !== '', 'the debtor has no name');
  need(Number.isInteger(head.count) && head.count > 0, 'a message has at least one transfer');
  if (head.count > MAX_TRANSACTIONS) throw new RailError('LIMIT_EXCEEDED', `A message has at most ${MAX_TRANSACTIONS} transfers, not ${head.count}; split it.`);
  if (head.totalMinor > MAX_TOTAL) throw new RailError('LIMIT_EXCEEDED', 'The total of a message has at most 18 digits; split it.');
  const sums = `<NbOfTxs>${head.count}</NbOfTxs><CtrlSum>${formatAmount(head.totalMinor, head.currency)}</CtrlSum>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>${head.messageId}</MsgId><CreDtTm>${head.createdAt}</CreDtTm>${sums}<InitgPty><Nm>${name}</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>${head.messageId}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>${sums}`
    + `<PmtTpInf><CtgyPurp><Cd>SSBE</Cd></CtgyPurp></PmtTpInf><ReqdExctnDt><Dt>${head.executionDate}</Dt></ReqdExctnDt>`
    + `<Dbtr><Nm>${name}</Nm></Dbtr><DbtrAcct><Id><IBAN>${head.debtor.iban}</IBAN></Id><Ccy>${head.currency}</Ccy></DbtrAcct>`
    + `<DbtrAgt><FinInstnId><BICFI>${head.debtor.bic}</BICFI></FinInstnId></DbtrAgt>\n`;
}

export const CLOSING = '</PmtInf></CstmrCdtTrfInitn></Document>\n';

/** Schemes of accounts that are no IBAN: BBAN is ISO's code for a national number; the others have no code. */
const SCHEMES: Readonly<Record<'rib' | 'wallet' | 'cash', string>> = {
  rib: '<Cd>BBAN</Cd>', wallet: '<Prtry>WALLET</Prtry>', cash: '<Prtry>CASH</Prtry>',
};

/**
 * One CdtTrfTxInf. InstrId is the end-to-end id, which names the attempt already; UETR is a function of payment and attempt.
 * @throws RailError INSTRUCTION_INVALID naming the payment and the part, never what it says
 */
export function transfer(instruction: Instruction, currency: string): string {
  const { payee, endToEndId, amountMinor } = instruction;
  if (instruction.currency !== currency) throw bad(instruction, `its currency is ${instruction.currency} in a message of ${currency}`);
  if (amountMinor <= 0n) throw bad(instruction, 'its amount is not above zero');
  if (amountMinor > MAX_TOTAL) throw bad(instruction, 'its amount has more than 18 digits');
  if (!IDENTIFIER.test(endToEndId)) throw bad(instruction, 'endToEndId is not 1 to 35 letters, digits, dots, dashes and underscores');
  const name = text140(payee.name);
  if (name === '') throw bad(instruction, 'the payee has no name');
  const remittance = text140(instruction.remittance);
  return `<CdtTrfTxInf><PmtId><InstrId>${endToEndId}</InstrId><EndToEndId>${endToEndId}</EndToEndId><UETR>${uetrOf(instruction)}</UETR></PmtId>`
    + `<Amt><InstdAmt Ccy="${currency}">${formatAmount(amountMinor, currency)}</InstdAmt></Amt><Cdtr><Nm>${name}</Nm></Cdtr>`
    + `<CdtrAcct><Id>${accountOf(instruction)}</Id></CdtrAcct>`
    + `${remittance === '' ? '' : `<RmtInf><Ustrd>${remittance}</Ustrd></RmtInf>`}</CdtTrfTxInf>\n`;
}

function accountOf(instruction: Instruction): string {
  const { kind, account } = instruction.payee;
  if (kind === 'iban') {
    if (!IBAN.test(account)) throw bad(instruction, 'the payee\'s IBAN is not one');
    return `<IBAN>${account}</IBAN>`;
  }
  if (!OTHER.test(account)) throw bad(instruction, 'the payee\'s account is not 1 to 34 letters and digits');
  return `<Othr><Id>${account}</Id><SchmeNm>${SCHEMES[kind]}</SchmeNm></Othr>`;
}

/** Unique end-to-end transaction reference: by its shape a random UUID (version 4), as the schema demands, yet the same every time. */
function uetrOf({ paymentId, attempt }: Instruction): string {
  const hex = hash('sha1', `uetr\n${paymentId}\n${attempt}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${'89ab'[Number.parseInt(hex[16]!, 16) & 3]!}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const bad = ({ paymentId, attempt }: Instruction, reason: string): RailError =>
  new RailError('INSTRUCTION_INVALID', `Payment ${paymentId}, attempt ${attempt}: ${reason}.`);

function need(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new RailError('INSTRUCTION_INVALID', `The message cannot be written: ${otherwise}.`);
}
