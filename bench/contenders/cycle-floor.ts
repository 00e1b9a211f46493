import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ageInYears } from '../../src/kernel/time.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { countFromArgs, openBareFile, openBareLog, report, startWatch } from './bare-log.js';
import { factsOf } from './enrolments.js';

/**
 * The floor of preparing and releasing a cycle: a bare script that reads each enrolment with its
 * payee from one table, decides the amount, serialises and hashes an order and an instruction,
 * syncs them in batches and writes the credit transfers. No rules as data, no checks, no
 * encryption, nothing kept from being done twice.
 */
const count = countFromArgs(100_000);
const log = openBareLog();
const input = new Database(join(log.dir, 'enrolments.db'));
input.pragma('journal_mode = WAL');
input.exec(
  'CREATE TABLE enrolments (person TEXT PRIMARY KEY, facts TEXT NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL) WITHOUT ROWID',
);
const fill = input.prepare('INSERT INTO enrolments VALUES (?, ?, ?, ?)');
input.transaction(() => {
  for (let i = 0; i < count; i += 1)
    fill.run(
      uuidOf('floor', i),
      JSON.stringify(factsOf(i)),
      `Payee ${i}`,
      `01178${String(i).padStart(19, '0')}`,
    );
})();
const page = input.prepare(
  'SELECT person, facts, name, account FROM enrolments WHERE person > ? ORDER BY person LIMIT 1000',
);

interface Row {
  readonly person: string;
  readonly facts: string;
  readonly name: string;
  readonly account: string;
}
interface Facts {
  readonly children: readonly {
    readonly birthMonth: string;
    readonly inSchool: boolean;
    readonly disabled: boolean;
    readonly fatherlessOrphan: boolean;
  }[];
}
const period = '2026-01';

function amountOf({ children }: Facts): { readonly items: object[]; readonly total: number } {
  const items: object[] = [];
  let total = 0;
  children.forEach((child, i) => {
    const age = ageInYears(child.birthMonth, period);
    const out = age >= 6 && !child.inSchool;
    const [inSchool, outOfSchool] = i < 3 ? [30_000, 20_000] : [3_600, 2_400];
    const byRank = out ? outOfSchool : inSchool;
    const amount = child.fatherlessOrphan ? 37_500 : byRank;
    items.push({ code: 'child', period, member: i + 1, amountMinor: String(amount) });
    total += amount;
    if (child.disabled) {
      items.push({ code: 'disability', period, member: i + 1, amountMinor: '10000' });
      total += 10_000;
    }
  });
  if (total < 50_000) {
    items.push({ code: 'floor', period, amountMinor: String(50_000 - total) });
    total = 50_000;
  }
  return { items, total };
}

const meta = {
  actor: 'floor',
  role: 'finance-officer',
  command: uuidOf('floor'),
  correlation: uuidOf('floor'),
};
const time = '2026-01-05T08:00:00.000Z';
const watch = startWatch();
const file = openBareFile(join(log.dir, 'pain.001.xml'));
let after = '';
for (;;) {
  const rows = page.all(after) as Row[];
  if (rows.length === 0) break;
  const lines: string[] = [];
  for (const { person, facts, name, account } of rows) {
    const paymentId = `asd-${period}-${person}`;
    const { items, total } = amountOf(JSON.parse(facts) as Facts);
    const endToEndId = `E${person.slice(0, 8)}`;
    lines.push(
      JSON.stringify({
        id: person,
        stream: `payment-${paymentId}`,
        revision: 0,
        type: 'PaymentOrdered',
        v: 1,
        time,
        data: {
          paymentId,
          programmeId: 'asd',
          period,
          personId: person,
          region: 'MA-06',
          round: 1,
          amountMinor: String(total),
          currency: 'MAD',
          policyVersion: 3,
          contentHash: 'a'.repeat(64),
          items,
        },
        meta,
      }),
      JSON.stringify({
        id: person,
        stream: `payment-${paymentId}`,
        revision: 1,
        type: 'PaymentInstructed',
        v: 1,
        time,
        data: {
          paymentId,
          attempt: 1,
          messageId: 'FLOOR-1',
          endToEndId,
          accountId: person,
          amountMinor: String(total),
          currency: 'MAD',
          executionDate: '2026-01-10',
        },
        meta,
      }),
    );
    file.write(
      `<CdtTrfTxInf><PmtId><EndToEndId>${endToEndId}</EndToEndId></PmtId><Amt><InstdAmt Ccy="MAD">${(total / 100).toFixed(2)}</InstdAmt></Amt><Cdtr><Nm>${name}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>${account}</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>ASD ${period}</Ustrd></RmtInf></CdtTrfTxInf>\n`,
    );
  }
  log.insert(lines, true);
  after = rows.at(-1)!.person;
}
file.end();
const { seconds, cpuSeconds } = watch();
input.close();
log.close();
report({
  contender: 'bare script',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  durable: 'WAL, synchronous=FULL, 1,000 payments a transaction',
});
