import {
  choice,
  PAID_ACCOUNTS,
  ignored,
  nodeOf,
  PARTIES,
  record,
  whole,
  type Node,
  type Part,
  type Shape,
} from './shape.js';

const bankCode: Shape = {
  Domn: { Cd: 'domain', Fmly: { Cd: 'codeFamily', SubFmlyCd: 'subFamily' } },
  Prtry: { Cd: 'proprietaryCode' },
};
/** What an entry or transaction says of its amount besides it. */
const amounts: Shape = {
  InstdAmt: { Amt: 'instructed' },
  TxAmt: { Amt: 'transacted' },
  CntrValAmt: { Amt: 'counterValue' },
};
const day = (name: string): Shape => ({ Dt: `${name}On`, DtTm: `${name}At` });

/** Until version 03 a charge is Chrgs itself, later each is a Rcrd of it. */
const charge: Shape = { Amt: 'amount', CdtDbtInd: 'direction', Tax: { Amt: 'tax' } };
const charges = record('charge', {
  ...charge,
  TtlChrgsAndTaxAmt: 'total',
  Rcrd: record('charge', {
    ...charge,
    ...ignored('ChrgInclInd Tp Rate Br Agt'),
  }),
  ...ignored('ChrgInclInd Tp Rate Br Pty'),
});

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
    AmtDtls: amounts,
    BkTxCd: bankCode,
    Chrgs: charges,
    RtrInf: record('return', {
      Rsn: whole({ Cd: 'returnReason', Prtry: 'proprietaryReturnReason' }),
      ...ignored('OrgnlBkTxCd Orgtr AddtlInf'),
    }),
    ...ignored(
      'Avlbty Intrst RltdAgts LclInstrm PmtTpInf Purp RltdRmtInf RmtInf RltdDts RltdPric RltdQties FinInstrmId CorpActn SfkpgAcct CshDpst CardTx AddtlTxInf SplmtryData',
    ),
    Tax: { TtlTaxAmt: 'tax' },
    RltdPties: PAID_ACCOUNTS,
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
    AmtDtls: amounts,
    Chrgs: charges,
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
    ...ignored('Avlbty ComssnWvrInd AddtlInfInd TechInptChanl Intrst CardTx AddtlNtryInf'),
  });

const page = { PgNb: 'page', LastPgInd: 'lastPage' };
const statement = (related: Shape): Part =>
  record('statement', {
    Id: 'id',
    CreDtTm: 'createdAt',
    Acct: { Id: { IBAN: 'iban', Othr: { Id: 'account' } }, Ccy: 'currency' },
    ElctrncSeqNb: 'electronicNumber',
    LglSeqNb: 'legalNumber',
    FrToDt: { FrDtTm: 'from', ToDtTm: 'to' },
    NtfctnPgntn: page,
    StmtPgntn: page,
    TxsSummry: {
      TtlNtries: {
        NbOfNtries: 'entries',
        Sum: 'sum',
        // Until version 02 beside its direction, then together with it.
        TtlNetNtryAmt: 'net',
        CdtDbtInd: 'netDirection',
        TtlNetNtry: { Amt: 'net', CdtDbtInd: 'netDirection' },
      },
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
    ...ignored('RptgSeq CpyDplctInd RptgSrc RltdAcct Intrst AddtlNtfctnInf AddtlStmtInf'),
  });

const root = (name: string, element: string, related: Shape): Node =>
  nodeOf(
    name,
    record('message', {
      GrpHdr: { MsgId: 'messageId', CreDtTm: 'createdAt', MsgPgntn: page },
      [element]: statement(related),
      ...ignored('SplmtryData'),
    }),
  );
const roots = (related: Shape = {}) =>
  ({
    'camt.054': root('BkToCstmrDbtCdtNtfctn', 'Ntfctn', related),
    'camt.053': root('BkToCstmrStmt', 'Stmt', related),
  }) as const;
export const ROOTS = roots();
export const ROOTS_WITH_PARTIES = roots({ RltdPties: PARTIES });
