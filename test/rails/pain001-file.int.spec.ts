import { beforeEach, describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paymentFiles } from '../../src/adapters/payment-rail/iso20022/pain001-rail.js';
import { MAX_TRANSACTIONS } from '../../src/adapters/payment-rail/iso20022/pain001.js';
import { type Instruction, type MessageHead } from '../../src/adapters/payment-rail/port.js';
import { headOf, instruction, validate, payee, DEBTOR, writtenIn } from './pain001.fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let dir: string;

beforeEach(() => {
  dir = temporaryFolder('rail');
});

describe('a message begun before its count is known', () => {
  const outline = (): MessageHead => headOf([]);
  it('has the same bytes as one written at once', async () => {
    const instructions = Array.from({ length: 2_500 }, (_, i) =>
      instruction(i, { amountMinor: BigInt(i + 1) }),
    );
    const begun = await paymentFiles(dir).begin(outline());
    for (let i = 0; i < instructions.length; i += 400)
      await begun.add(instructions.slice(i, i + 400));
    expect(readdirSync(dir)).toEqual(['ASD-2025-11-1.xml.spool.part']);
    const file = await begun.finish();
    expect(readdirSync(dir)).toEqual(['ASD-2025-11-1.xml']);
    expect(await paymentFiles(dir).write(headOf(instructions), [instructions])).toEqual(file);
  });

  it('leaves nothing when it is abandoned, fails or stays empty, and can be begun again', async () => {
    const rail = paymentFiles(dir);
    const abandoned = await rail.begin(outline());
    await abandoned.add([instruction(1)]);
    await expect(rail.begin(outline())).rejects.toMatchObject({ code: 'MESSAGE_BUSY' });
    await abandoned.abandon();
    const failing = await rail.begin(outline());
    await expect(failing.add([instruction(1, { amountMinor: 0n })])).rejects.toMatchObject({
      code: 'INSTRUCTION_INVALID',
    });
    await failing.abandon();
    const empty = await rail.begin(outline());
    expect(await empty.finish()).toBeUndefined();
    expect(readdirSync(dir)).toEqual([]);
    writeFileSync(join(dir, 'ASD-2025-11-1.xml.spool.part'), 'what a killed process left');
    const again = await rail.begin(outline());
    await again.add([instruction(1)]);
    expect(await again.finish()).toMatchObject({ count: 1, totalMinor: '50000' });
    validate(readFileSync(join(dir, 'ASD-2025-11-1.xml'), 'utf8'));
  });

  it('never replaces another of its name', async () => {
    await writtenIn(dir, [instruction(1)]);
    const begun = await paymentFiles(dir).begin(outline());
    await begun.add([instruction(2)]);
    await expect(begun.finish()).rejects.toMatchObject({ code: 'MESSAGE_DIFFERS' });
    expect(readdirSync(dir)).toEqual(['ASD-2025-11-1.xml']);
  });
});

