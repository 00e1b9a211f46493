import type { EventRegistry } from '../../events/registry.js';
import type { Recorded } from '../kernel/decider.js';
import { HEADERS } from './topics.js';

export interface ReadMessage {
  readonly event: Recorded;
  /** Position of the event before it in the log. */ readonly previous: number;
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
  const text = (name: string): string => {
    const found = headers[name];
    if (found === undefined || found === '') throw new Error(`the header ${name} is missing`);
    return found;
  };
  const whole = (name: string): number => {
    const number = Number(text(name));
    if (!Number.isSafeInteger(number) || number < -1)
      throw new Error(`the header ${name} is not a position`);
    return number;
  };
  const [, type = '', version = ''] =
    /^sanad\.[a-z]+\.([A-Za-z]+)\.v([0-9]{1,4})$/.exec(text(HEADERS.type)) ?? [];
  if (!registry.knows(type)) throw new Error('ce_type names no event that was published');
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
    revision: whole(HEADERS.revision),
    type,
    v: registry.latestVersion(type),
    time: text(HEADERS.time),
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
    position: whole(HEADERS.position),
  };
  return { event: event as Recorded, previous: whole(HEADERS.previous) };
}
