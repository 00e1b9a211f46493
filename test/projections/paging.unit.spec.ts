import { expect, test } from '@jest/globals';
import { decodeCursor, encodeCursor } from '../../projections/engine/paging.js';

test('a cursor gives what it was made of', () => {
  const cursor = encodeCursor('payments', ['asd', 7]);
  expect(decodeCursor('payments', cursor, ['string', 'number'])).toEqual(['asd', 7]);
  expect(decodeCursor('payments', undefined, ['string', 'number'])).toBeUndefined();
});

test.each([[1.5], [-1], [1e300], [2 ** 53], ['1']])(
  'a place that no page gives is refused: %s',
  (place) => {
    const cursor = encodeCursor('audit', [place]);
    expect(() => decodeCursor('audit', cursor, ['number'])).toThrow(
      expect.objectContaining({ code: 'INVALID_CURSOR', field: 'cursor' }),
    );
  },
);
