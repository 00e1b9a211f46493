import type {
  BankEntry,
  BankMessageEnd,
} from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import {
  readBankMessage,
  type ReaderOptions,
} from '../../src/adapters/payment-rail/iso20022/incoming/reader.js';

/** One thing that a generated message says about a payment. */
export interface Said {
  readonly endToEndId: string;
  /** Decimal text in MAD. */
  readonly amount: string;
  readonly what: 'settled' | 'returned' | 'rejected' | 'accepted';
  readonly reason?: string;
  /** Who is paid, as the bank knows them. */
  readonly payee?: { readonly name?: string; readonly iban?: string; readonly other?: string };
}
const CAMT_VERSION = '08';

export interface Dress {
  /** camt: booking date. */
  readonly bookedOn?: string;
  /** camt: value date, an instant. */
  readonly valueAt?: string;
  /** Prefix of all elements, without the colon. */
  readonly prefix?: string;
  readonly version?: string;
  readonly messageId?: string;
  /** camt: whose statement it is; absent: the reference programme's. */
  readonly account?: string;
  /** Around the document. */
  readonly wrap?: 'none' | 'header' | 'envelope';
  readonly eol?: string;
  readonly encoding?: string;
  readonly comments?: boolean;
  readonly cdata?: boolean;
  /** camt: how many transactions share an entry. */
  readonly together?: number;
}

const escape = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);

/** A tag writer in a dress. */
function tagger({ prefix, cdata, comments }: Dress) {
  const p = prefix ? `${prefix}:` : '';
  const tag = (name: string, content: string, attributes = ''): string =>
    `<${p}${name}${attributes}>${comments ? '<!-- x -->' : ''}${content}</${p}${name}>`;
  const text = (name: string, value: string, attributes = ''): string =>
    tag(name, cdata ? `<![CDATA[${value}]]>` : escape(value), attributes);
  return { tag, text };
}

function dressed(type: string, body: string, dress: Dress): string {
  const { prefix, wrap = 'none', eol = '', encoding = 'UTF-8' } = dress;
  const uri = `urn:iso:std:iso:20022:tech:xsd:${type}`;
  const p = prefix ? `${prefix}:` : '';
  const document = `<${p}Document xmlns${prefix ? `:${prefix}` : ''}="${uri}">${eol}${body}${eol}</${p}Document>`;
  const header = `<h:AppHdr xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><h:Fr><h:FIId/></h:Fr><h:BizMsgIdr>BIZ-1</h:BizMsgIdr><h:MsgDefIdr>${type}</h:MsgDefIdr></h:AppHdr>`;
  const whole = {
    none: document,
    header: `<BizMsg>${header}${document}</BizMsg>`,
    envelope: `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>x</s:Header><s:Body><Payload>${header}${document}</Payload></s:Body></s:Envelope>`,
  }[wrap];
  return `<?xml version="1.0" encoding="${encoding}"?>${eol}<?sender v1?>${whole}${eol}`;
}

/** Creditor and account; since version 08 the party stands one element deeper. */
function partiesOf(
  { payee }: Said,
  { tag, text }: ReturnType<typeof tagger>,
  deep: boolean,
): string {
  if (!payee) return '';
  const name = payee.name === undefined ? '' : text('Nm', payee.name);
  const party = deep ? tag('Pty', name) : name;
  const other = payee.other === undefined ? '' : tag('Othr', text('Id', payee.other));
  const account = payee.iban === undefined ? other : text('IBAN', payee.iban);
  return (
    (name === '' ? '' : tag('Cdtr', party)) +
    (account === '' ? '' : tag('CdtrAcct', tag('Id', account)))
  );
}

/**
 * A pain.002 that gives every payment its own status; `group` is said of all of a message of ours.
 */
export function pain002Of(
  said: readonly Said[],
  dress: Dress = {},
  group: {
    readonly originalId?: string;
    readonly status?: string;
    readonly batchStatus?: string;
    readonly count?: number;
    readonly reason?: string;
  } = {},
): string {
  const { tag, text } = tagger(dress);
  const { eol = '' } = dress;
  const because = (reason: string | undefined): string =>
    reason === undefined ? '' : tag('StsRsnInf', tag('Rsn', text('Cd', reason)));
  const statuses = { settled: 'ACSC', returned: 'RJCT', rejected: 'RJCT', accepted: 'ACSP' };
  const transactions = said
    .map((one) => ({ ...one, parties: partiesOf(one, { tag, text }, false) }))
    .map(
      ({ endToEndId, amount, what, reason, parties }) =>
        tag(
          'TxInfAndSts',
          text('OrgnlInstrId', endToEndId) +
            text('OrgnlEndToEndId', endToEndId) +
            text('TxSts', statuses[what]) +
            because(reason) +
            tag('OrgnlTxRef', tag('Amt', text('InstdAmt', amount, ' Ccy="MAD"')) + parties),
        ) + eol,
    )
    .join('');
  const head = tag(
    'GrpHdr',
    text('MsgId', dress.messageId ?? 'BANK-1') + text('CreDtTm', '2026-01-29T08:00:00'),
  );
  const original = tag(
    'OrgnlGrpInfAndSts',
    text('OrgnlMsgId', group.originalId ?? 'ASD-1') +
      text('OrgnlMsgNmId', 'pain.001.001.09') +
      (group.count === undefined ? '' : text('OrgnlNbOfTxs', String(group.count))) +
      (group.status === undefined ? '' : text('GrpSts', group.status) + because(group.reason)),
  );
  const batchStatus = group.batchStatus === undefined ? '' : text('PmtInfSts', group.batchStatus);
  const batch =
    said.length === 0 && group.batchStatus === undefined
      ? ''
      : tag(
          'OrgnlPmtInfAndSts',
          text('OrgnlPmtInfId', group.originalId ?? 'ASD-1') + batchStatus + transactions,
        );
  return dressed(
    `pain.002.001.${dress.version ?? '10'}`,
    tag('CstmrPmtStsRpt', head + eol + original + eol + batch),
    dress,
  );
}

