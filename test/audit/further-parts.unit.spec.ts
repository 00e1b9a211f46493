import { describe, expect, test } from '@jest/globals';
import { FurtherParts } from '../../src/audit/further-parts.js';
import { eventOf, Findings } from './direct.js';

const resolved = (v: number, data: object = {}) => eventOf('PaymentBreakResolved', data, { v });
const part = (v: number, more: object = {}) => resolved(v, { returnedMinor: '30', ...more });

/** What a resolution of attempt 1 of stream 7 is, after that attempt came back. */
function judged(
  { v = 4, said = false, inPart = true, other = undefined as 'settled' | 'rejected' | undefined },
  [attempt, stream] = [1, 7],
) {
  const parts = new FurtherParts();
  parts.cameBack(inPart ? part(v) : resolved(v), 1, 7);
  const { said: findings, found } = new Findings();
  const event = part(v, said ? { furtherPart: true } : {});
  return [parts.isOne(event, attempt, stream, other, found), findings] as const;
}

describe('a further part of what came back', () => {
  test.each(['settled', 'rejected'] as const)('is one while another attempt is %s', (other) => {
    expect(judged({ said: true, other })).toEqual([true, []]);
    expect(judged({ said: false, other })).toEqual([
      true,
      ['I2 not said to be a further part of attempt 1'],
    ]);
  });
  test('is none where no other attempt has an outcome, nor of what came back whole or elsewhere', () => {
    const none = [false, ['I2 said to be a further part of attempt 1']];
    expect(judged({ said: false })).toEqual([false, []]);
    expect(judged({ said: true })).toEqual(none);
    expect(judged({ said: true, inPart: false, other: 'rejected' })).toEqual(none);
    expect(judged({ said: true, other: 'rejected' }, [1, 8])).toEqual(none);
    expect(judged({ said: false, other: 'rejected' }, [2, 7])).toEqual([false, []]);
  });
  test('was said by no event before version 4, and moved a payment that was rejected', () => {
    expect(judged({ v: 3, other: 'settled' })).toEqual([true, []]);
    expect(judged({ v: 3, other: 'rejected' })).toEqual([false, []]);
    expect(judged({ v: 3 })).toEqual([false, []]);
  });
});
