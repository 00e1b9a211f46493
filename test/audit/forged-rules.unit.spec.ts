import { describe, expect, test } from '@jest/globals';
import { uuidOf } from '../../src/kernel/ids.js';
import { findsEach, found, type Forge } from './forged.js';
import { Tampered } from './tampered.js';

const hoursLater = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * 3_600_000).toISOString();

/** What the engine refuses, written into the log by hand. */
const RULES: Readonly<Record<string, Forge>> = {
  'a file that was left out, in a log whose first event says it is of an older version': (log) => {
    const first = log.events[0]!;
    const { channel, authentication, ...meta } = first.meta;
    log.replace(first, { meta });
    const instructed = log.find('CycleInstructed');
    return [
      log.edit(instructed, { files: [] }),
      /^\d payments were instructed under .+, of no file$/u,
    ];
  },
  'a first account that who registered it verified': (log) => {
    const { stream, data, meta } = log.find(
      'PayeeAccountRegistered',
      (event) =>
        !log.events.some(
          ({ type, stream: of }) =>
            of === event.stream &&
            (type === 'PayeeAccountClosed' || type === 'PayeeAccountVerified'),
        ),
    );
    const { personId, accountId } = data;
    const verified = { personId, accountId, method: 'document' } as const;
    return [
      log.append(stream, 'PayeeAccountVerified', verified, meta.actor),
      'the account was verified by who registered it',
    ];
  },
  'a closing over a break that somebody must have seen': (log) => {
    const { stream, data } = log.last('PaymentReturned');
    const { paymentId, attempt, endToEndId } = data;
    const cycleId = paymentId.slice(0, -37);
    const breakId = uuidOf('a break');
    const said = { kind: 'other-contradiction', source: 'camt.053', reported: 'settled' } as const;
    const open = { paymentId, breakId, attempt, endToEndId, ...said };
    const { time } = log.append(stream, 'PaymentBreakRecorded', open);
    const closed = log.append(`cycle-${cycleId}`, 'CycleClosed', { cycleId, releasedMinor: '0' });
    return [
      log.replace(closed, { time: hoursLater(time, 2) }),
      /^closed when \d were outstanding and 1 breaks open$/,
    ];
  },
  'a recertification that was put off': (log) => {
    const { stream, data } = log.last('EnrolmentStarted');
    const due = (dueOn: string) =>
      log.append(stream, 'RecertificationFellDue', {
        programmeId: data.programmeId,
        personId: data.personId,
        dueOn,
      });
    due('2026-08-31');
    return [
      due('2030-08-31'),
      'recertification said to be due on 2030-08-31; it was due on 2026-08-31',
    ];
  },
  'a policy out of its order': (log) => {
    const { stream, data } = log.last('PolicyPublished');
    const version = data.version + 2;
    return [
      log.append(stream, 'PolicyPublished', { ...data, version }),
      `version ${version} was published after version ${data.version}`,
    ];
  },
  'a policy for months that another is paid in': (log) => {
    const { stream, data } = log.last('PolicyPublished');
    const { version, firstPaidPeriod } = data;
    return [
      log.append(stream, 'PolicyPublished', { ...data, version: version + 1 }),
      `first paid in ${firstPaidPeriod}; a version before it in ${firstPaidPeriod}`,
    ];
  },
  'a cycle of a programme that is closed': (log) => {
    const { stream, data } = log.last('ProgrammeOpened');
    const { programmeId } = data;
    log.append(stream, 'ProgrammeClosed', { programmeId, reason: 'over' });
    const period = '2026-12';
    const cycleId = `${programmeId}-${period}`;
    const opened = { ...log.last('CycleOpened').data, cycleId, period };
    return [
      log.append(`cycle-${cycleId}`, 'CycleOpened', opened),
      'CycleOpened after its programme was closed',
    ];
  },
};

describe('what the engine would refuse is found', () => findsEach(RULES));

test('and the good log is believed', () => {
  expect(found(new Tampered())).toEqual([]);
});
