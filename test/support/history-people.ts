import { uuidOf } from '../../src/kernel/ids.js';

export const HASH = 'ab'.repeat(32);

export const REGIONS = Array.from(
  { length: 12 },
  (_, index) => `MA-${String(index + 1).padStart(2, '0')}`,
);

export const personOf = (index: number): string => uuidOf('person', index);

export const applicationOf = (index: number): string => uuidOf('application', index);

export const isPaid = (index: number): boolean => ![7, 8, 9].includes(index % 10);
