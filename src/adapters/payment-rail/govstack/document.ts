import {
  correlationIdOf,
  functionalIdOf,
  instructionIdOf,
  LENGTHS,
  modalityOf,
  type AccountKind,
  type Modality,
} from '../../../kernel/govstack.js';
import { personIn } from '../../../kernel/ids.js';
import { formatAmount } from '../../../kernel/money.js';
import {
  RailError,
  type Debtor,
  type Instruction,
  type MessageOutline,
  type TransferOutline,
} from '../port.js';

/** A name and a value, as both parties of a transfer are written. */
interface Entry {
  readonly key: string;
  readonly value: string;
}
/**
 * One transfer of BulkPayment. The amount stands as a JSON number, written digit by digit: it never
 * is a floating-point number here.
 */
export interface Transfer {
  readonly requestId: string;
  readonly creditParty: readonly Entry[];
  readonly debitParty: readonly Entry[];
  readonly paymentMode: string;
  readonly amount: string;
  readonly currency: string;
  readonly descriptionText: string;
}
/** One batch as its line of the document has it. */
export interface Batch {
  readonly correlationId: string;
  /** Payment and end-to-end id of each transfer: what the hashed ids stand for. */
  readonly references: readonly (readonly [paymentId: string, endToEndId: string])[];
  /** The body of BulkPayment, byte for byte as it is sent. */
  readonly body: string;
}

/**
 * Beyond this, a program that reads JSON numbers as IEEE 754 doubles no longer sees every digit.
 */
const MAX_MINOR = 10n ** 15n;
/** What GSMA's mobile money API and the block's reference software call accounts. */
const KEYS: Readonly<Record<AccountKind, string>> = {
  iban: 'iban',
  rib: 'accountNumber',
  wallet: 'msisdn',
  cash: 'voucher',
};

/**
 * @throws RailError INSTRUCTION_INVALID naming the payment and the field, never a name or an
 *   account
 */
export function transferOf(
  { paymentId, endToEndId, payee, amountMinor, currency, remittance }: Instruction,
  outline: TransferOutline,
  paymentMode: string,
): Transfer {
  const wrong = (field: string, reason: string): RailError =>
    new RailError('INSTRUCTION_INVALID', `Payment ${paymentId}: ${field} ${reason}.`);
  if (currency !== outline.currency)
    throw wrong('currency', `is ${currency} in a message of ${outline.currency}`);
  if (amountMinor <= 0n || amountMinor >= MAX_MINOR)
    throw wrong('amount', `must be from 1 to ${MAX_MINOR - 1n} minor units`);
  if (payee.account === '' || /\s/.test(payee.account))
    throw wrong('account', 'is empty or has spaces');
  return {
    requestId: instructionIdOf(endToEndId),
    creditParty: [
      { key: 'payeeIdentity', value: identityOf(paymentId, wrong) },
      { key: KEYS[payee.kind], value: payee.account },
    ],
    debitParty: debitPartyOf(outline.debtor),
    paymentMode,
    amount: formatAmount(amountMinor, currency),
    currency,
    descriptionText: cut(
      remittance
        .normalize('NFC')
        .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
        .trim(),
      LENGTHS.narration,
    ),
  };
}

function identityOf(
  paymentId: string,
  wrong: (field: string, reason: string) => RailError,
): string {
  try {
    return functionalIdOf(personIn(paymentId));
  } catch {
    throw wrong('payeeIdentity', 'is no person id that fits the published 20 characters');
  }
}

const debitPartyOf = (debtor: Debtor): readonly Entry[] => [
  'iban' in debtor
    ? { key: 'iban', value: debtor.iban }
    : { key: 'accountNumber', value: debtor.rib },
  { key: 'bic', value: debtor.bic },
];

/**
 * At most `length` UTF-16 units (no reader counts more of them), without half a character at the
 * end.
 */
export function cut(text: string, length: number): string {
  const short = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(short) ? short.slice(0, -1) : short;
}

const json = JSON.stringify;
export const transferText = (transfer: Transfer): string =>
  `{"requestId":${json(transfer.requestId)},"creditParty":${json(transfer.creditParty)},"debitParty":${json(transfer.debitParty)},"paymentMode":${json(transfer.paymentMode)},` +
  `"amount":${transfer.amount},"currency":${json(transfer.currency)},"descriptionText":${json(transfer.descriptionText)}}`;

