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

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const statuses = (entries: readonly BankEntry[]): StatusEntry[] =>
  entries.filter((entry) => entry.kind === 'status');
export const bookings = (entries: readonly BankEntry[]): BookedEntry[] =>
  entries.filter((entry) => entry.kind === 'booking');

export const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:';
export const HEAD = '<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2025-12-03T10:00:00</CreDtTm></GrpHdr>';

/** A pain.002 of what stands between its group header and its end. */
export const pain002 = (inner: string, version = '10'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NAMESPACE}pain.002.001.${version}"><CstmrPmtStsRpt>${HEAD}${inner}</CstmrPmtStsRpt></Document>`;
export const GROUP =
  '<OrgnlGrpInfAndSts><OrgnlMsgId>ASD-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>';

/** A camt.054 of entries. */
export const camt054 = (entries: string, version = '08'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NAMESPACE}camt.054.001.${version}"><BkToCstmrDbtCdtNtfctn>${HEAD}<Ntfctn><Id>N1</Id><Acct><Id><IBAN>MA64</IBAN></Id></Acct>${entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`;
/** A camt.053 of balances, a summary and entries, as they stand in it. */
export const camt053 = (inner: string, version = '08'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NAMESPACE}camt.053.001.${version}"><BkToCstmrStmt>${HEAD}<Stmt><Id>S1</Id><Acct><Id><IBAN>MA64</IBAN></Id></Acct>${inner}</Stmt></BkToCstmrStmt></Document>`;
export const entry = (amount: string, inner = '', direction = 'DBIT', more = ''): string =>
  `<Ntry><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>${more}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2025-12-03</Dt></BookgDt><ValDt><Dt>2025-12-04</Dt></ValDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>${inner}</Ntry>`;
export const transaction = (endToEndId: string, amount: string, more = ''): string =>
  `<TxDtls><Refs><EndToEndId>${endToEndId}</EndToEndId><UETR>8A562C67-CA16-48BA-B074-65581BE6F011</UETR></Refs><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>${more}</TxDtls>`;
export const balance = (code: string, amount: string, direction = 'CRDT'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd><Dt><Dt>2025-12-03</Dt></Dt></Bal>`;
