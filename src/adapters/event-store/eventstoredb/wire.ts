import type { NewServerEvent, ServerAppend, ServerEvent } from './server-event.js';
import { CallFailed } from './call-failed.js';
import { Fields, flag, message, number, text, bytes } from './protobuf.js';

/**
 * The messages of every append and every read, written and read by hand: the client's own classes
 * take longer for a message than the call itself. Numbers are those of streams.proto and
 * shared.proto.
 */

const EMPTY = Buffer.alloc(0);
/** A message of more bytes is more than the server receives; no event is a sixteenth of it. */
const MESSAGE_BYTES = 1_048_576;

export interface BatchAppend {
  /** The answer carries it too: a UUID. */
  readonly correlationId: string;
  readonly stream: string;
  /** Exact revision; -1: no stream. */
  readonly expected: number;
  readonly events: readonly NewServerEvent[];
  readonly deadline: Date;
}

const uuid = (field: number, id: string): Buffer => message(field, text(2, id));
const streamNamed = (field: number, name: string): Buffer => message(field, text(3, name));
const entry = (field: number, key: string, value: string): Buffer =>
  message(field, text(1, key), text(2, value));
const TEXT_JSON = entry(2, 'content-type', 'application/json');

const proposed = ({ id, type, data, metadata }: NewServerEvent): Buffer =>
  message(
    3,
    uuid(1, id),
    entry(2, 'type', type),
    TEXT_JSON,
    text(3, JSON.stringify(metadata)),
    text(4, JSON.stringify(data)),
  );

/** BatchAppendReq: as many as it takes; the last says that it is the last. */
export function batchAppendRequests(append: BatchAppend): readonly Buffer[] {
  const { correlationId, stream, expected, events, deadline } = append;
  const at = deadline.getTime();
  const correlation = uuid(1, correlationId);
  let parts = [
    correlation,
    message(
      2,
      streamNamed(1, stream),
      expected < 0 ? bytes(3, EMPTY) : number(2, expected),
      message(6, number(1, Math.floor(at / 1_000)), number(2, (at % 1_000) * 1_000_000)),
    ),
  ];
  const requests: Buffer[] = [];
  let size = 0;
  for (const event of events) {
    const next = proposed(event);
    if (size > 0 && size + next.length > MESSAGE_BYTES) {
      requests.push(Buffer.concat(parts));
      parts = [correlation];
      size = 0;
    }
    parts.push(next);
    size += next.length;
  }
  requests.push(Buffer.concat([...parts, flag(4, true)]));
  return requests;
}

/** What became of one append of many. */
export interface BatchAnswer {
  /** The last twelve hexadecimal digits of the correlation id. */
  readonly number: number;
  readonly outcome: ServerAppend | CallFailed;
}

/** BatchAppendResp. */
export function batchAnswerOf(response: Buffer): BatchAnswer {
  const fields = new Fields(response);
  let of = -1;
  let outcome: ServerAppend | CallFailed = new CallFailed('unclear', 'the server said nothing');
  for (let field = fields.next(); field > 0; field = fields.next()) {
    if (field === 1) of = correlationOf(fields.message());
    else if (field === 2) outcome = failureOf(fields.message());
    else if (field === 3) outcome = writtenOf(fields.message());
    else fields.skip();
  }
  return { number: of, outcome };
}

/** Of a UUID, as text or as two numbers of 64 bits. */
function correlationOf(fields: Fields): number {
  let of = -1;
  for (let field = fields.next(); field > 0; field = fields.next()) {
    if (field === 2) of = Number.parseInt(fields.text().slice(-12), 16);
    else if (field === 1) {
      const structured = fields.message();
      for (let half = structured.next(); half > 0; half = structured.next())
        if (half === 2) of = Number(structured.uint64() & 0xffff_ffff_ffffn);
        else structured.skip();
    } else fields.skip();
  }
  return of;
}

/**
 * A successful append: the commit position and the last revision, where the server says them. A
 * position's field that is 0 is not sent.
 */
function writtenOf(fields: Fields): ServerAppend {
  let revision: number | undefined;
  let position: number | undefined;
  for (let field = fields.next(); field > 0; field = fields.next()) {
    if (field === 1) revision = fields.number();
    else if (field === 3) position = commitOf(fields.message());
    else fields.skip();
  }
  return { kind: 'written', position: safe(position), revision: safe(revision) };
}

function commitOf(fields: Fields): number {
  let commit = 0;
  for (let place = fields.next(); place > 0; place = fields.next())
    if (place === 1) commit = fields.number();
    else fields.skip();
  return commit;
}

