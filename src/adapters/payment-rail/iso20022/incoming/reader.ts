import { firstOf } from '../../../../kernel/text.js';
import { Camt, type CamtNumbers } from './camt.js';
import { Pain002 } from './pain002.js';
import {
  BankMessageError,
  type BankEntry,
  type BankMessageEnd,
  type BankMessageHead,
  type BankMessageReading,
  type Direction,
  type Family,
  type Finding,
  type OriginalSums,
} from './port.js';
import { dayIn, findProblems } from './values.js';
import { Walker, type Fields, type Mapper, type Surroundings } from './shape.js';
import { XmlReader, type Attributes, type XmlLimits } from './xml.js';

const ELEMENTS: Readonly<Record<string, Family>> = {
  CstmrPmtStsRpt: 'pain.002',
  BkToCstmrDbtCdtNtfctn: 'camt.054',
  BkToCstmrStmt: 'camt.053',
};
const pad = (version: number): string => String(version).padStart(2, '0');
/** Versions whose elements are those that are read here. */
const VERSIONS: Readonly<Record<Family, { readonly from: number; readonly to: number }>> = {
  'pain.002': { from: 3, to: 14 },
  'camt.054': { from: 2, to: 12 },
  'camt.053': { from: 2, to: 12 },
};
/** Also in the names of national variants: "…/camt.054.001.04.ch.02.xsd". */
const TYPE = /(?<![\w.-])(pain|camt)\.(\d{3})\.(\d{3})\.(\d{2})(?![\w-])/;
/** A message of ISO 20022 of any kind, but no header and no envelope. */
const OTHER = /(?<![\w.-])(?!head|nvlp)([a-z]{4}\.\d{3})\.\d{3}\.\d{2}(?![\w-])/;
/** By their elements, where they are in no namespace. */
const OTHERS: Readonly<Record<string, string>> = {
  BkToCstmrAcctRpt: 'camt.052',
  CstmrCdtTrfInitn: 'pain.001',
  CstmrDrctDbtInitn: 'pain.008',
  CstmrPmtRvsl: 'pain.007',
  RsltnOfInvstgtn: 'camt.029',
  FIToFICstmrCdtTrf: 'pacs.008',
  FIToFIPmtStsRpt: 'pacs.002',
  PmtRtr: 'pacs.004',
};

/** What is read, for whoever sent something else. */
const READ = `Read are ${Object.entries(VERSIONS)
  .map(([family, { from, to }]) => `${family}.001.${pad(from)} to .${pad(to)}`)
  .join(', ')}.`;

const MAX_FINDINGS = 100;
const MAX_MESSAGES = 1_000;
const MAX_ORIGINALS = 10_000;
/** Entries of one batch, at least. */
const BATCH = 500;

export interface ReaderOptions {
  readonly limits?: Partial<XmlLimits>;
  /** Also read who pays and who is paid. */ readonly parties?: boolean;
}

/**
 * Reads pain.002, camt.054 and camt.053 from bytes in any encoding that banks send, with any
 * prefixes, with or without a header or envelope, several in one file too. Texts stay texts;
 * amounts become minor units where they can be read exactly.
 */
export function readBankMessage(
  bytes: AsyncIterable<Uint8Array>,
  { limits, parties }: ReaderOptions = {},
): BankMessageReading {
  const reading = new Reading(limits, parties === true);
  return { entries: reading.entries(bytes), end: () => reading.end() };
}

class Reading {
  readonly #xml: XmlReader;
  readonly #walker: Walker;
  #batch: BankEntry[] = [];
  readonly #messages: BankMessageHead[] = [];
  readonly #counts = new Map<string, number>();
  readonly #turnover = new Map<string, { debit: bigint; credit: bigint }>();
  readonly #originals: OriginalSums[] = [];
  readonly #findings: Finding[] = [];
  #findingCount = 0;
  #over = false;
  readonly #numbers: CamtNumbers = { statement: 0, entry: 0 };
  #declared: string | undefined;

