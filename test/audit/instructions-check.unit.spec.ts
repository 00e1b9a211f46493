import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { InstructionsCheck } from '../../src/audit/instructions-check.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';
import { findsEach, found } from './forged.js';
import { Tampered } from './tampered.js';

type Step = readonly [EventType, object?, stream?: number];
const cycleId = 'asd-2026-01';
const paymentId = `${cycleId}-00000000-0000-4000-8000-000000000001`;

/** What is found where each event is of one payment, or of its cycle, unless it says otherwise. */
function foundIn(isNew: boolean, ...log: readonly Step[]): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const check = new InstructionsCheck(era);
  const { said, found: tell } = new Findings();
  for (const [type, data = {}, stream = 1] of log)
    check.add(eventOf(type, { cycleId, paymentId, breakId: 'b', ...data }), stream, tell);
  return said;
}
const instruction = (attempt: number): object => ({
  attempt,
  endToEndId: endToEndIdOf(paymentId, attempt),
});
const round = (number: number): Step => ['CyclePreparationStarted', { round: number }];
const ordered = (number: number, stream = 1): Step => ['PaymentOrdered', { round: number }, stream];
const first = (stream = 1): Step => ['PaymentInstructed', instruction(1), stream];
const again: Step = ['PaymentReinstructed', instruction(2)];
const BEGUN = [round(1), ordered(1), first()] as const;
const started = (runId = 'r', of = cycleId): Step => [
  'CycleReinstructionStarted',
  { runId, cycleId: of },
];
const ended = (...runIds: string[]): Step => ['CycleReinstructionEnded', { runIds }];
const CLOSED: Step = ['CycleClosed'];

describe('what has an open break', () => {
  const broken = (breakId = 'b', stream = 1): Step => ['PaymentBreakRecorded', { breakId }, stream];
  const resolved = (breakId = 'b', stream = 1): Step => [
    'PaymentBreakResolved',
    { breakId },
    stream,
  ];
  test('is not paid again before it is resolved', () => {
    const open = (count: number): string[] => [`I2 instructed with ${count} open breaks`];
    expect(foundIn(true, ...BEGUN, again)).toEqual([]);
    expect(foundIn(true, ...BEGUN, broken(), again)).toEqual(open(1));
    expect(foundIn(true, ...BEGUN, broken(), broken(), again)).toEqual(open(1));
    expect(foundIn(true, ...BEGUN, broken(), broken('c'), again)).toEqual(open(2));
    expect(foundIn(true, ...BEGUN, broken(), broken('c'), resolved(), again)).toEqual(open(1));
    expect(foundIn(true, ...BEGUN, broken(), resolved(), again)).toEqual([]);
    expect(foundIn(true, ...BEGUN, broken(), resolved('b', 2), again)).toEqual(open(1));
    expect(foundIn(true, ...BEGUN, broken('b', 2), again)).toEqual([]);
    expect(foundIn(true, ...BEGUN, resolved(), again)).toEqual([]);
  });
});

describe('a cycle that is closed', () => {
  const late = 'I6 instructed after its cycle was closed';
  test('has nothing instructed', () => {
    expect(foundIn(true, ...BEGUN, CLOSED, again)).toEqual([late]);
    expect(foundIn(true, round(1), ordered(1), CLOSED, first())).toEqual([late]);
    expect(foundIn(true, ...BEGUN, ['CycleClosed', { cycleId: 'asd-2026-02' }], again)).toEqual([]);
  });
  test('could be closed by old versions while something was instructed again', () => {
    expect(foundIn(false, ...BEGUN, CLOSED, again)).toEqual([]);
    expect(foundIn(false, round(1), ordered(1), CLOSED, first())).toEqual([late]);
  });
});

describe('a payment that is instructed again', () => {
  const none = ['I6 instructed again or late under no run that is under way'];
  test('is so under a run, from the first run of the log on', () => {
    expect(foundIn(true, ...BEGUN, started(), again)).toEqual([]);
    expect(foundIn(true, ...BEGUN, started(), ended('r'), again)).toEqual(none);
    expect(foundIn(true, ...BEGUN, started(), started('q'), ended('r'), again)).toEqual([]);
    expect(foundIn(true, ...BEGUN, started(), started('q'), ended('r', 'q'), again)).toEqual(none);
    expect(foundIn(true, ...BEGUN, started('r', 'asd-2026-02'), again)).toEqual(none);
    expect(foundIn(true, ...BEGUN, again, started())).toEqual([]);
  });
  test('for the first time needs none before its cycle is instructed, and one after', () => {
    const run = started('r', 'asd-2026-02');
    expect(foundIn(true, run, ...BEGUN)).toEqual([]);
    const instructed: Step = ['CycleInstructed'];
    const elsewhere: Step = ['CycleInstructed', { cycleId: 'asd-2026-02' }];
    expect(foundIn(true, run, elsewhere, ...BEGUN)).toEqual([]);
    expect(foundIn(true, run, instructed, ...BEGUN)).toEqual(none);
    expect(foundIn(true, run, instructed, started(), ...BEGUN)).toEqual([]);
    expect(foundIn(true, run, instructed, started(), ended('r'), ...BEGUN)).toEqual(none);
    expect(foundIn(true, instructed, ...BEGUN)).toEqual([]);
  });
});

