import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { MAY_CAUSE } from '../../src/audit/roles-check.js';
import { ROLES, type Recorded, type Role } from '../../src/kernel/decider.js';
import { CORRECTED, Tampered } from './tampered.js';

function found(events: readonly Recorded[]): readonly string[] {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish().violations.map(({ position, detail }) => `${position} ${detail}`);
}

/** The first event of each type of a log. */
const eachOf = (log: Tampered): readonly Recorded[] => [
  ...new Map([...log.events].reverse().map((event) => [event.type, event])).values(),
];

/** Roles that pass on an event of a type though they may not cause it. */
function unnoticed(good: readonly Recorded[] | undefined, position: number): readonly Role[] {
  return ROLES.filter((role) => {
    const log = new Tampered(good);
    const event = log.events[position]!;
    if (MAY_CAUSE[event.type].includes(role)) return false;
    log.replace(event, { meta: { ...event.meta, role } });
    return !found(log.events).includes(`${position} ${event.type} by ${role}, which may not`);
  });
}

test('finds an event of each type that is said to be by a role that may not cause it', () => {
  const types = new Set<EventType>();
  for (const good of [undefined, CORRECTED])
    for (const { type, position } of eachOf(new Tampered(good))) {
      types.add(type);
      expect([type, unnoticed(good, position)]).toEqual([type, []]);
    }
  expect(types.size).toBeGreaterThan(40);
});

test('leaves alone what an older version let the automation do', () => {
  const log = new Tampered();
  const { stream, data } = log.find('EnrolmentStarted');
  const { programmeId, personId, facts, contentHash, entitlement } = data;
  const { meta, position } = log.append(stream, 'EntitlementRevised', {
    programmeId,
    personId,
    fromPeriod: data.startPeriod,
    facts,
    contentHash,
    entitlement,
    reason: 'counted again',
  });
  const says = `${position} EntitlementRevised by automation, which may not`;
  const { channel, authentication, ...older } = { ...meta, role: 'automation' } as const;
  log.replace(log.events[position]!, { meta: { ...older, channel: 'automation' } });
  expect(found(log.events)).toContain(says);
  log.replace(log.events[position]!, { meta: older });
  expect(found(log.events)).not.toContain(says);
});
