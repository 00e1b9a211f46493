import type { Access, AccessFilter, AccessLog } from '../../src/adapters/access-log/port.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';

const KIND = 'readings';

/**
 * Who read personal data of whom, in the order in which it was noted. Filters add up. A page may
 * have fewer readings than were asked for, or none, though others follow: so much is looked through
 * for one.
 */
export async function readings(
  access: AccessLog,
  filter: AccessFilter,
  page: PageRequest = {},
): Promise<PageOf<Access>> {
  const limit = limitOf(page);
  const [from] = decodeCursor(KIND, page.cursor, ['number']) ?? [0];
  const { items, next } = await access.list(filter, Number(from), limit);
  return { items, next: next === undefined ? null : encodeCursor(KIND, [next]) };
}
