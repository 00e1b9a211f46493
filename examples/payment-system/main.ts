import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { feedOf, outcomesOver } from './feed.js';
import { Inbox } from './inbox.js';
import { followTopic, publisherTo } from './kafka.js';
import { Ledger, type Pay } from './ledger.js';
import { PaymentSystem } from './payment-system.js';

// Settings are in README.md. Every payment is settled, except each nth by its end-to-end id, which
// is rejected.
const {
  KAFKA_BROKERS,
  SANAD_URL,
  SANAD_TOKEN,
  BANK_DIR = './bank',
  BANK_FROM = '-1',
  BANK_SOURCE = 'topic',
  BANK_REJECTS_EACH = '0',
} = process.env;
const LONG_POLL_MS = 20_000;

const rejectsEach = Number(BANK_REJECTS_EACH);
const pay: Pay = ({ endToEndId }) =>
  rejectsEach > 0 && parseInt(endToEndId.slice(-6), 16) % rejectsEach === 0
    ? { paid: false, reason: 'AC04' }
    : { paid: true };

const brokers = (KAFKA_BROKERS ?? '').split(',').filter(Boolean);
const sanad = SANAD_URL ? { url: SANAD_URL, token: SANAD_TOKEN ?? '' } : undefined;
const onTopic = brokers.length > 0 && BANK_SOURCE === 'topic';
if (!onTopic && !sanad) {
  console.error('Set KAFKA_BROKERS, or SANAD_URL and SANAD_TOKEN, or both; see README.md.');
  process.exit(2);
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
mkdirSync(BANK_DIR, { recursive: true });
const inbox = new Inbox(join(BANK_DIR, 'inbox.json'), Number(BANK_FROM));
const ledger = new Ledger(pay, join(BANK_DIR, 'ledger.ndjson'));
const publisher = brokers.length > 0 ? await publisherTo({ brokers }) : undefined;
const asked = onTopic ? {} : { waitMs: LONG_POLL_MS, signal: stop.signal };
const feed = sanad ? feedOf({ ...sanad, ...asked }) : undefined;
const system = new PaymentSystem(inbox, ledger, {
  publish: publisher?.publish ?? outcomesOver(sanad!),
  ...(feed ? { feed } : {}),
});
console.log(
  `Paying what is instructed after position ${inbox.position}; ${ledger.size} decided before.`,
);
try {
  if (onTopic) await followTopic({ brokers, groupId: 'payment-system' }, system, stop.signal);
  else while (!stop.signal.aborted) await system.resynchronise();
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await publisher?.close();
  ledger.close();
}
console.log(
  `Stopped at position ${inbox.position}; ${ledger.size} decided, ${ledger.decided} of them now.`,
);