/** The line of the `index`-th batch of a message, counted from 0. */
export function batchLine(
  messageId: string,
  index: number,
  instructions: readonly Instruction[],
  transfers: readonly string[],
): string {
  const references = json(instructions.map(({ paymentId, endToEndId }) => [paymentId, endToEndId]));
  return `{"correlationId":${json(correlationIdOf('pay', messageId, index))},"references":${references},"body":[${transfers.join(',')}]}\n`;
}

export interface Head {
  readonly messageId: string;
  readonly createdAt: string;
  readonly executionDate: string;
  readonly currency: string;
}
export interface Foot {
  readonly count: number;
  readonly total: string;
}
export const headLine = ({
  messageId,
  createdAt,
  executionDate,
  currency,
}: MessageOutline): string =>
  `${json({ messageId, createdAt, executionDate, currency } satisfies Head)}\n`;
export const footLine = (count: number, totalMinor: bigint, currency: string): string =>
  `${json({ count, total: formatAmount(totalMinor, currency) } satisfies Foot)}\n`;

const BODY = ',"body":';
/** Reads a line of a batch. @throws SyntaxError */
export function batchOf(line: string): Batch {
  const at = line.indexOf(BODY);
  const body = line.slice(at + BODY.length, -1);
  const { correlationId, references } = JSON.parse(`${line.slice(0, at)}}`) as Pick<
    Batch,
    'correlationId' | 'references'
  >;
  return { correlationId, references, body };
}

/** Transfers of a body of ours; amounts as they are written. */
export function transfersOf(body: string): readonly Transfer[] {
  return JSON.parse(
    body.replace(/"amount":([0-9.]+),"currency"/g, '"amount":"$1","currency"'),
  ) as Transfer[];
}

const kindOf = (key: string): AccountKind =>
  (Object.keys(KEYS) as AccountKind[]).find((kind) => KEYS[kind] === key)!;
interface Payee {
  readonly payeeIdentity: string;
  readonly modality: Modality;
  readonly address: string;
}
function payeeOf({ creditParty }: Transfer): Payee {
  const account = creditParty[1]!;
  return {
    payeeIdentity: creditParty[0]!.value,
    modality: modalityOf(kindOf(account.key)),
    address: account.value,
  };
}

/**
 * Bodies of the requests that come before a batch is paid; undefined where it has no payee whose
 * account the published lengths admit.
 */
export const registration = (
  requestId: string,
  transfers: readonly Transfer[],
): string | undefined =>
  listed(transfers, LENGTHS.financialAddress, (payees) => ({
    RequestID: requestId,
    Beneficiaries: payees.map(({ payeeIdentity, modality, address }) => ({
      payeeIdentity,
      PaymentModality: modality,
      FinancialAddress: address,
    })),
  }));

export const updating = (
  requestId: string,
  bbId: string,
  transfers: readonly Transfer[],
): string | undefined =>
  listed(transfers, LENGTHS.financialAddress, (payees) => ({
    requestID: requestId,
    sourceBBID: bbId,
    beneficiaries: payees.map(({ payeeIdentity, modality, address }) => ({
      payeeIdentity,
      paymentModality: modality,
      financialAddress: address,
    })),
  }));

export function validation(
  batchId: string,
  dfspId: string,
  transfers: readonly Transfer[],
): string | undefined {
  const fitting = transfers.filter(
    (transfer) => payeeOf(transfer).address.length <= LENGTHS.validatedAddress,
  );
  if (fitting.length === 0) return undefined;
  const instructions = fitting.map(
    (transfer) =>
      `{"instructionID":${json(transfer.requestId)},"financialAddress":${json(payeeOf(transfer).address)},"amount":${transfer.amount},"currency":${json(transfer.currency)},"narration":${json(transfer.descriptionText)}}`,
  );
  return `{"batchId":${json(batchId)},"destinationDFSPID":${json(dfspId)},"creditInstructions":[${instructions.join(',')}]}`;
}

function listed(
  transfers: readonly Transfer[],
  max: number,
  body: (payees: readonly Payee[]) => object,
): string | undefined {
  const payees = transfers.map(payeeOf).filter(({ address }) => address.length <= max);
  return payees.length === 0 ? undefined : json(body(payees));
}
