import { join } from 'node:path';
import { uuidOf } from '../../src/kernel/ids.js';
import { countFromArgs, openBareFile, openBareLog, report, startWatch } from './bare-log.js';

/**
 * The floor of preparing and releasing a cycle: a bare script that decides an amount, serialises and hashes an order and an
 * instruction a payment, syncs them in batches and writes the credit transfers. No checks, no ids but a counter, no reading.
 */
const count = countFromArgs(100_000);
const log = openBareLog();
const persons = Array.from({ length: count }, (_, i) => uuidOf('floor', i));
const amounts = [50_000, 62_500, 75_000, 87_500, 100_000];
const items = amounts.map((amount) => [{ code: 'child', period: '2026-01', member: 1, amountMinor: String(amount) }]);
const meta = { actor: 'floor', role: 'finance-officer', command: uuidOf('floor'), correlation: uuidOf('floor') };
const time = '2026-01-05T08:00:00.000Z';

const watch = startWatch();
for (let from = 0; from < count; from += 1_000) {
  const lines: string[] = [];
  for (let i = from; i < Math.min(count, from + 1_000); i += 1) {
    const paymentId = `asd-2026-01-${persons[i]}`;
    lines.push(JSON.stringify({
      id: persons[i], stream: `payment-${paymentId}`, revision: 0, type: 'PaymentOrdered', v: 1, time,
      data: { paymentId, programmeId: 'asd', period: '2026-01', personId: persons[i], region: 'MA-06', round: 1, amountMinor: String(amounts[i % 5]), currency: 'MAD', policyVersion: 3, contentHash: 'a'.repeat(64), items: items[i % 5] },
      meta,
    }));
  }
  log.insert(lines, true);
}
const file = openBareFile(join(log.dir, 'pain.001.xml'));
for (let from = 0; from < count; from += 1_000) {
  const lines: string[] = [];
  for (let i = from; i < Math.min(count, from + 1_000); i += 1) {
    const paymentId = `asd-2026-01-${persons[i]}`;
    const endToEndId = `E${persons[i]!.slice(0, 8)}${i}`;
    const amount = (amounts[i % 5]! / 100).toFixed(2);
    lines.push(JSON.stringify({
      id: persons[i], stream: `payment-${paymentId}`, revision: 1, type: 'PaymentInstructed', v: 1, time,
      data: { paymentId, attempt: 1, messageId: 'FLOOR-1', endToEndId, accountId: persons[i], amountMinor: String(amounts[i % 5]), currency: 'MAD', executionDate: '2026-01-10' },
      meta,
    }));
    file.write(`<CdtTrfTxInf><PmtId><EndToEndId>${endToEndId}</EndToEndId></PmtId><Amt><InstdAmt Ccy="MAD">${amount}</InstdAmt></Amt><Cdtr><Nm>Payee ${i}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>${String(i).padStart(24, '0')}</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>ASD 2026-01</Ustrd></RmtInf></CdtTrfTxInf>\n`);
  }
  log.insert(lines, true);
}
file.end();
const { seconds, cpuSeconds } = watch();
log.close();
report({ contender: 'bare script', count, seconds, cpuSeconds, perSecond: Math.round(count / seconds), durable: 'WAL, synchronous=FULL, 1,000 payments a transaction' });
