import { describe, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import type { Role } from '../../src/kernel/decider.js';
import {
  bankMessageDecider,
  type BankMessageCommand,
} from '../../src/statement/message.decider.js';
import { by, HASH, scenarios, was } from './given.js';

const { given } = scenarios(
  bankMessageDecider,
  ['ROLE_NOT_ALLOWED', 'MESSAGE_NOT_FOUND', 'MESSAGE_STATUS', 'SAME_PERSON'],
  {
    ReceiveMessage: true,
    QuarantineMessage: true,
    ReleaseMessage: 'fewer roles',
    RecordApplication: true,
  },
);
const file: EventData['BankMessageReceived'] = {
  sha256: HASH,
  bytes: 100,
  sender: 'whoever',
  fileName: 'camt054.xml',
};
const farid = by('farid', 'finance-officer');
const hind = by('hind', 'finance-officer');
const controller = by('kenza', 'finance-controller');
const bank = by('bank', 'payment-system');
const received = (who: string, role: Role) => was('BankMessageReceived', file, who, role);
const waits = (code: string) =>
  was(
    'BankMessageQuarantined',
    { sha256: HASH, code, detail: 'waits' },
    'farid',
    'finance-officer',
  );
const released = was('BankMessageReleased', { sha256: HASH, reason: 'seen' }, 'hind');
const handOver: BankMessageCommand = { type: 'ReceiveMessage', ...file };
const release: BankMessageCommand = { type: 'ReleaseMessage', reason: 'the bank confirmed it' };
const data = {
  entries: 0,
  ignored: 0,
  quarantined: 0,
  outcomes: { read: 0, applied: 0, unchanged: 0, breaks: 0, refused: 0 },
  messages: [],
  turnover: [],
};
const apply: BankMessageCommand = { type: 'RecordApplication', ...data };

describe('a file of a bank', () => {
  test('is applied where the bank sent it itself', () => {
    given().when(handOver, bank).then({ type: 'BankMessageReceived', data: file });
    given(received('bank', 'payment-system')).when(handOver, farid).then();
    given(received('bank', 'payment-system')).when(apply, bank).thenOne('BankMessageApplied');
    given().when(apply, bank).thenRefused('MESSAGE_NOT_FOUND');
    given().when(handOver, by('ines', 'intake')).thenRefused('ROLE_NOT_ALLOWED');
  });

  test('is applied by a finance officer who hands it over, as the word of the bank', () => {
    given().when(handOver, farid).then({ type: 'BankMessageReceived', data: file });
    given(received('farid', 'finance-officer')).when(apply, farid).thenOne('BankMessageApplied');
  });

  test('that a person handed over is vouched for by the bank that delivers the same', () => {
    const put = [received('farid', 'finance-officer'), waits('HANDED_OVER_BY_PERSON')];
    given(...put)
      .when(release, bank)
      .thenOne('BankMessageReleased');
    given(...put)
      .when(release, farid)
      .thenRefused('SAME_PERSON');
    given(...put)
      .when(apply, farid)
      .thenRefused('MESSAGE_STATUS');
    // Also while it is being put aside.
    given(...put)
      .when(apply, bank)
      .then(
        {
          type: 'BankMessageReleased',
          data: { sha256: HASH, reason: 'The bank delivered the same file.' },
        },
        { type: 'BankMessageApplied', data: { sha256: HASH, ...data } },
      );
    given(received('farid', 'finance-officer'), waits('SUM_DIFFERS'))
      .when(release, bank)
      .thenRefused('ROLE_NOT_ALLOWED');
    given(...put, released)
      .when(release, bank)
      .then();
  });

  test('in which something was found is released in words, by another person', () => {
    const once = received('farid', 'finance-officer');
    given(once, waits('SUM_DIFFERS')).when(handOver, hind).then();
    given(once, waits('SUM_DIFFERS')).when(release, farid).thenRefused('SAME_PERSON');
    given(once, waits('SUM_DIFFERS')).when(release, hind).thenOne('BankMessageReleased');
    given(once, waits('SUM_DIFFERS')).when(apply, hind).thenRefused('MESSAGE_STATUS');
    given(once, waits('SUM_DIFFERS')).when(release, controller).thenOne('BankMessageReleased');
    given(once, waits('SUM_DIFFERS'), released)
      .when({ type: 'QuarantineMessage', code: 'OTHER', detail: 'found later' }, controller)
      .thenOne('BankMessageQuarantined');
    given(once, waits('SUM_DIFFERS'), released)
      .when(apply, controller)
      .thenOne('BankMessageApplied');
  });
});
