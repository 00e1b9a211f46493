import type { EventRegistry } from '../../events/registry.js';
import type { Recorded } from '../kernel/decider.js';
import { isInstant } from '../kernel/time.js';
import { aggregateIn, ceType, HEADERS } from './topics.js';

export interface ReadMessage {
  readonly event: Recorded;
  /** Position of the event before it in the log. */ readonly previous: number;
}

const POSITION = /^(?:0|[1-9][0-9]*)$/;
/** What is before the first event of the log is told as -1. */
const POSITION_BEFORE = /^(?:-1|0|[1-9][0-9]*)$/;

/** Reads headers by name. What they give throws an Error that names the header. */
function readerOf(headers: Readonly<Record<string, string>>) {
  const text = (name: string): string => {
    const found = headers[name];
    if (found === undefined || found === '') throw new Error(`the header ${name} is missing`);
    return found;
  };
  const position = (name: string, form = POSITION): number => {
    const number = Number(text(name));
    if (!form.test(text(name)) || !Number.isSafeInteger(number))
      throw new Error(`the header ${name} is not a position`);
    return number;
  };
  const instant = (name: string): string => {
    if (!isInstant(text(name))) throw new Error(`the header ${name} is not an instant in UTC`);
    return text(name);
  };
  return { text, position, instant };
}

/**
 * A message back as the event that it was made of, held against its schema and lifted to its newest
 * version.
 * @throws Error or ContractError that says what does not fit; never with the data in it
 */
export function readMessage(
  registry: EventRegistry,
  key: string,
  value: string,
  headers: Readonly<Record<string, string>>,
): ReadMessage {
  const { text, position, instant } = readerOf(headers);
  const [, type = '', version = ''] =
    /^sanad\.[a-z]+\.([A-Za-z]+)\.v([0-9]{1,4})$/.exec(text(HEADERS.type)) ?? [];
  if (!registry.knows(type)) throw new Error('ce_type names no event that was published');
  if (aggregateIn(key) === undefined || aggregateIn(key) !== registry.aggregateOf(type))
    throw new Error('the key is no stream of the aggregate of the event in ce_type');
  if (text(HEADERS.type) !== ceType({ type, v: Number(version), stream: key }))
    throw new Error('ce_type is not what an event of that name and version is told as');
  if (text(HEADERS.subject) !== key) throw new Error('the key is not the stream in ce_subject');
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw new Error('the value is not JSON');
  }
  const {
    [HEADERS.causation]: causation,
    [HEADERS.channel]: channel,
    [HEADERS.authentication]: authentication,
  } = headers;
  const event = {
    id: text(HEADERS.id),
    stream: key,
    revision: position(HEADERS.revision),
    type,
    v: registry.latestVersion(type),
    time: instant(HEADERS.time),
    data: registry.read(type, Number(version), parsed),
    meta: {
      actor: text(HEADERS.actor),
      role: text(HEADERS.role),
      command: text(HEADERS.command),
      correlation: text(HEADERS.correlation),
      ...(causation === undefined ? {} : { causation }),
      ...(channel === undefined ? {} : { channel }),
      ...(authentication === undefined ? {} : { authentication }),
    },
    position: position(HEADERS.position),
  };
  return {
    event: event as Recorded,
    previous: position(HEADERS.previous, POSITION_BEFORE),
  };
}
