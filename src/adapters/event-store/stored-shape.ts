import { AUTHENTICATIONS, CHANNELS, ROLES } from '../../kernel/decider.js';
import { isUuid } from '../../kernel/ids.js';
import { quotable } from '../../kernel/text.js';
import { isLoggedInstant } from '../../kernel/time.js';

type Members = Readonly<Record<string, unknown>>;

const MEMBERS = ['id', 'stream', 'revision', 'type', 'v', 'time', 'data', 'meta'] as const;
/** The last three may be absent: versions before 0.3 have neither channel nor authentication. */
const META_MEMBERS = [
  'actor',
  'role',
  'command',
  'correlation',
  'causation',
  'channel',
  'authentication',
] as const;

/**
 * What is wrong with a stored event beside its data, as the end of a sentence; undefined where
 * nothing is. Whoever reads an event relies on this shape, so that each is held against it when it
 * is read, as its data is against its schema. Written out, because every event of a log comes by
 * here, whenever it is read.
 */
export function faultOfShape(event: unknown): string | undefined {
  if (!isObject(event)) return 'the line is no object';
  const { id, type, v, revision, stream, time, meta } = event;
  if (typeof id !== 'string' || !isUuid(id)) return 'id is not a lower-case UUID';
  if (typeof stream !== 'string') return 'stream is not a text';
  if (!isWhole(revision)) return 'revision is not a whole number';
  if (typeof type !== 'string') return 'type is not a text';
  if (!isWhole(v)) return 'v is not a whole number';
  if (typeof time !== 'string' || !isLoggedInstant(time))
    return 'time is not a UTC instant such as 2026-03-01T08:00:00.000Z';
  return unknownIn(event, MEMBERS, MEMBERS.length) ?? faultOfMeta(meta);
}

function faultOfMeta(meta: unknown): string | undefined {
  if (!isObject(meta)) return 'meta is no object';
  const { actor, role, command, correlation, causation, channel, authentication } = meta;
  if (!isNamed(actor)) return 'meta/actor is not a text';
  if (!isOneOf(ROLES, role)) return `meta/role is none${said(role)}`;
  if (!isNamed(command)) return 'meta/command is not a text';
  if (!isNamed(correlation)) return 'meta/correlation is not a text';
  let members = 4;
  if (causation !== undefined) {
    if (!isNamed(causation)) return 'meta/causation is not a text';
    members += 1;
  }
  if (channel !== undefined) {
    if (!isOneOf(CHANNELS, channel)) return `meta/channel is none${said(channel)}`;
    members += 1;
  }
  if (authentication !== undefined) {
    if (!isOneOf(AUTHENTICATIONS, authentication))
      return `meta/authentication is none${said(authentication)}`;
    members += 1;
  }
  return unknownIn(meta, META_MEMBERS, members, 'meta/');
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isOneOf = (known: readonly unknown[], value: unknown): boolean => known.includes(value);
const said = (value: unknown): string =>
  typeof value === 'string' ? ` that is known: ${quotable(value)}` : '';

/** Of an object that has `count` members that are known. */
function unknownIn(
  object: Members,
  known: readonly string[],
  count: number,
  before = '',
): string | undefined {
  const names = Object.keys(object);
  if (names.length === count) return undefined;
  const strange = names.find((name) => !known.includes(name));
  return strange === undefined ? undefined : `${before}${quotable(strange)} is not a member`;
}
