import { hash } from 'node:crypto';
import type { EventData } from '../../events/generated.js';
import { EventRegistry } from '../../events/registry.js';
import type { NewEvent } from '../../src/adapters/event-store/port.js';
import { paymentId, streams, uuidOf } from '../../src/kernel/ids.js';

/** One event of a payment's life, with the place that it is to be written to. */
export interface Step {
  readonly stream: string;
  readonly revision: number;
  readonly event: NewEvent;
}

const versions = new EventRegistry();
export const STEPS_OF_A_PAYMENT = 4;

/**
 * Ordered, instructed, accepted, settled: the four events of the `index`-th payment, the same in
 * every run.
 */
export function stepsOfPayment(index: number): Step[] {
  const personId = uuidOf('bench', index);
  const payment = paymentId('asd', '2026-01', personId);
  const endToEndId = `E${hash('sha1', payment, 'hex').slice(0, 24).toUpperCase()}`;
  const ordered: EventData['PaymentOrdered'] = {
    paymentId: payment,
    programmeId: 'asd',
    period: '2026-01',
    personId,
    region: 'MA-06',
    round: 1,
    amountMinor: '60000',
    currency: 'MAD',
    policyVersion: 3,
    contentHash: hash('sha256', payment, 'hex'),
    items: [
      { code: 'child', period: '2026-01', member: 1, amountMinor: '30000' },
      { code: 'child', period: '2026-01', member: 2, amountMinor: '30000' },
    ],
  };
  const attempt = { paymentId: payment, attempt: 1, endToEndId };
  const instructed: EventData['PaymentInstructed'] = {
    ...attempt,
    messageId: 'ASD-2026-01-0001',
    accountId: uuidOf('account', personId),
    amountMinor: '60000',
    currency: 'MAD',
    executionDate: '2026-01-28',
  };
  const settled: EventData['PaymentSettled'] = {
    ...attempt,
    amountMinor: '60000',
    currency: 'MAD',
    settledOn: '2026-01-29',
    source: 'file',
  };
  const drafts = [
    { type: 'PaymentOrdered', data: ordered },
    { type: 'PaymentInstructed', data: instructed },
    { type: 'PaymentAccepted', data: { ...attempt, source: 'file' } },
    { type: 'PaymentSettled', data: settled },
  ] as const;
  return drafts.map(({ type, data }, revision) => ({
    stream: streams.payment(payment),
    revision,
    event: {
      id: uuidOf('event', payment, revision),
      type,
      v: versions.latestVersion(type),
      time: '2026-01-28T09:30:00.000Z',
      data,
      meta: {
        actor: 'farid',
        role: 'finance-officer',
        command: uuidOf('command', payment, revision),
        correlation: uuidOf('correlation', payment),
      },
    },
  }));
}

/** The line as the engine stores it. */
export const storedLine = ({
  stream,
  revision,
  event: { id, type, v, time, data, meta },
}: Step): string => JSON.stringify({ id, stream, revision, type, v, time, data, meta });

/**
 * What `writers` writers write at the same time: writer w works through its own payments one event
 * after the other.
 * @returns writers lists of the same length, `events` steps in all (rounded down to whole payments)
 */
export function workOf(writers: number, events: number): Step[][] {
  const payments = Math.max(1, Math.floor(events / writers / STEPS_OF_A_PAYMENT));
  return Array.from({ length: writers }, (_, writer) =>
    Array.from({ length: payments }, (__, n) => stepsOfPayment(writer * payments + n)).flat(),
  );
}
