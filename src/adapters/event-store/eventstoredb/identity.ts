import { canonicalJson } from '../../../kernel/canonical.js';
import type { EventMeta } from '../../../kernel/decider.js';
import { uuidOf } from '../../../kernel/ids.js';
import type { ServerEvent } from './server-event.js';
import type { NewEvent } from '../port.js';
import type { Identified } from '../same-event.js';

/**
 * What stands in the server's metadata: all of the stored form that the server has no place of its
 * own for.
 */
export interface Metadata {
  /** Our id of the event, which the server's own stands for. Absent in what was written before. */
  readonly id?: string;
  readonly v: number;
  readonly time: string;
  readonly meta: EventMeta;
}

/**
 * The id that the server knows an event by: another for each content. The server says success to an
 * append whose ids are there, whatever their data, so under this one it is a conflict and is looked
 * at.
 */
export const serverIdOf = ({ id, type, v, data }: NewEvent): string =>
  uuidOf('eventstoredb', id, type, v, canonicalJson(data));

type Compared = Pick<ServerEvent, 'id' | 'type' | 'data' | 'metadata'>;

/** An event as it is compared: under our id, wherever that stands. */
export function identifiedOf({ id, type, data, metadata }: Compared): Identified {
  const { id: ours = id, v = 0 } = (metadata ?? {}) as Partial<Metadata>;
  return { id: ours, type, v, data };
}
