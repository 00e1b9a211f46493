import { describe, expect, test } from '@jest/globals';
import { Era } from '../../src/audit/era.js';
import { TimesCheck } from '../../src/audit/times-check.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

describe('to the second', () => {
  interface At {
    readonly index?: number;
    readonly stream?: number;
    readonly cause?: number;
  }
  function foundIn(...log: readonly (readonly [time: string, at?: At])[]): readonly string[] {
    const era = new Era();
    era.add(eventOf('PersonMoved'));
    return saidIn(era, log);
  }
  function saidIn(era: Era, log: readonly (readonly [time: string, at?: At])[]): readonly string[] {
    const check = new TimesCheck(era);
    const { said, found } = new Findings();
    log.forEach(([time, { index, stream, cause = -1 } = {}], number) =>
      check.add(
        eventOf('PersonMoved', {}, { time }),
        index ?? number,
        stream ?? number,
        cause,
        found,
      ),
    );
    return said;
  }
  const at = (clock: string): string => `2026-01-15T${clock}.000Z`;
  const NOON = at('12:00:00');
  const BEFORE = at('11:59:59');
  const inStream = `I8 at ${BEFORE}, before the event before it in its stream`;
  const beforeCause = `I8 at ${BEFORE}, before what caused it`;

  test('an event is not before the one before it in its stream', () => {
    expect(foundIn([NOON, { stream: 5 }], [NOON, { stream: 5 }])).toEqual([]);
    expect(foundIn([NOON, { stream: 5 }], [BEFORE, { stream: 5 }])).toEqual([inStream]);
    expect(foundIn([NOON, { stream: 5 }], [BEFORE, { stream: 6 }])).toEqual([]);
  });
  test('an event is not before what caused it, be that the first of the log', () => {
    expect(foundIn([NOON], [NOON, { cause: 0 }])).toEqual([]);
    expect(foundIn([NOON], [BEFORE, { cause: 0 }])).toEqual([beforeCause]);
    expect(foundIn([BEFORE], [NOON], [BEFORE, { cause: 1 }])).toEqual([beforeCause]);
    expect(foundIn([NOON], [BEFORE], [BEFORE, { cause: 1 }])).toEqual([]);
  });
  test('an event is no more than an hour before the one before it', () => {
    expect(foundIn([NOON], [at('11:00:00')])).toEqual([]);
    const early = at('10:59:59');
    expect(foundIn([NOON], [early])).toEqual([
      `I8 at ${early}, more than an hour before the event before it`,
    ]);
    expect(foundIn([NOON], [at('11:00:00')], [at('10:00:00')])).toEqual([]);
  });
  test('nothing is compared in a log that is older', () => {
    const log = [
      [NOON, { stream: 5 }],
      [at('01:00:00'), { stream: 5, cause: 0 }],
    ] as const;
    expect(saidIn(new Era(), log)).toEqual([]);
    expect(foundIn(...log)).toHaveLength(3);
  });
  test.each(FAR_STREAMS)('also of number %d, of an event and of a stream', (number) => {
    expect(foundIn([NOON, { stream: number }], [BEFORE, { stream: number }])).toEqual([inStream]);
    expect(foundIn([NOON, { index: number }], [BEFORE, { cause: number }])).toEqual([beforeCause]);
    const grown = { index: number, stream: number };
    expect(foundIn([NOON], [NOON, grown], [BEFORE, { cause: 0, stream: 0 }])).toEqual([
      beforeCause,
      inStream,
    ]);
  });
  test('from 1970 to 2106, and what is before or after counts as that', () => {
    const start = '1970-01-01T00:00:00.000Z';
    const second = '1970-01-01T00:00:01.000Z';
    const same = { stream: 5 };
    expect(foundIn([start, { stream: 5_000 }])).toEqual([]);
    expect(foundIn([second, same], [start, same])).toHaveLength(1);
    expect(foundIn([start, same], ['1960-01-01T00:00:00.000Z', same])).toEqual([]);
    const last = '2106-02-07T06:28:15.000Z';
    const far = '2200-01-01T00:00:00.000Z';
    expect(foundIn([far, same], [last, same])).toEqual([]);
    expect(foundIn([far, same], ['2106-02-07T06:28:14.000Z', same])).toHaveLength(1);
  });
});
