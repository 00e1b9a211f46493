import { describe, expect, test } from '@jest/globals';
import {
  again,
  cycleId,
  dismissed,
  foundIn,
  instructed,
  paymentId,
  RUN,
  type Step,
  waits,
} from './entries.js';

const found = (...log: readonly Step[]) => foundIn(true, instructed(), ...log);
const assigned: Step = ['BankEntryAssigned'];
const OTHER = 'asd-2026-02-00000000-0000-4000-8000-000000000001';

describe('a payment that an entry names which waits', () => {
  const AGAIN = ["I2 paid again while an entry of a bank's file that names it waits"];

  test('is not paid again', () => {
    const waiting = waits({ paymentId });
    expect(found(RUN, again([]))).toEqual([]);
    expect(found(waiting, RUN, again([]))).toEqual(AGAIN);
    expect(foundIn(false, instructed(), waiting, RUN, again([]))).toEqual([]);
    expect(found(waiting, dismissed('farid'), RUN, again(['farid']))).toEqual([]);
    expect(found(waiting, assigned, RUN, again([]))).toEqual([]);
    expect(found(waiting, waits({ paymentId }, 'f'), assigned, RUN, again([]))).toEqual(AGAIN);
  });
  test('by a message that it was instructed in', () => {
    expect(found(waits({ messageId: 'M1' }), RUN, again([]))).toEqual(AGAIN);
    expect(found(waits({ messageId: 'M2' }), RUN, again([]))).toEqual([]);
    expect(found(RUN, again([]), waits({ messageId: 'M2' }), RUN, again([]))).toEqual(AGAIN);
    const named = { messageId: 'M1', paymentId: OTHER };
    expect(found(waits(named), RUN, again([]))).toEqual([]);
  });
  test('but where it says nothing of money, or came while somebody paid', () => {
    expect(found(waits({ paymentId, outcome: 'accepted' }), RUN, again([]))).toEqual([]);
    expect(found(waits({ paymentId, outcome: 'unknown' }), RUN, again([]))).toEqual([]);
    expect(found(waits({ paymentId, outcome: undefined }), RUN, again([]))).toEqual(AGAIN);
    expect(found(RUN, waits({ paymentId }), again([]))).toEqual([]);
    const elsewhere: Step = ['CycleReinstructionStarted', { cycleId: 'asd-2026-02' }];
    expect(found(RUN, waits({ paymentId }), elsewhere, again([]))).toEqual([]);
  });
});

describe('a cycle that entries are about which wait', () => {
  const open = (count = 1) => [`I6 closed while ${count} entries of banks that are about it wait`];
  const reconciled = (throughPosition: number, of = cycleId): Step => [
    'CycleReconciled',
    { throughPosition, cycleId: of },
  ];
  const closed = (time = '2026-01-15T12:00:00.000Z'): Step => ['CycleClosed', {}, { time }];
  const file = (type: 'CycleInstructed' | 'CycleReinstructed', messageId: string): Step => [
    type,
    { files: [{ messageId }] },
  ];
  const candidates = (...ids: readonly string[]): Step => [
    'BankEntryCandidatesFound',
    { candidates: ids.map((id) => ({ paymentId: id })) },
  ];

  test('is not closed', () => {
    expect(found(reconciled(0), closed())).toEqual([]);
    expect(found(waits({ paymentId }), reconciled(1), closed())).toEqual(open());
    expect(foundIn(false, waits({ paymentId }), reconciled(1), closed())).toEqual([]);
    expect(found(waits({ paymentId, outcome: 'accepted' }), reconciled(1), closed())).toEqual(
      open(),
    );
    expect(found(waits({ paymentId: OTHER }), reconciled(1), closed())).toEqual([]);
    const two = [waits({ paymentId }), waits({ paymentId }, 'f')] as const;
    expect(found(...two, reconciled(2), closed())).toEqual(open(2));
    expect(found(...two, dismissed('farid'), reconciled(3), closed())).toEqual(open(1));
    expect(found(waits({ paymentId }), assigned, reconciled(2), closed())).toEqual([]);
  });
  test('by a message that there is a file of', () => {
    const waiting = waits({ messageId: 'M1' });
    expect(found(waiting, reconciled(1), closed())).toEqual([]);
    for (const type of ['CycleInstructed', 'CycleReinstructed'] as const) {
      expect(found(file(type, 'M1'), waiting, reconciled(2), closed())).toEqual(open());
      expect(found(file(type, 'M2'), waiting, reconciled(2), closed())).toEqual([]);
    }
  });
  test('by a payment that was found for one', () => {
    const log = (...found: readonly Step[]) => [waits(), ...found] as const;
    expect(found(...log(candidates(paymentId)), reconciled(2), closed())).toEqual(open());
    expect(found(...log(candidates(OTHER)), reconciled(2), closed())).toEqual([]);
    const gone = log(candidates(paymentId), candidates(OTHER));
    expect(found(...gone, reconciled(3), closed())).toEqual([]);
    // Those that are found while somebody closes may not have been seen; the first time counts.
    expect(found(...log(candidates(paymentId)), reconciled(1), closed())).toEqual([]);
    const still = log(candidates(paymentId), candidates(OTHER, paymentId));
    expect(found(...still, reconciled(2), closed())).toEqual(open());
    expect(found(candidates(paymentId), reconciled(1), closed())).toEqual([]);
  });
  test('where it came before who closes it looked', () => {
    const waiting = waits({ paymentId });
    expect(found(waiting, reconciled(0), closed())).toEqual([]);
    expect(found(waiting, reconciled(1, 'asd-2026-02'), closed())).toEqual([]);
    expect(found(waiting, reconciled(0), closed('2026-01-15T13:00:00.000Z'))).toEqual([]);
    expect(found(waiting, reconciled(0), closed('2026-01-15T13:00:00.001Z'))).toEqual(open());
  });
});
