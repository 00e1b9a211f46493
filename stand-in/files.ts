/**
 * The stand-in as a bank that is served by a folder: it fetches pain.001 files from OUT and puts
 * pain.002 and camt.054 files into IN. It knows an instruction by its end-to-end id only, as a bank
 * does.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Behaviour, Instruction, Outcome } from './behaviour.js';

/** Counts of what was fetched and said. */
export interface FilesSummary {
  folder: string;
  fetched: number;
  instructions: number;
  outcomes: Record<Outcome['outcome'], number>;
  files: number;
}

/** A file in OUT that is no pain.001 of the kind that is answered here. */
export class NotAnOrder extends Error {}

const TRANSFER =
  /<EndToEndId>(?<endToEndId>[^<]{1,35})<\/EndToEndId>[\s\S]*?<InstdAmt Ccy="(?<currency>[A-Z]{3})">(?<amount>[0-9.]+)<\/InstdAmt>/g;
const STATUS = { accepted: 'ACSP', rejected: 'RJCT', unknown: 'PDNG' } as const;
const PIECE = 500;

interface Order {
  readonly messageId: string;
  readonly createdAt: string;
  /** The account that is paid from. */
  readonly account: string;
  readonly instructions: readonly Instruction[];
}

/**
 * Answers everything that is in OUT and moves it to FETCHED. Killed and run again, it writes the
 * same files again.
 */
export async function answerFolder(folder: string, behaviour: Behaviour): Promise<FilesSummary> {
  const summary: FilesSummary = {
    folder,
    fetched: 0,
    instructions: 0,
    outcomes: { accepted: 0, settled: 0, rejected: 0, returned: 0, unknown: 0 },
    files: 0,
  };
  for (const name of ['OUT', 'IN', 'FETCHED']) await mkdir(join(folder, name), { recursive: true });
  const names = (await readdir(join(folder, 'OUT'))).filter((name) => name.endsWith('.xml')).sort();
  const orders: Order[] = [];
  for (const name of names) orders.push(await readOrder(join(folder, 'OUT', name)));
  for (const phase of ['now', 'later'] as const)
    for (const order of orders) await answer(folder, order, phase, behaviour, summary);
  for (const name of names) await rename(join(folder, 'OUT', name), join(folder, 'FETCHED', name));
  summary.fetched = names.length;
  summary.instructions = orders.reduce((sum, { instructions }) => sum + instructions.length, 0);
  return summary;
}

async function readOrder(path: string): Promise<Order> {
  const instructions: Instruction[] = [];
  let head: RegExpExecArray | undefined;
  let executionDate = '';
  let account = '';
  let text = '';
  for await (const piece of createReadStream(path, {
    encoding: 'utf8',
    highWaterMark: 262_144,
  }) as AsyncIterable<string>) {
    text += piece;
    head ??= /<MsgId>([^<]{1,35})<\/MsgId><CreDtTm>([^<]+)</.exec(text) ?? undefined;
    account ||= /<DbtrAcct><Id>(?:<IBAN>|<Othr><Id>)([A-Z0-9]{1,34})</.exec(text)?.[1] ?? '';
    executionDate ||= /<ReqdExctnDt>(?:<Dt>)?([0-9-]{10})</.exec(text)?.[1] ?? '';
    let end = 0;
    for (const match of text.matchAll(TRANSFER)) {
      const { endToEndId = '', currency = '', amount = '' } = match.groups ?? {};
      instructions.push({
        paymentId: endToEndId,
        attempt: 1,
        endToEndId,
        amount,
        currency,
        executionDate,
      });
      end = match.index + match[0].length;
    }
    text = text.slice(end);
  }
  if (!head || executionDate === '')
    throw new NotAnOrder(`${path} has no message id or no execution date; is it a pain.001?`);
  return { messageId: head[1]!, createdAt: head[2]!, account, instructions };
}

