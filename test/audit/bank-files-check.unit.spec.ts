import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { BankFilesCheck } from '../../src/audit/bank-files-check.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';

interface Step {
  readonly type: EventType;
  readonly by: string;
  readonly role: Role;
  readonly source?: string;
  readonly old?: boolean;
}

/** What the check finds in a log of these events. */
function foundIn(...log: readonly Step[]): string[] {
  const check = new BankFilesCheck();
  const found: string[] = [];
  log.forEach(({ type, by, role, source, old }, position) => {
    const via = old ? {} : { channel: 'http', authentication: 'oidc' };
    const meta = { actor: by, role, command: '', correlation: '', ...via };
    const stream = type.startsWith('Payment') ? 'payment-1' : 'message-1';
    const data = source === undefined ? {} : { source };
    const event: object = {
      id: '',
      stream,
      revision: 0,
      type,
      v: 1,
      time: '',
      data,
      meta,
      position,
    };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  return found;
}
const step = (type: EventType, by: string, role: Role = 'finance-officer'): Step => ({
  type,
  by,
  role,
});
const settled = (by: string, source = 'camt.054', role: Role = 'finance-officer'): Step => ({
  ...step('PaymentSettled', by, role),
  source,
});
const received = (by: string, role: Role = 'finance-officer') =>
  step('BankMessageReceived', by, role);
const waits = step('BankMessageQuarantined', 'farid');
const released = (by: string) => step('BankMessageReleased', by);
const applied = (by: string) => step('BankMessageApplied', by);
const old = (one: Step): Step => ({ ...one, old: true });

describe('a file of a bank', () => {
  test('is applied where the bank sent it', () => {
    const bank = received('bank', 'payment-system');
    expect(foundIn(bank, settled('bank', 'camt.054', 'payment-system'), applied('bank'))).toEqual(
      [],
    );
    expect(foundIn(bank, waits, released('hind'), settled('hind'), applied('hind'))).toEqual([]);
  });

  test('that a person handed over is confirmed by another before it is applied', () => {
    expect(
      foundIn(received('farid'), waits, released('hind'), settled('hind'), applied('hind')),
    ).toEqual([]);
    expect(foundIn(received('farid'), applied('farid'))).toEqual([
      'I4: a file was applied that one person alone handed over',
    ]);
    expect(foundIn(received('farid'), waits, released('FARID'), applied('farid'))).toEqual([
      'I4: a file was released by who handed it over',
      'I4: a file was applied that one person alone handed over',
    ]);
  });

  test('is where a person has a word of the bank from', () => {
    const invented = ["I4: a person's word was recorded as that of a bank's file"];
    expect(foundIn(settled('farid'))).toEqual(invented);
    expect(foundIn(received('farid'), settled('farid'))).toEqual(invented);
    expect(foundIn(received('farid'), waits, settled('farid', 'pain.002'))).toEqual(invented);
    expect(foundIn(received('bank', 'payment-system'), applied('bank'), settled('farid'))).toEqual(
      invented,
    );
    expect(
      foundIn(settled('farid', 'http'), settled('bank', 'camt.054', 'payment-system')),
    ).toEqual([]);
  });

  test('was applied in old logs as it was then', () => {
    const log = [received('farid'), settled('farid'), applied('farid')].map(old);
    expect(foundIn(...log)).toEqual([]);
    expect(foundIn(old(received('farid')), applied('farid'))).toEqual([]);
    expect(foundIn(...log, received('farid'), applied('farid'))).toHaveLength(1);
  });
});
