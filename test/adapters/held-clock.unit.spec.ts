import { expect, test } from '@jest/globals';
import { heldClock } from '../../src/adapters/clock/held.js';
import { fixedClock } from '../../src/adapters/clock/system.js';
import { StoreError } from '../../src/kernel/errors.js';
import { withClock } from '../../src/runtime/health-status.js';

const NOON = '2026-03-01T12:00:00.000Z';

function held(): { machine: ReturnType<typeof fixedClock>; clock: ReturnType<typeof heldClock> } {
  const machine = fixedClock(NOON);
  return { machine, clock: heldClock(machine, { behindMs: 60_000, aheadDays: 30 }) };
}

test('the time stands still where the clock steps back a little, until it has caught up', () => {
  const { machine, clock } = held();
  expect(clock.now()).toBe(NOON);
  machine.set('2026-03-01T11:59:10.000Z');
  expect(clock.now()).toBe(NOON);
  machine.set('2026-03-01T12:00:01.000Z');
  expect(clock.now()).toBe('2026-03-01T12:00:01.000Z');
});

test('nothing is before an instant that was written by somebody else', () => {
  const { clock } = held();
  clock.saw('2026-03-01T12:00:59.000Z');
  clock.saw('2026-03-01T12:00:30.000Z');
  expect(clock.now()).toBe('2026-03-01T12:00:59.000Z');
});

test.each(['2001-01-01T00:00:00.000Z', '2026-03-01T11:58:59.999Z'])(
  'a clock of %s is not believed, and health says so',
  (instant) => {
    const { machine, clock } = held();
    clock.now();
    machine.set(instant);
    expect(() => clock.now()).toThrow(expect.objectContaining({ code: 'CLOCK_BEHIND_LOG' }));
    expect(() => clock.now()).toThrow(StoreError);
    const status = withClock({ alive: true, trouble: undefined }, clock);
    expect(status.trouble).toContain('CLOCK_BEHIND_LOG');
    machine.set(NOON);
    expect(status.trouble).toBeUndefined();
  },
);

test('a clock that was lost is not believed where the log is empty either', () => {
  const machine = fixedClock('1970-01-01T00:00:07.000Z');
  expect(() => heldClock(machine).now()).toThrow(
    expect.objectContaining({ code: 'CLOCK_BEHIND_LOG' }),
  );
});

test('a clock that jumps far ahead of what was written is not believed, until it is set', () => {
  const { machine, clock } = held();
  clock.saw(NOON);
  machine.set('2099-01-01T00:00:00.000Z');
  expect(() => clock.now()).toThrow(expect.objectContaining({ code: 'CLOCK_AHEAD_OF_LOG' }));
  const status = withClock({ alive: true, trouble: undefined }, clock);
  expect(status.trouble).toContain('CLOCK_AHEAD_OF_LOG');
  machine.set('2026-03-31T12:00:00.000Z');
  expect(clock.now()).toBe('2026-03-31T12:00:00.000Z');
  machine.set('2026-04-30T12:00:00.001Z');
  expect(() => clock.now()).toThrow(StoreError);
});

test('what is told of an empty log has nothing to be held against', () => {
  expect(heldClock(fixedClock('2042-01-01T00:00:00.000Z')).now()).toBe('2042-01-01T00:00:00.000Z');
});
