import { ContractError, type EventRegistry } from '../../../events/registry.js';
import type { EventType } from '../../../events/generated.js';
import type { Recorded } from '../../kernel/decider.js';
import { isUuid } from '../../kernel/ids.js';
import type { Rows } from './sqlite/log-protocol.js';
import { MAX_EVENT_BYTES, type NewEvent } from './port.js';
import { StoreError } from '../../kernel/errors.js';
import { quotable } from '../../kernel/text.js';
import { faultOfShape } from './stored-shape.js';

/**
 * Names of streams are ASCII without quotes and backslashes: they stand in JSON as they are and
 * sort the same everywhere.
 */
const STREAM = /^[a-z][a-z0-9]{0,30}-[!#-[\]-~]{1,200}$/;

/** @throws ContractError for a name that no stream may have */
export function checkStream(stream: string, type: string): void {
  if (!STREAM.test(stream))
    throw new ContractError(
      'EVENT_INVALID',
      type,
      0,
      'stream',
      `${JSON.stringify(stream.slice(0, 80))} is not a stream name`,
    );
}

/**
 * The line that is stored, hashed and proved: JSON of StoredEvent in its key order.
 * @throws ContractError for a payload that does not fit its schema; StoreError LIMIT_EXCEEDED for
 *   one over MAX_EVENT_BYTES
 */
export function lineOf(
  registry: EventRegistry,
  stream: string,
  revision: number,
  event: NewEvent,
): string {
  const { id, type, v, time, data, meta } = event;
  if (!isUuid(id))
    throw new ContractError('EVENT_INVALID', type, v, 'id', 'is not a lower-case UUID');
  registry.validate(type, v, data);
  const stored = { id, stream, revision, type, v, time, data, meta };
  const fault = faultOfShape(stored);
  if (fault !== undefined) throw new ContractError('EVENT_INVALID', type, v, '', fault);
  const line = JSON.stringify(stored);
  // A UTF-16 unit is at most three bytes of UTF-8, so that short lines need no counting.
  if (line.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(line) > MAX_EVENT_BYTES) {
    throw new StoreError(
      'LIMIT_EXCEEDED',
      `${type} for ${stream} is ${Buffer.byteLength(line)} bytes; an event has at most ${MAX_EVENT_BYTES}.`,
    );
  }
  return line;
}

const ID_KEY = '{"id":"';
const STREAM_KEY = '","stream":"';
const REVISION_KEY = '","revision":';
const TYPE_KEY = ',"type":"';
const STREAM_AT = ID_KEY.length + 36 + STREAM_KEY.length;

/**
 * True when the line says that it is this revision of this stream. The id before it always has 36
 * characters.
 */
export function isLineOf(line: string, stream: string, revision: number): boolean {
  const at = STREAM_AT + stream.length;
  const number = String(revision);
  // Piece by piece, because a prefix made for every line of a log costs more than reading it.
  return (
    line.startsWith(ID_KEY) &&
    line.startsWith(STREAM_KEY, STREAM_AT - STREAM_KEY.length) &&
    line.startsWith(stream, STREAM_AT) &&
    line.startsWith(REVISION_KEY, at) &&
    line.startsWith(number, at + REVISION_KEY.length) &&
    line.startsWith(TYPE_KEY, at + REVISION_KEY.length + number.length)
  );
}

/**
 * The type that the line of this row says, without parsing it; '' where the line is not of the row.
 */
export function typeIn(line: string, stream: string, revision: number): string {
  if (!isLineOf(line, stream, revision)) return '';
  const at =
    STREAM_AT + stream.length + REVISION_KEY.length + String(revision).length + TYPE_KEY.length;
  return line.slice(at, line.indexOf('"', at));
}

/** What was parsed, with the keys of StoredEvent in their order. */
export interface Parsed {
  stream: string;
  revision: number;
  type: EventType;
  v: number;
  data: unknown;
  position?: number;
}

/**
 * `exact`: a line that is not written as it was parsed is refused. The first of two members of one
 * name is dropped by our parser and read by others, and what is parsed shows neither. It costs as
 * much as parsing, and changes nothing of what we read: it is for whoever proves a log.
 */
export interface ReadingOf {
  readonly exact?: boolean;
}

/**
 * Parses rows, checks that each line belongs to its row, holds what is said of an event against its
 * shape, validates payloads and lifts old versions.
 * @throws StoreError LOG_CORRUPT or LOG_NEWER_VERSION that names the position and the stream
 */
export function recordedOf(
  registry: EventRegistry,
  rows: Rows,
  { exact = false }: ReadingOf = {},
): Recorded[] {
  const { positions, streams, revisions, lines } = rows;
  const events = new Array<Recorded>(lines.length);
  for (let i = 0; i < lines.length; i += 1) {
    const position = positions[i]!;
    try {
      const line = lines[i]!;
      const event = JSON.parse(line) as Parsed;
      requireShape(event);
      if (event.stream !== streams[i] || event.revision !== revisions[i])
        throw new Error('the line belongs to another stream or revision');
      if (exact && JSON.stringify(event) !== line)
        throw new Error('the line has one member twice, or is not written as the log writes');
      events[i] = lift(registry, event, position);
    } catch (error) {
      throw unreadable(position, streams[i], error);
    }
  }
  return events;
}

/**
 * The same for a whole page of consecutive events that the reader checked against their rows.
 * @throws SyntaxError when the text is not JSON, or not exact, which row by row tells the position;
 *   StoreError as above
 */
export function recordedOfText(
  registry: EventRegistry,
  text: string,
  first: number,
  { exact = false }: ReadingOf = {},
): Recorded[] {
  const events = JSON.parse(text) as Parsed[];
  if (exact && JSON.stringify(events) !== text) throw new SyntaxError('not as the log writes');
  for (let i = 0; i < events.length; i += 1) {
    const event = events[i]!;
    try {
      requireShape(event);
      lift(registry, event, first + i);
    } catch (error) {
      throw unreadable(first + i, (event as Partial<Parsed> | null)?.stream, error);
    }
  }
  return events as Recorded[];
}

/**
 * The same for one event that was parsed elsewhere.
 * @throws StoreError as above
 */
export function recordedOfParsed(
  registry: EventRegistry,
  event: Parsed,
  position: number,
): Recorded {
  try {
    requireShape(event);
    return lift(registry, event, position);
  } catch (error) {
    throw unreadable(position, event.stream, error);
  }
}

function requireShape(event: Parsed): void {
  const fault = faultOfShape(event);
  if (fault !== undefined) throw new Error(fault);
}

function lift(registry: EventRegistry, event: Parsed, position: number): Recorded {
  event.data = registry.read(event.type, event.v, event.data);
  event.v = registry.latestVersion(event.type);
  event.position = position;
  return event as Recorded;
}

function unreadable(position: number, stream: unknown, error: unknown): StoreError {
  const place = `position ${position}${typeof stream === 'string' ? ` of ${quotable(stream)}` : ''}`;
  if (error instanceof ContractError && error.code !== 'EVENT_INVALID') {
    return new StoreError(
      'LOG_NEWER_VERSION',
      `The event at ${place} was written by a newer version of Sanad: ${error.message}.`,
      { cause: error },
    );
  }
  // What JSON.parse says quotes the text, which an error must not carry.
  const said = error instanceof Error ? error.message : String(error);
  const reason = error instanceof SyntaxError ? 'the line is not JSON' : said;
  return new StoreError(
    'LOG_CORRUPT',
    `The event at ${place} cannot be trusted: ${reason}. The log was left as it is; restore it from a backup.`,
  );
}
