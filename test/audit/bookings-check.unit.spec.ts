import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { Tampered } from './tampered.js';

type Booked = EventData['PaymentBooked'];

function found(log: Tampered): readonly string[] {
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  return check.finish().violations.map(({ invariant, detail }) => `${invariant} ${detail}`);
}
const settledBy = (log: Tampered, source: string, reference?: string): Recorded<'PaymentSettled'> =>
  log.edit(log.last('PaymentSettled'), {
    source,
    ...(reference === undefined ? {} : { reference }),
  }) as Recorded<'PaymentSettled'>;

function booked(
  log: Tampered,
  { data, stream }: Recorded<'PaymentSettled'>,
  more: Partial<Booked> = {},
): void {
  const { paymentId, attempt, endToEndId } = data;
  log.append(stream, 'PaymentBooked', {
    paymentId,
    attempt,
    endToEndId,
    outcome: 'settled',
    source: 'camt.053',
    ...more,
  });
}
const tooMany = (
  log: Tampered,
  { data, stream }: Recorded<'PaymentSettled'>,
  reported: 'settled' | 'returned' = 'settled',
  source = 'camt.054',
): void => {
  const { paymentId, attempt, endToEndId } = data;
  log.append(stream, 'PaymentBreakRecorded', {
    paymentId,
    breakId: uuidOf('too many', reported),
    attempt,
    endToEndId,
    kind: reported === 'settled' ? 'booked-twice' : 'other-contradiction',
    reported,
    source,
  });
};

describe('the audit', () => {
  test('takes the booking of what was settled before, in each kind of message once', () => {
    const log = new Tampered();
    const settled = settledBy(log, 'pain.002');
    booked(log, settled, { reference: 'K1' });
    booked(log, settled, { source: 'camt.054' });
    expect(found(log)).toEqual([]);
  });
  test('and as many more of one kind as breaks of the other say', () => {
    const log = new Tampered();
    const settled = settledBy(log, 'camt.054');
    tooMany(log, settled);
    booked(log, settled);
    booked(log, settled);
    expect(found(log)).toEqual([]);
    booked(log, settled);
    expect(found(log)).toEqual([expect.stringContaining('booked 3 times in camt.053')]);
  });
  test('and what came back of a second debit, told by the other kind of message', () => {
    const log = new Tampered();
    const settled = settledBy(log, 'camt.054');
    tooMany(log, settled);
    tooMany(log, settled, 'returned');
    booked(log, settled, { outcome: 'returned' });
    expect(found(log)).toEqual([]);
    booked(log, settled, { outcome: 'returned' });
    expect(found(log)).toEqual([]);
    booked(log, settled, { outcome: 'returned' });
    expect(found(log)).toEqual([expect.stringContaining('booked 3 times in camt.053')]);
  });
  test('and as many under references as breaks without any say', () => {
    const log = new Tampered();
    const settled = settledBy(log, 'camt.054');
    tooMany(log, settled);
    booked(log, settled, { reference: 'K1' });
    booked(log, settled, { reference: 'K2' });
    expect(found(log)).toEqual([]);
  });
  test('takes what a payment system tells later of one booking, by any of its doors', () => {
    const log = new Tampered();
    const settled = settledBy(log, 'http');
    booked(log, settled, { source: 'topic', booking: { bookedOn: '2026-02-01' } });
    booked(log, settled, { source: 'file', reference: 'R1' });
    booked(log, settled, { source: 'govstack', reference: 'G1' });
    expect(found(log)).toEqual([]);
    booked(log, settled, { source: 'http', reference: 'R2' });
    expect(found(log)).toEqual([
      expect.stringContaining('I2 booked under another reference or day by http'),
    ]);
  });
  test.each<[string, (log: Tampered) => void, RegExp]>([
    [
      'two references of a payment system',
      (log) => {
        const settled = settledBy(log, 'govstack');
        booked(log, settled, { source: 'govstack', reference: 'R1' });
        booked(log, settled, { source: 'govstack', reference: 'R2' });
      },
      /I2 booked under another reference or day by govstack/,
    ],
    [
      'another reference of a payment system than that which settled it',
      (log) => booked(log, settledBy(log, 'http', 'R1'), { source: 'http', reference: 'R2' }),
      /I2 booked under another reference or day by http/,
    ],
    [
      'another reference by another door',
      (log) => booked(log, settledBy(log, 'http', 'R1'), { source: 'topic', reference: 'R2' }),
      /I2 booked under another reference or day by topic/,
    ],
    [
      'another day by another door',
      (log) => {
        const settled = settledBy(log, 'http');
        booked(log, settled, { source: 'http', booking: { bookedOn: '2026-02-01' } });
        booked(log, settled, { source: 'file', booking: { bookedOn: '2026-02-02' } });
      },
      /I2 booked under another reference or day by file/,
    ],
    [
      'two bookings under two references',
      (log) => {
        const settled = settledBy(log, 'pain.002');
        booked(log, settled, { reference: 'K1' });
        booked(log, settled, { source: 'camt.054', reference: 'K2' });
      },
      /I2 booked under another reference/,
    ],
    [
      'a booking under another reference than that which settled it',
      (log) => booked(log, settledBy(log, 'camt.054', 'K1'), { entryReference: 'K2' }),
      /I2 booked under another reference/,
    ],
    [
      'two bookings in statements without references',
      (log) => {
        const settled = settledBy(log, 'http');
        booked(log, settled);
        booked(log, settled);
      },
      /I2 booked 2 times in camt\.053/,
    ],
    [
      'a second booking in the kind of message that settled it',
      (log) => booked(log, settledBy(log, 'camt.053')),
      /I2 booked 2 times in camt\.053/,
    ],
    [
      'a booking of a return that nobody told',
      (log) => booked(log, settledBy(log, 'http'), { outcome: 'returned' }),
      /I2 booked as returned, which nobody had said/,
    ],
    [
      'an entry of one person that nobody gave to the payment',
      (log) => {
        booked(log, settledBy(log, 'http'), { source: 'operator' });
        const event = log.last('PaymentBooked');
        log.replace(event, { meta: { ...event.meta, role: 'finance-officer', channel: 'http' } });
      },
      /I4 an outcome that one person said of an entry/,
    ],
    [
      'a value date of before the instruction',
      (log) => {
        booked(log, settledBy(log, 'http'), { booking: { valueOn: '1999-01-01' } });
        const event = log.last('PaymentBooked');
        log.replace(event, { meta: { ...event.meta, channel: 'folder' } });
      },
      /I2 of value on 1999-01-01/,
    ],
  ])('finds %s', (_, forge, detail) => {
    const log = new Tampered();
    forge(log);
    expect(found(log)).toContainEqual(expect.stringMatching(detail));
  });
});
