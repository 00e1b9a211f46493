import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { factsOf } from '../simulation/model-programme.js';

export const of = { programmeId: 'sim', personId: uuidOf('person', 1) };
export const HASH = 'a'.repeat(64);
const nothing = { period: '2026-01', policyVersion: 1, amountMinor: '0', items: [] };
const event = <T extends Recorded['type']>(type: T, data: EventData[T]): Recorded =>
  ({
    id: uuidOf('event', 1),
    stream: `enrolment-${of.programmeId}-${of.personId}`,
    revision: 0,
    position: 0,
    type,
    v: 1,
    time: '2026-01-01T00:00:00.000Z',
    data,
    meta: { actor: 'x', role: 'supervisor', command: 'x', correlation: 'x' },
  }) as Recorded;
export const started = (startPeriod: string, facts: number) =>
  event('EnrolmentStarted', {
    ...of,
    applicationId: uuidOf('application', 1),
    region: 'MA-06',
    startPeriod,
    facts: factsOf(facts),
    contentHash: HASH,
    entitlement: nothing,
  });
export const revised = (fromPeriod: string, facts: number) =>
  event('EntitlementRevised', {
    ...of,
    fromPeriod,
    facts: factsOf(facts),
    contentHash: String(facts).repeat(64).slice(0, 64),
    entitlement: { ...nothing, period: fromPeriod },
    reason: 'x',
  });
export const suspended = (fromPeriod: string) =>
  event('EnrolmentSuspended', { ...of, fromPeriod, reason: 'x' });
export const ended = (lastPeriod: string) =>
  event('EnrolmentEnded', { ...of, lastPeriod, reason: 'x' });