type Direction = 'DBIT' | 'CRDT';
const directionOf = ({ what }: Said): Direction => (what === 'returned' ? 'CRDT' : 'DBIT');

/** One payment of an entry. */
function transactionOf(one: Said, dress: Dress): string {
  const { tag, text } = tagger(dress);
  const { version = CAMT_VERSION } = dress;
  const { endToEndId, amount, what, reason } = one;
  const parties = partiesOf(one, { tag, text }, version === '08');
  return tag(
    'TxDtls',
    tag('Refs', text('AcctSvcrRef', 'BK1') + text('EndToEndId', endToEndId)) +
      (version === '02'
        ? tag('AmtDtls', tag('TxAmt', text('Amt', amount, ' Ccy="MAD"')))
        : text('Amt', amount, ' Ccy="MAD"') + text('CdtDbtInd', directionOf(one))) +
      (parties === '' ? '' : tag('RltdPties', parties)) +
      (what === 'returned' ? tag('RtrInf', tag('Rsn', text('Cd', reason ?? 'AC04'))) : ''),
  );
}

/** One booking of payments that go the same way. */
function entryOf(group: readonly Said[], direction: Direction, dress: Dress): string {
  const { tag, text } = tagger(dress);
  const {
    eol = '',
    version = CAMT_VERSION,
    bookedOn = '2026-01-29',
    valueAt = '2026-01-30T00:00:00+01:00',
  } = dress;
  const total = group
    .reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n)
    .toString()
    .padStart(3, '0');
  const kind = text('Cd', 'ICDT') + text('SubFmlyCd', direction === 'CRDT' ? 'RRTN' : 'DMCT');
  return tag(
    'Ntry',
    text('Amt', `${total.slice(0, -2)}.${total.slice(-2)}`, ' Ccy="MAD"') +
      text('CdtDbtInd', direction) +
      (version === '08' ? tag('Sts', text('Cd', 'BOOK')) : text('Sts', 'BOOK')) +
      tag('BookgDt', text('Dt', bookedOn)) +
      tag('ValDt', text('DtTm', valueAt)) +
      tag('BkTxCd', tag('Domn', text('Cd', 'PMNT') + tag('Fmly', kind))) +
      tag('NtryDtls', group.map((one) => transactionOf(one, dress)).join(eol)),
  );
}

/** Payments out, then what came back, so many an entry. */
function entriesOf(said: readonly Said[], dress: Dress): readonly string[] {
  const { together = 1 } = dress;
  const entries: string[] = [];
  for (const direction of ['DBIT', 'CRDT'] as const) {
    const own = said.filter((one) => directionOf(one) === direction);
    for (let from = 0; from < own.length; from += together)
      entries.push(entryOf(own.slice(from, from + together), direction, dress));
  }
  return entries;
}

function closingBalance({ tag, text }: ReturnType<typeof tagger>): string {
  return tag(
    'Bal',
    tag('Tp', tag('CdOrPrtry', text('Cd', 'CLBD'))) +
      text('Amt', '1000000.00', ' Ccy="MAD"') +
      text('CdtDbtInd', 'CRDT') +
      tag('Dt', text('Dt', '2026-01-29')),
  );
}

/** A camt.054 or camt.053 with one booking a payment. */
export function camtOf(
  family: 'camt.054' | 'camt.053',
  said: readonly Said[],
  dress: Dress = {},
): string {
  const { tag, text } = tagger(dress);
  const { eol = '', version = CAMT_VERSION } = dress;
  const entries = entriesOf(said, dress);
  const [root, statement] =
    family === 'camt.054' ? ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'] : ['BkToCstmrStmt', 'Stmt'];
  const balance = family === 'camt.053' ? closingBalance({ tag, text }) : '';
  const summary = tag('TxsSummry', tag('TtlNtries', text('NbOfNtries', String(entries.length))));
  const head = tag(
    'GrpHdr',
    text('MsgId', dress.messageId ?? 'BANK-1') + text('CreDtTm', '2026-01-29T08:00:00'),
  );
  const body = tag(
    statement,
    text('Id', 'S1') +
      text('CreDtTm', '2026-01-29T08:00:00') +
      tag('Acct', tag('Id', text('IBAN', dress.account ?? asdProgramme.debtor.iban))) +
      balance +
      summary +
      eol +
      entries.map((entry) => entry + eol).join(''),
  );
  return dressed(`${family}.001.${version}`, tag(root, head + eol + body), dress);
}

/** In pieces of so many bytes. */
export async function* inPieces(
  bytes: Uint8Array | string,
  size = 1_000_000,
): AsyncGenerator<Uint8Array> {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
  for (let from = 0; from < buffer.length; from += size) yield buffer.subarray(from, from + size);
}

export async function readAll(
  bytes: Uint8Array | string,
  options: ReaderOptions & { readonly pieces?: number } = {},
): Promise<{ readonly entries: readonly BankEntry[]; readonly end: BankMessageEnd }> {
  const reading = readBankMessage(inPieces(bytes, options.pieces), options);
  const entries: BankEntry[] = [];
  for await (const batch of reading.entries) entries.push(...batch);
  return { entries, end: reading.end() };
}
