import { describe, expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import type { Invariant } from '../../src/audit/report.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { Tampered } from './tampered.js';

// Falsifications of money: for each the check must name the very event, whatever else it finds.
type Falsify = (log: Tampered) => Recorded;

function found(events: readonly Recorded[]): { invariant: Invariant; position: number }[] {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish().violations.map(({ invariant, position }) => ({ invariant, position }));
}

/** A payment that came back, with its next attempt on its way to the bank. */
function instructedAgain(log: Tampered): { stream: string; paymentId: string; attempt: number } {
  const { stream, data } = log.last('PaymentReturned');
  const { paymentId } = data;
  const order = log.find('PaymentOrdered', (event) => event.stream === stream).data;
  const attempt = data.attempt + 1;
  const { amountMinor } = order;
  log.append(stream, 'PaymentReinstructed', {
    ...log.find('PaymentReinstructed').data,
    paymentId,
    attempt,
    amountMinor,
  });
  return { stream, paymentId, attempt };
}

/** A bank contradicts itself about an attempt, and a person decides. */
function resolve(
  log: Tampered,
  at: { readonly stream: string; readonly paymentId: string },
  attempt: number,
  resolution: 'counted-as-settled' | 'counted-as-returned',
): Recorded {
  const { paymentId } = at;
  const breakId = uuidOf('a break', paymentId);
  log.append(at.stream, 'PaymentBreakRecorded', {
    paymentId,
    breakId,
    attempt,
    endToEndId: `${paymentId}-${attempt}`,
    kind: 'other-contradiction',
    source: 'camt.053',
    reported: resolution === 'counted-as-settled' ? 'settled' : 'returned',
  });
  return log.append(at.stream, 'PaymentBreakResolved', {
    paymentId,
    breakId,
    resolution,
    reason: 'the bank said so',
  });
}

const payments: Readonly<Record<string, Falsify>> = {
  'ordered again when it was paid': (log) => {
    const { stream } = log.find('PaymentSettled');
    const order = log.find('PaymentOrdered', (event) => event.stream === stream);
    return log.append(stream, 'PaymentOrdered', order.data);
  },
  'instructed for the first time when it was paid': (log) => {
    const { stream, data } = log.find('PaymentSettled');
    const first = log.find('PaymentInstructed', (event) => event.stream === stream);
    return log.append(stream, 'PaymentInstructed', { ...first.data, attempt: data.attempt + 1 });
  },
  'counted as settled by an attempt that is not the live one': (log) => {
    const again = instructedAgain(log);
    return resolve(log, again, again.attempt - 1, 'counted-as-settled');
  },
  'counted as returned by an attempt that did not settle': (log) => {
    const settled = log.find('PaymentSettled', ({ data }) => data.attempt > 1);
    const { stream, data } = settled;
    return resolve(log, { stream, paymentId: data.paymentId }, 1, 'counted-as-returned');
  },
  'a break resolved twice': (log) => {
    const again = instructedAgain(log);
    const resolved = resolve(log, again, again.attempt, 'counted-as-settled');
    return log.append(again.stream, 'PaymentBreakResolved', {
      ...(resolved as Recorded<'PaymentBreakResolved'>).data,
      resolution: 'no-effect',
    });
  },
};

const cycles: Readonly<Record<string, Falsify>> = {
  'an order of nothing': (log) => log.edit(log.find('PaymentOrdered'), { amountMinor: '0' }),
  'an order in a round that is not being prepared': (log) =>
    log.edit(log.find('PaymentOrdered'), { round: 7 }),
  'an order after its cycle was prepared': (log) => {
    const { data } = log.last('PaymentOrdered');
    const personId = uuidOf('one', 'more');
    const paymentId = `${data.paymentId.slice(0, -data.personId.length)}${personId}`;
    return log.append(`payment-${paymentId}`, 'PaymentOrdered', { ...data, paymentId, personId });
  },
  'approved another total than was prepared': (log) =>
    log.edit(log.find('CycleApproved'), { totalMinor: '1' }),
  'released with less reserved than its total': (log) => {
    log.edit(log.find('BudgetReserved'), { amountMinor: '1' });
    return log.find('CycleReleased');
  },
  'spent through a position that was not yet': (log) => {
    const spent = log.find('BudgetSpent');
    return log.edit(spent, { throughPosition: spent.position });
  },
  'closed with money still reserved': (log) => {
    const { stream, data } = log.last('BudgetReserved');
    log.append(stream, 'BudgetReserved', { ...data, amountMinor: '1' });
    const { cycleId } = data;
    return log.append(`cycle-${cycleId}`, 'CycleClosed', {
      cycleId,
      releasedMinor: '0',
    });
  },
};

/** A cycle of the programme overdraws its budget, and this follows. */
const overdrawn = (log: Tampered, amountMinor: string, actor = 'automation'): Recorded => {
  const { stream, data } = log.find('BudgetReserved');
  return log.append(stream, 'BudgetOverdrawn', { ...data, amountMinor }, actor);
};
const reserved = (log: Tampered, amountMinor: string, cycleId?: string): Recorded => {
  const { stream, data } = log.find('BudgetReserved');
  return log.append(stream, 'BudgetReserved', {
    ...data,
    amountMinor,
    ...(cycleId === undefined ? {} : { cycleId }),
  });
};

const budgets: Readonly<Record<string, Falsify>> = {
  'overdrawn by a person': (log) => overdrawn(log, '5', 'somebody'),
  'overdrawn by nothing': (log) => overdrawn(log, '0'),
  'overdrawn for one cycle, and reserved for another': (log) => {
    overdrawn(log, '5');
    return reserved(log, '5', 'sim-2031-01');
  },
  'overdrawn by more than is reserved then': (log) => {
    overdrawn(log, '5');
    return reserved(log, '4');
  },
  'reserved after it was overdrawn, and reserved again instead of spent': (log) => {
    overdrawn(log, '5');
    reserved(log, '5');
    return reserved(log, '5');
  },
  'a reservation released that is not there': (log) => {
    const { stream, data } = log.find('BudgetReserved');
    return log.append(stream, 'BudgetReservationReleased', {
      ...data,
      amountMinor: '999999999',
      reason: 'a mistake',
    });
  },
  'taken back more than was spent': (log) =>
    log.edit(log.find('BudgetRefunded'), { amountMinor: '999999999' }),
};

const ways: readonly [Invariant, Readonly<Record<string, Falsify>>][] = [
  ['I2', payments],
  ['I6', cycles],
  ['I3', budgets],
];

describe.each(ways)('the audit finds of %s', (invariant, falsifications) => {
  test.each(Object.entries(falsifications))('%s', (_, falsify) => {
    const log = new Tampered();
    const { position } = falsify(log);
    expect(found(log.events)).toContainEqual({ invariant, position });
  });
});
