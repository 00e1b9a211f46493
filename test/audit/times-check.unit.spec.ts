import { expect, test } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { Tampered } from './tampered.js';

function found(log: Tampered): readonly string[] {
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  return check.finish().violations.map(({ position, detail }) => `${position} ${detail}`);
}

const earlier = ({ time }: Recorded, ms: number): string =>
  new Date(Date.parse(time) - ms).toISOString();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const withoutChannel = ({ meta: { channel, authentication, ...meta } }: Recorded) => meta;

test('finds an event at an instant before the one before it in its stream', () => {
  const log = new Tampered();
  const approved = log.find('CycleApproved');
  const time = earlier(log.find('CycleOpened'), MINUTE_MS);
  const { position } = log.replace(approved, { time });
  expect(found(log)).toEqual([`${position} at ${time}, before the event before it in its stream`]);
});

test('finds an event at an instant before what caused it', () => {
  const log = new Tampered();
  const cause = log.find('PersonRegistered');
  const registered = log.last('PersonRegistered');
  const time = earlier(cause, MINUTE_MS);
  const meta = { ...registered.meta, causation: cause.id };
  const { position } = log.replace(registered, { meta, time });
  expect(found(log)).toEqual([`${position} at ${time}, before what caused it`]);
});

test('finds the first event of a stream that was moved by more than clocks are apart', () => {
  const log = new Tampered();
  const registered = log.last('PersonRegistered');
  log.replace(registered, { time: earlier(registered, DAY_MS) });
  expect(found(log)).toEqual([]);
  const time = earlier(registered, 40 * DAY_MS);
  const { position } = log.replace(log.events[registered.position]!, { time });
  expect(found(log)).toEqual([
    `${position} at ${time}, more than a day before the event before it`,
  ]);
});

test('finds an event that was moved forward by the one that follows in its stream', () => {
  const log = new Tampered();
  const prepared = log.find('CyclePrepared');
  log.replace(prepared, { time: earlier(prepared, -40 * DAY_MS) });
  const { position, time } = log.find('CycleApproved');
  expect(found(log)).toContain(`${position} at ${time}, before the event before it in its stream`);
});

test('leaves alone what was written before the clock was held', () => {
  const log = new Tampered();
  const approved = log.find('CycleApproved');
  log.replace(approved, {
    time: earlier(approved, 40 * DAY_MS),
    meta: withoutChannel(approved),
  });
  expect(found(log)).toEqual([]);
});
