import {
  BankMessageError,
  type BankEntry,
  type BankMessageEnd,
  type BookedEntry,
  type StatusEntry,
} from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import {
  readBankMessage,
  type ReaderOptions,
} from '../../src/adapters/payment-rail/iso20022/incoming/reader.js';
import { documentOf, element, NAMESPACE } from '../support/xml.js';

export interface ReadMessage {
  readonly entries: readonly BankEntry[];
  readonly end: BankMessageEnd;
}

/** Reads a message that is in memory, in pieces of `chunk` bytes. */
export async function readAll(
  message: string | Uint8Array,
  chunk = 65_536,
  options: ReaderOptions = {},
): Promise<ReadMessage> {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  const reading = readBankMessage(pieces(bytes, chunk), options);
  const entries: BankEntry[] = [];
  for await (const batch of reading.entries) entries.push(...batch);
  return { entries, end: reading.end() };
}

/** What it is refused with; an answer that is no refusal fails the test. */
export async function refusalOf(
  message: string | Uint8Array,
  options: ReaderOptions = {},
): Promise<BankMessageError> {
  const answer = await readAll(message, 65_536, options).catch((error: unknown) => error);
  if (!(answer instanceof BankMessageError))
    throw new Error('it was not refused', { cause: answer });
  return answer;
}

/** What its end says that is wrong with it, each by its element. */
export const findingsOf = async (message: string): Promise<readonly string[]> =>
  (await readAll(message)).end.findings.map(({ code, element }) => `${code} ${element}`);

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const statuses = (entries: readonly BankEntry[]): StatusEntry[] =>
  entries.filter((entry) => entry.kind === 'status');
export const bookings = (entries: readonly BankEntry[]): BookedEntry[] =>
  entries.filter((entry) => entry.kind === 'booking');

export { NAMESPACE };
export const HEAD = element(
  'GrpHdr',
  element('MsgId', 'BANK-1'),
  element('CreDtTm', '2025-12-03T10:00:00'),
);
const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A pain.002 of what stands between its group header and its end. */
export const pain002 = (inner: string, version = '10'): string =>
  PROLOG + documentOf(`pain.002.001.${version}`, element('CstmrPmtStsRpt', HEAD, inner));
export const GROUP = element(
  'OrgnlGrpInfAndSts',
  element('OrgnlMsgId', 'ASD-1'),
  element('OrgnlMsgNmId', 'pain.001.001.09'),
);

const ACCOUNT = element('Acct', element('Id', element('IBAN', 'MA64')));
/** A camt.054 of entries. */
export const camt054 = (entries: string, version = '08'): string => {
  const notification = element('Ntfctn', element('Id', 'N1'), ACCOUNT, entries);
  const report = element('BkToCstmrDbtCdtNtfctn', HEAD, notification);
  return PROLOG + documentOf(`camt.054.001.${version}`, report);
};
/** A camt.053 of balances, a summary and entries, as they stand in it. */
export const camt053 = (inner: string, version = '08'): string => {
  const statement = element('Stmt', element('Id', 'S1'), ACCOUNT, inner);
  return PROLOG + documentOf(`camt.053.001.${version}`, element('BkToCstmrStmt', HEAD, statement));
};
export const entry = (amount: string, inner = '', direction = 'DBIT', more = ''): string =>
  element(
    'Ntry',
    element('Amt Ccy="MAD"', amount),
    element('CdtDbtInd', direction),
    more,
    element('Sts', element('Cd', 'BOOK')),
    element('BookgDt', element('Dt', '2025-12-03')),
    element('ValDt', element('Dt', '2025-12-04')),
    element('BkTxCd', element('Prtry', element('Cd', 'X'))),
    inner,
  );
export const transaction = (endToEndId: string, amount: string, more = ''): string =>
  element(
    'TxDtls',
    element(
      'Refs',
      element('EndToEndId', endToEndId),
      element('UETR', '8A562C67-CA16-48BA-B074-65581BE6F011'),
    ),
    element('Amt Ccy="MAD"', amount),
    element('CdtDbtInd', 'DBIT'),
    more,
  );
export const balance = (code: string, amount: string, direction = 'CRDT'): string =>
  element(
    'Bal',
    element('Tp', element('CdOrPrtry', element('Cd', code))),
    element('Amt Ccy="MAD"', amount),
    element('CdtDbtInd', direction),
    element('Dt', element('Dt', '2025-12-03')),
  );
