import { expect, test } from '@jest/globals';
import { ibanOfRib, ribOf } from '../../src/kernel/accounts.js';
import type { Recorded } from '../../src/kernel/decider.js';
import {
  accountsOf,
  isOneOfAccounts,
  sentIn,
  SentMessages,
} from '../../src/use-cases/instructions/sent-messages.rule.js';

const event = (type: string, data: object, position = 0): Recorded =>
  ({ type, data, position }) as Recorded;
const file = (messageId: string) => ({ messageId, count: 2, totalMinor: '100000' });
const cycle = (cycleId: string, ...more: readonly Recorded[]): readonly Recorded[] => [
  event('CycleOpened', { cycleId, currency: 'MAD' }),
  ...more,
];
const released = (cycleId: string, position: number) =>
  event('CycleReleased', { cycleId }, position);

test('messages are known of every cycle, and cycles as released, open and closed', () => {
  const sent = new SentMessages();
  sent.add(cycle('asd-2026-01', released('asd-2026-01', 7), event('CycleClosed', {})));
  sent.add(
    cycle(
      'asd-2026-02',
      released('asd-2026-02', 9),
      event('CycleInstructed', { cycleId: 'asd-2026-02', files: [file('M1')] }),
      event('CycleReinstructed', { cycleId: 'asd-2026-02', files: [file('M2')] }),
    ),
  );
  sent.add(cycle('asd-2026-03'));
  expect(sent.open).toEqual(['asd-2026-02']);
  expect(sent.closed).toEqual(['asd-2026-01']);
  expect([...sent.releasedAt]).toEqual([
    ['asd-2026-01', 7],
    ['asd-2026-02', 9],
  ]);
  expect([...sent.messages.values()]).toEqual(
    ['M1', 'M2'].map((messageId) => ({
      ...file(messageId),
      cycleId: 'asd-2026-02',
      currency: 'MAD',
    })),
  );
});

test('a payment was sent in a message where one of its instructions was', () => {
  const instruction = (type: string, n: number) =>
    event(type, { paymentId: 'P', endToEndId: `E${n}`, messageId: `M${n}` });
  const events = [instruction('PaymentInstructed', 1), instruction('PaymentReinstructed', 2)];
  expect(sentIn('M2', events)).toEqual([{ paymentId: 'P', endToEndId: 'E2' }]);
  expect(sentIn('M3', events)).toEqual([]);
});

test('an account is one of the terms in any spelling, and not with wrong check digits', () => {
  const rib = ribOf('011', '780', '0000000000000001');
  const iban = ibanOfRib(rib);
  const accounts = accountsOf([{ debtor: { name: 'Agence', bic: 'BMCEMAMC', rib } }]);
  expect(isOneOfAccounts(accounts, rib)).toBe(true);
  expect(isOneOfAccounts(accounts, iban)).toBe(true);
  expect(isOneOfAccounts(accounts, ribOf('011', '780', '0000000000000002'))).toBe(false);
  expect(isOneOfAccounts(accounts, `MA00${rib}`)).toBe(false);
});
