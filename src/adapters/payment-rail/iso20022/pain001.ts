import { canBePaid, isRib } from '../../../kernel/accounts.js';
import { never } from '../../../kernel/errors.js';
import { uetrOf } from '../../../kernel/ids.js';
import { formatAmount } from '../../../kernel/money.js';
import { BIC, MAX_NAME, OLD_BIC } from '../../../kernel/text.js';
import { isInstant } from '../../../kernel/time.js';
import { toLatin } from '../../../kernel/transliteration.js';
import {
  RailError,
  type Debtor,
  type Instruction,
  type MessageHead,
  type MessageOutline,
} from '../port.js';
import {
  agent,
  chargeBearer,
  creditorAgent,
  debtorDetails,
  documentShown,
  initiatorId,
  payeeAddress,
  proxyNumber,
  serviceLevel,
} from './pain001-parties.js';

/**
 * Credit transfers in one file, at most. NbOfTxs would take 15 digits; banks take far less, and so
 * does a person's patience.
 */
export const MAX_TRANSACTIONS = 9_999_999;
/** DecimalNumber of the schema: 18 digits in all. */
const MAX_TOTAL = 10n ** 18n - 1n;

/** What banks take of version 03, whose schema allows as much as that of 09. */
const MAX_NAME_03 = 70;

/**
 * Printable, without a character that XML escapes, and no longer than the schema allows: nothing
 * needs to be done to it.
 */