const safe = (given: number | undefined): number | undefined =>
  given !== undefined && Number.isSafeInteger(given) ? given : undefined;

/** Codes of google.rpc that are answers, not accidents: INVALID_ARGUMENT, PERMISSION_DENIED. */
const REFUSED: readonly number[] = [3, 7];

function failureOf(fields: Fields): ServerAppend | CallFailed {
  let code = 0;
  let type = '';
  for (let field = fields.next(); field > 0; field = fields.next()) {
    if (field === 1) code = fields.number();
    else if (field === 3) {
      const details = fields.message();
      for (let detail = details.next(); detail > 0; detail = details.next())
        if (detail === 1) type = details.text();
        else details.skip();
    } else fields.skip();
  }
  switch (type.slice(type.lastIndexOf('.') + 1)) {
    case 'WrongExpectedVersion':
      return { kind: 'wrong-version' };
    case 'AccessDenied':
      return new CallFailed('refused', 'the user may not do this');
    case 'StreamDeleted':
      return new CallFailed('deleted', 'the stream was deleted');
    case 'MaximumAppendSizeExceeded':
      return new CallFailed('too-large', 'the append is bigger than the server takes');
    case 'Timeout':
      return new CallFailed('unclear', 'the server took too long');
    default:
      return new CallFailed(REFUSED.includes(code) ? 'refused' : 'unclear', 'unknown');
  }
}

/** What is read: a stream, or everything. Without `from`, from the outermost. */
export interface Read {
  readonly stream?: string;
  readonly from?: number | undefined;
  readonly backwards: boolean;
  readonly count: number;
}

function whatIsRead({ stream, from, backwards }: Read): Buffer {
  const outermost = (first: number): Buffer => bytes(backwards ? first + 1 : first, EMPTY);
  if (stream === undefined) return message(2, from === undefined ? outermost(2) : placed(1, from));
  return message(1, streamNamed(1, stream), from === undefined ? outermost(3) : number(2, from));
}

/** ReadReq. */
export function readRequest(read: Read): Buffer {
  const { backwards, count } = read;
  return message(
    1,
    whatIsRead(read),
    ...(backwards ? [number(3, 1)] : []),
    number(5, count),
    // No filter; ids as text.
    bytes(8, EMPTY),
    message(9, bytes(2, EMPTY)),
  );
}

const placed = (field: number, position: number): Buffer =>
  message(field, number(1, position), number(2, position));

/** The event of a ReadResp, where it carries one. */
export function eventOfResponse(response: Buffer): ServerEvent | undefined {
  const fields = new Fields(response);
  let event: ServerEvent | undefined;
  for (let field = fields.next(); field > 0; field = fields.next()) {
    if (field !== 1) {
      fields.skip();
      continue;
    }
    const resolved = fields.message();
    for (let part = resolved.next(); part > 0; part = resolved.next())
      if (part === 1) event = recordedOf(resolved.message());
      else resolved.skip();
  }
  return event;
}

function recordedOf(fields: Fields): ServerEvent {
  const raw = { id: '', stream: '', revision: 0, position: 0, type: '', json: true };
  let data: Buffer = EMPTY;
  let metadata: Buffer = EMPTY;
  for (let field = fields.next(); field > 0; field = fields.next()) {
    if (field === 1) raw.id = textIn(fields.message(), 2);
    else if (field === 2) raw.stream = textIn(fields.message(), 3);
    else if (field === 3) raw.revision = fields.number();
    else if (field === 5) raw.position = fields.number();
    else if (field === 6) {
      const pair = fields.message();
      const name = textIn(pair, 1);
      const value = textIn(pair, 2);
      if (name === 'type') raw.type = value;
      if (name === 'content-type') raw.json = value === 'application/json';
    } else if (field === 7) metadata = fields.bytes();
    else if (field === 8) data = fields.bytes();
    else fields.skip();
  }
  const { json, ...event } = raw;
  return {
    ...event,
    data: json ? parsed(data) : data,
    metadata: metadata.length > 0 ? parsed(metadata) : undefined,
  };
}

/** A text field of a message, wherever it stands. */
function textIn(fields: Fields, wanted: number): string {
  const from = fields.mark();
  let found = '';
  for (let field = fields.next(); field > 0; field = fields.next())
    if (field === wanted) found = fields.text();
    else fields.skip();
  fields.reset(from);
  return found;
}

/** What is no JSON was written by somebody else, and stays text. */
function parsed(given: Buffer): unknown {
  const json = given.toString('utf8');
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
