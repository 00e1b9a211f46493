import { DomainError } from '../../src/kernel/errors.js';
import type { EventMeta } from '../../src/kernel/decider.js';
import { parseInstant } from '../../src/kernel/time.js';
import { Day, Instant, OneOf, Pattern, Text } from '../../src/http/fields.js';
import { Query } from '../../src/http/call.js';
import {
  queryHandler,
  given,
  ListQuery,
  queryHandlers,
  ReadQuery,
} from '../../src/http/query-handlers.js';
import { listed } from '../engine/lists.http.js';
import { activity, auditTrail } from './audit.queries.js';
import { readings } from './readings.js';

const POSITION = /^[0-9]{1,15}$/;
const STREAM = /^[a-z]+-[A-Za-z0-9-]{1,150}$/;

/** A list of what was done in a time. */
abstract class ListOfTime extends ListQuery {
  @Instant({ optional: true, description: 'From this instant on.' }) from?: string;
  @Instant({ optional: true, description: 'Before this instant.' }) to?: string;

  get time(): { from?: string; to?: string } {
    return {
      ...(this.from === undefined ? {} : { from: parseInstant(this.from, 'from') }),
      ...(this.to === undefined ? {} : { to: parseInstant(this.to, 'to') }),
    };
  }
}

export class ListAudit extends ListOfTime {
  @Pattern(STREAM, 'the name of a stream', { optional: true }) stream?: string;
  @Text({ max: 128, optional: true }) actor?: string;
  @Text({ max: 40, optional: true }) role?: string;
  @Pattern(/^[A-Za-z]+(,[A-Za-z]+)*$/, 'a list of event types', { optional: true }) types?: string;
  @Pattern(POSITION, 'a log position', { optional: true }) fromPosition?: string;
  @Pattern(POSITION, 'a log position', { optional: true }) toPosition?: string;
  @OneOf(['newest', 'oldest'], { optional: true }) order?: 'newest' | 'oldest';
}
export class ListReadings extends ListOfTime {
  @Text({ max: 128, optional: true, description: 'Who read.' }) actor?: string;
  @Text({
    max: 200,
    optional: true,
    description: 'Whose data, or what of: the id of a person, of a bank entry, of a cycle.',
  })
  of?: string;
}
export class ReadActivity extends ReadQuery {
  @Day({ optional: true }) fromDay?: string;
  @Day({ optional: true }) toDay?: string;
  @Text({ max: 128, optional: true }) actor?: string;
}
export class ReadStream extends Query {
  @Pattern(POSITION, 'a log position', {
    optional: true,
    description: 'The stream as of this position.',
  })
  asOf?: string;
  @Pattern(POSITION, 'a revision', { optional: true, description: 'First revision; default 0.' })
  from?: string;
  @Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', { optional: true })
  limit?: string;
}
export class ReadLog extends Query {
  @Pattern(/^(-1|[0-9]{1,15})$/, 'a log position', {
    optional: true,
    description: 'Events after it; default -1: from the start.',
  })
  after?: string;
  @Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', { optional: true })
  limit?: string;
}

/**
 * An event as the log has it; `data` is as events/ describes the type and its version, amounts in
 * minor units.
 */
export interface LoggedEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly v: number;
  readonly time: string;
  readonly meta: EventMeta;
  readonly data: Readonly<Record<string, unknown>>;
}
export interface StreamPiece {
  readonly stream: string;
  readonly events: readonly LoggedEvent[];
  /** Revision to go on from; null at the end. */
  readonly next: number | null;
}
export interface LogPiece {
  readonly events: readonly LoggedEvent[];
  /** Position to give as `after` next. */
  readonly next: number;
  /** Nothing was after these when they were read. */
  readonly end: boolean;
}

export const auditQueryHandlers = queryHandlers(
  queryHandler(ListAudit, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        auditTrail(
          deps.reads,
          {
            ...given(query, 'stream', 'actor', 'role', 'order'),
            ...query.time,
            ...(query.types === undefined ? {} : { types: query.types.split(',') }),
            ...(query.fromPosition === undefined
              ? {}
              : { fromPosition: Number(query.fromPosition) }),
            ...(query.toPosition === undefined ? {} : { toPosition: Number(query.toPosition) }),
          },
          page,
        ),
      ['position', 'time', 'actor', 'role', 'type', 'stream', 'revision', 'correlation', 'detail'],
      'audit',
    ),
  ),
  queryHandler(ListReadings, (query, deps) =>
    listed(
      query,
      deps,
      (page) => readings(deps.access, { ...given(query, 'actor', 'of'), ...query.time }, page),
      ['time', 'actor', 'role', 'what', 'of', 'count', 'correlation'],
      'readings',
    ),
  ),
  queryHandler(ReadActivity, async (query, { reads }) => ({
    items: await activity(reads, given(query, 'fromDay', 'toDay', 'actor')),
  })),
  queryHandler(ReadStream, async (query, { store }) => {
    const stream = query.param('stream');
    const limit = Number(query.limit ?? 1_000);
    const events = await store.readStream(stream, {
      from: Number(query.from ?? 0),
      limit: limit + 1,
      ...(query.asOf === undefined ? {} : { asOf: Number(query.asOf) }),
    });
    if (events.length === 0 && query.from === undefined)
      throw new DomainError(
        'STREAM_NOT_FOUND',
        'There is no such stream, or none as of that position.',
        'not-found',
        'stream',
      );
    return {
      stream,
      events: events.slice(0, limit),
      next: events.length > limit ? events[limit]!.revision : null,
    };
  }),
  queryHandler(ReadLog, async (query, { store }) => {
    const { events, next, end } = await store.readAll(
      Number(query.after ?? -1),
      Number(query.limit ?? 1_000),
    );
    return { events, next, end };
  }),
);
