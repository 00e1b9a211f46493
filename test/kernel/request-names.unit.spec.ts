import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '../../src/kernel/canonical.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { hashing, requestNames } from '../support/request-names.js';

const CALLER = 'i.berrada';
const UUID = 'a1234567-89ab-4cde-8f01-23456789abcd';
const here = hashing('one');

describe('an idempotency key', () => {
  test.each(['AB123456', 'register:AB123456', '+212612345678'])(
    'that is %s is kept as its keyed hash, and found where it was kept as a hash',
    (key) => {
      const { key: kept, formerKeys } = requestNames(here, CALLER, key);
      expect(kept).toMatch(/^i\.berrada hmac:[0-9a-f]{64}$/);
      expect(requestNames(here, CALLER, key).key).toBe(kept);
      expect(requestNames(here, CALLER, `${key}1`).key).not.toBe(kept);
      expect(requestNames(hashing('another'), CALLER, key).key).not.toBe(kept);
      expect(formerKeys).toEqual([`i.berrada sha256:${sha256Hex(key)}`]);
    },
  );

  test.each(['order-0001', 'amina.el.fassi', 'householdAB123456', '12345678Z'])(
    'that is %s is kept as its keyed hash, and found where it was kept as it is',
    (key) => {
      expect(requestNames(here, CALLER, key)).toMatchObject({
        key: expect.stringMatching(/^i\.berrada hmac:[0-9a-f]{64}$/),
        formerKeys: [`i.berrada sha256:${sha256Hex(key)}`, `i.berrada ${key}`],
      });
    },
  );

  test('that is a UUID is kept as it is', () => {
    const { key, formerKeys } = requestNames(here, CALLER, UUID);
    expect({ key, formerKeys }).toEqual({ key: `i.berrada ${UUID}` });
  });
});

describe('what is kept of a request', () => {
  const body = { phone: '+212612345678' };
  const kept = requestNames(here, CALLER, UUID, '/persons', body);
  const another = requestNames(hashing('another'), CALLER, UUID, '/persons', body);

  test('is guessed by nobody who has not the key', () => {
    expect(kept.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(another.fingerprint).not.toBe(kept.fingerprint);
    expect(another.commandId).not.toBe(kept.commandId);
  });

  test('is the same in every process, whatever the order of the fields', () => {
    const again = requestNames(hashing('one'), CALLER, UUID, '/persons', { ...body });
    expect(again).toEqual(kept);
    const ordered = (given: object) => requestNames(here, CALLER, UUID, '/persons', given);
    expect(ordered({ a: 1, b: 2 })).toEqual(ordered({ b: 2, a: 1 }));
    expect(ordered({ a: 1, b: 2 }).fingerprint).not.toBe(ordered({ a: 1, b: 3 }).fingerprint);
  });

  test('names it also as version 0.2.0 did', () => {
    const fingerprint = sha256Hex('POST /persons\n{"phone":"+212612345678"}');
    const commandId = uuidOf('command', CALLER, UUID, fingerprint);
    expect(kept.former).toEqual({ commandId, fingerprint });
  });
});
