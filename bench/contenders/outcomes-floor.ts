import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { uuidOf } from '../../src/kernel/ids.js';
import { countFromArgs, openBareLog, report, startWatch } from './bare-log.js';

/**
 * The floor of taking outcomes in: parse the lines of a file and insert one fact each, as long as
 * ours, a thousand a synced transaction.
 */
const ID = uuidOf('floor');
const meta = { actor: 'floor', role: 'payment-system', command: ID, correlation: ID };
const count = countFromArgs(100_000);
const log = openBareLog();
const path = join(log.dir, 'outcomes.ndjson');
writeFileSync(
  path,
  Array.from(
    { length: count },
    (_, i) =>
      `${JSON.stringify({ paymentId: `asd-2026-01-${uuidOf('floor', i)}`, endToEndId: `E${i}`, outcome: 'settled', amountMinor: '50000', settledOn: '2026-01-12' })}\n`,
  ).join(''),
);

const watch = startWatch();
let lines: string[] = [];
for await (const line of createInterface({ input: createReadStream(path) })) {
  const { paymentId, endToEndId, amountMinor, settledOn } = JSON.parse(line) as Readonly<
    Record<string, string>
  >;
  lines.push(
    JSON.stringify({
      id: ID,
      stream: `payment-${paymentId}`,
      revision: 2,
      type: 'PaymentSettled',
      v: 1,
      time: '2026-01-29T08:00:00.000Z',
      data: {
        paymentId,
        attempt: 1,
        endToEndId,
        amountMinor,
        currency: 'MAD',
        settledOn,
        source: 'file',
      },
      meta,
    }),
  );
  if (lines.length === 1_000) {
    log.insert(lines, false);
    lines = [];
  }
}
if (lines.length > 0) log.insert(lines, false);
const { seconds, cpuSeconds } = watch();
log.close();
report({
  contender: 'parse and bare inserts',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  durable: 'WAL, synchronous=FULL, 1,000 outcomes a transaction',
});
