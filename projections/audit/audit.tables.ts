import { table, type RowOf } from '../engine/projection.js';

/**
 * Every recorded fact in a line: who did what, when, in which role. `detail` holds the few words of
 * it that matter, as JSON.
 */
export const auditEvents = table(
  'audit_event',
  'appended',
  {
    position: 'integer',
    stream: 'text',
    revision: 'integer',
    type: 'text',
    time: 'text',
    actor: 'text',
    role: 'text',
    correlation: 'text',
    detail: 'json',
  },
  ['position'],
  [{ on: ['stream', 'revision'] }, { on: ['actor', 'position'] }, { on: ['type', 'position'] }],
);
export type AuditRow = RowOf<typeof auditEvents>;

/** Who did how much of what, by day: what a search by time or person starts from. */
export const auditTally = table(
  'audit_tally',
  'tally',
  {
    day: 'text',
    actor: 'text',
    role: 'text',
    type: 'text',
    count: 'integer',
  },
  ['day', 'actor', 'role', 'type'],
);

/**
 * First and last position of each hour of the clock, so that a range of time is a range of
 * positions. Time follows position closely but not strictly: two commands may be stamped in one
 * order and committed in the other.
 */
export const auditHours = table(
  'audit_hour',
  'tally',
  {
    hour: 'text',
    first_position: 'integer',
    last_position: 'integer',
    count: 'integer',
  },
  ['hour'],
  [],
  { first_position: 'least', last_position: 'greatest' },
);
