import type { BankEntry, BookedEntry, Family, Finding, Money } from './port.js';
import { StatementSums } from './statement.js';
import {
  choice,
  ignored,
  nodeOf,
  PARTIES,
  record,
  whole,
  type Fields,
  type Mapper,
  type Node,
  type Part,
  type Shape,
} from './shape.js';
import { dayIn, directionIn, flagIn, idIn, maybe, moneyIn, partiesIn } from './values.js';

const bankCode: Shape = {
  Domn: { Cd: 'domain', Fmly: { Cd: 'codeFamily', SubFmlyCd: 'subFamily' } },
  Prtry: { Cd: 'proprietaryCode' },
};
const day = (name: string): Shape => ({ Dt: `${name}On`, DtTm: `${name}At` });

const transaction = (related: Shape): Part =>
  record('transaction', {
    Refs: whole({
      MsgId: 'messageId',
      AcctSvcrRef: 'bank',
      PmtInfId: 'batchId',
      InstrId: 'instructionId',
      EndToEndId: 'endToEndId',
      UETR: 'uetr',
      TxId: 'transactionId',
      ...ignored('MndtId ChqNb ClrSysRef AcctOwnrTxId AcctSvcrTxId MktInfrstrctrTxId PrcgId Prtry'),
    }),
    Amt: 'amount',
    CdtDbtInd: 'direction',
    AmtDtls: { InstdAmt: { Amt: 'instructed' }, TxAmt: { Amt: 'transacted' } },
    BkTxCd: bankCode,
    RtrInf: record('return', {
      Rsn: whole({ Cd: 'returnReason', Prtry: 'proprietaryReturnReason' }),
      ...ignored('OrgnlBkTxCd Orgtr AddtlInf'),
    }),
    ...ignored(
      'Avlbty Chrgs Intrst RltdPties RltdAgts LclInstrm PmtTpInf Purp RltdRmtInf RmtInf RltdDts RltdPric RltdQties FinInstrmId Tax CorpActn SfkpgAcct CshDpst CardTx AddtlTxInf SplmtryData',
    ),
    ...related,
  });

const entry = (related: Shape): Part =>
  record('entry', {
    NtryRef: 'entry',
    Amt: 'amount',
    CdtDbtInd: 'direction',
    RvslInd: 'reversal',
    Sts: choice('status', { Cd: 'status', Prtry: 'status' }),
    BookgDt: day('booked'),
    ValDt: day('value'),
    AcctSvcrRef: 'bank',
    BkTxCd: bankCode,
    NtryDtls: record('details', {
      Btch: record('batchInformation', {
        MsgId: 'messageId',
        PmtInfId: 'batchId',
        NbOfTxs: 'count',
        TtlAmt: 'total',
        CdtDbtInd: 'direction',
      }),
      TxDtls: transaction(related),
    }),
    ...ignored(
      'Avlbty ComssnWvrInd AddtlInfInd AmtDtls Chrgs TechInptChanl Intrst CardTx AddtlNtryInf',
    ),
  });

const page = { PgNb: 'page', LastPgInd: 'lastPage' };
const statement = (related: Shape): Part =>
  record('statement', {
    Id: 'id',
    CreDtTm: 'createdAt',
    Acct: { Ccy: 'currency' },
    NtfctnPgntn: page,
    StmtPgntn: page,
    TxsSummry: {
      TtlNtries: { NbOfNtries: 'entries', Sum: 'sum' },
      TtlCdtNtries: { NbOfNtries: 'credits', Sum: 'creditSum' },
      TtlDbtNtries: { NbOfNtries: 'debits', Sum: 'debitSum' },
    },
    Bal: record('balance', {
      Tp: { CdOrPrtry: { Cd: 'code', Prtry: 'code' } },
      Amt: 'amount',
      CdtDbtInd: 'direction',
      Dt: day('balance'),
      ...ignored('CdtLine Avlbty'),
    }),
    Ntry: entry(related),
    ...ignored(
      'ElctrncSeqNb RptgSeq LglSeqNb FrToDt CpyDplctInd RptgSrc RltdAcct Intrst AddtlNtfctnInf AddtlStmtInf',
    ),
  });

const root = (name: string, element: string, related: Shape): Node =>
  nodeOf(
    name,
    record('message', {
      GrpHdr: { MsgId: 'messageId', CreDtTm: 'createdAt' },
      [element]: statement(related),
      ...ignored('SplmtryData'),
    }),
  );
