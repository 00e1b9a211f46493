import { describe, expect, test } from '@jest/globals';
import { RecentStatuses } from '../../src/audit/recent-statuses.js';

describe('what a payment was lately', () => {
  test('is what it was before the first change after a position', () => {
    const recent = new RecentStatuses({ earliest: () => 0 });
    recent.add(7, { position: 10, before: 'settled' });
    recent.add(7, { position: 20, before: 'returned' });
    const at = [9, 10, 19, 20].map((position) => recent.at(7, position, 'outstanding'));
    expect(at).toEqual(['settled', 'returned', 'returned', 'outstanding']);
    expect(recent.at(8, 9, 'ordered')).toBe('ordered');
  });

  test('is forgotten where nothing is computed as of it any more, and not before', () => {
    const far = 1_000_000;
    const known = [far, 5].map((earliest) => {
      const recent = new RecentStatuses({ earliest: () => earliest });
      recent.add(1, { position: 10, before: 'settled' });
      for (let i = 0; i < 10_000; i += 1)
        recent.add(2 + i, { position: far + i, before: 'ordered' });
      return [recent.at(1, 9, 'returned'), recent.at(2, far - 1, 'cancelled')];
    });
    expect(known).toEqual([
      ['returned', 'ordered'],
      ['settled', 'ordered'],
    ]);
  });
});
