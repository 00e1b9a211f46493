import { expect, test } from '@jest/globals';
import { messageIdOf } from '../../src/payment/instruction-ids.rule.js';
import { accountsOfMessages } from '../../src/use-cases/instructions/message-namer.rule.js';

const ACCOUNTS = [{ accountId: 'NORD' }, { accountId: '0001' }, { accountId: '' }];

test.each(['asd', 'aprogrammewithaverylongname1234'])(
  'every message of %s left from the account that its name has, readable or a hash',
  (programmeId) => {
    const head = { programmeId, period: '2025-12' };
    const named = ['NORD-0001', 'NORD-R0007', '0001-0012', '0001', 'R0001'].map((part) =>
      messageIdOf(programmeId, head.period, part),
    );
    const found = accountsOfMessages(ACCOUNTS, head, new Set([...named, 'THEIRS-1']));
    expect(named.map((id) => found.get(id)?.accountId)).toEqual(['NORD', 'NORD', '0001', '', '']);
    expect(found.size).toBe(named.length);
  },
);