const roots = (related: Shape = {}) =>
  ({
    'camt.054': root('BkToCstmrDbtCdtNtfctn', 'Ntfctn', related),
    'camt.053': root('BkToCstmrStmt', 'Stmt', related),
  }) as const;
const ROOTS = roots();
const ROOTS_WITH_PARTIES = roots({ RltdPties: PARTIES });

/** What is known of an entry while its details are read. */
interface Open {
  readonly number: number;
  transactions: number;
  /** A transaction without an amount: it has the entry's, where it is the only one. */
  pending?: BookedEntry;
  returned: boolean;
  batched: boolean;
}

export interface CamtNumbers {
  statement: number;
  entry: number;
}

/**
 * BankToCustomerDebitCreditNotification and BankToCustomerStatement, versions 02 to 12. @param
 * numbers of the file, counted on
 */
export function camt(
  family: 'camt.053' | 'camt.054',
  numbers: CamtNumbers,
  emit: (entry: BankEntry) => void,
  onHead: (fields: Fields) => void,
  onFinding: (finding: Finding) => void,
  onTurnover: StatementSums['onTurnover'],
  parties = false,
): Mapper {
  let open: Open | undefined;
  let sums: StatementSums | undefined;
  /** The return of the transaction in hand. */
  let returned: Fields | undefined;
  let batch: Fields | undefined;
  /** Of the batch in hand; several batches in one entry each tell their own. */
  let transactionsOfDetails = 0;
  let sumOfDetails = 0n;

  const flush = (amount: Money | undefined): void => {
    if (open?.pending) emit(amount === undefined ? open.pending : { ...open.pending, amount });
    delete open?.pending;
  };

  return {
    root: (parties ? ROOTS_WITH_PARTIES : ROOTS)[family],
    begin({ kind, place }) {
      if (kind === 'statement') sums = new StatementSums(place, onFinding, onTurnover);
      else if (kind === 'entry')
        open = { number: numbers.entry, transactions: 0, returned: false, batched: false };
      else if (kind === 'transaction') returned = undefined;
      else if (kind === 'details') {
        batch = undefined;
        transactionsOfDetails = 0;
        sumOfDetails = 0n;
      }
    },
    end(fields) {
      switch (fields.kind) {
        case 'return':
          returned = fields;
          break;
        case 'batchInformation':
          batch = fields;
          break;
        case 'transaction': {
          const entry = fields.parent!.parent!;
          transactionsOfDetails += 1;
          open!.transactions += 1;
          flush(undefined);
          const booked = booking('transaction', family, numbers, entry, fields, batch, returned);
          if (
            booked.amount?.currency !== undefined &&
            booked.amount.currency === batch?.get('total@')
          )
            sumOfDetails += BigInt(booked.amount.amountMinor ?? 0);
          if (booked.amount) emit(booked);
          else open!.pending = booked;
          break;
        }
        case 'details':
          if (batch) exceeded(batch, transactionsOfDetails, sumOfDetails, onFinding);
          if (batch && transactionsOfDetails === 0) {
            emit(booking('batch', family, numbers, fields.parent!, undefined, batch, undefined));
            open!.batched = true;
          }
          break;
        case 'entry': {
          const amount = moneyIn(fields, 'amount', 'Amt');
          flush(open!.transactions === 1 ? amount : undefined);
          if (open!.transactions === 0 && !open!.batched)
            emit(booking('entry', family, numbers, fields, undefined, undefined, undefined));
          sums!.entry(fields, amount);
          numbers.entry += 1;
          break;
        }
        case 'balance': {
          const balance = {
            amount: moneyIn(fields, 'amount', 'Amt'),
            direction: directionIn(fields, 'direction'),
            on: dayIn(fields, 'balanceOn', 'balanceAt', 'Dt'),
          };
          sums!.balance(fields.get('code'), balance.amount, balance.direction);
          emit({
            kind: 'balance',
            family,
            statement: numbers.statement,
            place: fields.place,
            ...maybe('code', fields.get('code')),
            ...maybe('amount', balance.amount),
            ...maybe('direction', balance.direction),
            ...maybe('on', balance.on),
            problems: fields.problems,
          });
          break;
        }
        case 'statement':
          sums!.end(fields, family);
          numbers.statement += 1;
          break;
        default:
          onHead(fields);
      }
    },
  };
}

/**
 * A bank may leave details out; more of them than the batch has, in number or in money, contradict
 * it.
 */
