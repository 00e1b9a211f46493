import { expect, test } from '@jest/globals';
import { uuidOf } from '../../src/kernel/ids.js';
import { endToEndIdOf, messageIdOf } from '../../src/payment/instruction-ids.rule.js';

const inCapitals = (uuid: string): string => uuid.replaceAll('-', '').toUpperCase();

test('a message id is readable where it has at most 35 characters, else a hash of its parts', () => {
  const part = 'P'.repeat(23);
  expect(messageIdOf('asd', '2026-01', part)).toBe(`ASD-2026-01-${part}`);
  expect(messageIdOf('asd', '2026-01', `${part}P`)).toBe(
    `M${inCapitals(uuidOf('message', 'asd', '2026-01', `${part}P`))}`,
  );
});

test('an end-to-end id is an E and 24 characters, of its payment and attempt', () => {
  const id = endToEndIdOf('asd-2026-01-p', 2);
  expect(id).toBe(`E${inCapitals(uuidOf('e2e', 'asd-2026-01-p', 2)).slice(0, 24)}`);
  expect(id).toHaveLength(25);
  expect(endToEndIdOf('asd-2026-01-p', 1)).not.toBe(id);
});