/** Round by round: statuses in a pain.002, then bookings in a camt.054. */
async function answer(
  folder: string,
  order: Order,
  phase: 'now' | 'later',
  behaviour: Behaviour,
  summary: FilesSummary,
): Promise<void> {
  const rounds = order.instructions.map((instruction) => behaviour.answers(instruction)[phase]);
  for (let round = 0; rounds.some((each) => each.length > round); round += 1) {
    const outcomes = rounds.flatMap((each) => each[round] ?? []);
    for (const { outcome } of outcomes) summary.outcomes[outcome] += 1;
    const statuses = outcomes.filter(({ outcome }) => outcome in STATUS);
    const bookings = outcomes.filter(({ outcome }) => !(outcome in STATUS));
    const id = `${phase === 'now' ? 'A' : 'B'}${round}-${order.messageId}`.slice(0, 33);
    if (statuses.length > 0) await put(folder, `${id}-S.xml`, pain002(order, `${id}-S`, statuses));
    if (bookings.length > 0) await put(folder, `${id}-T.xml`, camt054(order, `${id}-T`, bookings));
    summary.files += Number(statuses.length > 0) + Number(bookings.length > 0);
  }
}

/** Under a temporary name, synced, then renamed: whoever looks into IN sees whole files. */
async function put(folder: string, name: string, pieces: Iterable<string>): Promise<void> {
  const path = join(folder, 'IN', name);
  const file = await open(`${path}.part`, 'w', 0o640);
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

const pages = function* (
  outcomes: readonly Outcome[],
  text: (outcome: Outcome) => string,
): Generator<string> {
  for (let at = 0; at < outcomes.length; at += PIECE)
    yield outcomes
      .slice(at, at + PIECE)
      .map(text)
      .join('');
};
const opening = (type: string, root: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${type}"><${root}>\n`;
const headOf = ({ createdAt }: Order, id: string): string =>
  `<GrpHdr><MsgId>${id}</MsgId><CreDtTm>${createdAt}</CreDtTm></GrpHdr>\n`;

function* pain002(order: Order, id: string, outcomes: readonly Outcome[]): Generator<string> {
  yield (
    opening('pain.002.001.10', 'CstmrPmtStsRpt') +
    headOf(order, id) +
    `<OrgnlGrpInfAndSts><OrgnlMsgId>${order.messageId}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId></OrgnlGrpInfAndSts>\n<OrgnlPmtInfAndSts><OrgnlPmtInfId>${order.messageId}</OrgnlPmtInfId>\n`
  );
  yield* pages(
    outcomes,
    ({ endToEndId, outcome, reason }) =>
      `<TxInfAndSts><OrgnlInstrId>${endToEndId}</OrgnlInstrId><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>${STATUS[outcome as keyof typeof STATUS]}</TxSts>` +
      `${reason === undefined ? '' : `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>`}</TxInfAndSts>\n`,
  );
  yield '</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n';
}

function* camt054(order: Order, id: string, outcomes: readonly Outcome[]): Generator<string> {
  const day =
    outcomes.find(({ settledOn }) => settledOn !== undefined)?.settledOn ??
    order.createdAt.slice(0, 10);
  yield `${opening('camt.054.001.08', 'BkToCstmrDbtCdtNtfctn')}${headOf(order, id)}<Ntfctn><Id>${id}</Id><Acct><Id><Othr><Id>${order.account}</Id></Othr></Id></Acct>\n`;
  yield* pages(
    outcomes,
    ({ endToEndId, outcome, amount, currency, reason, settledOn, reference }) => {
      const [way, family] = outcome === 'settled' ? ['DBIT', 'DMCT'] : ['CRDT', 'RRTN'];
      const money = `<Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${way}</CdtDbtInd>`;
      return (
        `<Ntry>${money}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${settledOn ?? day}</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>${family}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>` +
        `<Refs><AcctSvcrRef>${reference}</AcctSvcrRef><EndToEndId>${endToEndId}</EndToEndId></Refs>${money}${outcome === 'returned' ? `<RtrInf><Rsn><Cd>${reason}</Cd></Rsn></RtrInf>` : ''}</TxDtls></NtryDtls></Ntry>\n`
      );
    },
  );
  yield '</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n';
}
