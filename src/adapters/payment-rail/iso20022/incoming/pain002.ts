import { PAYMENT_STATUSES } from '../../../../kernel/payment-status.js';
import { unlessNone } from '../../../../kernel/stands-for-none.js';
import { firstOf } from '../../../../kernel/text.js';
import type { BankEntry, Finding, Money, OriginalSums, StatusEntry } from './port.js';
import {
  PAID_ACCOUNTS,
  ignored,
  nodeOf,
  PARTIES,
  record,
  whole,
  type Fields,
  type Mapper,
  type Node,
  type Shape,
} from './shape.js';
import { StatusCounts } from './status-counts.js';
import { accountOf, dayIn, findProblems, idIn, maybe, moneyIn, partiesIn } from './values.js';

const counts = record('counts', {
  DtldNbOfTxs: 'count',
  DtldSts: 'status',
  DtldCtrlSum: 'sum',
});
const reasons = { Rsn: { Cd: 'reasons[]', Prtry: 'proprietary[]' } };

/** CustomerPaymentStatusReport, versions 03 to 14: what later versions add is of no effect here. */
const root = (related: Shape) =>
  nodeOf(
    'CstmrPmtStsRpt',
    record('message', {
      GrpHdr: { MsgId: 'messageId', CreDtTm: 'createdAt' },
      OrgnlGrpInfAndSts: record('group', {
        OrgnlMsgId: 'messageId',
        OrgnlMsgNmId: 'messageType',
        OrgnlNbOfTxs: 'count',
        OrgnlCtrlSum: 'controlSum',
        GrpSts: 'status',
        StsRsnInf: reasons,
        NbOfTxsPerSts: counts,
        ...ignored('OrgnlCreDtTm'),
      }),
      OrgnlPmtInfAndSts: record('batch', {
        OrgnlPmtInfId: 'batchId',
        OrgnlNbOfTxs: 'count',
        OrgnlCtrlSum: 'controlSum',
        PmtInfSts: 'status',
        StsRsnInf: reasons,
        NbOfTxsPerSts: counts,
        ...ignored('ReqdExctnDt'),
        TxInfAndSts: record('transaction', {
          OrgnlInstrId: 'instructionId',
          OrgnlEndToEndId: 'endToEndId',
          OrgnlUETR: 'uetr',
          TxSts: 'status',
          StsRsnInf: reasons,
          AcctSvcrRef: 'reference',
          TrckrData: { ConfdAmt: 'confirmed', ...ignored('ConfdDt TrckrRcrd') },
          OrgnlTxRef: {
            ...related,
            IntrBkSttlmAmt: 'transacted',
            Amt: whole({
              InstdAmt: 'amount',
              EqvtAmt: { Amt: 'equivalent', ...ignored('CcyOfTrf') },
            }),
          },
          FctvIntrBkSttlmDt: { Dt: 'settledOn', DtTm: 'settledAt' },
          ...ignored(
            'StsId ChrgsInf AccptncDtTm PrcgDt ClrSysRef PmtCxlRsnInf CxlStsRsnInf SplmtryData',
          ),
        }),
      }),
      ...ignored('SplmtryData'),
    }),
  );

const ROOT = root(PAID_ACCOUNTS);
const ROOT_WITH_PARTIES = root(PARTIES);

/** Who is told what a report says. */
export interface ReportListener {
  readonly onEntry: (entry: BankEntry) => void;
  readonly onHead: (fields: Fields) => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onOriginal: (sums: OriginalSums) => void;
}

/**
 * Statuses in the order in which they stand, except that a group's comes last and a batch's after
 * its transactions.
 */
export class Pain002 implements Mapper {
  readonly root: Node;
  #group: Fields | undefined;
  /** Of the batch in hand, texts that were read before its transactions. */
  #readBefore: number | undefined;
  #hasBatch = false;
  /** Whether the message is answered transfer by transfer, of whatever status it is as a whole. */
  #hasTransactions = false;
  /** Whether a whole batch is rejected, of which no transfer need be named. */
  #hasRejected = false;
  #ofGroup = new StatusCounts();
  #ofBatch = new StatusCounts();

  constructor(
    private readonly told: ReportListener,
    parties = false,
  ) {
    this.root = parties ? ROOT_WITH_PARTIES : ROOT;
  }

