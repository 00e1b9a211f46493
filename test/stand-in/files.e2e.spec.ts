import { beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paymentFiles } from '../../src/adapters/payment-rail/iso20022/pain001-rail.js';
import type { Instruction } from '../../src/adapters/payment-rail/port.js';
import { ribOf } from '../../src/kernel/accounts.js';
import { readAll } from '../support/bank-messages.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const program = join(import.meta.dirname, '../../stand-in/main.js');
const instructions: Instruction[] = Array.from({ length: 60 }, (_, i) => ({
  paymentId: `asd-2026-01-00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
  attempt: 1,
  endToEndId: `E${String(i).padStart(24, '0')}`,
  amountMinor: 50_000n + BigInt(i),
  currency: 'MAD',
  payee: {
    name: `Payee ${i}`,
    kind: 'rib',
    account: ribOf('007', '780', String(i).padStart(16, '0')),
  },
  remittance: 'Aide',
}));
let folder: string;
beforeEach(async () => {
  folder = temporaryFolder('stand-in');
  await paymentFiles(join(folder, 'OUT')).write(
    {
      messageId: 'ASD-2026-01-0001',
      createdAt: '2026-01-27T08:00:00.000Z',
      executionDate: '2026-01-28',
      currency: 'MAD',
      count: 60,
      debtor: { name: 'Fictive', iban: 'MA64000000000000000000123481', bic: 'SNADMAMR' },
      totalMinor: instructions.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    },
    [instructions],
  );
});

const standIn = (...args: string[]) =>
  spawnSync(process.execPath, [program, '--folder', folder, ...args], { encoding: 'utf8' });
const answers = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(folder, 'IN'))
      .sort()
      .map((name) => [name, readFileSync(join(folder, 'IN', name), 'utf8')]),
  );

describe('the stand-in as a bank with a folder', () => {
  it('answers every instruction in files that are what they say, and fetches the orders', async () => {
    const ran = standIn('--rejected', '0.2', '--returned', '0.2', '--contradictory', '0', '--json');
    expect(ran.status).toBe(0);
    const summary = JSON.parse(ran.stdout);
    expect(summary).toMatchObject({ fetched: 1, instructions: 60 });
    expect(readdirSync(join(folder, 'OUT'))).toEqual([]);
    expect(readdirSync(join(folder, 'FETCHED'))).toEqual(['ASD-2026-01-0001.xml']);
    const said = {
      settled: new Set<string>(),
      returned: new Set<string>(),
      rejected: new Set<string>(),
    };
    for (const text of answers().values()) {
      const { entries, end } = await readAll(text);
      expect(end.findingCount).toBe(0);
      for (const entry of entries) {
        expect(entry.problems).toEqual([]);
        if (entry.kind === 'booking')
          said[entry.direction === 'debit' ? 'settled' : 'returned'].add(
            entry.references.endToEndId!,
          );
        if (entry.kind === 'status' && entry.status === 'RJCT')
          said.rejected.add(entry.original.endToEndId!);
      }
    }
    expect(said.settled.size + said.rejected.size).toBe(60);
    expect(said.rejected.size).toBeGreaterThan(3);
    expect(said.returned.size).toBeGreaterThan(3);
  });

  it('says the same again for the same seed, byte for byte', () => {
    standIn('--seed', '5');
    const first = answers();
    rmSync(join(folder, 'IN'), { recursive: true });
    writeFileSync(
      join(folder, 'OUT', 'ASD-2026-01-0001.xml'),
      readFileSync(join(folder, 'FETCHED', 'ASD-2026-01-0001.xml')),
    );
    standIn('--seed', '5');
    expect(answers()).toEqual(first);
    expect(first.size).toBeGreaterThan(2);
  });

  it('refuses what is no order, and leaves everything where it was', () => {
    mkdirSync(join(folder, 'OUT'), { recursive: true });
    writeFileSync(join(folder, 'OUT', 'letter.xml'), '<letter/>');
    const ran = standIn();
    expect({ status: ran.status, stderr: ran.stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('letter.xml'),
    });
    expect(readdirSync(join(folder, 'OUT'))).toHaveLength(2);
    expect(standIn('--rejected', '2').status).toBe(2);
  });
});
