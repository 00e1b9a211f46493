import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { senderOf } from '../../src/cli/commands/messages/sender.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const dir = temporaryFolder('sender');
writeFileSync(join(dir, 'bank.xml'), '<Document/>');

/** The code that a file is refused with, handed over by the payment system `bank`. */
const refusal = (...options: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    const who = ['--as', 'bank', '--data', join(dir, 'data'), '--json'];
    const take = ['bin/sanad.mjs', 'messages', 'take', join(dir, 'bank.xml')];
    execFile(process.execPath, [...take, ...who, ...options], (error, _, err) =>
      resolve(error && JSON.parse(err).error.code),
    );
  });

describe('who is said to have delivered a file', () => {
  const officer = { id: 's.tazi', role: 'finance-officer' } as const;
  const bank = { id: 'bank', role: 'payment-system' } as const;

  test('is who hands it over, or whom a person names', () => {
    expect([senderOf(officer), senderOf(officer, 'bank.b')]).toEqual(['s.tazi', 'bank.b']);
    expect([senderOf(bank), senderOf(bank, 'BANK')]).toEqual(['bank', 'BANK']);
  });

  test.each(['', 'a b', 'Banque é', 'b\u202e', 'bank-folder', 'automation', 'x'.repeat(129)])(
    'is an account: %j',
    (said) => {
      for (const actor of [officer, bank])
        expect(() => senderOf(actor, said)).toThrow(
          expect.objectContaining({ code: 'INVALID_OPTION', field: 'sender' }),
        );
    },
  );

  test('is no other than itself for a payment system, and told before anything is opened', async () => {
    expect(await refusal('--sender', 'bank.b')).toBe('NOT_YOURS');
    expect(await refusal('--sender', 'bank b')).toBe('INVALID_OPTION');
    expect(await refusal('--sender', 'Bank')).toBe('DATA_FOLDER_MISSING');
  });
});
