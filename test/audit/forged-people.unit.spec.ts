import { describe } from '@jest/globals';
import { contentHash } from '../../src/kernel/canonical.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { findsEach, type Forge } from './forged.js';

const HASH = '0'.repeat(64);
const NOT_ITS_OWN = 'what is sealed of the person is kept under the name of another record';

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
  'an enrolment from a later month than was approved on': (log) => [
    log.edit(log.find('EnrolmentStarted'), { startPeriod: '2026-02' }),
    'started in 2026-02, approved from 2026-01 on',
  ],
  'a recommendation on other content': (log) => [
    log.edit(log.find('ApplicationRecommended'), { contentHash: HASH }),
    'recommended on other content than the application has',
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
  "an account whose number is another person's": (log) => {
    const one = log.find('PayeeAccountRegistered');
    const other = log.find('PayeeAccountRegistered', ({ stream }) => stream !== one.stream);
    return [log.edit(one, { sealed: other.data.sealed }), NOT_ITS_OWN];
  },
  "a person whose name is another's": (log) => {
    const one = log.find('PersonRegistered');
    const other = log.find('PersonRegistered', ({ stream }) => stream !== one.stream);
    return [log.edit(one, { sealed: other.data.sealed }), NOT_ITS_OWN];
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

describe('what was forged of an application or an enrolment is found, hashes or not', () => {
  findsEach(FACTS);
});
describe('what was forged of a person or an account is found, hashes or not', () => {
  findsEach(PEOPLE);
});