const PLAIN = /^[ !"#$%'-;=?-~\u00a1-\u1fff]{1,140}$/;
/** What XML 1.0 does not allow, and the controls that turn the direction of the text around it. */
const UNFIT = /[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Slashes that clearing systems take for the beginning of a code, or its end: in front, at the end,
 * and two together.
 */
const SLASHES = /^[/ ]+|[/ ]+$|\/(?=\/)/g;

/**
 * Text for an element of at most 140 characters (Max140Text), or fewer: controls become spaces, the
 * rest is cut at a whole character and escaped. Empty when nothing printable is left.
 */
export function text140(text: string, most = MAX_NAME): string {
  if (text.length <= most && PLAIN.test(text) && !text.includes('/')) return text.trim();
  const clean = text.replace(UNFIT, ' ').replace(SLASHES, '').replace(/\s+/g, ' ').trim();
  const cut = Array.from(clean).slice(0, most).join('').replace(SLASHES, '').trim();
  return escapeXml(cut);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ESCAPES[character]!);

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,34}$/;
const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/**
 * Schemes of accounts that are no IBAN: BBAN is ISO's code for a national number; a wallet has
 * none.
 */
const BBAN = '<SchmeNm><Cd>BBAN</Cd></SchmeNm>';
const WALLET = '<SchmeNm><Prtry>WALLET</Prtry></SchmeNm>';

/**
 * Everything before the first transfer of a message with one PmtInf, in the format that the head
 * asks for.
 * @throws RailError INSTRUCTION_INVALID, LIMIT_EXCEEDED
 */
export function opening(head: MessageHead): string {
  const { debtor, format = 'pain.001.001.09' } = head;
  const old = format === 'pain.001.001.03';
  need(
    IDENTIFIER.test(head.messageId),
    'messageId is not 1 to 35 letters, digits, dots, dashes and underscores',
  );
  need(isInstant(head.createdAt), 'createdAt is not a UTC instant');
  need(DATE.test(head.executionDate), 'executionDate is not a civil date');
  need((old ? OLD_BIC : BIC).test(debtor.bic), "the debtor's BIC is not one");
  need(
    debtor.initiatorId === undefined || IDENTIFIER.test(debtor.initiatorId),
    'initiatorId is not 1 to 35 letters, digits, dots, dashes and underscores',
  );
  const name = nameOf(debtor.name, head);
  need(name !== '', 'the debtor has no name');
  need(Number.isInteger(head.count) && head.count > 0, 'a message has at least one transfer');
  if (head.count > MAX_TRANSACTIONS)
    throw new RailError(
      'LIMIT_EXCEEDED',
      `A message has at most ${MAX_TRANSACTIONS} transfers, not ${head.count}; split it.`,
    );
  if (head.totalMinor > MAX_TOTAL)
    throw new RailError(
      'LIMIT_EXCEEDED',
      'The total of a message has at most 18 digits; split it.',
    );
  const sums = `<NbOfTxs>${head.count}</NbOfTxs><CtrlSum>${formatAmount(head.totalMinor, head.currency)}</CtrlSum>`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${format}"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>${head.messageId}</MsgId><CreDtTm>${head.createdAt}</CreDtTm>${sums}<InitgPty><Nm>${name}</Nm>${initiatorId(debtor)}</InitgPty></GrpHdr>
<PmtInf><PmtInfId>${head.messageId}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>${sums}` +
    `<PmtTpInf>${serviceLevel(debtor)}<CtgyPurp><Cd>SSBE</Cd></CtgyPurp></PmtTpInf><ReqdExctnDt>${old ? head.executionDate : `<Dt>${head.executionDate}</Dt>`}</ReqdExctnDt>` +
    `<Dbtr><Nm>${name}</Nm>${debtorDetails(debtor, (text, most) => textOf(text, head, most))}</Dbtr><DbtrAcct><Id>${debtorAccount(debtor)}</Id><Ccy>${head.currency}</Ccy></DbtrAcct>` +
    `<DbtrAgt>${agent(debtor.bic, format)}</DbtrAgt>${chargeBearer(debtor)}\n`
  );
}

export const CLOSING = '</PmtInf></CstmrCdtTrfInitn></Document>\n';

function debtorAccount(debtor: Debtor): string {
  if ('iban' in debtor) {
    need(IBAN.test(debtor.iban), "the debtor's IBAN is not one");
    return `<IBAN>${debtor.iban}</IBAN>`;
  }
  need(isRib(debtor.rib), "the debtor's RIB is not 24 digits whose key is right");
  return `<Othr><Id>${debtor.rib}</Id>${BBAN}</Othr>`;
}

const nameOf = (text: string, outline: Pick<MessageOutline, 'characters' | 'format'>): string =>
  textOf(text, outline, outline.format === 'pain.001.001.03' ? MAX_NAME_03 : MAX_NAME);

const textOf = (
  text: string,
  { characters }: Pick<MessageOutline, 'characters'>,
  most = MAX_NAME,
): string => text140(characters === 'unicode' ? text : toLatin(text), most);

/**
 * One CdtTrfTxInf. InstrId is the end-to-end id, which names the attempt already; UETR is a
 * function of payment and attempt, and version 09 only has it.
 * @throws RailError INSTRUCTION_INVALID naming the payment and the part, never what it says
 */
export function transfer(
  instruction: Instruction,
  outline: Pick<MessageOutline, 'debtor' | 'currency' | 'format' | 'characters'>,
): string {
  const { payee, endToEndId, amountMinor } = instruction;
  const { currency } = outline;
  const old = outline.format === 'pain.001.001.03';
  if (instruction.currency !== currency)
    throw bad(instruction, `its currency is ${instruction.currency} in a message of ${currency}`);
  if (amountMinor <= 0n) throw bad(instruction, 'its amount is not above zero');
  if (amountMinor > MAX_TOTAL) throw bad(instruction, 'its amount has more than 18 digits');
  if (!IDENTIFIER.test(endToEndId))
    throw bad(
      instruction,
      'endToEndId is not 1 to 35 letters, digits, dots, dashes and underscores',
    );
  // A name in a script that no table covers: the reference tells who is meant.
  const name =
    nameOf(payee.name, outline) ||
    (outline.characters !== 'unicode' && text140(payee.name) !== '' ? endToEndId : '');
  if (name === '') throw bad(instruction, 'the payee has no name');
  const remittance = textOf(instruction.remittance, outline);
  return (
    `<CdtTrfTxInf><PmtId><InstrId>${endToEndId}</InstrId><EndToEndId>${endToEndId}</EndToEndId>${old ? '' : `<UETR>${uetrOf(instruction.paymentId, instruction.attempt)}</UETR>`}</PmtId>` +
    `<Amt><InstdAmt Ccy="${currency}">${formatAmount(amountMinor, currency)}</InstdAmt></Amt>${creditor(instruction, name, outline)}` +
    `${remittance === '' ? '' : `<RmtInf><Ustrd>${remittance}</Ustrd></RmtInf>`}</CdtTrfTxInf>\n`
  );
}

/**
 * Who is paid, and where. A wallet is an account of its operator, addressed by a telephone number
 * (version 09 says so with the proxy type MBNO). Cash is held by the bank for the creditor, who
 * calls and is paid on identification (HOLD): there is no account, but the number of the document
 * that is shown.
 */
function creditor(
  instruction: Instruction,
  name: string,
  { debtor, format = 'pain.001.001.09' }: Pick<MessageOutline, 'debtor' | 'format'>,
): string {
  const old = format === 'pain.001.001.03';
  const bank = creditorAgent(instruction.payee, debtor, format);
  const who = `<Nm>${name}</Nm>${payeeAddress(debtor)}`;
  const { kind, account } = instruction.payee;
  switch (kind) {
    case 'iban':
      if (!IBAN.test(account)) throw bad(instruction, "the payee's IBAN is not one");
      return `${bank}<Cdtr>${who}</Cdtr><CdtrAcct><Id><IBAN>${account}</IBAN></Id></CdtrAcct>`;
    case 'rib':
      if (!isRib(account))
        throw bad(instruction, "the payee's RIB is not 24 digits whose key is right");
      return `${bank}<Cdtr>${who}</Cdtr><CdtrAcct><Id><Othr><Id>${account}</Id>${BBAN}</Othr></Id></CdtrAcct>`;
    case 'wallet':
      requireOther(instruction);
      return `${bank}<Cdtr>${who}</Cdtr><CdtrAcct><Id><Othr><Id>${account}</Id>${WALLET}</Othr></Id>${old ? '' : `<Prxy><Tp><Cd>MBNO</Cd></Tp><Id>${proxyNumber(account, debtor)}</Id></Prxy>`}</CdtrAcct>`;
    case 'cash':
      requireOther(instruction);
      return `${bank}<Cdtr>${who}${documentShown(account, debtor)}</Cdtr><InstrForCdtrAgt><Cd>HOLD</Cd></InstrForCdtrAgt>`;
    default:
      return never(kind);
  }
}

function requireOther(instruction: Instruction): void {
  if (!canBePaid(instruction.payee.kind, instruction.payee.account))
    throw bad(instruction, "the payee's account is not 1 to 34 letters and digits");
}

const bad = ({ paymentId, attempt }: Instruction, reason: string): RailError =>
  new RailError('INSTRUCTION_INVALID', `Payment ${paymentId}, attempt ${attempt}: ${reason}.`);

function need(holds: boolean, otherwise: string): asserts holds {
  if (!holds)
    throw new RailError('INSTRUCTION_INVALID', `The message cannot be written: ${otherwise}.`);
}
