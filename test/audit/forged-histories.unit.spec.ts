import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { VersionsCheck } from '../../src/audit/versions-check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { play } from '../simulation/model-histories.js';
import { findsEach, found, type Forge } from './forged.js';
import { CORRECTED, earlier, op, Tampered } from './tampered.js';

const HASH = '0'.repeat(64);

/** Appends a file of a bank that was applied; the forger is to change what it says. */
function applied(log: Tampered, outcomes: object): Recorded {
  const stream = `message-${HASH}`;
  const received = { sha256: HASH, bytes: 10, sender: 'bank', fileName: 'f.xml' };
  log.append(stream, 'BankMessageReceived', received);
  return log.append(stream, 'BankMessageApplied', {
    sha256: HASH,
    messages: [],
    entries: 0,
    outcomes: { read: 0, applied: 0, unchanged: 0, breaks: 0, refused: 0, ...outcomes },
    quarantined: 0,
    ignored: 0,
    turnover: [],
  });
}

const MONEY: Readonly<Record<string, Forge>> = {
  'a budget allotted again, so that nothing of it is spent': (log) => {
    const { stream, data } = log.find('BudgetAllotted');
    return [log.append(stream, 'BudgetAllotted', data), 'BudgetAllotted when it is there'];
  },
  'a budget in another currency than the programme pays in': (log) => [
    log.edit(log.find('BudgetAllotted'), { currency: 'XOF' }),
    'in XOF; the programme pays in MAD',
  ],
  'a cycle in another currency': (log) => [
    log.edit(log.find('CycleOpened'), { currency: 'XOF' }),
    'in XOF; the programme pays in MAD',
  ],
  'a cycle opened under another version': (log) => [
    log.edit(log.find('CycleOpened'), { policyVersion: 2 }),
    'opened under version 2; 2026-01 is paid under 1',
  ],
  'a cycle prepared as of another position than it began as of': (log) => [
    log.edit(log.find('CyclePrepared'), { asOf: 3 }),
    'prepared as of another position than it began as of',
  ],
  'a cycle prepared as of what is still to come': (log) => {
    const event = log.find('CyclePreparationStarted');
    return [log.edit(event, { asOf: 9_999 }), 'prepared as of 9999, which is not before it'];
  },
  'a round of a preparation that was left out': (log) => [
    log.edit(log.find('CyclePreparationStarted'), { round: 2 }),
    'round 2 of its preparation, after 0',
  ],
  'a set that is said to be of another round': (log) => [
    log.edit(log.find('CyclePrepared'), { round: 2 }),
    'CyclePrepared of round 2; it is round 1',
  ],
  'a file of more payments than were instructed': (log) => {
    const event = log.find('CycleInstructed');
    const [file] = event.data.files;
    const { count, totalMinor, messageId } = file!;
    const more = [{ ...file!, count: count + 1 }];
    return [
      log.edit(event, { files: more }),
      `a file of ${count + 1} payments of ${totalMinor}; ${count} of ${totalMinor} were instructed under ${messageId}`,
    ];
  },
  'a file of less money than was instructed': (log) => {
    const event = log.find('CycleInstructed');
    const [file] = event.data.files;
    const { count, totalMinor, messageId } = file!;
    return [
      log.edit(event, { files: [{ ...file!, totalMinor: '1' }] }),
      `a file of ${count} payments of 1; ${count} of ${totalMinor} were instructed under ${messageId}`,
    ];
  },
  'a file of no message': (log) => {
    const event = log.find('CycleInstructed');
    const files = event.data.files.map((file) => ({ ...file, messageId: 'M-9' }));
    return [log.edit(event, { files }), 'a file of M-9, under which nothing was instructed'];
  },
  'a payment for another day than its cycle was released for': (log) => [
    log.edit(log.find('PaymentInstructed'), { executionDate: '2026-02-27' }),
    'instructed for 2026-02-27; released for 2026-02-25',
  ],
  'a reconciliation with a break that nobody recorded': (log) => [
    log.edit(log.find('CycleReconciled'), { openBreaks: 9 }),
    'reconciled with 9 open breaks; the log has 0',
  ],
  'a reconciliation through what is still to come': (log) => {
    const event = log.find('CycleReconciled');
    const { position } = event;
    return [
      log.edit(event, { throughPosition: position }),
      `reconciled through ${position}, which is not before it`,
    ];
  },
  'a reconciliation of more payments than it counts': (log) => {
    const event = log.find('CycleReconciled');
    const { orderedCount } = event.data;
    return [
      log.edit(event, { orderedCount: orderedCount + 1 }),
      `ordered ${orderedCount + 1} payments; the figures are of ${orderedCount}`,
    ];
  },
  'a closing without a reconciliation': (log) => {
    const { cycleId } = log.find('CycleReconciled').data;
    log.drop(...log.events.filter(({ type }) => type === 'CycleReconciled'));
    const event = log.append(`cycle-${cycleId}`, 'CycleClosed', { cycleId, releasedMinor: '0' });
    return [event, 'closed without having been reconciled'];
  },
  'a closing on figures of before a payment was on its way again': (log) => {
    const { cycleId } = log.find('CycleReconciled').data;
    const { stream, data } = log.last('PaymentReturned');
    const { amountMinor } = log.find('PaymentInstructed', (one) => one.stream === stream).data;
    const { paymentId } = data;
    const again = { ...log.find('PaymentReinstructed').data, paymentId, amountMinor };
    const reconciled = log.last('CycleReconciled');
    log.append(stream, 'PaymentReinstructed', { ...again, attempt: data.attempt + 1 });
    log.append(`cycle-${cycleId}`, 'CycleReconciled', reconciled.data);
    const event = log.append(`cycle-${cycleId}`, 'CycleClosed', { cycleId, releasedMinor: '0' });
    return [event, 'closed when 1 were outstanding and 0 breaks open'];
  },
  'a closing that gives back what was not reserved': (log) => {
    const { cycleId } = log.find('CycleReconciled').data;
    const data = { cycleId, releasedMinor: '700000' };
    const event = log.append(`cycle-${cycleId}`, 'CycleClosed', data);
    return [event, /^closed with 700000 to be given back/];
  },
  'a file that was applied and never came': (log) => {
    applied(log, {});
    log.drop(log.find('BankMessageReceived'));
    return [log.find('BankMessageApplied'), 'BankMessageApplied when it is not there'];
  },
  'a file of which more was applied than the log has': (log) => [
    applied(log, { read: 5, applied: 5 }),
    '5 said to be applied; the log has 0',
  ],
  'a file with more breaks than the log has': (log) => [
    applied(log, { read: 5, breaks: 5 }),
    '5 said to be breaks; the log has 0',
  ],
  'a file of which not everything that was read became something': (log) => [
    applied(log, { read: 5, unchanged: 4 }),
    '5 read; 4 of them accounted for',
  ],
};

