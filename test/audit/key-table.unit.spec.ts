import { expect, test } from '@jest/globals';
import { KeyTable } from '../../src/audit/key-table.js';
import { Movements } from '../../src/audit/movements.js';

test('strings are numbered as they come, and found again', () => {
  const table = new KeyTable();
  expect([table.size, table.find('a')]).toEqual([0, -1]);
  expect([table.add('a'), table.add('b'), table.add('a'), table.add('')]).toEqual([0, 1, 0, 2]);
  expect([table.size, table.find('b'), table.find(''), table.find('c')]).toEqual([3, 1, 2, -1]);
});

test('so are ten thousand, however often the table grew', () => {
  const table = new KeyTable();
  const keys = Array.from({ length: 10_000 }, (_, number) => `payment-asd-2026-01-${number}`);
  expect(keys.filter((key, number) => table.add(key) !== number)).toEqual([]);
  expect(table.size).toBe(10_000);
  expect(keys.filter((key, number) => table.find(key) !== number)).toEqual([]);
  expect(keys.filter((key, number) => table.add(key) !== number)).toEqual([]);
  expect(keys.filter((key) => table.find(`${key}x`) !== -1)).toEqual([]);
});

test('strings of the same letters in another order are others', () => {
  const table = new KeyTable();
  const keys = ['abc', 'acb', 'bac', 'bca', 'cab', 'cba', '\u00e9', 'e\u0301', '\u{1F600}'];
  expect(keys.map((key) => table.add(key))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('movements are taken up to a position, that position included, and once', () => {
  const movements = new Movements();
  expect([movements.minor, movements.take(99)]).toEqual([0n, { count: 0, minor: 0n }]);
  movements.add(5, 100n);
  movements.add(7, 20n);
  movements.add(9, 3n);
  expect(movements.minor).toBe(123n);
  expect(movements.take(4)).toEqual({ count: 0, minor: 0n });
  expect(movements.take(7)).toEqual({ count: 2, minor: 120n });
  expect([movements.minor, movements.take(8)]).toEqual([3n, { count: 0, minor: 0n }]);
  expect(movements.take(9)).toEqual({ count: 1, minor: 3n });
  expect(movements.minor).toBe(0n);
});