  begin({ kind, parent }: Fields): void {
    if (kind === 'transaction') {
      this.#readBefore ??= parent!.count;
      this.#hasTransactions = true;
    }
    if (kind !== 'batch') return;
    this.#readBefore = undefined;
    this.#hasBatch = true;
    this.#ofBatch = new StatusCounts();
  }

  end(fields: Fields): void {
    switch (fields.kind) {
      case 'counts':
        (fields.parent!.kind === 'group' ? this.#ofGroup : this.#ofBatch).say(fields);
        findProblems(fields, this.told.onFinding);
        break;
      case 'transaction':
        this.#endTransaction(fields);
        break;
      case 'batch':
        this.#endBatch(fields);
        break;
      case 'group':
        this.#endGroup(fields);
        break;
      default:
        this.#endMessage(fields);
    }
  }

  #endTransaction(transaction: Fields): void {
    requireAgreement(transaction, [this.#group, transaction.parent], this.told.onFinding);
    const said = status('transaction', transaction, transaction.parent, this.#group);
    this.#ofGroup.name(said.status, transaction);
    this.#ofBatch.name(said.status, transaction);
    this.told.onEntry(said);
  }

  #endBatch(batch: Fields): void {
    const { onFinding, onEntry, onOriginal } = this.told;
    const own = batch.get('status');
    requireAgreement(batch, [this.#group], onFinding);
    this.#ofBatch.compare(own ?? this.#group?.get('status'), onFinding);
    if (own === 'RJCT') this.#hasRejected = true;
    if (this.#readBefore !== undefined && this.#readBefore !== batch.count)
      onFinding(misplaced(batch, 'OrgnlPmtInfAndSts', 'its transactions'));
    tellSums(batch, unlessNone(batch.get('batchId')), this.#readBefore !== undefined, onOriginal);
    if (says(batch)) onEntry(status('batch', batch, batch, this.#group));
    findProblems(batch, onFinding);
  }

  #endGroup(group: Fields): void {
    const { onFinding } = this.told;
    if (this.#hasBatch) onFinding(misplaced(group, 'OrgnlGrpInfAndSts', 'its batches'));
    if (this.#group)
      onFinding({
        code: 'ELEMENT_TWICE',
        element: 'OrgnlGrpInfAndSts',
        place: group.place,
        detail: 'OrgnlGrpInfAndSts stands twice.',
      });
    this.#group ??= group;
  }

  #endMessage(message: Fields): void {
    const { onFinding, onEntry, onHead, onOriginal } = this.told;
    onHead(message);
    const group = this.#group;
    if (group) {
      this.#ofGroup.compare(this.#hasRejected ? 'RJCT' : group.get('status'), onFinding);
      tellSums(group, unlessNone(group.get('messageId')), this.#hasTransactions, onOriginal);
      if (says(group)) onEntry(status('group', group, undefined, group));
      findProblems(group, onFinding);
    } else
      onFinding({
        code: 'ELEMENT_MISSING',
        element: 'OrgnlGrpInfAndSts',
        place: message.place,
        detail: 'OrgnlGrpInfAndSts is missing.',
      });
    this.#group = undefined;
    this.#hasBatch = false;
    this.#hasTransactions = false;
    this.#hasRejected = false;
    this.#ofGroup = new StatusCounts();
  }
}

/**
 * What is said of a message that is answered transfer by transfer, of which each is applied before
 * the whole is; else it is said with the status.
 */
function tellSums(
  fields: Fields,
  messageId: string | undefined,
  isListed: boolean,
  onOriginal: ReportListener['onOriginal'],
): void {
  const status = fields.get('status');
  const count = fields.get('count');
  const controlSum = fields.get('controlSum');
  if (messageId === undefined) return;
  if (!isListed && status !== undefined && status !== 'PART') return;
  if (count === undefined && controlSum === undefined) return;
  onOriginal({
    place: fields.place,
    messageId,
    ...maybe('count', count),
    ...maybe('controlSum', controlSum),
  });
}

/** It is about what was told by then. */
const misplaced = ({ place }: Fields, element: string, what: string): Finding => ({
  code: 'ELEMENT_MISPLACED',
  element,
  place,
  detail: `${element} says something after ${what}.`,
});

/**
 * What is said of all is true of each: nobody pays again what one of them says is paid, and nothing
 * is paid or accepted of which a part says what nobody can read.
 */
function requireAgreement(
  fields: Fields,
  around: readonly (Fields | undefined)[],
  onFinding: (finding: Finding) => void,
): void {
  const own = fields.get('status');
  for (const all of around) {
    const said = all?.get('status');
    if (own !== undefined && said !== undefined && contradicts(own, said))
      onFinding({
        code: 'STATUS_DIFFERS',
        element: fields.kind === 'batch' ? 'PmtInfSts' : 'TxSts',
        place: fields.place,
        detail: `All of them are ${said}, and one of them is ${own === '' ? 'of no status' : firstOf(own, 4)}.`,
      });
  }
}

function contradicts(own: string, said: string): boolean {
  const ofAll = Object.hasOwn(PAYMENT_STATUSES, said) ? PAYMENT_STATUSES[said] : undefined;
  if (own === said || ofAll === undefined) return false;
  const ofOne = Object.hasOwn(PAYMENT_STATUSES, own) ? PAYMENT_STATUSES[own] : undefined;
  if (ofOne === undefined) return own !== 'PART' || ofAll === 'settled' || ofAll === 'rejected';
  return (ofAll === 'settled' || ofAll === 'rejected') && ofOne !== ofAll;
}

const says = (fields: Fields): boolean =>
  fields.get('status') !== undefined || fields.list('reasons').length > 0;

/** What a transaction says of its amount, the closest to what was instructed first. */
const AMOUNTS = [
  ['amount', 'InstdAmt'],
  ['equivalent', 'EqvtAmt'],
  ['transacted', 'IntrBkSttlmAmt'],
  ['confirmed', 'ConfdAmt'],
] as const;

/** The amount that a status is of; others in its currency must be the same. */
function amountIn(own: Fields): Money | undefined {
  const said = AMOUNTS.flatMap(([field, element]) => {
    const amount = moneyIn(own, field, element);
    return amount === undefined ? [] : [{ element, amount }];
  });
  const [first, ...others] = said;
  if (!first) return undefined;
  const { amount, element } = first;
  for (const other of others)
    if (
      other.amount.currency === amount.currency &&
      other.amount.amountMinor !== amount.amountMinor
    )
      own.problem(
        'AMOUNTS_DIFFER',
        other.element,
        `${element} ${amount.text} and ${other.element} ${other.amount.text} ${amount.currency}`,
      );
  return amount;
}

function status(
  scope: StatusEntry['scope'],
  own: Fields,
  batch: Fields | undefined,
  group: Fields | undefined,
): StatusEntry {
  const inherited =
    scope === 'transaction' && own.get('status') === undefined
      ? (batch?.get('status') ?? group?.get('status'))
      : undefined;
  const counted = { group, batch, transaction: undefined }[scope];
  const original = {
    ...(group
      ? {
          ...idIn(group, 'messageId', 'messageId', 'OrgnlMsgId'),
          ...idIn(group, 'messageType', 'messageType', 'OrgnlMsgNmId'),
        }
      : {}),
    ...(batch ? idIn(batch, 'batchId', 'batchId', 'OrgnlPmtInfId') : {}),
    ...(scope === 'transaction'
      ? {
          ...idIn(own, 'instructionId', 'instructionId', 'OrgnlInstrId'),
          ...idIn(own, 'endToEndId', 'endToEndId', 'OrgnlEndToEndId'),
        }
      : {}),
    ...maybe('uetr', own.get('uetr')?.toLowerCase()),
    ...maybe('count', counted?.get('count')),
    ...maybe('controlSum', counted?.get('controlSum')),
  };
  const amount = amountIn(own);
  const reference = idIn(own, 'reference', 'reference', 'AcctSvcrRef');
  const settledOn = dayIn(own, 'settledOn', 'settledAt', 'FctvIntrBkSttlmDt');
  return {
    kind: 'status',
    family: 'pain.002',
    scope,
    place: own.place,
    original,
    ...maybe('status', own.get('status') ?? inherited),
    ...(inherited === undefined ? {} : { inherited: true as const }),
    reasons: own.list('reasons'),
    proprietaryReasons: own.list('proprietary'),
    ...maybe('amount', amount),
    ...reference,
    ...maybe('settledOn', settledOn),
    ...maybe('debtorAccount', accountOf(own, 'debtorAccount')),
    ...maybe('creditorAccount', accountOf(own, 'creditorAccount')),
    problems: own.problems,
    ...partiesIn(own),
  };
}
