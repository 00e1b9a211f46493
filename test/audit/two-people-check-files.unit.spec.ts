import { expect, test } from '@jest/globals';
import type { Role } from '../../src/kernel/decider.js';
import { foundIn, foundNow, step } from './two-people.js';

test('a file is released by another person than handed it over', () => {
  const file = { stream: 'message-f' };
  const received = (sha256 = 'f') => step('BankMessageReceived', 'farid', { sha256 }, file);
  const released = (by: string, role: Role = 'finance-officer') =>
    step('BankMessageReleased', by, { sha256: 'f' }, { ...file, role });
  const wrong = ['I4: a file was released by who handed it over'];
  expect(foundNow(received(), released('hind'))).toEqual([]);
  expect(foundNow(received(), released('Farid'))).toEqual(wrong);
  expect(foundNow(received('g'), released('farid'))).toEqual([]);
  expect(foundNow(received(), released('farid', 'payment-system'))).toEqual([]);
  expect(foundIn(received(), released('farid'))).toEqual([]);
});
