import { schemas } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Projection, Rows } from '../engine/projection.js';
import { auditEvents, auditHours, auditTally } from './audit.tables.js';
import { detailOf } from './details.js';

const ALL = [...new Set(schemas.map(({ type }) => type))];

/** Who did what, when and in which role, over every stream. */
export const auditProjection: Projection = {
  name: 'audit',
  version: 2,
  tables: [auditEvents, auditTally, auditHours],
  handles: ALL,
  touches(): void {
    /* Rows are only added. */
  },
  evolve(rows: Rows, event: Recorded): void {
    const {
      position,
      stream,
      revision,
      type,
      time,
      meta: { actor, role, correlation },
    } = event;
    rows.put(auditEvents, {
      position,
      stream,
      revision,
      type,
      time,
      actor,
      role,
      correlation,
      detail: JSON.stringify(detailOf(event)),
    });
    rows.add(auditTally, { day: time.slice(0, 10), actor, role, type, count: 1 });
    const hour = time.slice(0, 13);
    rows.add(auditHours, { hour, first_position: position, last_position: position, count: 1 });
  },
};
