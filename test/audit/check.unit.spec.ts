import { describe, expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import type { AuditReport, Invariant } from '../../src/audit/report.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { sealedRecords } from '../../src/kernel/sealed-records.js';
import { Tampered } from './tampered.js';

function audit(events: readonly Recorded[], positionGaps = false): AuditReport {
  const check = createAuditCheck({ positionGaps });
  for (const event of events) check.add(event);
  return check.finish();
}

/** What the hand did, and the event at which the check must find it. */
type Falsify = (log: Tampered) => Recorded;

const ofAnother = uuidOf('somebody', 'else');
const falsifications: Readonly<Record<Invariant, Readonly<Record<string, Falsify>>>> = {
  I1: {
    'an identity claimed by a second person': (log) => {
      const { stream, data } = log.find('IdentityClaimed');
      return log.append(stream, 'IdentityClaimed', { ...data, personId: ofAnother });
    },
    'a second enrolment while one is active': (log) => {
      const { stream, data } = log.find('EnrolmentStarted');
      return log.append(stream, 'EnrolmentStarted', data);
    },
  },
  I2: {
    'instructed again though it settled': (log) => {
      const {
        stream,
        data: { paymentId, attempt },
      } = log.find(
        'PaymentSettled',
        (settled) =>
          !log.events.some(
            (event) => event.type === 'PaymentReturned' && event.stream === settled.stream,
          ),
      );
      return log.append(stream, 'PaymentReinstructed', {
        ...log.find('PaymentInstructed').data,
        paymentId,
        attempt: attempt + 1,
      });
    },
    'settled twice': (log) => {
      const { stream, data } = log.find('PaymentSettled');
      return log.append(stream, 'PaymentSettled', data);
    },
    'settled by another amount than was ordered': (log) =>
      log.edit(log.find('PaymentSettled'), { amountMinor: '1' }),
    'instructed by another amount than was ordered': (log) =>
      log.edit(log.find('PaymentReinstructed'), { amountMinor: '1' }),
    'an attempt left out': (log) => log.edit(log.find('PaymentReinstructed'), { attempt: 3 }),
    'an outcome of an attempt that is not the live one': (log) =>
      log.edit(log.find('PaymentRejected'), { attempt: 2 }),
    'cancelled when it was with the bank': (log) => {
      const {
        stream,
        data: { paymentId },
      } = log.find('PaymentSettled');
      return log.append(stream, 'PaymentCancelled', { paymentId, reason: 'a mistake' });
    },
    'a break resolved that nobody recorded': (log) => {
      const {
        stream,
        data: { paymentId },
      } = log.find('PaymentSettled');
      return log.append(stream, 'PaymentBreakResolved', {
        paymentId,
        breakId: uuidOf('no break'),
        resolution: 'no-effect',
        reason: 'none',
      });
    },
  },
  I3: {
    'less allotted than was reserved': (log) => {
      log.edit(log.find('BudgetAllotted'), { amountMinor: '1' });
      return log.find('BudgetReserved');
    },
    'an adjustment below what is reserved and spent': (log) => {
      const {
        stream,
        data: { programmeId, fiscalYear, amountMinor },
      } = log.find('BudgetAllotted');
      return log.append(stream, 'BudgetAdjusted', {
        programmeId,
        fiscalYear,
        deltaMinor: `-${amountMinor}`,
        reason: 'decree',
      });
    },
    'overdrawn, and nothing spent': (log) => {
      const { stream, data } = log.find('BudgetReserved');
      log.append(stream, 'BudgetOverdrawn', { ...data, amountMinor: '1' });
      log.append(stream, 'BudgetReserved', { ...data, amountMinor: '1' });
      const { programmeId, fiscalYear } = data;
      return log.append(stream, 'BudgetAdjusted', {
        programmeId,
        fiscalYear,
        deltaMinor: '1',
        reason: 'hidden',
      });
    },
  },
  I4: {
    'recommended by who submitted': (log) => {
      const recommended = log.find('ApplicationRecommended');
      return log.by(
        recommended,
        log.find('ApplicationSubmitted', ({ stream }) => stream === recommended.stream).meta.actor,
      );
    },
    'approved by who recommended': (log) => {
      const approved = log.find('ApplicationApproved');
      return log.by(
        approved,
        log.find('ApplicationRecommended', ({ stream }) => stream === approved.stream).meta.actor,
      );
    },
    'rejected by who submitted': (log) => {
      const rejected = log.find('ApplicationRejected');
      return log.by(
        rejected,
        log.find('ApplicationSubmitted', ({ stream }) => stream === rejected.stream).meta.actor,
      );
    },
    'rejected on other content': (log) =>
      log.edit(log.find('ApplicationRejected'), { contentHash: 'e'.repeat(64) }),
    'an appeal decided by who rejected': (log) =>
      log.by(log.find('AppealDismissed'), log.find('ApplicationRejected').meta.actor),
    'a cycle approved by who prepared it': (log) =>
      log.by(log.find('CycleApproved'), log.find('CyclePrepared').meta.actor),
    'a cycle released by who approved it': (log) =>
      log.by(log.find('CycleReleased'), log.find('CycleApproved').meta.actor),
    'an account verified by who registered it': (log) => {
      const verified = log.find('PayeeAccountVerified');
      return log.by(
        verified,
        log.find('PayeeAccountRegistered', ({ data }) => data.accountId === verified.data.accountId)
          .meta.actor,
      );
    },
  },
  I5: {
    'ordered for a month that was paid to who had the identity before': (log) => {
      // What came back of who is erased was not paid.
      const back = log.events.filter(({ type }) => type === 'PaymentReturned');
      const paid = log.find(
        'PaymentSettled',
        ({ stream }) => !back.some((one) => one.stream === stream),
      );
      const order = log.find(
        'PaymentOrdered',
        ({ data }) => data.paymentId === paid.data.paymentId,
      ).data;
      const person = log.find('PersonRegistered', ({ data }) => data.personId === order.personId);
      const { personId: erased } = order;
      const { identityHash } = person.data;
      const identity = `identity-${identityHash}`;
      log.append(
        person.stream,
        'PersonErasureProposed',
        { personId: erased, reason: 'asked' },
        'adam',
      );
      log.append(person.stream, 'PersonErased', { personId: erased, reason: 'asked' });
      log.append(identity, 'IdentityReleased', { identityHash, personId: erased, reason: 'asked' });
      log.append(identity, 'IdentityClaimed', { identityHash, personId: ofAnother });
      log.append(`person-${ofAnother}`, 'PersonRegistered', {
        ...person.data,
        personId: ofAnother,
        sealed: { ...person.data.sealed, record: sealedRecords.profile(ofAnother) },
      });
      log.enrolLike(erased, ofAnother);
      return log.orderLater(order, ofAnother, '2026-06');
    },
    'ordered on other facts than the enrolment has': (log) => {
      const started = log.find('EnrolmentStarted');
      return log.edit(started, { facts: { score: 40, children: [{ birthMonth: '2019-01' }] } });
    },
    'an item that the policy does not give': (log) => {
      const order = log.find('PaymentOrdered');
      return log.edit(order, {
        items: order.data.items.map((item) => ({ ...item, code: 'gift' })),
      });
    },
    'approved without having been found eligible': (log) => {
      const approved = log.find('ApplicationApproved');
      return log.edit(
        log.find('EligibilityDetermined', ({ stream }) => stream === approved.stream),
        { eligible: false },
      );
    },
    'enrolled on content that nobody approved': (log) =>
      log.edit(log.find('EnrolmentStarted'), { contentHash: 'e'.repeat(64) }),
  },
  I6: {
    'prepared a total that nobody ordered': (log) =>
      log.edit(log.find('CyclePrepared'), { totalMinor: '1' }),
    'prepared a payment more': (log) => log.edit(log.find('CyclePrepared'), { count: 99 }),
    'released another total': (log) => log.edit(log.find('CycleReleased'), { totalMinor: '1' }),
    'instructed a payment less': (log) => log.edit(log.find('CycleInstructed'), { count: 0 }),
    'spent for more payments than settled': (log) =>
      log.edit(log.find('BudgetSpent'), { count: 99 }),
    'spent less than settled': (log) => log.edit(log.last('BudgetSpent'), { amountMinor: '1' }),
    'took back more than came back': (log) => log.edit(log.find('BudgetRefunded'), { count: 99 }),
    'reconciled figures that do not add up': (log) =>
      log.edit(log.last('CycleReconciled'), { orderedMinor: '1' }),
    'reconciled figures that the payments do not have': (log) => {
      const {
        data: { settledMinor, returnedMinor },
      } = log.last('CycleReconciled');
      return log.edit(log.last('CycleReconciled'), {
        settledMinor: returnedMinor,
        returnedMinor: settledMinor,
      });
    },
  },
  I7: {
    'ordered for a month in which the enrolment is suspended': (log) => {
      const suspended = log.find('EnrolmentSuspended');
      const order = log.find(
        'PaymentOrdered',
        ({ data, position }) =>
          position > suspended.position && data.personId === suspended.data.personId,
      );
      log.edit(suspended, { fromPeriod: order.data.period });
      return order;
    },
    'ordered for a month before the enrolment': (log) => {
      const started = log.find('EnrolmentStarted', ({ data }) => data.startPeriod === '2026-01');
      const { applicationId } = started.data;
      const approved = log.find(
        'ApplicationApproved',
        ({ data }) => data.applicationId === applicationId,
      );
      log.edit(approved, { startPeriod: '2026-02' });
      log.edit(started, { startPeriod: '2026-02' });
      return log.find('PaymentOrdered', ({ data }) => data.personId === started.data.personId);
    },
    'ordered for somebody who is not enrolled': (log) =>
      log.orderLater(log.last('PaymentOrdered').data, ofAnother, '2026-06'),
    'ordered for a person who was erased': (log) => {
      const { data } = log.find('PaymentOrdered');
      const { personId } = data;
      const period = '2026-06';
      const items = data.items.map((item) => ({ ...item, period }));
      log.append(
        `person-${personId}`,
        'PersonErasureProposed',
        { personId, reason: 'asked' },
        'adam',
      );
      log.append(`person-${personId}`, 'PersonErased', { personId, reason: 'asked' });
      return log.orderLater({ ...data, items }, personId, period);
    },
  },
  I8: {
    'a revision left out': (log) => {
      const last = log.events.at(-1)!;
      return log.replace(last, { revision: last.revision + 1 });
    },
    'a position left out': (log) => {
      const last = log.events.at(-1)!;
      return log.replace(last, { position: last.position + 1 });
    },
    'an event id used twice': (log) => log.replace(log.events.at(-1)!, { id: log.events[0]!.id }),
    'a cause that is not before its effect': (log) =>
      log.replace(log.events[5]!, {
        meta: { ...log.events[5]!.meta, causation: log.events[6]!.id },
      }),
  },
};

describe('the audit check', () => {
  test('finds nothing in a log that obeys every rule', () => {
    const { events } = new Tampered();
    expect(audit(events)).toEqual({ events: events.length, violations: [], violationCount: 0 });
  });

  describe.each(Object.entries(falsifications))('finds of %s only', (invariant, ways) => {
    test.each(Object.entries(ways))('%s, with stream and position', (_, falsify) => {
      const log = new Tampered();
      const { stream, position } = falsify(log);
      const { violations, violationCount } = audit(log.events);
      expect(violations[0]).toMatchObject({ invariant, stream, position });
      expect([...new Set(violations.map((violation) => violation.invariant))]).toEqual([invariant]);
      expect(violationCount).toBe(violations.length);
    });
  });

  test('takes positions with gaps where the store has them, and still sees that they go back', () => {
    const place = (position: number): number => position * 5 + 2;
    const apart = new Tampered().events.map((event) => {
      const data: Record<string, unknown> = { ...event.data };
      for (const name of ['asOf', 'throughPosition'])
        if (typeof data[name] === 'number') data[name] = place(data[name]);
      return Object.assign({}, event, { position: place(event.position), data });
    });
    expect(audit(apart, true)).toEqual({ events: apart.length, violations: [], violationCount: 0 });
    expect(audit(apart).violations[0]).toMatchObject({ invariant: 'I8', position: place(0) });
    const back = apart.map((event, index) =>
      index === 9 ? { ...event, position: place(2) } : event,
    );
    expect(
      audit(back, true).violations.map(({ invariant, position }) => ({ invariant, position })),
    ).toEqual([{ invariant: 'I8', position: place(2) }]);
  });

  test('keeps the first thousand and counts them all', () => {
    const log = new Tampered();
    const { stream, data } = log.find('IdentityClaimed');
    for (let n = 0; n < 1_100; n += 1) log.append(stream, 'IdentityClaimed', data);
    const { violations, violationCount } = audit(log.events);
    expect([violations.length, violationCount]).toEqual([1_000, 1_100]);
  });
});
