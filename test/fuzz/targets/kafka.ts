import { ContractError, EventRegistry } from '../../../events/registry.js';
import type { InboundTopic } from '../../../src/adapters/event-bus/port.js';
import { fixedClock } from '../../../src/adapters/clock/system.js';
import { KeyedMutex } from '../../../src/kernel/concurrency/keyed-mutex.js';
import { paymentId as paymentIdOf, streams, uuidOf } from '../../../src/kernel/ids.js';
import { readMessage } from '../../../src/messaging/read-message.js';
import { messageOf } from '../../../src/messaging/topics.js';
import { foldPayment } from '../../../src/use-cases/folds.js';
import { OutcomesFromTopic } from '../../../src/use-cases/outcomes/take-outcomes-topic.js';
import type { Deps } from '../../../src/write-side/context.js';
import { HistoryBuilder } from '../../support/history-builder.js';
import { MemoryStore } from '../../support/memory-store.js';
import { unitsOf } from '../amounts.js';
import { holds, type FuzzTarget } from '../target.js';

const ID = paymentIdOf('asd', '2026-01', uuidOf('person', 1));
const AMOUNT = { amountMinor: '50000', currency: 'MAD' };
const registry = new EventRegistry();

function history(): HistoryBuilder {
  const built = new HistoryBuilder();
  const stream = streams.payment(ID);
  const ordered = {
    ...{ paymentId: ID, programmeId: 'asd', period: '2026-01', personId: uuidOf('person', 1) },
    ...{
      region: 'MA-06',
      round: 1,
      ...AMOUNT,
      policyVersion: 1,
      contentHash: 'a'.repeat(64),
      items: [],
    },
  };
  const instructed = {
    ...{ paymentId: ID, attempt: 1, messageId: 'M1', endToEndId: 'E1' },
    ...{ accountId: uuidOf('account', 1), ...AMOUNT, executionDate: '2026-01-31' },
  };
  built.record(stream, 'finance-officer', { type: 'PaymentOrdered', data: ordered });
  built.record(stream, 'automation', { type: 'PaymentInstructed', data: instructed });
  return built;
}
const EVENTS = history().events;

/** What a message plainly says, read here anew; undefined where it does not say so much. */
function plainly(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function requireSaid(status: string, input: Buffer): void {
  const said = plainly(new TextDecoder('utf-8', { fatal: true }).decode(input));
  holds(said !== undefined && said['paymentId'] === ID, 'a payment changed that it does not name');
  holds(said['outcome'] === status, `it is ${status}, which it does not say`);
  const { amount } = said;
  if (status !== 'settled' || amount === undefined) return;
  holds(typeof amount === 'string' && unitsOf(amount, 2) === 50_000n, 'another amount settles it');
}

const outcome = (said: object): string => JSON.stringify({ paymentId: ID, ...said });

/** Without the vault and the rail, which no outcome touches. */
const depsOn = (store: MemoryStore): Deps =>
  ({
    store,
    registry,
    locks: new KeyedMutex(),
    clock: fixedClock('2026-02-02T08:00:00.000Z'),
  }) as Partial<Deps> as Deps;

/** The value of one message, whose key is the payment's. */
export const outcomeMessages: FuzzTarget = {
  seeds: [
    outcome({ outcome: 'accepted' }),
    outcome({
      outcome: 'settled',
      amount: '500.00',
      currency: 'MAD',
      settledOn: '2026-01-31',
      attempt: 1,
    }),
    outcome({ outcome: 'rejected', reason: 'AC04', endToEndId: 'E1', reference: 'BK1' }),
    outcome({ outcome: 'returned', reason: 'AC04', amount: '500.00', currency: 'MAD' }),
    outcome({ outcome: 'unknown' }),
  ],
  words: [
    'settled',
    'returned',
    'rejected',
    'accepted',
    'MAD',
    '500.00',
    '"amount":"500.00"',
    'E1',
  ],
  async check(input) {
    const store = new MemoryStore(true, EVENTS);
    const topic = new OutcomesFromTopic(depsOn(store), {} as InboundTopic);
    const [reason] = await topic.take([{ key: ID, value: String(input), headers: {} }]);
    const stream = (await store.readStreams([streams.payment(ID)]))[0]!;
    const { status } = foldPayment(stream.events);
    if (reason !== undefined) {
      holds(status === 'instructed', `it was set aside, and the payment is ${status}`);
      holds(/^[A-Z][A-Z0-9_]+: .{9}/.test(reason), `set aside without a code: ${reason}`);
      holds(!reason.startsWith('INTERNAL_ERROR'), `it meets a defect: ${reason}`);
      return reason.split(':')[0]!;
    }
    if (status !== 'instructed') requireSaid(status, input);
    return status;
  },
};

const MESSAGES = EVENTS.map((event) =>
  messageOf(event, event.position - 1, 'https://sanad.example'),
);
const REASONS =
  /^(?:the header ce_[a-z]+ is (?:missing|not a position|not an instant)|ce_type (?:names no event|is not)|the key is no|the value is not JSON)/;

/** Key, value and headers of a message of the feed, as JSON. */
export const feedMessages: FuzzTarget = {
  seeds: MESSAGES.map((message) => JSON.stringify(message)),
  words: [
    'ce_type',
    'ce_revision',
    'sanad.payment.PaymentOrdered.v1',
    '.v0',
    '.v999',
    '-1',
    '1e3',
    '0x10',
  ],
  check(input) {
    const given = plainly(input.toString('utf8'));
    const headers = plainly(JSON.stringify(given?.['headers'] ?? {})) ?? {};
    const texts = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, String(text)]),
    );
    const key = String(given?.['key'] ?? '');
    const value = String(given?.['value'] ?? '');
    let read;
    try {
      read = readMessage(registry, key, value, texts);
    } catch (error) {
      if (error instanceof ContractError) return 'against its schema';
      holds(
        error instanceof Error && REASONS.test(error.message),
        `it breaks off: ${String(error)}`,
      );
      return 'set aside';
    }
    const again = messageOf(read.event, read.previous, 'https://sanad.example');
    holds(read.event.stream === key, 'it is of another stream');
    const same = readMessage(registry, again.key, again.value, again.headers);
    holds(JSON.stringify(same) === JSON.stringify(read), 'published again it is something else');
    return 'read';
  },
};
