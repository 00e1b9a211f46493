/**
 * An event as this program uses it; the same from a message of Kafka and from a line of the feed.
 */
export interface Event {
  /** For example sanad.payment.PaymentInstructed.v1 */
  readonly type: string;
  readonly stream: string;
  /** Place in the stream: from 0 without a gap. */
  readonly revision: number;
  /** Place in the log. */
  readonly position: number;
  /**
   * Position of the event that must have come before it where it was read: in the log, or in a
   * filtered feed.
   */
  readonly previous: number;
  readonly data: Readonly<Record<string, unknown>>;
}

type Attributes = Readonly<Record<string, unknown>>;

function eventOf(attributes: Attributes, previousName: string, data: unknown): Event {
  const whole = (name: string): number => {
    const value = attributes[name];
    if (typeof value !== 'string' || !/^-?[0-9]{1,16}$/.test(value))
      throw new Error(`the attribute ${name} is not a position`);
    return Number(value);
  };
  const { type, subject } = attributes;
  if (typeof type !== 'string' || typeof subject !== 'string')
    throw new Error('the attributes type and subject are needed');
  if (typeof data !== 'object' || data === null) throw new Error('the data is not an object');
  return {
    type,
    stream: subject,
    revision: whole('revision'),
    position: whole('position'),
    previous: whole(previousName),
    data: data as Record<string, unknown>,
  };
}

/**
 * Binary mode of CloudEvents' Kafka binding: attributes are headers that begin with ce_, the value
 * is the data.
 */
export function eventOfMessage(message: {
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, unknown>>;
}): Event {
  const attributes = Object.fromEntries(
    Object.entries(message.headers ?? {})
      .filter(([name]) => name.startsWith('ce_'))
      .map(([name, value]) => [name.slice(3), String(value)]),
  );
  return eventOf(attributes, 'previousposition', JSON.parse(String(message.value)));
}

/**
 * Structured mode: one JSON object. A feed may be filtered, so its own chain is the one that has no
 * gaps.
 */
export function eventOfLine(line: string): Event {
  const { data, ...attributes } = JSON.parse(line) as Attributes;
  return eventOf(attributes, 'previousinfeed', data);
}