describe('what is instructed', () => {
  const other = ['I6 instructed as ordered in round 1; round 2 was released'];
  test('was ordered in the round that was released', () => {
    expect(foundIn(true, round(1), ordered(1), round(2), first())).toEqual(other);
    expect(foundIn(true, round(1), ordered(1), round(2), ordered(2), first())).toEqual([]);
    expect(foundIn(true, round(1), ordered(1), round(2), ordered(2, 2), first())).toEqual(other);
  });
  test.each(FAR_STREAMS)('also under the number %i', (far) => {
    const log = [round(1), ordered(1), ordered(1, far), round(2), ordered(2, far)] as const;
    expect(foundIn(true, ...log, first(far))).toEqual([]);
    expect(foundIn(true, ...log, first())).toEqual(other);
    expect(foundIn(true, round(1), first(far))).toHaveLength(1);
  });
  test('has the reference of its attempt', () => {
    const wrong = (attempt: number, endToEndId: string): string =>
      `I2 instructed as ${endToEndId}, which is not the reference of attempt ${attempt}`;
    const one = endToEndIdOf(paymentId, 1);
    expect(
      foundIn(true, ...BEGUN, ['PaymentReinstructed', { ...instruction(2), endToEndId: one }]),
    ).toEqual([wrong(2, one)]);
    expect(
      foundIn(false, round(1), ordered(1), ['PaymentInstructed', { attempt: 1, endToEndId: 'E' }]),
    ).toEqual([wrong(1, 'E')]);
  });
});

describe('a forged instruction is found', () => {
  /** What came back last, and what it is instructed as next. */
  const next = (log: Tampered) => {
    const { stream, data } = log.last('PaymentReturned');
    const { paymentId: id, attempt } = data;
    const before = log.find('PaymentInstructed', (event) => event.stream === stream).data;
    const again = { attempt: attempt + 1, endToEndId: endToEndIdOf(id, attempt + 1) };
    return { stream, id, again: { ...before, ...again } };
  };
  const details = (log: Tampered, { position }: { readonly position: number }) =>
    found(log).filter((one) => one.startsWith(`${position} `));
  findsEach({
    'a payment paid again over a break': (log) => {
      const { stream, id, again } = next(log);
      log.append(stream, 'PaymentBreakRecorded', {
        paymentId: id,
        breakId: 'b',
        attempt: again.attempt - 1,
        endToEndId: endToEndIdOf(id, again.attempt - 1),
        kind: 'other-contradiction',
        source: 'camt.053',
        reported: 'settled',
      });
      return [log.append(stream, 'PaymentReinstructed', again), 'instructed with 1 open breaks'];
    },
    'a payment paid again after the closing': (log) => {
      const { stream, id, again } = next(log);
      const cycleId = id.slice(0, -37);
      log.append(`cycle-${cycleId}`, 'CycleClosed', { cycleId, releasedMinor: '0' });
      return [
        log.append(stream, 'PaymentReinstructed', again),
        'instructed after its cycle was closed',
      ];
    },
    'a payment paid again under no run': (log) => {
      const { stream, id, again } = next(log);
      const { data } = log.find('CycleReinstructionStarted');
      const cycleId = id.slice(0, -37);
      const over = { cycleId, runIds: [data.runId] };
      log.append(`cycle-${cycleId}`, 'CycleReinstructionEnded', over);
      return [
        log.append(stream, 'PaymentReinstructed', again),
        'instructed again or late under no run that is under way',
      ];
    },
    'a payment instructed under another reference': (log) => [
      log.edit(log.find('PaymentInstructed'), { endToEndId: 'E1' }),
      'instructed as E1, which is not the reference of attempt 1',
    ],
    'a payment that was ordered in a round before': (log) => {
      log.edit(log.find('CyclePreparationStarted'), { round: 2 });
      return [
        log.find('PaymentInstructed'),
        'instructed as ordered in round 1; round 2 was released',
      ];
    },
  });
  test('and an honest one is not', () => {
    const log = new Tampered();
    const { stream, id, again } = next(log);
    const cycleId = id.slice(0, -37);
    const runId = '00000000-0000-4000-8000-00000000000a';
    log.append(`cycle-${cycleId}`, 'CycleReinstructionStarted', { cycleId, runId });
    expect(details(log, log.append(stream, 'PaymentReinstructed', again))).toEqual([]);
  });
});
