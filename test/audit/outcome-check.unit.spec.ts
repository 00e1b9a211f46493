import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { uuidOf } from '../../src/kernel/ids.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { Tampered } from './tampered.js';

function violations(log: Tampered) {
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  return check.finish().violations;
}
/** As it is recorded since version 0.3. */
const recorded = (log: Tampered, event: Recorded): Recorded =>
  log.replace(event, { meta: { ...event.meta, channel: 'http', authentication: 'token' } });

const entryId = uuidOf('an entry');
const quarantined = (amountMinor: string, currency = 'MAD') => ({
  entryId,
  sha256: 'a'.repeat(64),
  number: 0,
  family: 'camt.053' as const,
  scope: 'transaction' as const,
  code: 'REFERENCE_UNKNOWN',
  detail: 'The entry names no payment of ours.',
  amountMinor,
  currency,
});

/** Puts a proposal before the first settlement, as if that had been confirmed by another person. */
function byPerson(log: Tampered, data: EventData['PaymentOutcomeProposed']): Recorded {
  const settled = log.find('PaymentSettled');
  const proposed = { ...log.events[0]!, type: 'PaymentOutcomeProposed', data } as Recorded;
  log.events.splice(settled.position, 0, proposed);
  return settled;
}

describe('the audit finds what was applied though it does not agree with the instruction', () => {
  test.each<[string, (log: Tampered) => Recorded, RegExp]>([
    [
      'settled in another currency',
      (log) => log.edit(log.find('PaymentSettled'), { currency: 'EUR' }),
      /settled in EUR; ordered in MAD/,
    ],
    [
      'instructed in another currency',
      (log) => log.edit(log.find('PaymentInstructed'), { currency: 'XOF' }),
      /instructed in XOF; ordered in MAD/,
    ],
    [
      'settled for an end-to-end id that was not instructed',
      (log) => log.edit(log.find('PaymentSettled'), { endToEndId: 'E0' }),
      /PaymentSettled for E0/,
    ],
    [
      'returned for an end-to-end id that was not instructed',
      (log) => log.edit(log.find('PaymentReturned'), { endToEndId: 'E0' }),
      /PaymentReturned for E0/,
    ],
    [
      'settled before it was instructed',
      (log) =>
        log.edit(recorded(log, log.find('PaymentSettled')) as Recorded<'PaymentSettled'>, {
          settledOn: '1999-01-01',
        }),
      /settled on 1999-01-01, which is not between \d{4}-/,
    ],
    [
      'settled after it was recorded',
      (log) =>
        log.edit(recorded(log, log.find('PaymentSettled')) as Recorded<'PaymentSettled'>, {
          settledOn: '2099-12-31',
        }),
      /settled on 2099-12-31, which is not between \d{4}-/,
    ],
  ])('%s', (_, forge, detail) => {
    const log = new Tampered();
    expect(violations(log)).toEqual([]);
    const { position } = forge(log);
    expect(violations(log)).toContainEqual(
      expect.objectContaining({ invariant: 'I2', position, detail: expect.stringMatching(detail) }),
    );
  });

  test('and not a day of before version 0.3, when no event says how it came', () => {
    const log = new Tampered();
    log.edit(log.find('PaymentSettled'), { settledOn: '1999-01-01' });
    log.asOlder(log.find('PaymentSettled'));
    expect(violations(log).filter(({ invariant }) => invariant === 'I2')).toEqual([]);
  });
});

describe('what persons decided', () => {
  /** The last settlement of the log, as if an entry of a bank had been given to it. */
  function assigned(amountMinor: string, currency?: string) {
    const log = new Tampered();
    const settled = log.last('PaymentSettled');
    const { paymentId } = settled.data;
    log.append(`entry-${entryId}`, 'BankEntryQuarantined', quarantined(amountMinor, currency));
    const said = {
      entryId,
      paymentId,
      attempt: 1,
      outcome: 'settled',
      reason: 'a letter',
    } as const;
    log.append(`entry-${entryId}`, 'BankEntryAssignmentProposed', said, 'farid');
    const event = log.append(
      `entry-${entryId}`,
      'BankEntryAssigned',
      { ...said, proposedBy: 'farid' },
      'hind',
    );
    // In the log they come after the settlement, so that only the check of outcomes is asked.
    log.events.push(...log.events.splice(settled.position, 1));
    const last = log.events.pop()!;
    log.events.splice(log.events.indexOf(event), 0, {
      ...last,
      meta: { ...last.meta, command: event.meta.command },
    } as Recorded);
    return violations(log).filter(({ detail }) => /entry of/.test(detail));
  }
  test('an entry of another amount or currency does not settle a payment', () => {
    expect(assigned('1')).toMatchObject([
      {
        invariant: 'I2',
        detail: expect.stringMatching(/by an entry of 1 MAD; the payment is of \d+ MAD/),
      },
    ]);
    const { amountMinor } = new Tampered().last('PaymentSettled').data;
    expect(assigned(amountMinor)).toEqual([]);
    expect(assigned(amountMinor, 'EUR')).toHaveLength(1);
  });

  test('an outcome that two persons said of another amount is none', () => {
    const log = new Tampered();
    const settled = byPerson(log, {
      ...log.find('PaymentSettled').data,
      outcome: 'settled',
      amountMinor: '1',
    });
    log.replace(settled, { meta: { ...settled.meta, role: 'finance-officer' } });
    expect(violations(log).map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(/settled as of 1 MAD; the payment is of \d+ MAD/),
    );
  });

  test('less than the bank said, or all of it, is not given back', () => {
    const counted = (returnedMinor?: string) => {
      const log = new Tampered();
      const settled = log.last('PaymentSettled');
      const { paymentId, attempt, endToEndId, amountMinor } = settled.data;
      const breakId = uuidOf('a break');
      const less = String(BigInt(amountMinor) - 5n);
      const given = returnedMinor === 'less' ? less : returnedMinor;
      log.append(settled.stream, 'PaymentBreakRecorded', {
        paymentId,
        breakId,
        attempt,
        endToEndId,
        kind: 'amount-differs',
        reported: 'returned',
        reportedMinor: less,
        source: 'camt.054',
      });
      const event = log.append(settled.stream, 'PaymentBreakResolved', {
        paymentId,
        breakId,
        resolution: 'counted-as-returned',
        reason: 'a letter',
        proposedBy: 'farid',
        ...(given === undefined ? {} : { returnedMinor: given }),
      });
      recorded(log, event);
      return violations(log).filter(
        ({ position, detail }) => position === event.position && /given back/.test(detail),
      );
    };
    expect(counted('less')).toEqual([]);
    expect(counted('1')).toMatchObject([
      { invariant: 'I6', detail: expect.stringMatching(/^1 given back of/) },
    ]);
    expect(counted()).toHaveLength(1);
  });
});