describe('its file', () => {
  it("has the hash that was told and is its owner's only", async () => {
    const { xml, sha256 } = await writtenIn(dir, [instruction(1)]);
    expect(hash('sha256', xml, 'hex')).toBe(sha256);
    expect(readdirSync(dir)).toEqual(['ASD-2025-11-1.xml']);
    expect(statSync(join(dir, 'ASD-2025-11-1.xml')).mode & 0o777).toBe(0o600);
  });

  it('is the same when it is written again, over what a killed process left, and in other pieces', async () => {
    const instructions = Array.from({ length: 2_500 }, (_, i) =>
      instruction(i, { amountMinor: BigInt(i + 1) }),
    );
    writeFileSync(join(dir, 'ASD-2025-11-1.xml.part'), 'half of somethi');
    const first = await writtenIn(dir, instructions);
    async function* slowly(): AsyncGenerator<readonly Instruction[]> {
      for (let i = 0; i < instructions.length; i += 7) yield instructions.slice(i, i + 7);
    }
    const again = await paymentFiles(dir).write(headOf(instructions), slowly());
    expect(again).toEqual({
      name: 'ASD-2025-11-1.xml',
      messageId: 'ASD-2025-11-1',
      sha256: first.sha256,
      count: 2_500,
      totalMinor: '3126250',
    });
    validate(first.xml);
    expect(readdirSync(dir)).toEqual(['ASD-2025-11-1.xml']);
  });

  it('is never replaced by another message of the same name', async () => {
    const { xml } = await writtenIn(dir, [instruction(1)]);
    await expect(writtenIn(dir, [instruction(2)])).rejects.toMatchObject({
      name: 'RailError',
      code: 'MESSAGE_DIFFERS',
    });
    expect(readFileSync(join(dir, 'ASD-2025-11-1.xml'), 'utf8')).toBe(xml);
    expect(readdirSync(dir)).toEqual(['ASD-2025-11-1.xml']);
  });

  it('is written once at a time', async () => {
    const rail = paymentFiles(dir);
    const instructions = [instruction(1)];
    const first = rail.write(headOf(instructions), [instructions]);
    await expect(rail.write(headOf(instructions), [instructions])).rejects.toMatchObject({
      code: 'MESSAGE_BUSY',
    });
    await first;
  });

  it.each<[string, string, Partial<Instruction>, Partial<MessageHead>]>([
    ['another currency', 'INSTRUCTION_INVALID', { currency: 'EUR' }, {}],
    ['an unknown currency', 'UNKNOWN_CURRENCY', { currency: 'ABC' }, { currency: 'ABC' }],
    ['an amount of zero', 'INSTRUCTION_INVALID', { amountMinor: 0n }, {}],
    ['an amount below zero', 'INSTRUCTION_INVALID', { amountMinor: -1n }, {}],
    ['an amount of 19 digits', 'LIMIT_EXCEEDED', { amountMinor: 10n ** 18n }, {}],
    ['no name', 'INSTRUCTION_INVALID', payee({ name: ' \u0000 ' }), {}],
    [
      'an account that is no IBAN',
      'INSTRUCTION_INVALID',
      payee({ account: 'MA6401151900000120500053492<' }),
      {},
    ],
    ['a RIB with markup', 'INSTRUCTION_INVALID', payee({ kind: 'rib', account: '</Id>' }), {}],
    [
      'an end-to-end id of 36 characters',
      'INSTRUCTION_INVALID',
      { endToEndId: 'E'.repeat(36) },
      {},
    ],
    ['a message id that is a path', 'INSTRUCTION_INVALID', {}, { messageId: '../../etc/passwd' }],
    ['a date that is none', 'INSTRUCTION_INVALID', {}, { executionDate: 'tomorrow' }],
    ['a debtor without a BIC', 'INSTRUCTION_INVALID', {}, { debtor: { ...DEBTOR, bic: '' } }],
    ['more transfers than announced', 'CONTROL_SUM_DIFFERS', {}, { count: 2 }],
    ['another total than announced', 'CONTROL_SUM_DIFFERS', {}, { totalMinor: 50_001n }],
    ['more transfers than a message has', 'LIMIT_EXCEEDED', {}, { count: MAX_TRANSACTIONS + 1 }],
    ['no transfer', 'INSTRUCTION_INVALID', {}, { count: 0 }],
  ])('is not there after %s', async (_, code, more, head) => {
    await expect(writtenIn(dir, [instruction(1, more)], head)).rejects.toMatchObject({ code });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is not there, not even in part, when the disk is full', async () => {
    symlinkSync('/dev/full', join(dir, 'ASD-2025-11-1.xml.part'));
    await expect(
      writtenIn(
        dir,
        Array.from({ length: 3_000 }, (_, i) => instruction(i)),
      ),
    ).rejects.toMatchObject({ name: 'RailError', code: 'DISK_FULL' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('leaves nothing when the instructions fail under way, and says no name', async () => {
    async function* failing(): AsyncGenerator<readonly Instruction[]> {
      yield [instruction(1)];
      throw new Error('the log went away');
    }
    await expect(paymentFiles(dir).write(headOf([instruction(1)]), failing())).rejects.toThrow(
      'the log went away',
    );
    expect(readdirSync(dir)).toEqual([]);
    const refused = writtenIn(dir, [instruction(1, payee({ account: 'not an account' }))]);
    await expect(refused).rejects.toThrow(
      /^INSTRUCTION_INVALID: Payment asd-2025-11-00000001-0000-5000-8000-000000000000, attempt 1: the payee's IBAN is not one\.$/,
    );
  });
});