/** As two people dismissed an event that an automation had set aside. */
const dismissal = (log: Tampered, more: Partial<EventData['SetAsideDismissed']>): Recorded => {
  const { id: of, type, stream } = log.find('ApplicationApproved');
  const eventId = more.eventId ?? of;
  const said = {
    eventId,
    automation: 'when-application-approved-then-enrol',
    eventType: type,
    eventStream: stream,
    failure: 'PERSON_NOT_FOUND',
    reason: 'erased',
    ...more,
  };
  const { proposedBy, ...first } = { proposedBy: 'meryem', ...said };
  log.append(streams.automation(eventId), 'SetAsideDismissalProposed', first, proposedBy);
  return log.append(streams.automation(eventId), 'SetAsideDismissed', { ...first, proposedBy });
};

const LOG: Readonly<Record<string, Forge>> = {
  'a dismissed event that never was': (log) => [
    dismissal(log, { eventId: uuidOf('another') }),
    'an event is dismissed that is not before it',
  ],
  'a dismissed event of a stream that never was': (log) => [
    dismissal(log, { eventStream: 'application-gone' }),
    'an event is dismissed that is not before it',
  ],
  'an event that one person dismissed': (log) => [
    dismissal(log, { proposedBy: 'somebody' }),
    'a dismissal that one person alone said',
  ],
  'an event whose id is not of its command': (log) => [
    log.replace(log.find('CycleApproved'), { id: uuidOf('another') }),
    'its id is not of its command',
  ],
  'an event of a command that lacks the one before it': (log) => {
    const closed = log.find('PayeeAccountClosed');
    const { id } = log.events[closed.position + 1]!;
    log.drop(closed);
    return [
      log.replace(log.events[closed.position]!, { id }),
      'event 1 of its command, and 0 should be here',
    ];
  },
  'an event that was moved by a second in its command': (log) => {
    const { position, time } = log.find('CycleApproved');
    const event = log.events[position + 1]!;
    const later = earlier(event, -1_000);
    return [log.replace(event, { time: later }), `at ${later}; its command was at ${time}`];
  },
  'an event of a command that was correlated with something else': (log) => {
    const event = log.events[log.find('CycleApproved').position + 1]!;
    const meta = { ...event.meta, correlation: uuidOf('another') };
    return [
      log.replace(event, { meta }),
      'correlated with, or caused by, something else than its command',
    ];
  },
  'an event that was moved by two hours': (log) => {
    const event = log.last('ApplicationSubmitted');
    const time = earlier(event, 2 * 3_600_000);
    return [
      log.replace(event, { time }),
      `at ${time}, more than an hour before the event before it`,
    ];
  },
  'that nothing says how it came, so that the log is taken for an older one': (log) => {
    for (const event of [...log.events]) {
      const { channel, authentication, ...meta } = event.meta;
      log.replace(event, { meta });
    }
    const { data } = log.find('CycleOpened', ({ data: { period } }) => period === '2026-02');
    const approved = log.find('CycleApproved', (event) => event.data.cycleId === data.cycleId);
    const reserved = log.events[approved.position + 1]!;
    const time = earlier(approved, 40 * 86_400_000);
    log.replace(reserved, { time });
    return [
      log.replace(approved, { time }),
      `at ${time}, before the event before it in its stream`,
    ];
  },
};

