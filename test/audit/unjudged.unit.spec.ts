import { expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import { Tampered } from './tampered.js';

test('a policy that cannot be compiled is named, and the rest of the log is judged', () => {
  const log = new Tampered();
  const published = log.find('PolicyPublished');
  const policy = structuredClone(published.data.policy);
  const [criterion] = policy.criteria;
  Object.assign(criterion!, { expression: `${criterion!.expression} x(` });
  log.edit(published, { policy });
  const settled = log.last('PaymentSettled');
  log.by(settled, 'automation');
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  const { events, violations } = check.finish();
  expect(events).toBe(log.events.length);
  for (const { position, stream } of [published, log.find('PaymentOrdered')])
    expect(violations).toContainEqual({
      invariant: 'I5',
      position,
      stream,
      detail: expect.stringContaining('it cannot be judged (POLICY_INVALID: '),
    });
  expect(violations.map(({ position }) => position)).toContain(settled.position);
});

test('whatever an event makes a check throw is a violation of that event', () => {
  const log = new Tampered();
  const settled = log.find('PaymentSettled');
  log.replace(settled, { meta: { ...settled.meta, actor: { a: 1 } } });
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  const { events, violations } = check.finish();
  expect(events).toBe(log.events.length);
  expect(violations).toContainEqual({
    invariant: 'I4',
    position: settled.position,
    stream: settled.stream,
    detail: 'it cannot be judged (TypeError)',
  });
});
