// What is done to an input to make another: bytes, words, tokens, lines, elements and JSON values.

/** xorshift32: the same numbers for the same seed on every machine. */
export function numbers(seed) {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Numbers and characters that readers get wrong. */
const HOSTILE = [
  ...['0', '-0', '-1', '1', '00', '01', '+1', '1.', '.5', '1e3', '1E-3', '1,5', '1 000', '1_000'],
  ...['9007199254740993', '9223372036854775808', '0.1', '0.001', '1.005', '100.000', '1.0000000'],
  ...['NaN', 'Infinity', '0x1F', '٥', '１', '²', 'true', 'null', 'undefined', '[]', '{}', '""'],
  ...['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty', 'length'],
  ...['\0', '\u0001', '\u00a0', '\u200b', '\u202e', '\ufeff', '\ufffd', '\ud800', '\u0130', 'ı'],
  ...['2025-02-29', '2025-13', '0000-01', '9999-12-31', '2025-1-1', '2025-06-31T24:00:00Z'],
  ...['\\', '\\u0000', '\\ud800', '\r', '\n', '\t', '\r\n', "'", '"', ';', ',', '|', '&', '<', '>'],
  ...['%', '%00', '../', '=', '--', '-', '*', '(', ')', '[', ']', '{', '}', '?', ':', '.', '..'],
];

const LATIN = 'latin1';

function text(bytes, change) {
  return Buffer.from(change(bytes.toString(LATIN)), LATIN);
}

function chosen(list, next) {
  return list[next(list.length)];
}

function cut(bytes, from, to, between = Buffer.alloc(0)) {
  return Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to)]);
}

function flipped(bytes, { next }) {
  const copy = Buffer.from(bytes);
  copy[next(copy.length)] ^= 1 << next(8);
  return copy;
}

function replacedByte(bytes, { next }) {
  const copy = Buffer.from(bytes);
  copy[next(copy.length)] = next(256);
  return copy;
}

function truncated(bytes, { next }) {
  return bytes.subarray(0, next(bytes.length));
}

function removed(bytes, { next }) {
  const at = next(bytes.length);
  return cut(bytes, at, at + 1 + next(next(8) === 0 ? 200 : 8));
}

function repeated(bytes, { next }) {
  const at = next(bytes.length);
  const some = bytes.subarray(at, at + 1 + next(60));
  const times = next(20) === 0 ? 200 : 1 + next(3);
  return cut(bytes, at, at, Buffer.concat(Array(times).fill(some)));
}

function withWord(bytes, { next, words }) {
  const word = next(3) === 0 || words.length === 0 ? chosen(HOSTILE, next) : chosen(words, next);
  const at = next(bytes.length + 1);
  return cut(bytes, at, at + (next(2) === 0 ? 0 : next(12)), Buffer.from(word));
}

/** In place of a whole number, name or text. */
function withToken(bytes, { next, words }) {
  return text(bytes, (from) => {
    const tokens = [...from.matchAll(/[\w.+-]+/g)];
    if (tokens.length === 0) return from;
    const { index, 0: token } = chosen(tokens, next);
    const fresh = next(2) === 0 || words.length === 0 ? chosen(HOSTILE, next) : chosen(words, next);
    const put = next(3) === 0 ? chosen(tokens, next)[0] : Buffer.from(fresh).toString(LATIN);
    return from.slice(0, index) + put + from.slice(index + token.length);
  });
}

/** Another digit or letter of the same kind: what is read as well, and says something else. */
function retouched(bytes, { next }) {
  return text(bytes, (from) => {
    const places = [...from.matchAll(/[0-9A-Za-z]/g)];
    if (places.length === 0) return from;
    const { index, 0: one } = chosen(places, next);
    const kinds = ['0123456789', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'];
    return (
      from.slice(0, index) +
      chosen(
        kinds.find((kind) => kind.includes(one)),
        next,
      ) +
      from.slice(index + 1)
    );
  });
}

const moved =
  (separator) =>
  (bytes, { next, other }) =>
    text(bytes, (from) => {
      const parts = from.split(separator);
      const donors = next(3) === 0 ? other.toString(LATIN).split(separator) : parts;
      parts.splice(
        next(parts.length + 1),
        next(3),
        ...donors.slice(next(donors.length)).slice(0, 1 + next(3)),
      );
      return parts.join('');
    });

/** Of XML: a whole element removed, repeated, or put elsewhere. */
function element(bytes, { next, other }) {
  return text(bytes, (from) => {
    const whole = elementOf(next(3) === 0 ? other.toString(LATIN) : from, next);
    const at = elementOf(from, next);
    if (!whole || !at) return from;
    const put = next(4) === 0 ? '' : whole.text;
    return from.slice(0, at.start) + put + from.slice(next(2) === 0 ? at.start : at.end);
  });
}

function elementOf(from, next) {
  const opened = [...from.matchAll(/<([A-Za-z][\w:.-]*)[^<>]*>/g)];
  if (opened.length === 0) return undefined;
  const { index, 1: name } = chosen(opened, next);
  const end = from.indexOf(`</${name}>`, index);
  if (end < 0) return undefined;
  return {
    start: index,
    end: end + name.length + 3,
    text: from.slice(index, end + name.length + 3),
  };
}

/** Of JSON: one value is another, is gone, stands twice, or is put under another name. */
function jsonValue(bytes, { next, words }) {
  let value;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes;
  }
  const places = placesIn(value);
  if (places.length === 0) return bytes;
  const { holder, key } = chosen(places, next);
  const fresh = [null, true, 0, -1, 1e21, '', [], {}, 'x'.repeat(300), chosen(HOSTILE, next)];
  switch (next(4)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      holder[key] = structuredClone(chosen(places, next).value);
      break;
    case 2:
      if (!Array.isArray(holder) && words.length > 0) holder[chosen(words, next)] = holder[key];
      else holder[key] = words.length > 0 ? chosen(words, next) : '';
      break;
    default:
      holder[key] = chosen(fresh, next);
  }
  return Buffer.from(JSON.stringify(value));
}

function placesIn(value, places = []) {
  if (typeof value !== 'object' || value === null) return places;
  for (const key of Object.keys(value)) {
    places.push({ holder: value, key, value: value[key] });
    placesIn(value[key], places);
  }
  return places;
}

const MUTATIONS = [
  ...[flipped, replacedByte, truncated, removed, repeated],
  ...[withWord, withWord, withToken, withToken, withToken, retouched, retouched],
  ...[moved(/(?<=\n)/), moved(/(?=[<{[,;"\s|/.&=])/), moved(/(?=[<{[,;"\s|/.&=])/)],
  ...[element, element, jsonValue, jsonValue, jsonValue],
];

/** What leaves JSON well-formed, most of the time. */
const OF_JSON = [jsonValue, jsonValue, jsonValue, retouched];

/** One to four things done to an input. `other`: an input to take parts of. */
export function mutated(bytes, how, longest) {
  const { next } = how;
  let made = bytes;
  const isJson = bytes[0] === 0x7b && next(3) > 0;
  for (let left = 1 + next(next(3) === 0 ? 8 : 3); left > 0; left -= 1) {
    const mutation = chosen(isJson ? OF_JSON : MUTATIONS, next);
    made = made.length === 0 ? Buffer.from(chosen(HOSTILE, next)) : mutation(made, how);
  }
  return made.subarray(0, longest);
}
