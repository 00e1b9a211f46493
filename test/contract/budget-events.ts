import { randomUUID } from 'node:crypto';
import type { NewEvent, StreamWrite } from '../../src/adapters/event-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';

/** A budget event whose amount tells the tests which one it is. */
export const allotted = (
  amountMinor: number,
  id: string = randomUUID(),
): NewEvent<'BudgetAllotted'> => ({
  id,
  type: 'BudgetAllotted',
  v: 1,
  time: '2026-01-05T08:00:00.000Z',
  data: {
    programmeId: 'asd',
    fiscalYear: 2026,
    currency: 'MAD',
    amountMinor: String(amountMinor),
    reference: 'LF 2026',
  },
  meta: {
    actor: 'farid',
    role: 'finance-officer',
    command: randomUUID(),
    correlation: randomUUID(),
  },
});

/** Another type, of the same fields as far as tests look. */
export const released = (amountMinor: number): NewEvent<'BudgetReservationReleased'> => ({
  ...allotted(amountMinor),
  type: 'BudgetReservationReleased',
  data: {
    programmeId: 'asd',
    fiscalYear: 2026,
    cycleId: 'asd-2026-01',
    amountMinor: String(amountMinor),
    reason: 'closed',
  },
});

export const newStream = (category = 'budget'): string =>
  `${category}-t${randomUUID().slice(0, 13)}`;
export const write = (
  stream: string,
  expected: StreamWrite['expected'],
  ...amounts: readonly number[]
): StreamWrite => ({ stream, expected, events: amounts.map((amount) => allotted(amount)) });
export const amounts = (events: readonly Recorded[]): number[] =>
  events.map(({ data }) => Number((data as { amountMinor: string }).amountMinor));
