import type { BankEntry, Finding, StatusEntry } from './port.js';
import {
  ignored,
  nodeOf,
  PARTIES,
  record,
  whole,
  type Fields,
  type Mapper,
  type Shape,
} from './shape.js';
import { idIn, maybe, moneyIn, partiesIn } from './values.js';

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
        ...ignored('OrgnlCreDtTm NbOfTxsPerSts'),
      }),
      OrgnlPmtInfAndSts: record('batch', {
        OrgnlPmtInfId: 'batchId',
        OrgnlNbOfTxs: 'count',
        OrgnlCtrlSum: 'controlSum',
        PmtInfSts: 'status',
        StsRsnInf: reasons,
        ...ignored('NbOfTxsPerSts ReqdExctnDt'),
        TxInfAndSts: record('transaction', {
          OrgnlInstrId: 'instructionId',
          OrgnlEndToEndId: 'endToEndId',
          OrgnlUETR: 'uetr',
          TxSts: 'status',
          StsRsnInf: reasons,
          AcctSvcrRef: 'reference',
          OrgnlTxRef: { ...related, Amt: whole({ InstdAmt: 'amount', ...ignored('EqvtAmt') }) },
          ...ignored(
            'StsId ChrgsInf TrckrData AccptncDtTm PrcgDt FctvIntrBkSttlmDt ClrSysRef PmtCxlRsnInf CxlStsRsnInf SplmtryData',
          ),
        }),
      }),
      ...ignored('SplmtryData'),
    }),
  );

const ROOT = root({});
const ROOT_WITH_PARTIES = root(PARTIES);

/**
 * Statuses in the order in which they stand, except that a group's comes last and a batch's after
 * its transactions.
 */
export function pain002(
  emit: (entry: BankEntry) => void,
  onHead: (fields: Fields) => void,
  onFinding: (finding: Finding) => void,
  parties = false,
): Mapper {
  let group: Fields | undefined;
  return {
    root: parties ? ROOT_WITH_PARTIES : ROOT,
    end(fields) {
      switch (fields.kind) {
        case 'transaction':
          requireAgreement(fields, [group, fields.parent], onFinding);
          emit(status('transaction', fields, fields.parent, group));
          break;
        case 'batch':
          requireAgreement(fields, [group], onFinding);
          if (says(fields)) emit(status('batch', fields, fields, group));
          break;
        case 'group':
          if (group)
            onFinding({
              code: 'ELEMENT_TWICE',
              element: 'OrgnlGrpInfAndSts',
              place: fields.place,
              detail: 'OrgnlGrpInfAndSts stands twice.',
            });
          group ??= fields;
          break;
        default:
          onHead(fields);
          if (!group)
            onFinding({
              code: 'ELEMENT_MISSING',
              element: 'OrgnlGrpInfAndSts',
              place: fields.place,
              detail: 'OrgnlGrpInfAndSts is missing.',
            });
          else if (says(group)) emit(status('group', group, undefined, group));
          group = undefined;
      }
    },
  };
}

/** What is said of all is true of each: nobody pays again what one of them says is paid. */
function requireAgreement(
  fields: Fields,
  around: readonly (Fields | undefined)[],
  onFinding: (finding: Finding) => void,
): void {
  const own = fields.get('status');
  for (const all of around) {
    const said = all?.get('status');
    const differs =
      own !== undefined &&
      own !== said &&
      (said === 'RJCT' || (PAID.has(said ?? '') && own === 'RJCT'));
    if (differs)
      onFinding({
        code: 'STATUS_DIFFERS',
        element: fields.kind === 'batch' ? 'PmtInfSts' : 'TxSts',
        place: fields.place,
        detail: `All of them are ${said}, and one of them is ${own.slice(0, 4)}.`,
      });
  }
}

const PAID: ReadonlySet<string> = new Set(['ACSC', 'ACCC']);

const says = (fields: Fields): boolean =>
  fields.get('status') !== undefined || fields.list('reasons').length > 0;

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
  const amount = moneyIn(own, 'amount', 'InstdAmt');
  const reference = idIn(own, 'reference', 'reference', 'AcctSvcrRef');
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
    problems: own.problems,
    ...partiesIn(own),
  };
}
