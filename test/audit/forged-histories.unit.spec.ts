import { describe, expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import { VersionsCheck } from '../../src/audit/versions-check.js';
import { contentHash } from '../../src/kernel/canonical.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { play } from '../simulation/model-histories.js';
import { CORRECTED, op, Tampered } from './tampered.js';

function found({ events }: Tampered): readonly string[] {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish().violations.map(({ position, detail }) => `${position} ${detail}`);
}

const HASH = '0'.repeat(64);
const earlier = ({ time }: Recorded, ms: number): string =>
  new Date(Date.parse(time) - ms).toISOString();

/** Falsifies the log, and says at which event that is to be found, and how. */
type Forge = (log: Tampered) => readonly [at: Recorded, detail: string];

/** Appends a file of a bank that was applied; the forger is to change what it says. */
function applied(log: Tampered, outcomes: object, quarantined = 0): Recorded {
  const stream = `message-${HASH}`;
  const received = { sha256: HASH, bytes: 10, sender: 'bank', fileName: 'f.xml' };
  log.append(stream, 'BankMessageReceived', received);
  return log.append(stream, 'BankMessageApplied', {
    sha256: HASH,
    messages: [],
    entries: 0,
    outcomes: { read: 0, applied: 0, unchanged: 0, breaks: 0, refused: 0, ...outcomes },
    quarantined,
    ignored: 0,
    turnover: [],
  });
}

const FACTS: Readonly<Record<string, Forge>> = {
  'facts of an application that were changed, their hash left as it was': (log) => {
    const event = log.find('ApplicationSubmitted');
    const facts = { ...event.data.facts, score: 1 };
    return [log.edit(event, { facts }), 'the facts are not what their hash is of'];
  },
  'facts of an enrolment that were changed': (log) => {
    const event = log.find('EnrolmentStarted');
    const facts = { ...event.data.facts, children: [{ birthMonth: '2020-05' }] };
    return [log.edit(event, { facts }), 'the facts are not what their hash is of'];
  },
  'a policy that pays more than the one whose hash was published': (log) => {
    const event = log.find('PolicyPublished');
    const policy = structuredClone(event.data.policy);
    policy.benefits.floorMinor = '90000';
    return [log.edit(event, { policy }), 'version 1 is not the policy that its hash is of'];
  },
  'a household found eligible that the facts make not so': (log) => {
    const event = log.find('EligibilityDetermined', ({ data }) => !data.eligible);
    return [
      log.edit(event, { eligible: true }),
      'eligible is not what version 1 gives on the facts',
    ];
  },
  'a finding that does not hold': (log) => {
    const event = log.find('EligibilityDetermined');
    const findings = event.data.findings.map((one) => ({ ...one, holds: !one.holds }));
    return [log.edit(event, { findings }), 'a finding is not what version 1 gives on the facts'];
  },
  'more said to be due than the policy gives': (log) => {
    const event = log.find('EligibilityDetermined', ({ data }) => data.eligible);
    const entitlement = { ...event.data.entitlement, amountMinor: '1' };
    return [
      log.edit(event, { entitlement }),
      'the entitlement is not what version 1 gives on the facts',
    ];
  },
  'a determination by a version that is not in force': (log) => [
    log.edit(log.find('EligibilityDetermined'), { policyVersion: 2 }),
    'determined by version 2, which is not in force',
  ],
  'a determination on other facts': (log) => [
    log.edit(log.find('EligibilityDetermined'), { contentHash: HASH }),
    'determined on other facts than the application has',
  ],
  'a determination as of another day': (log) => [
    log.edit(log.find('EligibilityDetermined'), { asOf: '2026-01-31' }),
    'determined as of 2026-01-31; received on 2026-01-10',
  ],
  'an approval from before the application was received on': (log) => [
    log.edit(log.find('ApplicationApproved'), { startPeriod: '2024-01' }),
    'approved from 2024-01 on; received on 2026-01-10',
  ],
  'an enrolment from before it was approved on': (log) => [
    log.edit(log.find('EnrolmentStarted'), { startPeriod: '2024-01' }),
    'started in 2024-01, approved from 2026-01 on',
  ],
  'an enrolment that begins with another entitlement': (log) => {
    const event = log.find('EnrolmentStarted');
    const entitlement = { ...event.data.entitlement, amountMinor: '1' };
    return [
      log.edit(event, { entitlement }),
      'started with another entitlement than was determined',
    ];
  },
  'an enrolment that is said to follow from something else': (log) => {
    const event = log.find('EnrolmentStarted');
    const meta = { ...event.meta, causation: log.find('PersonRegistered').id };
    return [log.replace(event, { meta }), 'started because of something else than its approval'];
  },
  'new facts that are not eligible, and a household that is paid on': (log) => {
    const { stream, data } = log.find('EnrolmentStarted');
    const { programmeId, personId, startPeriod, entitlement } = data;
    const facts = { score: 60, children: [] };
    const revised = {
      programmeId,
      personId,
      fromPeriod: startPeriod,
      facts,
      contentHash: contentHash(facts),
      entitlement,
      reason: 'news',
    };
    return [
      log.append(stream, 'EntitlementRevised', revised),
      'new facts that are not eligible, and the household is not suspended',
    ];
  },
  'an application of many months ago': (log) => {
    const { data } = log.find('ApplicationSubmitted');
    const applicationId = uuidOf('of long ago');
    const late = { ...data, applicationId, receivedOn: '2024-01-10' };
    const event = log.append(`application-${applicationId}`, 'ApplicationSubmitted', late);
    return [event, 'received on 2024-01-10, more than 12 months before 2026-02'];
  },
};

const PEOPLE: Readonly<Record<string, Forge>> = {
  'a person who was never registered': (log) => {
    const person = log.find('PersonRegistered');
    log.drop(person);
    const event = log.find('PayeeAccountRegistered', ({ stream }) => stream === person.stream);
    return [event, 'PayeeAccountRegistered when it is not there'];
  },
  'an application of somebody who was never registered': (log) => {
    const { data } = log.find('ApplicationSubmitted');
    const applicationId = uuidOf('of nobody');
    const event = log.append(`application-${applicationId}`, 'ApplicationSubmitted', {
      ...data,
      applicationId,
      personId: uuidOf('nobody'),
    });
    return [event, 'ApplicationSubmitted of somebody who is not registered, or was erased'];
  },
  'an enrolment of somebody who was erased': (log) => {
    const { data } = log.find('EnrolmentStarted');
    const { personId } = data;
    const erasure = { personId, reason: 'asked' };
    log.append(`person-${personId}`, 'PersonErased', erasure);
    const event = log.append(`enrolment-sim-${personId}`, 'EnrolmentStarted', data);
    return [event, 'EnrolmentStarted of somebody who is not registered, or was erased'];
  },
  'a person erased who is still enrolled': (log) => {
    const { personId } = log.find('EnrolmentStarted').data;
    const event = log.append(`person-${personId}`, 'PersonErased', { personId, reason: 'asked' });
    return [log.replace(event, { v: 2 }), 'erased while enrolled in sim'];
  },
  'an identity that is free, and whose person is not erased': (log) => {
    const { stream, data } = log.find('IdentityClaimed');
    const event = log.append(stream, 'IdentityReleased', { ...data, reason: 'by mistake' });
    return [event, 'released while somebody is registered with it'];
  },
  'something done to a person who was erased': (log) => {
    const { stream, data } = log.find('PersonRegistered');
    const { personId } = data;
    log.append(stream, 'PersonErased', { personId, reason: 'asked' });
    const event = log.append(stream, 'PersonErased', { personId, reason: 'asked' });
    return [event, 'PersonErased when it is erased'];
  },
  'an application in another region than the person lives in': (log) => [
    log.edit(log.find('ApplicationSubmitted'), { region: 'MA-09' }),
    'in MA-09; the person is of MA-01',
  ],
  'a person said to be of another region': (log) => {
    const person = log.find('PersonRegistered');
    log.edit(person, { region: 'MA-09' });
    const { personId } = person.data;
    const event = log.find('ApplicationSubmitted', ({ data }) => data.personId === personId);
    return [event, 'in MA-01; the person is of MA-09'];
  },
  'an enrolment in another region than the person lives in': (log) => [
    log.edit(log.find('EnrolmentStarted'), { region: 'MA-09' }),
    'in MA-09; the person is of MA-01',
  ],
  'a move from where the person does not live': (log) => {
    const { stream, data } = log.find('PersonRegistered');
    const move = { personId: data.personId, fromRegion: 'MA-09', region: 'MA-03', reason: 'moved' };
    return [log.append(stream, 'PersonMoved', move), 'moved from MA-09; the person is of MA-01'];
  },
  'an enrolment that moves from where it is not': (log) => {
    const { stream, data } = log.find('EnrolmentStarted');
    const { programmeId, personId } = data;
    const move = { programmeId, personId, fromRegion: 'MA-09', region: 'MA-01' };
    return [
      log.append(stream, 'EnrolmentMoved', move),
      'moved from MA-09; the enrolment is of MA-01',
    ];
  },
  'an account registered beside the one that the person has': (log) => {
    const closed = log.find('PayeeAccountClosed');
    log.drop(closed);
    const event = log.find(
      'PayeeAccountRegistered',
      ({ stream, revision }) => stream === closed.stream && revision > 1,
    );
    return [event, 'PayeeAccountRegistered when it is with an account'];
  },
  'another account verified than the person has': (log) => [
    log.edit(log.find('PayeeAccountVerified'), { accountId: uuidOf('another') }),
    'an account was verified that the person does not have',
  ],
  'a payment to an account that was closed before its release': (log) => {
    const closed = log.find('PayeeAccountClosed');
    const { personId, accountId } = closed.data;
    const event = log.find(
      'PaymentInstructed',
      ({ position, data }) => position > closed.position && data.paymentId.endsWith(personId),
    );
    return [log.edit(event, { accountId }), 'instructed to an account that was closed before'];
  },
  'an application submitted again, so that nobody remembers who wrote it': (log) => {
    const { stream, data } = log.find('ApplicationSubmitted');
    const event = log.append(stream, 'ApplicationSubmitted', data);
    return [event, 'ApplicationSubmitted when it is approved'];
  },
};

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
  'a closing that gives back what was not reserved': (log) => {
    const { cycleId } = log.find('CycleReconciled').data;
    const data = { cycleId, releasedMinor: '700000' };
    const event = log.append(`cycle-${cycleId}`, 'CycleClosed', data);
    return [event, expect.stringContaining('closed with 700000 to be given back') as never];
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
  'a file of which more waits for a person than the log has': (log) => [
    applied(log, {}, 3),
    '3 said to be in quarantine; the log has 0',
  ],
};

const LOG: Readonly<Record<string, Forge>> = {
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
  });

  test.each(Object.entries({ ...FACTS, ...PEOPLE, ...MONEY, ...LOG }))('by %s', (_, forge) => {
    const log = new Tampered();
    const [{ position }, detail] = forge(log);
    const details = found(log)
      .filter((one) => one.startsWith(`${position} `))
      .map((one) => one.slice(String(position).length + 1));
    expect(details).toContainEqual(detail);
  });
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
