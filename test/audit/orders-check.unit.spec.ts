import { expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { EntitlementCheck } from '../../src/audit/entitlement-check.js';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { foundIn, Tampered } from './tampered.js';

test.each([
  [{ policyVersion: 7 }, 'ordered under version 7; in'],
  [{ contentHash: 'e'.repeat(64) }, 'ordered on other facts than those of'],
  [{ region: 'MA-99' }, 'ordered in MA-99; the enrolment is of'],
] as const)('finds an order that says %j of its household', (change, detail) => {
  const log = new Tampered();
  const { position } = log.edit(log.find('PaymentOrdered'), change);
  expect(foundIn(log)).toContainEqual(expect.stringContaining(`${position} ${detail}`));
});

/** Details of the orders for a household whose recertification was due on a day. */
function withRecertificationDue(dueOn: string, isOlder = false): readonly string[] {
  const log = new Tampered();
  const order = log.find('PaymentOrdered');
  const { programmeId, personId } = order.data;
  const details: string[] = [];
  const policies = new PublishedPolicies();
  const check = new EntitlementCheck(policies, {
    earlierOf: () => [],
    stands: () => true,
    isSent: () => true,
    isInDoubt: () => false,
  });
  const asOf = { payment: () => 1e9, correction: () => 1e9, earliest: () => 0 };
  const add = (event: Recorded): void => {
    const found = (_: string, detail: string): unknown => details.push(detail);
    if (event.type === 'PolicyPublished') policies.add(event, found);
    check.add(event, asOf, found);
  };
  log.events.length = order.position;
  const due: EventData['RecertificationFellDue'] = { programmeId, personId, dueOn };
  log.append(`enrolment-${programmeId}-${personId}`, 'RecertificationFellDue', due);
  log.events.push(order);
  if (isOlder) log.asOlder(log.replace(order, { position: order.position + 1 }));
  for (const event of log.events) add(event);
  return details;
}

test('finds an order for who was not recertified in time, but for what older versions ordered', () => {
  const { data } = new Tampered().find('PaymentOrdered');
  const late = [`ordered for ${data.period}, though recertification was due on 2025-06-30`];
  expect(withRecertificationDue(`${data.period}-28`)).toEqual([]);
  expect(withRecertificationDue('2025-06-30')).toEqual(late);
  expect(withRecertificationDue('2025-06-30', true)).toEqual([]);
});

test('finds a decision on an application against its recommendation', () => {
  const log = new Tampered();
  const recommended = log.find('ApplicationRecommended');
  log.edit(recommended, { recommendation: 'reject' });
  const { position } = log.find(
    'ApplicationApproved',
    ({ stream }) => stream === recommended.stream,
  );
  expect(foundIn(log)).toContain(
    `${position} ApplicationApproved, though it was recommended to reject it`,
  );
});

test('finds an appeal though nobody rejected the application', () => {
  const log = new Tampered();
  const rejected = log.find('ApplicationRejected');
  const { applicationId } = rejected.data;
  log.replace(rejected, {
    type: 'ApplicationReturned',
    data: { applicationId, reason: 'papers are missing' },
  });
  const { position } = log.find('AppealLodged', ({ stream }) => stream === rejected.stream);
  expect(foundIn(log)).toContain(`${position} an appeal, though nobody rejected the application`);
});
