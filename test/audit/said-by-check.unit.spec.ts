import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { SaidByCheck } from '../../src/audit/said-by-check.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';
import { eventOf, Findings } from './direct.js';

type Step = Recorded;
const step = (
  type: EventType,
  by: string,
  data: object,
  { role = 'finance-officer', v = 5 }: { readonly role?: Role; readonly v?: number } = {},
): Step => eventOf(type, data, { v, meta: { actor: by, role } });
const BANK = { role: 'payment-system' } as const;

function foundIn(...steps: readonly Step[]): readonly string[] {
  const check = new SaidByCheck();
  const { said, found } = new Findings();
  for (const one of steps) check.add(one, found);
  return said;
}

describe.each([
  'PaymentAccepted',
  'PaymentSettled',
  'PaymentRejected',
  'PaymentReturned',
  'PaymentBreakRecorded',
] as const)('what %s says', (type) => {
  const said = (by: string, saidBy?: readonly string[], more = {}, source = 'pain.002') =>
    step(type, by, { source, ...(saidBy ? { saidBy } : {}) }, more);

  describe('of a file', () => {
    const received = (by: string, more = {}) =>
      step('BankMessageReceived', by, { sha256: 'f' }, more);
    const applied = (by: string) => step('BankMessageApplied', by, { sha256: 'f' });
    const silent = ['I4 what a file says does not name who handed it over or released it'];

    test('names the person who handed it over, where another has it applied', () => {
      expect(foundIn(received('farid'), said('hind'), applied('hind'))).toEqual(silent);
      expect(foundIn(received('farid'), said('hind', ['omar']), applied('hind'))).toEqual(silent);
      expect(foundIn(received('farid'), said('hind', ['Farid']), applied('hind'))).toEqual([]);
      expect(foundIn(received('farid'), said('farid'), applied('farid'))).toEqual([]);
    });
    test('and who released it, unless that was the bank', () => {
      const released = (by: string, more = {}) =>
        step('BankMessageReleased', by, { sha256: 'f' }, more);
      const both = [received('farid'), released('hind')] as const;
      expect(foundIn(...both, said('omar', ['farid']), applied('omar'))).toEqual(silent);
      expect(foundIn(...both, said('omar', ['farid', 'hind']), applied('omar'))).toEqual([]);
      expect(foundIn(...both, said('farid', ['hind']), applied('farid'))).toEqual([]);
      const vouched = [received('farid'), released('bank', BANK)] as const;
      expect(foundIn(...vouched, said('omar'), applied('omar'))).toEqual([]);
    });
    test('every time', () => {
      const both = [said('hind', ['farid']), said('hind')] as const;
      expect(foundIn(received('farid'), ...both, applied('hind'))).toEqual(silent);
    });
    test('unless the bank delivered it, a version said nothing of that, or it is of no file', () => {
      expect(foundIn(received('bank', BANK), said('hind'), applied('hind'))).toEqual([]);
      expect(foundIn(received('farid'), said('bank', undefined, BANK), applied('bank'))).toEqual(
        [],
      );
      expect(
        foundIn(received('farid'), said('hind', undefined, { v: 2 }), applied('hind')),
      ).toEqual([]);
      for (const source of ['http', 'file', 'topic'])
        expect(
          foundIn(received('farid'), said('hind', undefined, {}, source), applied('hind')),
        ).toEqual([]);
    });
  });

  describe('of an entry', () => {
    const assigned = (by: string, proposedBy?: string) =>
      step('BankEntryAssigned', by, proposedBy === undefined ? {} : { proposedBy });
    const silent = ['I4 what an entry was given to does not name who proposed it'];
    const given = (saidBy?: readonly string[], more = {}) => said('hind', saidBy, more, 'operator');

    test('names who proposed it', () => {
      expect(foundIn(given(), assigned('hind', 'farid'))).toEqual(silent);
      expect(foundIn(given(['omar']), assigned('hind', 'farid'))).toEqual(silent);
      expect(foundIn(given(['farid']), assigned('hind', 'farid'))).toEqual([]);
      expect(foundIn(given(undefined, { v: 2 }), assigned('hind', 'farid'))).toEqual([]);
      expect(foundIn(given(), assigned('hind'))).toEqual([]);
      expect(foundIn(assigned('hind', 'farid'))).toEqual([]);
    });
    test('names whose file it is of, as long as it is open', () => {
      const received = step('BankMessageReceived', 'omar', { sha256: 'f' });
      const open = step('BankEntryQuarantined', 'omar', { sha256: 'f' });
      const dismissed = step('BankEntryDismissed', 'omar', {});
      const file = ['I4 what an entry was given to does not name whose file it is of'];
      const unnamed = [given(['farid']), assigned('hind', 'farid')] as const;
      expect(foundIn(received, open, ...unnamed)).toEqual(file);
      expect(foundIn(received, open, given(['farid', 'omar']), assigned('hind', 'farid'))).toEqual(
        [],
      );
      expect(foundIn(open, ...unnamed)).toEqual([]);
      expect(foundIn(received, open, dismissed, ...unnamed)).toEqual([]);
      expect(foundIn(received, open, ...unnamed, ...unnamed)).toEqual(file);
    });
  });
});
