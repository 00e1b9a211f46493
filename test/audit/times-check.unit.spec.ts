import { expect, test } from '@jest/globals';
import type { Recorded } from '../../src/kernel/decider.js';
import { earlier, foundIn, Tampered } from './tampered.js';

/** Moves all that a command wrote. @returns the first of it */
function move(
  log: Tampered,
  { meta: { command } }: Recorded,
  { time, meta = {} }: { readonly time: string; readonly meta?: object },
): Recorded {
  const [first] = log.events
    .filter((event) => event.meta.command === command)
    .map((event) => log.replace(event, { time, meta: { ...event.meta, ...meta } }));
  return first!;
}
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

test('finds an event at an instant before the one before it in its stream', () => {
  const log = new Tampered();
  const approved = log.find('CycleApproved');
  const time = earlier(log.find('CycleOpened'), MINUTE_MS);
  const { position } = move(log, approved, { time });
  expect(foundIn(log)).toEqual([
    `${position} at ${time}, before the event before it in its stream`,
  ]);
});

test('finds an event at an instant before what caused it', () => {
  const log = new Tampered();
  const cause = log.find('PersonRegistered');
  const registered = log.last('PersonRegistered');
  const time = earlier(cause, MINUTE_MS);
  const { position } = move(log, registered, { meta: { causation: cause.id }, time });
  expect(foundIn(log)).toContain(`${position} at ${time}, before what caused it`);
});

test('finds the first event of a stream that was moved by more than clocks are apart', () => {
  const log = new Tampered();
  const registered = log.last('PersonRegistered');
  move(log, registered, { time: earlier(registered, 30 * MINUTE_MS) });
  expect(foundIn(log)).toEqual([]);
  const time = earlier(registered, 40 * DAY_MS);
  const { position } = move(log, registered, { time });
  expect(foundIn(log)).toEqual([
    `${position} at ${time}, more than an hour before the event before it`,
  ]);
});

test('finds an event that was moved forward by the one that follows in its stream', () => {
  const log = new Tampered();
  const prepared = log.find('CyclePrepared');
  log.replace(prepared, { time: earlier(prepared, -40 * DAY_MS) });
  const { position, time } = log.find('CycleApproved');
  expect(foundIn(log)).toContain(
    `${position} at ${time}, before the event before it in its stream`,
  );
});

test('leaves alone what was written before the clock was held, and no single event', () => {
  const log = new Tampered();
  const approved = log.find('CycleApproved');
  const { position } = log.find('BudgetReserved');
  const time = earlier(approved, 40 * DAY_MS);
  for (const event of log.events.slice(approved.position, position + 1))
    log.replace(event, { time });
  const { channel, authentication, ...meta } = approved.meta;
  log.replace(log.find('CycleApproved'), { meta });
  expect(foundIn(log)).not.toEqual([]);
  log.asOlder(log.events[position]!);
  expect(foundIn(log)).toEqual([]);
});
