import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XmlElement, XmlLibError } from 'libxml2-wasm';
import {
  BankMessageError,
  isNumbered,
  type BankEntry,
  type BookedEntry,
} from '../../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { verdictOf } from '../../../src/use-cases/statements/bank-verdict.rule.js';
import {
  balance,
  camt053,
  camt054,
  entry,
  GROUP,
  NAMESPACE,
  pain002,
  readAll,
  transaction,
  type ReadMessage,
} from '../../rails/bank-messages.js';
import { camtOf, pain002Of } from '../../support/bank-messages.js';
import { requireSameAmount } from '../amounts.js';
import { Broken, holds, refusedWell, type FuzzTarget, type Next } from '../target.js';
import { XsdGrammar } from '../xsd-grammar.js';

type Family = 'pain002' | 'camt052' | 'camt053' | 'camt054';

const SAID = [
  { endToEndId: 'E1', amount: '500.00', what: 'settled' as const },
  { endToEndId: 'E2', amount: '300.50', what: 'returned' as const, reason: 'AC04' },
];
const camt052 = (inner: string): string =>
  camt053(inner)
    .replaceAll('camt.053.001.08', 'camt.052.001.08')
    .replaceAll('BkToCstmrStmt', 'BkToCstmrAcctRpt')
    .replaceAll('Stmt>', 'Rpt>');
const DETAILS = `<NtryDtls><Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="MAD">800.00</TtlAmt></Btch>${transaction('E1', '500.00')}${transaction('E2', '300.00', '<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>')}</NtryDtls>`;
const STATEMENT = `${balance('OPBD', '1000.00')}${balance('CLBD', '200.00')}${entry('800.00', DETAILS)}`;
const CHARGED = entry(
  '500.00',
  `<Chrgs><Rcrd><Amt Ccy="MAD">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs><NtryDtls>${transaction('E1', '495.00')}</NtryDtls>`,
);

const SEEDS: Readonly<Record<Family, readonly string[]>> = {
  pain002: [
    pain002(
      `${GROUP.replace('</OrgnlGrpInfAndSts>', '<OrgnlNbOfTxs>2</OrgnlNbOfTxs><GrpSts>PART</GrpSts><NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts></OrgnlGrpInfAndSts>')}<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="MAD">500.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>`,
    ),
    pain002Of(SAID, { prefix: 'p', wrap: 'header', cdata: true }),
    pain002Of([], {}, { status: 'ACSC', count: 2 }),
  ],
  camt052: [camt052(STATEMENT)],
  camt053: [camt053(STATEMENT), camtOf('camt.053', SAID, { wrap: 'envelope', eol: '\r\n' })],
  camt054: [
    camt054(entry('800.00', DETAILS)),
    camt054(CHARGED),
    camtOf('camt.054', SAID, { version: '02', together: 2 }),
  ],
};
const WORDS = ['Ccy="MAD"', '<!-- x -->', '<![CDATA[1]]>', ' xmlns="x"', '<!DOCTYPE a>', '&#50;'];

/** Elements that say something of a payment. */
const WANTED = new Set(
  'OrgnlPmtInfAndSts TxInfAndSts TxSts OrgnlEndToEndId GrpSts OrgnlTxRef Amt InstdAmt Ntry NtryDtls TxDtls Refs EndToEndId Bal RtrInf Btch CdtDbtInd'.split(
    ' ',
  ),
);
const SCHEMAS: Readonly<Record<Family, readonly string[]>> = {
  pain002: ['pain.002.001.03', 'pain.002.001.10', 'pain.002.001.14'],
  camt052: [],
  camt053: ['camt.053.001.02', 'camt.053.001.04', 'camt.053.001.08', 'camt.053.001.12'],
  camt054: ['camt.054.001.02', 'camt.054.001.04', 'camt.054.001.08', 'camt.054.001.12'],
};

