import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within } from '../engine/live.js';
import { eligibilityProjection } from './eligibility.projection.js';
import { enrolments, persons, type EnrolmentRow, type PersonRow } from './eligibility.tables.js';

/** Where persons live now, by their ids. */
export const regionsOfPersons = (
  store: ReadStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> =>
  reading(store, [eligibilityProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(persons))
      .select(['person_id', 'region'])
      .$castTo<Pick<PersonRow, 'person_id' | 'region'>>()
      .where(within('person_id', ids))
      .execute();
    return new Map(rows.map(({ person_id, region }) => [person_id, region]));
  });

/** Whose enrolments they are now, by `<programme>-<person>`. */
export const regionsOfEnrolments = (
  store: ReadStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> =>
  reading(store, [eligibilityProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(enrolments))
      .select(['enrolment_id', 'region'])
      .$castTo<Pick<EnrolmentRow, 'enrolment_id' | 'region'>>()
      .where(within('enrolment_id', ids))
      .execute();
    return new Map(rows.map(({ enrolment_id, region }) => [enrolment_id, region]));
  });
