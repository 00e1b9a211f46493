import { expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOutcomesFile } from '../../src/cli/outcomes-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const dir = temporaryFolder('outcomes');

test('a number of an outcome is taken as it is written, or refused by its column', async () => {
  const path = join(dir, 'outcomes.ndjson');
  const line = (amount: string, more = ''): string =>
    `{"outcome":"settled","endToEndId":"E1","currency":"MAD","amount":${amount}${more}}`;
  const lines = [
    line('500.1'),
    line('500'),
    line('499.99999999999999999'),
    line('500.0000000000000001'),
    line('500', ',"reference":12345678901234567891'),
    line('500', ',"attempt":1.00000000000000000001'),
    line('500', ',"amount":5'),
  ];
  writeFileSync(path, lines.join('\n'));
  const taken: unknown[] = [];
  const refused: unknown[] = [];
  for await (const { outcomes, rejects } of readOutcomesFile(path, 'MAD')) {
    taken.push(...outcomes.map(({ amountMinor }) => amountMinor));
    refused.push(...rejects.map(({ line: at, column, code }) => [at, column, code]));
  }
  expect(taken).toEqual(['50010', '50000']);
  expect(refused).toEqual([
    [3, 'amount', 'VALUE_INVALID'],
    [4, 'amount', 'VALUE_INVALID'],
    [5, 'reference', 'VALUE_INVALID'],
    [6, 'attempt', 'VALUE_INVALID'],
    [7, '', 'JSON_INVALID'],
  ]);
});

test.each(['reference', 'endToEndId', 'paymentId'])(
  'a text of an outcome is one by the rules of requests, or refused by its line and column: %s',
  async (column) => {
    const path = join(dir, 'texts.ndjson');
    const said = { outcome: 'settled', endToEndId: 'E1' };
    const good = ['REF-1', 'مرجع', 'x'.repeat(35), ' REF-1 '];
    const bad = ['R\u202eEF', 'R\nEF', 'R\u0000', 'R\ud800', '\u200b', '\ue000'];
    const lines = [...good, ...bad].map((text) => JSON.stringify({ ...said, [column]: text }));
    writeFileSync(path, lines.join('\n'));
    const taken: unknown[] = [];
    const refused: unknown[] = [];
    for await (const { outcomes, rejects } of readOutcomesFile(path, 'MAD')) {
      taken.push(...outcomes.map((outcome) => outcome[column as 'reference']));
      refused.push(...rejects.map(({ line, column: at, code }) => [line, at, code]));
    }
    expect(taken).toEqual(good.map((text) => text.trim()));
    expect(refused).toEqual(bad.map((_, i) => [good.length + i + 1, column, 'TEXT_INVALID']));
  },
);

test('a currency is one also where no amount needs it, and no name of a field is repeated as it came', async () => {
  const path = join(dir, 'more.ndjson');
  const said = { outcome: 'settled', endToEndId: 'E1' };
  const lines = [{ currency: 'M\u202eD' }, { 'x\u0001': 1 }];
  writeFileSync(path, lines.map((more) => JSON.stringify({ ...said, ...more })).join('\n'));
  const refused: unknown[] = [];
  for await (const { rejects } of readOutcomesFile(path, 'MAD'))
    refused.push(...rejects.map(({ line, column, code }) => [line, column, code]));
  expect(refused).toEqual([
    [1, 'currency', 'UNKNOWN_CURRENCY'],
    [2, 'x\\u{1}', 'UNKNOWN_FIELD'],
  ]);
});
