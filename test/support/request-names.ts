import { createHmac } from 'node:crypto';
import { namesOf, type Hashing } from '../../src/http/idempotency.js';

/** What a vault under another master key hashes to other values. */
export const hashing = (master: string): Hashing => ({
  keyedHash: (purpose, value) =>
    createHmac('sha256', `${master} ${purpose}`).update(value).digest('hex'),
});

export const requestNames = (
  of: Hashing,
  id: string,
  key: string,
  path = '/persons',
  body: unknown = {},
): ReturnType<typeof namesOf> => namesOf(of, { id }, key, { method: 'POST', path, body });
