import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GovstackBlock, SentBatch } from '../../src/adapters/payment-rail/govstack/port.js';
import { readOutcomesFile } from '../../src/cli/outcomes-file.js';
import { parseJson } from '../../src/http/parse-json.js';
import { validated } from '../../src/http/validate.js';
import { DomainError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { formatAmount } from '../../src/kernel/money.js';
import { Outcome, reported } from '../../src/payment/outcome.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { askAbout } from '../../src/use-cases/govstack/outcomes.js';
import { takeInBatch, takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { OutcomesFromTopic } from '../../src/use-cases/outcomes/take-outcomes-topic.js';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { inPieces } from '../support/bank-messages.js';
import { documentOf, element } from '../support/xml.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { statementOf, type Booking } from './bank-agrees.fixtures.js';
import { enrolled, released } from './month.js';
import { job, newWorld, type World } from './world.js';

interface Paid {
  readonly paymentId: string;
  readonly endToEndId: string;
  readonly messageId: string;
  readonly amountMinor: string;
}
type Told = 'accepted' | 'settled' | 'rejected' | 'returned' | 'unknown';
/** What is said of the money, in words as they come in. */
interface Money {
  readonly amount?: string;
  readonly currency?: string;
}
interface Said extends Money {
  readonly outcome: Told;
}
/** As it would come in. */
type Say = (paid: Paid, said: Said) => Promise<void>;

let world: World;
let dir: string;
const unpaid: Paid[] = [];
const everyone = new Map<string, string>();
beforeAll(async () => {
  world = await newWorld();
  dir = temporaryFolder('surfaces');
  await enrolled(world.engine, 200, 7);
  const { cycleId } = await released(world.engine, '2025-12');
  for await (const page of pagesOf(world.engine.store, `payment-${cycleId}-`))
    for (const { events } of page)
      for (const event of events) if (event.type === 'PaymentInstructed') unpaid.push(event.data);
});
afterAll(() => world.end());

const bank = () => job(world.engine, 'bank');
const REASON = 'AC04';
const isReasoned = ({ outcome }: Said): boolean => outcome === 'rejected' || outcome === 'returned';
const fields = ({ outcome: _, ...money }: Said): object =>
  Object.fromEntries(Object.entries(money).filter(([, value]) => value !== undefined));
const record = (said: Said): object => ({
  outcome: said.outcome,
  ...(isReasoned(said) ? { reason: REASON } : {}),
  ...fields(said),
});

/** As `POST /payments/outcomes` reads one: what it refuses with is an answer. */
const http: Say = async ({ paymentId }, said) => {
  try {
    const body = Buffer.from(JSON.stringify({ paymentId, ...record(said) }));
    const outcome = reported(validated(Outcome, parseJson(body)), 'outcomes/0');
    await takeInBatch(world.engine, 'http', [outcome], bank());
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
};
const topic: Say = async ({ paymentId }, said) => {
  const outcomes = new OutcomesFromTopic(world.engine, { run: () => Promise.resolve() });
  const value = JSON.stringify({ paymentId, ...record(said) });
  await outcomes.take([{ key: paymentId, value, headers: {} }]);
};
const file =
  (name: string, textOf: (line: object) => string): Say =>
  async ({ endToEndId }, said) => {
    const path = join(dir, `${endToEndId}.${name}`);
    await writeFile(path, textOf({ endToEndId, ...record(said) }));
    async function* outcomes() {
      for await (const batch of readOutcomesFile(path, 'MAD')) yield batch.outcomes;
    }
    const lookup = async (ids: readonly string[]) => ids.map((id) => everyone.get(id));
    await takeInOutcomes(world.engine, { source: 'file', outcomes: outcomes(), lookup }, bank());
  };
const STATUSES = { settled: 'COMPLETED', rejected: 'FAILED', accepted: 'IN_PROGRESS' };
const govstack: Say = async ({ paymentId, endToEndId, amountMinor }, said) => {
  const transfer = {
    instructionId: 'ABC123',
    paymentId,
    endToEndId,
    payeeIdentity: '1',
    account: '1',
    amountMinor: BigInt(amountMinor),
  };
  const batch: SentBatch = {
    correlationId: 'ABCDEF123456',
    messageId: 'M',
    currency: 'MAD',
    transfers: [transfer],
  };
  const block: Pick<GovstackBlock, 'details'> = {
    async *details() {
      const status = STATUSES[said.outcome as keyof typeof STATUSES];
      const errorInformation = isReasoned(said) ? { errorInformation: REASON } : {};
      yield [{ transactionId: 'ABC123', status, ...errorInformation, ...fields(said) }];
    },
  };
  await askAbout(world.engine, block as GovstackBlock, batch, bank());
};
async function takeXml(text: string): Promise<void> {
  await takeInMessage(
    world.engine,
    { bytes: inPieces(text), sender: 'bank-folder', fileName: 'bank.xml' },
    bank(),
  );
}
const moneyOf = (name: string, { amount, currency }: Money): string => {
  const ccy = currency === undefined ? '' : ` Ccy="${currency}"`;
  return amount === undefined ? '' : `<${name}${ccy}>${amount}</${name}>`;
};
const camt =
  (family: 'camt.053' | 'camt.054'): Say =>
  async ({ endToEndId }, said) => {
    const isBack = said.outcome === 'returned';
    const reason = isBack ? element('RtrInf', element('Rsn', element('Cd', REASON))) : '';
    const booking: Booking = {
      amount: moneyOf('Amt', said) || '<!-- none -->',
      details: [element('Refs', element('EndToEndId', endToEndId)) + reason],
      direction: isBack ? 'CRDT' : 'DBIT',
    };
    await takeXml(statementOf([booking], undefined, family));
  };
const CODES = { settled: 'ACSC', rejected: 'RJCT', accepted: 'ACSP', unknown: 'PDNG' };
const pain002: Say = async ({ endToEndId, messageId }, said) => {
  const amount = moneyOf('InstdAmt', said);
  const reference = amount === '' ? '' : `<OrgnlTxRef><Amt>${amount}</Amt></OrgnlTxRef>`;
  const transaction = element(
    'TxInfAndSts',
    element('OrgnlEndToEndId', endToEndId),
    element('TxSts', CODES[said.outcome as keyof typeof CODES]),
    isReasoned(said) ? element('StsRsnInf', element('Rsn', element('Cd', REASON))) : '',
    reference,
  );
  const report = element(
    'CstmrPmtStsRpt',
    element('GrpHdr', element('MsgId', 'R'), element('CreDtTm', '2026-01-02T08:00:00')),
    element(
      'OrgnlGrpInfAndSts',
      element('OrgnlMsgId', messageId),
      element('OrgnlMsgNmId', 'pain.001.001.09'),
    ),
    element('OrgnlPmtInfAndSts', element('OrgnlPmtInfId', messageId), transaction),
  );
  await takeXml(documentOf('pain.002.001.10', report));
};

const csv = (line: object): string =>
  `${Object.keys(line).join(';')}\n${Object.values(line).join(';')}\n`;
const SURFACES: Readonly<Record<string, Say>> = {
  'HTTP outcomes': http,
  "Kafka's outcomes topic": topic,
  'a CSV file': file('csv', csv),
  'an NDJSON file': file('ndjson', (line) => `${JSON.stringify(line)}\n`),
  'a GovStack block': govstack,
  'pain.002': pain002,
  'camt.053': camt('camt.053'),
  'camt.054': camt('camt.054'),
};
const BANK = ['camt.053', 'camt.054'];
/**
 * Which take an amount that is written without a currency for one of the batch or the programme.
 */
const IN_OURS = ['a CSV file', 'an NDJSON file', 'a GovStack block'];

async function became(
  surface: string,
  said: (amount: bigint) => Money,
  outcome: Told = 'settled',
): Promise<{ readonly status: string; readonly breaks: readonly unknown[] }> {
  const paid = unpaid.pop()!;
  everyone.set(paid.endToEndId, paid.paymentId);
  if (outcome === 'returned') await settledBefore(paid);
  await SURFACES[surface]!(paid, { outcome, ...said(BigInt(paid.amountMinor)) });
  const events = await world.engine.store.readStream(streams.payment(paid.paymentId));
  const breaks = events.flatMap((event) =>
    event.type === 'PaymentBreakRecorded'
      ? [[event.data.kind, BigInt(event.data.reportedMinor!) - BigInt(paid.amountMinor)]]
      : [],
  );
  const { status } = foldPayment(events);
  // What nothing was recorded of stands for the next.
  if (status === 'instructed' && breaks.length === 0) unpaid.push(paid);
  return { status, breaks };
}
/** What comes back went out before. */
const settledBefore = ({ paymentId }: Paid) =>
  takeInBatch(
    world.engine,
    'camt.054',
    [{ paymentId, outcome: 'settled', settledOn: '2026-01-05' }],
    bank(),
  );
const decimal = (minor: bigint): string => formatAmount(minor, 'MAD');
const UNTOUCHED = { status: 'instructed', breaks: [] };
const SETTLED = { status: 'settled', breaks: [] };

/**
 * What each can say: a block and a report of nothing that came back, an account of nothing refused.
 */
const SAYS: readonly (readonly [string, Told])[] = Object.keys(SURFACES).flatMap((surface) => {
  const says: Told[] = BANK.includes(surface)
    ? ['settled', 'returned']
    : ['accepted', 'settled', 'rejected'];
  const isOfRecords = !BANK.includes(surface) && surface !== 'a GovStack block';
  return [...says, ...(isOfRecords && surface !== 'pain.002' ? (['returned'] as const) : [])].map(
    (outcome) => [surface, outcome] as const,
  );
});

describe.each(Object.keys(SURFACES))('%s', (surface) => {
  test.each(['EUR', 'KWD'])('in another currency settles nothing: %s', async (currency) => {
    expect(await became(surface, () => ({ amount: '500', currency }))).toEqual(UNTOUCHED);
    if (BANK.includes(surface) || surface === 'pain.002') return;
    expect(await became(surface, () => ({ currency }))).toEqual(UNTOUCHED);
  });
  test.each(['viel', '1.005', '-500.00', '5e2'])(
    'of an amount that cannot be read settles nothing: %s',
    async (amount) => {
      expect(await became(surface, () => ({ amount, currency: 'MAD' }))).toEqual(UNTOUCHED);
    },
  );
  test('without a currency settles nothing, unless there is one around it', async () => {
    expect(await became(surface, (minor) => ({ amount: decimal(minor) }))).toEqual(
      IN_OURS.includes(surface) ? SETTLED : UNTOUCHED,
    );
  });
  test('without an amount settles, and not where a booking is of an amount', async () => {
    expect(await became(surface, () => ({}))).toEqual(BANK.includes(surface) ? UNTOUCHED : SETTLED);
  });
});

test.each(SAYS)(
  '%s says %s of our amount; of another nothing is applied, and a person sees both amounts',
  async (surface, outcome) => {
    const differingBy = (by: bigint) =>
      became(surface, (minor) => ({ amount: decimal(minor + by), currency: 'MAD' }), outcome);
    const before = outcome === 'returned' ? 'settled' : 'instructed';
    expect(await Promise.all([0n, -1n, 1n, 100_000n].map(differingBy))).toEqual([
      { status: outcome, breaks: [] },
      { status: before, breaks: [['amount-differs', -1n]] },
      { status: before, breaks: [['amount-differs', 1n]] },
      { status: before, breaks: [['amount-differs', 100_000n]] },
    ]);
  },
);
