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

/** Types of events of a log that pass though they are said to be by a role that may not. */
function unnoticed(good: readonly Recorded[] | undefined, role: Role): readonly EventType[] {
  const log = new Tampered(good);
  const forged = eachOf(log).filter(({ type }) => !MAY_CAUSE[type].includes(role));
  for (const event of forged) log.replace(event, { meta: { ...event.meta, role } });
  const says = new Set(found(log.events));
  return forged
    .filter(({ position, type }) => !says.has(`${position} ${type} by ${role}, which may not`))
    .map(({ type }) => type);
}

test('finds an event of each type that is said to be by a role that may not cause it', () => {
  const types = new Set<EventType>();
  for (const good of [undefined, CORRECTED]) {
    for (const { type } of eachOf(new Tampered(good))) types.add(type);
    for (const role of ROLES) expect([role, unnoticed(good, role)]).toEqual([role, []]);
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
  const { channel, authentication, ...older } = { ...meta, role: 'automation' } as const;
  const revised = log.replace(log.events[position]!, { meta: older });
  const detail = 'EntitlementRevised by automation, which may not';
  expect(found(log.events)).toContain(`${position} ${detail}`);
  log.events.length = log.find('CycleOpened').position;
  log.events.push({ ...revised, position: log.events.length });
  log.asOlder(log.events.at(-1)!);
  expect(found(log.events).filter((one) => one.endsWith(detail))).toEqual([]);
});
