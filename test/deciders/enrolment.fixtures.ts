import type { EventData } from '../../events/generated.js';
import type { Foldable } from '../../src/kernel/decider.js';
import { HASH, OTHER_HASH, uuid, was } from './given.js';

export const of = { programmeId: 'asd', personId: uuid(2) };
export const entitlement = {
  period: '2026-01',
  policyVersion: 3,
  amountMinor: '50000',
  items: [{ code: 'floor', period: '2026-01', amountMinor: '50000' }],
};
export const start = {
  ...of,
  applicationId: uuid(1),
  region: 'MA-06',
  startPeriod: '2026-01',
  facts: { children: [] },
  contentHash: HASH,
  entitlement,
};
export const revision = {
  fromPeriod: '2026-03',
  facts: { children: [{ disabled: true }] },
  contentHash: OTHER_HASH,
  entitlement: { ...entitlement, period: '2026-03' },
};
export const started = was('EnrolmentStarted', start);
export const revised = was('EntitlementRevised', {
  ...of,
  ...revision,
  reason: 'a child was born',
});
export const revisionProposed = was(
  'EntitlementRevisionProposed',
  { ...of, ...revision, reason: 'a child was born' },
  'salma',
  'supervisor',
);
/** What the first of two supervisors said of a recertification. */
export const recertificationProposed = (
  data: EventData['EnrolmentRecertificationProposed'],
): Foldable<'EnrolmentRecertificationProposed'> =>
  was('EnrolmentRecertificationProposed', data, 'salma', 'supervisor');
export const suspended = was('EnrolmentSuspended', {
  ...of,
  fromPeriod: '2026-03',
  reason: 'not seen',
});
export const reinstated = was('EnrolmentReinstated', {
  ...of,
  fromPeriod: '2026-05',
  reason: 'seen',
});
export const reinstatementProposed = was(
  'EnrolmentReinstatementProposed',
  { ...of, fromPeriod: '2026-05', reason: 'seen' },
  'salma',
  'supervisor',
);
export const due = was('RecertificationFellDue', { ...of, dueOn: '2026-12-31' });
export const ended = was('EnrolmentEnded', {
  ...of,
  lastPeriod: '2026-04',
  reason: 'moved abroad',
});
