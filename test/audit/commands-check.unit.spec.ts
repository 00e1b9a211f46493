import { describe, expect, test } from '@jest/globals';
import { CommandsCheck } from '../../src/audit/commands-check.js';
import { eventId } from '../../src/kernel/ids.js';
import { eventOf, Findings, NOON } from './direct.js';

interface Written {
  readonly command: string;
  readonly index: number;
  readonly id?: string;
  readonly stream?: string;
  readonly time?: string;
  readonly correlation?: string;
  readonly causation?: string;
  readonly actor?: string;
  readonly channel?: 'http' | 'cli';
  readonly authentication?: 'oidc';
}
function foundIn(areTogether: boolean, ...log: readonly Written[]): readonly string[] {
  const check = new CommandsCheck(areTogether);
  const { said, found } = new Findings();
  for (const { command, index, id, stream = 's', time = NOON, ...why } of log)
    check.add(
      eventOf(
        'PersonMoved',
        {},
        { id: id ?? eventId(command, index), stream, time, meta: { command, ...why } },
      ),
      found,
    );
  return said;
}
const a = (index: number, more: Partial<Written> = {}): Written => ({
  command: 'a',
  index,
  ...more,
});
const b = (index: number): Written => ({ command: 'b', index });
const OTHER = ['I8 its id is not of its command'];
const misplaced = (index: number, wanted: number) => [
  `I8 event ${index} of its command, and ${wanted} should be here`,
];

describe('where a command is written at once', () => {
  test('its events are the first, the second and so on, and nothing is between them', () => {
    expect(foundIn(true, a(0), a(1), a(2), b(0), b(1))).toEqual([]);
    expect(foundIn(true, a(1))).toEqual(misplaced(1, 0));
    expect(foundIn(true, a(0), a(2))).toEqual(misplaced(2, 1));
    expect(foundIn(true, a(0), a(0))).toEqual(misplaced(0, 1));
    expect(foundIn(true, a(0), b(0), a(1))).toEqual(misplaced(1, 0));
    expect(foundIn(true, a(0), a(2), a(3))).toEqual(misplaced(2, 1));
  });
  test('an id is of its command, and of one of its first thousand events', () => {
    expect(foundIn(true, a(0, { id: eventId('b', 0) }))).toEqual(OTHER);
    expect(foundIn(true, a(999))).toEqual(misplaced(999, 0));
    expect(foundIn(true, a(1_000))).toEqual(OTHER);
    expect(foundIn(true, a(0), a(1, { id: 'none' }), a(0))).toEqual(OTHER);
  });
  test('it may have more events than that, one after the other', () => {
    const many = Array.from({ length: 1_002 }, (_, index) => a(index));
    expect(foundIn(true, ...many)).toEqual([]);
  });
  test('and say alike how an actor came, where they say it of one', () => {
    const came = { channel: 'http', authentication: 'oidc' } as const;
    const another = ['I8 its actor came in another way than with the rest of the command'];
    for (const areTogether of [true, false]) {
      expect(foundIn(areTogether, a(0, came), a(1, came))).toEqual([]);
      expect(foundIn(areTogether, a(0), a(1, came))).toEqual(another);
      expect(foundIn(areTogether, a(0, came), a(1, { channel: 'http' }))).toEqual(another);
      expect(foundIn(areTogether, a(0, came), a(1, { ...came, channel: 'cli' }))).toEqual(another);
      expect(foundIn(areTogether, a(0, came), a(1, { actor: 'automation' }))).toEqual([]);
      expect(foundIn(areTogether, a(0, came), b(0))).toEqual([]);
    }
  });
  test('its events say the same of when and why', () => {
    const later = '2026-01-15T12:00:01.000Z';
    expect(foundIn(true, a(0), a(1, { time: later }))).toEqual([
      `I8 at ${later}; its command was at ${NOON}`,
    ]);
    const why = ['I8 correlated with, or caused by, something else than its command'];
    expect(foundIn(true, a(0), a(1, { correlation: 'other' }))).toEqual(why);
    expect(foundIn(true, a(0), a(1, { causation: 'other' }))).toEqual(why);
    const same = { correlation: 'x', causation: 'y' };
    expect(foundIn(true, a(0, same), a(1, same))).toEqual([]);
    expect(foundIn(true, a(0), { ...b(0), time: later, correlation: 'other' })).toEqual([]);
    expect(foundIn(true, a(0), a(1, { stream: 't', time: later }))).toHaveLength(1);
  });
});

describe('where the parts of a command are written one by one', () => {
  test('others may be between them, but an id is of its command', () => {
    expect(foundIn(false, a(0), b(0), a(1), b(1), a(3))).toEqual([]);
    expect(foundIn(false, a(0, { id: eventId('b', 0) }))).toEqual(OTHER);
  });
  test('those of one stream say the same of when and why, those of two may not', () => {
    const later = '2026-01-15T12:00:01.000Z';
    expect(foundIn(false, a(0), a(1, { time: later }))).toHaveLength(1);
    expect(foundIn(false, a(0), a(1, { time: later, stream: 't' }))).toEqual([]);
  });
});
