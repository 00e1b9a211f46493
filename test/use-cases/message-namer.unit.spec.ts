import { expect, test } from '@jest/globals';
import { MessageNamer } from '../../src/use-cases/instructions/message-namer.rule.js';
import type { PayingAccount } from '../../src/write-side/readers.js';

const account = (accountId: string, maxPerFile?: number): PayingAccount => ({
  accountId,
  debtor: { name: 'Caisse', bic: 'BKAMMAMR', iban: 'MA00' },
  format: 'pain.001.001.09',
  characters: 'latin',
  ...(maxPerFile === undefined ? {} : { maxPerFile }),
});
const head = { programmeId: 'asd', period: '2026-01' };

test('a message is full at the limit of its account, and the next number is taken', () => {
  const namer = new MessageNamer(new Map(), head, undefined);
  const two = account('north', 2);
  expect([two, two, two].map((one) => namer.next(one))).toEqual([
    'ASD-2026-01-north-R0001',
    'ASD-2026-01-north-R0001',
    'ASD-2026-01-north-R0002',
  ]);
});

test('each account has messages of its own, and a limit that is asked for comes first', () => {
  const namer = new MessageNamer(new Map(), head, 1);
  const any = account('');
  const north = account('north', 2);
  expect([any, north, any, north].map((one) => namer.next(one))).toEqual([
    'ASD-2026-01-R0001',
    'ASD-2026-01-north-R0001',
    'ASD-2026-01-R0002',
    'ASD-2026-01-north-R0002',
  ]);
});

test('an id that an earlier run gave is not given again, and who got which is noted', () => {
  const messages = new Map([['ASD-2026-01-R0001', ['P1']]]);
  const namer = new MessageNamer(messages, head, undefined);
  const id = namer.next(account(''));
  namer.note(id, 'P2');
  namer.note(id, 'P3');
  expect([...messages]).toEqual([
    ['ASD-2026-01-R0001', ['P1']],
    ['ASD-2026-01-R0002', ['P2', 'P3']],
  ]);
});