function exceeded(
  batch: Fields,
  transactions: number,
  sumMinor: bigint,
  onFinding: (finding: Finding) => void,
): void {
  const count = batch.get('count');
  const total = moneyIn(batch, 'total', 'TtlAmt')?.amountMinor;
  if (count !== undefined && (!/^\d{1,15}$/.test(count) || BigInt(count) < BigInt(transactions))) {
    onFinding({
      code: 'COUNT_DIFFERS',
      element: 'Btch',
      place: batch.place,
      detail: `Btch announces fewer transactions than the ${transactions} that there are.`,
    });
  }
  if (total !== undefined && BigInt(total) < sumMinor)
    onFinding({
      code: 'SUM_DIFFERS',
      element: 'Btch',
      place: batch.place,
      detail: 'Btch announces a smaller total than its transactions have.',
    });
}

function booking(
  scope: BookedEntry['scope'],
  family: Family,
  numbers: CamtNumbers,
  entry: Fields,
  own: Fields | undefined,
  batch: Fields | undefined,
  returned: Fields | undefined,
): BookedEntry {
  // Problems of the entry are its bookings' too, once each.
  const fields = own ?? entry;
  const entryDirection = directionIn(entry, 'direction');
  const direction = (own && directionIn(own, 'direction')) ?? entryDirection;
  const amount = own
    ? (moneyIn(own, 'amount', 'Amt') ??
      moneyIn(own, 'transacted', 'TxAmt') ??
      moneyIn(own, 'instructed', 'InstdAmt'))
    : moneyIn(entry, 'amount', 'Amt');
  const bookedOn = dayIn(entry, 'bookedOn', 'bookedAt', 'BookgDt');
  const valueOn = dayIn(entry, 'valueOn', 'valueAt', 'ValDt');
  const reversal = flagIn(entry, 'reversal', 'RvslInd');
  const references = {
    ...(batch
      ? {
          ...idIn(batch, 'messageId', 'messageId', 'MsgId'),
          ...idIn(batch, 'batchId', 'batchId', 'PmtInfId'),
        }
      : {}),
    ...idIn(entry, 'bank', 'bank', 'AcctSvcrRef'),
    ...idIn(entry, 'entry', 'entry', 'NtryRef'),
    ...(own
      ? {
          ...idIn(own, 'messageId', 'messageId', 'MsgId'),
          ...idIn(own, 'batchId', 'batchId', 'PmtInfId'),
          ...idIn(own, 'instructionId', 'instructionId', 'InstrId'),
          ...idIn(own, 'endToEndId', 'endToEndId', 'EndToEndId'),
          ...maybe('uetr', own.get('uetr')?.toLowerCase()),
          ...idIn(own, 'transactionId', 'transactionId', 'TxId'),
          ...idIn(own, 'bank', 'bank', 'AcctSvcrRef'),
        }
      : {}),
  };
  const total = batch && moneyIn(batch, 'total', 'TtlAmt');
  const batchDirection = batch && directionIn(batch, 'direction');
  const problems = [
    ...entry.problems,
    ...(own?.problems ?? []),
    ...(batch?.problems ?? []),
    ...(returned?.problems ?? []),
  ];
  return {
    kind: 'booking',
    family,
    scope,
    place: fields.place,
    statement: numbers.statement,
    entry: numbers.entry,
    ...maybe('status', entry.get('status')),
    ...maybe('direction', direction),
    ...maybe('entryDirection', entryDirection),
    reversal,
    ...maybe('amount', amount),
    ...maybe('bookedOn', bookedOn),
    ...maybe('valueOn', valueOn),
    references,
    ...maybe('bankCode', codeIn(own) ?? codeIn(entry)),
    returned: returned !== undefined,
    ...maybe('returnReason', returned?.get('returnReason')),
    ...maybe('proprietaryReturnReason', returned?.get('proprietaryReturnReason')),
    ...(batch
      ? {
          batch: {
            ...maybe('count', batch.get('count')),
            ...maybe('total', total),
            ...maybe('direction', batchDirection),
          },
        }
      : {}),
    problems: problems.length > 1 ? unique(problems) : problems,
    ...(own ? partiesIn(own) : {}),
  };
}

function codeIn(fields: Fields | undefined): string | undefined {
  const domain = fields?.get('domain');
  return domain === undefined
    ? undefined
    : [domain, fields!.get('codeFamily') ?? '', fields!.get('subFamily') ?? ''].join('/');
}

const unique = (problems: BookedEntry['problems']): BookedEntry['problems'] => [
  ...new Map(problems.map((problem) => [`${problem.code} ${problem.element}`, problem])).values(),
];