  constructor(
    limits: Partial<XmlLimits> | undefined,
    private readonly parties: boolean,
  ) {
    this.#walker = new Walker(
      () => this.#xml.place,
      (local, uri, attributes, around) => this.#find(local, uri, attributes, around),
      (finding) => this.#note(finding),
    );
    this.#xml = new XmlReader(this.#walker, limits);
  }

  async *entries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BankEntry[]> {
    for await (const chunk of bytes) {
      this.#xml.write(chunk);
      if (this.#batch.length >= BATCH) yield this.#take();
    }
    this.#xml.end();
    if (!this.#walker.hasRead)
      throw new BankMessageError(
        'MESSAGE_UNKNOWN',
        `the document holds no message that is read. ${READ}`,
        { line: 1, column: 1 },
      );
    if (this.#batch.length > 0) yield this.#take();
    this.#over = true;
  }

  end(): BankMessageEnd {
    if (!this.#over) throw new Error('a message is known once its entries were read to the end');
    return {
      messages: this.#messages,
      originals: this.#originals,
      bytes: this.#xml.bytes,
      counts: Object.fromEntries(this.#counts),
      findings: this.#findings,
      findingCount: this.#findingCount,
      turnover: [...this.#turnover].map(([currency, { debit, credit }]) => ({
        currency,
        debitMinor: String(debit),
        creditMinor: String(credit),
      })),
    };
  }

  #take(): readonly BankEntry[] {
    const batch = this.#batch;
    this.#batch = [];
    return batch;
  }

  #emit = (entry: BankEntry): void => {
    this.#batch.push(entry);
    if (entry.kind === 'entry-differs') return;
    const key = entry.kind === 'balance' ? 'balance' : `${entry.kind}/${entry.scope}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  };

  #note = (finding: Finding): void => {
    this.#findingCount += 1;
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push(finding);
  };

  #original = (sums: OriginalSums): void => {
    if (this.#originals.length >= MAX_ORIGINALS)
      throw new BankMessageError(
        'LIMIT_EXCEEDED',
        `a file may answer at most ${MAX_ORIGINALS} messages transfer by transfer.`,
        sums.place,
      );
    this.#originals.push(sums);
  };

  #turn = (currency: string, direction: Direction, amountMinor: bigint): void => {
    const turnover = this.#turnover.get(currency) ?? { debit: 0n, credit: 0n };
    turnover[direction] += amountMinor;
    this.#turnover.set(currency, turnover);
  };

  /** Is asked for every element outside of messages: the message's own, or something around it. */
  #find(
    local: string,
    uri: string,
    attributes: Attributes,
    around: Surroundings,
  ): Mapper | undefined {
    if (local === 'Document') this.#declared = wordsOf(attributes);
    const family = Object.hasOwn(ELEMENTS, local) ? ELEMENTS[local] : undefined;
    if (!family) {
      this.#requireNoOther(local, uri);
      return undefined;
    }
    if (this.#messages.length >= MAX_MESSAGES)
      throw new BankMessageError(
        'LIMIT_EXCEEDED',
        `a file may hold at most ${MAX_MESSAGES} messages.`,
        this.#xml.place,
      );
    // Some senders write xmlns with a capital, or only where the schema lies.
    const messageType = this.#typeOf(
      family,
      TYPE.exec(uri) ??
        (uri === ''
          ? (TYPE.exec(around.definition ?? '') ?? TYPE.exec(this.#declared ?? ''))
          : null),
      uri,
    );
    const place = this.#xml.place;
    if (around.definition !== undefined && TYPE.exec(around.definition)?.[0] !== messageType) {
      this.#note({
        code: 'TYPE_DIFFERS',
        element: 'MsgDefIdr',
        place,
        detail: 'The business application header names another message type than the message.',
      });
    }
    const onHead = (fields: Fields): void => this.#head(family, messageType, around, fields);
    const message = this.#messages.length;
    const told = {
      onEntry: message === 0 ? this.#emit : ofMessage(message, this.#emit),
      onHead,
      onFinding: this.#note,
      onTurnover: this.#turn,
      onOriginal: this.#original,
    };
    if (family === 'pain.002') return new Pain002(told, this.parties);
    return new Camt(family, this.#numbers, told, this.parties);
  }

  /**
   * Nothing of a file is passed over: a message that is not read is refused, and the file with it.
   */
  #requireNoOther(local: string, uri: string): void {
    if (local === 'Document') return;
    const other =
      OTHER.exec(uri)?.[1] ?? (Object.hasOwn(OTHERS, local) ? OTHERS[local] : undefined);
    if (other === undefined) return;
    const what =
      other === 'camt.052'
        ? 'camt.052 is a report within the day, of which nothing is booked for good.'
        : `${other} is not read.`;
    throw new BankMessageError(
      other === 'camt.052' ? 'INTRADAY_REPORT' : 'MESSAGE_UNKNOWN',
      `${what} ${READ}`,
      this.#xml.place,
    );
  }

  #typeOf(family: Family, type: RegExpExecArray | null, uri: string): string {
    if (!type && uri === '') return family;
    if (!type)
      throw new BankMessageError(
        'NAMESPACE_UNKNOWN',
        `the message's element is that of ${family}, its namespace that of none. ${READ}`,
        this.#xml.place,
      );
    const { from, to } = VERSIONS[family];
    if (!type[0].startsWith(`${family}.`))
      throw new BankMessageError(
        'NAMESPACE_DIFFERS',
        `the message's element is that of ${family}, its namespace that of another. ${READ}`,
        this.#xml.place,
      );
    if (type[3] !== '001' || Number(type[4]) < from || Number(type[4]) > to)
      throw new BankMessageError(
        'VERSION_UNKNOWN',
        `${type[0]} is not read. ${READ}`,
        this.#xml.place,
      );
    return type[0];
  }

  #head(family: Family, messageType: string, { businessId }: Surroundings, fields: Fields): void {
    const messageId = fields.get('messageId');
    const createdAt = fields.get('createdAt');
    findProblems(fields, this.#note);
    if (messageId === undefined)
      this.#note({
        code: 'ELEMENT_MISSING',
        element: 'MsgId',
        place: fields.place,
        detail: 'GrpHdr/MsgId is missing.',
      });
    if (createdAt !== undefined && dayIn(fields, 'createdAt', 'createdAt', 'CreDtTm') === undefined)
      this.#note({
        code: 'VALUE_INVALID',
        element: 'CreDtTm',
        place: fields.place,
        detail: 'GrpHdr/CreDtTm is no date.',
      });
    this.#messages.push({
      family,
      messageType,
      ...(messageId === undefined ? {} : { messageId: firstOf(messageId, 35) }),
      ...(createdAt === undefined ? {} : { createdAt: createdAt.slice(0, 40) }),
      ...(businessId === undefined ? {} : { businessId: firstOf(businessId, 35) }),
    });
  }
}

const ofMessage =
  (message: number, emit: (entry: BankEntry) => void) =>
  (entry: BankEntry): void =>
    emit(entry.kind === 'entry-differs' ? entry : { ...entry, message });

const wordsOf = (attributes: Attributes): string => Object.values(attributes).join(' ');