/**
 * Published schemas are not in the repository: with the reference data, messages are made from
 * them.
 */
function grammars(family: Family): readonly XsdGrammar[] {
  const data = process.env['REFERENCE_DATA'];
  if (data === undefined) return [];
  return SCHEMAS[family]
    .map((name) => join(data, 'iso20022/xsd', `${name}.xsd`))
    .filter((file) => existsSync(file))
    .map((file) => new XsdGrammar(file, WANTED));
}

/** The same text as another reader of XML, libxml2, has it. */
class Twin {
  readonly #counts = new Map<string, number>();
  readonly #texts = new Map<string, Set<string>>();

  constructor(root: XmlElement) {
    this.#visit(root, []);
  }

  /**
   * Elements under this path of local names, of which the first stands anywhere, outside of others
   * of that name.
   */
  count(...path: readonly string[]): number {
    return this.#counts.get(path.join('/')) ?? 0;
  }

  has(text: string, ...names: readonly string[]): boolean {
    return names.some((name) => this.#texts.get(name)?.has(text) === true);
  }

  #visit(element: XmlElement, path: readonly string[]): void {
    const { name } = element;
    const own = path.length === 0 && !ROOTS.has(name) ? [] : [...path, name];
    if (own.length > 0) {
      const key = own.join('/');
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
    let isLeaf = true;
    for (let child = element.firstChild; child; child = child.next)
      if (child instanceof XmlElement) {
        isLeaf = false;
        this.#visit(child, own);
      }
    if (!isLeaf) return;
    const texts = this.#texts.get(name) ?? new Set();
    this.#texts.set(name, texts.add(element.content.trim()));
  }
}

/**
 * Undefined where it is not the text that both read: another encoding, or one that is declared so.
 */
function isShared(input: Buffer): boolean {
  const head = input.toString('latin1', 0, 512);
  const declared = /encoding\s*=\s*["']([^"']*)/.exec(head)?.[1];
  const isOther = declared !== undefined && declared.toLowerCase() !== 'utf-8';
  return isUtf8(input) && !isOther && !input.includes(0) && !/<\?xml[^>]*1\.1/.test(head);
}

function requireSound(one: BankEntry, twin: Twin | undefined): void {
  const { amount, problems } = one;
  holds(one.place.line >= 1 && one.place.column >= 1, 'an entry is nowhere');
  if (amount === undefined) return;
  if (amount.amountMinor === undefined) {
    holds(problems.length > 0, `${amount.text} is no amount, and that is no problem`);
    return;
  }
  requireSameAmount(amount.text, amount.currency, amount.amountMinor);
  const isReckoned = one.kind === 'booking' && one.left !== undefined;
  if (twin && !isReckoned)
    holds(
      twin.has(amount.text, 'Amt', 'InstdAmt', 'IntrBkSttlmAmt', 'ConfdAmt', 'TtlAmt'),
      `${amount.text} stands nowhere`,
    );
}

/** Nothing that cannot be read is said of a payment. */
function requireVerdict(one: BankEntry): void {
  if (!isNumbered(one)) return;
  const verdict = verdictOf(one);
  if (one.problems.length > 0) holds(verdict.kind === 'unclear', 'a problem changes a payment');
  if (verdict.kind !== 'payment' && verdict.kind !== 'message') return;
  const { amountMinor, currency } = verdict.outcome;
  if (amountMinor === undefined || one.amount === undefined) return;
  holds(amountMinor === one.amount.amountMinor, 'the verdict has another amount');
  holds(currency === one.amount.currency, 'the verdict has another currency');
}

const ROOTS: ReadonlySet<string> = new Set([
  'CstmrPmtStsRpt',
  'BkToCstmrStmt',
  'BkToCstmrDbtCdtNtfctn',
]);
const EACH = {
  'pain.002': ['CstmrPmtStsRpt', 'OrgnlPmtInfAndSts', 'TxInfAndSts'],
  'camt.053': ['BkToCstmrStmt', 'Stmt', 'Ntry'],
  'camt.054': ['BkToCstmrDbtCdtNtfctn', 'Ntfctn', 'Ntry'],
} as const;

/** Each status and each entry is told, and none that is not there. */
function requireAllTold({ entries, end }: ReadMessage, twin: Twin): void {
  const statuses = entries.filter((one) => one.kind === 'status' && one.scope === 'transaction');
  holds(statuses.length === twin.count(...EACH['pain.002']), 'a status is not told, or twice');
  const booked = entries.filter((one): one is BookedEntry => one.kind === 'booking');
  const told = new Set(booked.map((one) => one.entry)).size;
  const there = twin.count(...EACH['camt.053']) + twin.count(...EACH['camt.054']);
  holds(told === there, `${told} entries are told; there are ${there}`);
  for (const one of entries) {
    const id = one.kind === 'status' ? one.original.endToEndId : undefined;
    const own = one.kind === 'booking' ? one.references.endToEndId : id;
    if (own !== undefined)
      holds(twin.has(own, 'EndToEndId', 'OrgnlEndToEndId'), 'an end-to-end id stands nowhere');
  }
  for (const { debitMinor, creditMinor } of end.turnover)
    holds(BigInt(debitMinor) >= 0n && BigInt(creditMinor) >= 0n, 'a turnover is negative');
}

function requirePlace(error: BankMessageError, input: Buffer): void {
  const lines = input.toString('latin1').split(/\r\n|\r|\n/).length;
  const { line, column } = error.place;
  holds(line >= 1 && line <= lines + 1 && column >= 1, `${error.code} names no place of the file`);
}

async function outcomeOf(input: Buffer, chunk?: number): Promise<ReadMessage | BankMessageError> {
  try {
    return await readAll(input, chunk);
  } catch (error) {
    if (error instanceof BankMessageError) return error;
    throw error;
  }
}

/** Of two faults either may be told: bytes are decoded in pieces before they are parsed. */
const said = (outcome: ReadMessage | BankMessageError): string =>
  outcome instanceof BankMessageError ? 'refused' : JSON.stringify(outcome);

async function check(input: Buffer): Promise<string> {
  const outcome = await outcomeOf(input);
  if (input.length < 4_096)
    holds(
      said(await outcomeOf(input, 1 + (input.length % 7))) === said(outcome),
      'pieces of it say something else',
    );
  if (outcome instanceof BankMessageError) {
    requirePlace(outcome, input);
    return refusedWell(outcome);
  }
  requireTwin(outcome, input);
  const { entries, end } = outcome;
  const isNoted = end.findingCount > 0 || entries.some(({ problems }) => problems.length > 0);
  return isNoted ? 'noted' : 'read';
}

/** @throws Broken where it is no XML, though it was read */
function twinOf(input: Buffer): Twin | undefined {
  try {
    using document = XmlDocument.fromBuffer(input);
    return new Twin(document.root);
  } catch (error) {
    // A name of a namespace may be any text for us, and is none of a payment's.
    if (error instanceof XmlLibError && error.message.includes('is not a valid URI'))
      return undefined;
    throw new Broken('it is no XML, and was read', error);
  }
}

function requireTwin(outcome: ReadMessage, input: Buffer): void {
  if (!isShared(input)) {
    for (const one of outcome.entries) requireSound(one, undefined);
    return;
  }
  const twin = twinOf(input);
  for (const one of outcome.entries) {
    requireSound(one, twin);
    requireVerdict(one);
  }
  if (twin) requireAllTold(outcome, twin);
}

export function bankMessages(family: Family): FuzzTarget {
  const made = grammars(family);
  return {
    seeds: SEEDS[family],
    words: [...WORDS, NAMESPACE],
    ...(made.length === 0
      ? {}
      : { generate: (next: Next) => made[next(made.length)]!.message(next) }),
    check,
  };
}