describe('a forged history is found, hashes or not', () => {
  test('and an honest one is not', () => {
    expect(found(new Tampered())).toEqual([]);
    const log = new Tampered();
    log.drop(log.last('CycleReconciled'));
    expect(found(log)).toEqual([]);
    applied(log, {});
    expect(found(log)).toEqual([]);
    dismissal(log, {});
    expect(found(log)).toEqual([]);
  });

  findsEach({ ...MONEY, ...LOG });
});

test('a cycle that was not checked, though its programme has cycles checked, is not approved', () => {
  const { events } = play({
    start: 'enrolled',
    households: 2,
    ops: [op('configureChecks', 0, 0, 2), op('prepare', 0), op('check', 1), op('approve', 2)],
  }).log;
  const log = new Tampered(events);
  expect(found(log)).toEqual([]);
  log.drop(log.find('CycleChecked'));
  const { position } = log.find('CycleApproved');
  expect(found(log)).toEqual([
    `${position} approved without the checks that the programme configured`,
  ]);
});

test('a correction is of what was paid, so that nothing is paid as arrears a second time', () => {
  const log = new Tampered(CORRECTED);
  expect(found(log)).toEqual([]);
  const event = log.find('AdjustmentProposed', ({ data }) =>
    data.periods.some(({ paidMinor }) => paidMinor !== '0'),
  );
  const [{ period, paidMinor } = { period: '', paidMinor: '' }] = event.data.periods;
  const periods = event.data.periods.map((one) => ({ ...one, paidMinor: '0' }));
  const { position } = log.edit(event, { periods });
  expect(found(log)).toContain(
    `${position} ${period}: 0 said to be paid; the log has ${paidMinor}`,
  );
});

test('a version is not lowered once a newer one was written, but for the day of an upgrade', () => {
  const at = (v: number, time: string): Recorded =>
    ({ type: 'PolicyPublished', v, time }) as Partial<Recorded> as Recorded;
  const foundIn = (...events: readonly Recorded[]): readonly string[] => {
    const check = new VersionsCheck();
    const details: string[] = [];
    for (const event of events) check.add(event, (_, detail) => details.push(detail));
    return details;
  };
  const first = at(1, '2026-01-01T00:00:00.000Z');
  const newer = at(2, '2026-01-02T00:00:00.000Z');
  expect(foundIn(first, newer, at(1, '2026-01-02T20:00:00.000Z'))).toEqual([]);
  expect(foundIn(first, newer, newer, at(1, '2026-01-04T00:00:00.000Z'))).toEqual([
    'PolicyPublished of version 1, after version 2',
  ]);
});
