import { describe, expect, test } from '@jest/globals';
import { schemas, type EventType } from '../../events/generated.js';
import { auditProjection } from '../../projections/audit/audit.projection.js';
import { auditEvents } from '../../projections/audit/audit.tables.js';
import { DETAIL_FIELDS, type DetailFields } from '../../projections/audit/details.js';
import type { Rows } from '../../projections/engine/projection.js';
import { historyOf } from '../support/history.js';

// Does not compile where a table without one type of event would be taken for a whole one.
const lackingIsRefused: Omit<DetailFields, 'CorrectionStarted'> extends DetailFields
  ? never
  : true = true;

/** Names of what the newest schema of a type of event says about. */
function fieldsOf(type: EventType): readonly string[] {
  const [newest] = schemas
    .filter((schema) => schema.type === type)
    .toSorted((a, b) => b.version - a.version);
  const { schema } = newest!;
  return 'properties' in schema ? Object.keys(schema.properties as object) : [];
}

const types = [...new Set(schemas.map(({ type }) => type))];

describe('the details that the audit trail shows', () => {
  test('exist for every type of event', () => {
    expect(lackingIsRefused).toBe(true);
    expect(Object.keys(DETAIL_FIELDS).toSorted()).toEqual(types.toSorted());
  });

  test.each(types)('%s: says something, and only what its schema has', (type) => {
    expect(DETAIL_FIELDS[type].length).toBeGreaterThan(0);
    expect(fieldsOf(type)).toEqual(expect.arrayContaining([...DETAIL_FIELDS[type]]));
  });

  test('show neither what is sealed in the vault nor what identifies a person outside', () => {
    const shown = new Set<string>(types.flatMap((type) => DETAIL_FIELDS[type]));
    for (const field of ['sealed', 'identityHash', 'accountHash', 'facts'])
      expect(shown).not.toContain(field);
  });

  test('are in the row of each event', () => {
    const details = new Map<string, unknown>();
    const rows: Rows = {
      get: () => undefined,
      put: (table, row) => {
        if (table.name === auditEvents.name)
          details.set(String(row['type']), JSON.parse(String(row['detail'])));
      },
      remove: () => undefined,
      add: () => undefined,
    };
    for (const event of historyOf({ households: 40 })) auditProjection.evolve(rows, event);
    expect(details.get('ProgrammeOpened')).toEqual({ programmeId: expect.any(String) });
    expect(details.get('PersonRegistered')).toEqual({ region: expect.any(String) });
    for (const [name, detail] of details) expect([name, detail]).not.toEqual([name, {}]);
  });
});
