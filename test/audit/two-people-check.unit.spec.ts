import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import {
  again,
  base,
  breakId,
  broken,
  foundIn,
  foundNow,
  paymentId,
  proposed,
  rejected,
  step,
  UNDER_RULES,
  type Step,
} from './two-people.js';

const counted = (
  type: 'PaymentBreakResolutionProposed' | 'PaymentBreakResolved',
  by: string,
  more: object = {},
) => step(type, by, { paymentId, breakId, resolution: 'counted-as-settled', reason: 'R', ...more });
const resolved = (by: string, v = 2) =>
  step(
    'PaymentBreakResolved',
    by,
    { paymentId, breakId, resolution: 'bank-error', reason: 'a letter' },
    { v },
  );
const ALONE = ['I4: an outcome that only one person said'];
const BY_BANK = { role: 'payment-system' } as const;

describe('a payment is moved by two persons', () => {
  test.each([
    ['amount', { amountMinor: '50000' }],
    ['day', { settledOn: '2026-01-06' }],
    ['reference', { reference: 'R2' }],
  ])('who say the same %s', (_, other) => {
    const said = { ...base, amountMinor: '40000', settledOn: '2026-01-05', reference: 'R1' };
    const settled = step('PaymentSettled', 'hind', said);
    const says = (more: object) =>
      step('PaymentOutcomeProposed', 'farid', { ...said, ...more, outcome: 'settled' });
    expect(foundIn(says({}), settled)).toEqual([]);
    expect(foundIn(says(other), settled)).toEqual(ALONE);
    expect(foundIn(says(other), says({}), settled)).toEqual([]);
    const { amountMinor: reportedMinor, settledOn: reportedOn, ...rest } = said;
    const contradicts = step('PaymentBreakRecorded', 'hind', {
      ...rest,
      reportedMinor,
      reportedOn,
      breakId,
      kind: 'settled-after-rejected',
      reported: 'settled',
    });
    expect(foundIn(says({}), contradicts)).toEqual([]);
    expect(foundIn(says(other), contradicts)).toEqual(ALONE);
  });

  test('where what is recorded says an amount and a day that nobody said', () => {
    const said = step('PaymentOutcomeProposed', 'farid', { ...base, outcome: 'settled' });
    const more = { amountMinor: '40000', settledOn: '2026-01-05' };
    expect(foundIn(said, step('PaymentSettled', 'hind', { ...base, ...more }))).toEqual([]);
  });

  test('where a person says what became of it', () => {
    expect(foundIn(proposed('farid'), rejected('hind'))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('bank', BY_BANK))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('farid', {}, 'camt.054'))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('farid'))).toEqual(ALONE);
    expect(foundIn(proposed('farid'), rejected('FARID'))).toEqual(ALONE);
    expect(foundIn(UNDER_RULES, broken('farid', 'finance-officer'))).toEqual(ALONE);
  });
  test('where it failed and is paid again', () => {
    expect(foundIn(proposed('farid'), rejected('hind'), again('farid'))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('farid', {}, 'pain.002'), again('farid'))).toEqual([
      'I4: paid again by who said that it failed',
    ]);
  });
  test('where the bank said after a person what became of it, the bank counts', () => {
    const accepted = { ...base, outcome: 'accepted' };
    expect(
      foundIn(
        step('PaymentOutcomeProposed', 'farid', accepted),
        step('PaymentAccepted', 'hind', base),
        step('PaymentSettled', 'bank', base, BY_BANK),
        again('hind'),
      ),
    ).toEqual([]);
  });
  test('where what contradicts itself is resolved', () => {
    const life = [rejected('bank', BY_BANK), again('farid'), broken('bank')];
    expect(foundIn(...life, resolved('hind'))).toEqual([]);
    expect(foundIn(...life, resolved('farid'))).toEqual([
      'I4: a break was resolved by who caused it',
    ]);
    expect(
      foundIn(...life, counted('PaymentBreakResolutionProposed', 'farid'), {
        ...counted('PaymentBreakResolved', 'hind', { proposedBy: 'farid' }),
      }),
    ).toEqual([]);
    expect(
      foundIn(
        ...life,
        counted('PaymentBreakResolutionProposed', 'hind'),
        counted('PaymentBreakResolved', 'HIND'),
      ),
    ).toEqual(['I4: a break was counted as paid or come back by one person']);
  });
  test('from the first event on that only these rules make', () => {
    const older = [rejected('farid'), again('farid'), broken('farid', 'finance-officer')];
    expect(foundIn(...older, resolved('farid', 1))).toEqual([]);
    expect(foundIn(...older, UNDER_RULES, resolved('farid', 1))).toEqual([
      'I4: a break was resolved by who caused it',
    ]);
  });
});

describe('an entry of a bank', () => {
  const entry = { stream: 'entry-1' };
  const said = { entryId: '1', paymentId, attempt: 1, outcome: 'settled', reason: 'a letter' };
  const waits = step('BankEntryQuarantined', 'farid', { sha256: 'a' }, entry);
  const propose = step('BankEntryAssignmentProposed', 'farid', said, entry);
  const assigned = (by: string, more: object = {}) =>
    step('BankEntryAssigned', by, { ...said, ...more }, { ...entry, command: 'assign' });
  const settled = (by: string) =>
    step('PaymentSettled', by, { ...base, source: 'operator' }, { command: 'assign' });

  test('is given to a payment by two persons', () => {
    const byFarid = { proposedBy: 'farid' };
    expect(foundIn(waits, propose, settled('hind'), assigned('hind', byFarid))).toEqual([]);
    const given = ['I4: an entry was given to a payment by one person'];
    expect(foundIn(waits, propose, settled('farid'), assigned('farid'))).toEqual(given);
    expect(foundIn(waits, settled('hind'), assigned('hind'))).toEqual(given);
  });
  test('stands behind what is said of a payment in its name', () => {
    expect(foundIn(UNDER_RULES, settled('hind'))).toEqual([
      'I4: an outcome that one person said of an entry that nobody gave to the payment',
    ]);
  });
  test('is dismissed by another person than handed over its file', () => {
    const dismissed = (by: string) => step('BankEntryDismissed', by, {}, entry);
    expect(foundIn(UNDER_RULES, waits, dismissed('hind'))).toEqual([]);
    const file = step('BankMessageReceived', 'imane', { sha256: 'a' }, { stream: 'message-a' });
    const released = step('BankEntryQuarantined', 'farid', { sha256: 'a' }, entry);
    for (const by of ['imane', 'Imane', 'farid'])
      expect(foundIn(UNDER_RULES, file, released, dismissed(by))).toEqual([
        'I4: an entry was dismissed by who handed over its file',
      ]);
    expect(foundIn(UNDER_RULES, file, released, dismissed('hind'))).toEqual([]);
    // Of an earlier version, which looked only at who had it applied.
    const before = step('BankEntryDismissed', 'imane', {}, { ...entry, v: 1 });
    expect(foundIn(UNDER_RULES, file, released, before)).toEqual([]);
    expect(foundIn(UNDER_RULES, waits, dismissed('farid'))).toEqual([
      'I4: an entry was dismissed by who handed over its file',
    ]);
  });
});

const SAID_OF = {
  PaymentAccepted: 'accepted',
  PaymentSettled: 'settled',
  PaymentRejected: 'rejected',
  PaymentReturned: 'returned',
  PaymentOutcomeUnknown: 'unknown',
} as const;
const OUTCOMES = Object.keys(SAID_OF) as (keyof typeof SAID_OF)[];

describe.each(OUTCOMES)('%s is said by two persons', (type) => {
  const what = { ...base, outcome: SAID_OF[type], reason: 'R' };
  const proposes = (change: object = {}) =>
    step('PaymentOutcomeProposed', 'farid', { ...what, ...change });
  const says = (source: string, more: Partial<Step> = {}) =>
    step(type, 'hind', { ...base, reason: 'R', source }, more);
  test.each(['http', 'file'])('where a person says it by %s', (source) => {
    expect(foundIn(proposes(), says(source))).toEqual([]);
    expect(foundIn(UNDER_RULES, says(source))).toEqual(ALONE);
    expect(foundIn(UNDER_RULES, says(source, { by: 'FARID' }), proposes())).toEqual(ALONE);
    expect(foundIn(proposes(), says(source, { by: 'FARID' }))).toEqual(ALONE);
    for (const role of ['payment-system', 'automation'] as const)
      expect(foundIn(UNDER_RULES, says(source, { role }))).toEqual([]);
  });
  test('who say the same of the same', () => {
    for (const change of [{ attempt: 2 }, { endToEndId: 'E2' }, { reason: 'S' }, { outcome: 'no' }])
      expect(foundIn(proposes(change), says('http'))).toEqual(ALONE);
    expect(foundIn({ ...proposes(), stream: 'payment-2' }, says('http'))).toEqual(ALONE);
    expect(foundIn(proposes({ reason: 'S' }), proposes(), says('http'))).toEqual([]);
  });
  test('but not where the file of a bank does, which goes by itself', () => {
    expect(foundIn(UNDER_RULES, says('camt.053'))).toEqual([]);
  });
});

test('so is what a person says of a booking, and of a break', () => {
  const what = { ...base, outcome: 'settled', reason: 'R' };
  const proposes = step('PaymentOutcomeProposed', 'farid', what);
  for (const says of [
    step('PaymentBooked', 'hind', what),
    step('PaymentBreakRecorded', 'hind', { ...base, breakId, reported: 'settled', reason: 'R' }),
  ]) {
    expect(foundIn(proposes, says)).toEqual([]);
    expect(foundIn(UNDER_RULES, says)).toEqual(ALONE);
    expect(foundIn({ ...proposes, data: { ...what, reason: 'S' } }, says)).toEqual(ALONE);
  }
});

describe('who resolves a break', () => {
  const caused = ['I4: a break was resolved by who caused it'];
  const resolved = (by: string) =>
    step('PaymentBreakResolved', by, { paymentId, breakId, resolution: 'no-effect' }, { v: 4 });
  test('had not proposed what contradicts itself, nor the break', () => {
    const confirmed = [proposed('farid'), rejected('hind'), broken('bank')] as const;
    expect(foundNow(...confirmed, resolved('farid'))).toEqual(caused);
    expect(foundNow(...confirmed, resolved('omar'))).toEqual([]);
    const named = step('PaymentBreakRecorded', 'hind', {
      ...base,
      breakId,
      kind: 'x',
      reported: 'settled',
      source: 'camt.053',
      saidBy: ['farid'],
    });
    expect(foundNow(named, resolved('farid'))).toEqual(caused);
    expect(foundNow(named, resolved('omar'))).toEqual([]);
  });
});

describe('who pays again', () => {
  const paidAgain = ['I4: paid again by who said that it failed'];
  const reported = (type: EventType, by: string, more: Partial<Step> = {}, attempt = 1) =>
    step(type, by, { ...base, attempt, source: 'camt.054' }, more);
  test.each(['PaymentRejected', 'PaymentReturned'] as const)('did not record it: %s', (type) => {
    expect(foundIn(UNDER_RULES, reported(type, 'bank', BY_BANK), again('bank'))).toEqual(paidAgain);
    expect(foundIn(UNDER_RULES, reported(type, 'bank', BY_BANK), again('hind'))).toEqual([]);
    expect(foundIn(UNDER_RULES, reported(type, 'farid'), again('Farid'))).toEqual(paidAgain);
    expect(foundIn(reported(type, 'farid'), again('farid'))).toEqual([]);
  });
  test('may be who recorded something else, or who heard of another attempt', () => {
    expect(
      foundIn(UNDER_RULES, reported('PaymentSettled', 'bank', BY_BANK), again('bank')),
    ).toEqual([]);
    expect(foundIn(UNDER_RULES, reported('PaymentAccepted', 'farid'), again('farid'))).toEqual(
      paidAgain,
    );
    expect(
      foundIn(UNDER_RULES, reported('PaymentOutcomeUnknown', 'farid'), again('farid')),
    ).toEqual([]);
    for (const attempt of [0, 2, 3])
      expect(
        foundIn(UNDER_RULES, reported('PaymentRejected', 'farid', {}, attempt), again('farid')),
      ).toEqual([]);
  });
  test('had not said so before who recorded it', () => {
    const confirmed = [proposed('farid'), rejected('hind')] as const;
    expect(foundNow(...confirmed, again('farid'))).toEqual(paidAgain);
    expect(foundNow(...confirmed, again('omar'))).toEqual([]);
    expect(foundIn(UNDER_RULES, ...confirmed, again('farid'))).toEqual([]);
    const named = step('PaymentReturned', 'hind', {
      ...base,
      source: 'camt.054',
      saidBy: ['farid'],
    });
    expect(foundNow(named, again('Farid'))).toEqual(paidAgain);
    expect(foundNow(named, again('omar'))).toEqual([]);
    const other = step('PaymentOutcomeProposed', 'omar', {
      ...base,
      outcome: 'rejected',
      reason: 'AC01',
    });
    expect(foundNow(other, ...confirmed, again('omar'))).toEqual([]);
  });
  test('is not who said so last', () => {
    const both = [
      reported('PaymentRejected', 'farid'),
      reported('PaymentRejected', 'hind'),
    ] as const;
    expect(foundIn(UNDER_RULES, ...both, again('farid'))).toEqual([]);
    expect(foundIn(UNDER_RULES, ...both, again('hind'))).toEqual(paidAgain);
  });
});

describe('who resolves a break', () => {
  const caused = ['I4: a break was resolved by who caused it'];
  const rejectedOf = (attempt: number, by: string) =>
    step('PaymentRejected', by, { ...base, attempt, source: 'camt.054' });
  test('recorded neither it nor what it is about, and did not pay again', () => {
    const life = [UNDER_RULES, rejectedOf(1, 'farid'), rejectedOf(2, 'imane'), broken('bank')];
    expect(foundIn(...life, resolved('bank'))).toEqual(caused);
    expect(foundIn(...life, resolved('FARID'))).toEqual(caused);
    expect(foundIn(...life, resolved('imane'))).toEqual([]);
    expect(foundIn(...life, again('imane'), resolved('imane'))).toEqual(caused);
  });
  test('may be anybody where there is no such break', () => {
    const other = { ...resolved('bank'), data: { paymentId, breakId: 'x', resolution: 'no' } };
    expect(foundIn(UNDER_RULES, broken('bank'), other)).toEqual([]);
  });
  test.each(['counted-as-settled', 'counted-as-returned'])('was told so by another: %s', (how) => {
    const data = { paymentId, breakId, resolution: how, reason: 'a letter' };
    const proposes = (by: string, change: object = {}) =>
      step('PaymentBreakResolutionProposed', by, { ...data, ...change });
    const resolves = (by: string, more: object = {}) =>
      step('PaymentBreakResolved', by, { ...data, ...more });
    const alone = 'I4: a break was counted as paid or come back by one person';
    const begun = [UNDER_RULES, broken('bank')];
    const by = { proposedBy: 'farid' };
    expect(foundIn(...begun, proposes('farid'), resolves('hind', by))).toEqual([]);
    expect(foundIn(...begun, resolves('hind'))).toEqual([alone]);
    expect(foundIn(...begun, proposes('farid', { breakId: 'x' }), resolves('hind'))).toEqual([
      alone,
    ]);
    expect(foundIn(...begun, proposes('farid', { resolution: 'no' }), resolves('hind'))).toEqual([
      alone,
    ]);
    expect(foundIn(...begun, proposes('hind'), proposes('farid'), resolves('hind', by))).toEqual(
      [],
    );
    expect(foundIn(...begun, proposes('imane'), resolves('hind', by))).toEqual([
      'I4: it is said that somebody proposed it who did not',
    ]);
  });
});

describe('an entry that is given to a payment', () => {
  const entry = { stream: 'entry-1' };
  const said = { entryId: '1', paymentId, attempt: 1, outcome: 'settled', reason: 'a letter' };
  const waits = step('BankEntryQuarantined', 'farid', { sha256: 'a' }, entry);
  const proposes = (by: string, change: object = {}) =>
    step('BankEntryAssignmentProposed', by, { ...said, ...change }, entry);
  const assigned = (by: string, more: object = {}, command = 'assign') =>
    step('BankEntryAssigned', by, { ...said, ...more }, { ...entry, command });
  const settled = step(
    'PaymentSettled',
    'hind',
    { ...base, source: 'operator' },
    { command: 'assign' },
  );
  const by = { proposedBy: 'farid' };
  const alone = 'I4: an entry was given to a payment by one person';
  const nobody = 'I4: an outcome that one person said of an entry that nobody gave to the payment';
  test('is so on the word of another, of the same payment, attempt and outcome', () => {
    for (const change of [{ paymentId: 'x' }, { attempt: 2 }, { outcome: 'returned' }])
      expect(foundIn(waits, proposes('farid', change), assigned('hind'))).toEqual([alone]);
    expect(foundIn(waits, proposes('hind'), proposes('farid'), assigned('hind', by))).toEqual([]);
    expect(foundIn(waits, proposes('imane'), assigned('hind', by))).toEqual([
      'I4: it is said that somebody proposed it who did not',
    ]);
  });
  test('is so once', () => {
    const given = assigned('hind', by);
    const twice = foundIn(waits, proposes('farid'), given, assigned('hind'));
    expect(twice).toEqual([alone]);
  });
  test('stands behind what its own command said of its own payment', () => {
    const begun = [waits, proposes('farid')];
    expect(foundIn(...begun, settled, assigned('hind', by))).toEqual([]);
    expect(foundIn(...begun, settled, assigned('hind', by, 'other'))).toEqual([nobody]);
    expect(foundIn(...begun, settled, assigned('hind', { paymentId: 'x' }))).toEqual([
      alone,
      nobody,
    ]);
    expect(foundIn(...begun, { ...settled, role: 'automation' })).toEqual([]);
    expect(foundIn(settled)).toEqual([]);
  });
});

describe('an entry that is dismissed', () => {
  const entry = { stream: 'entry-1' };
  const file = step('BankMessageReceived', 'imane', { sha256: 'a' }, { stream: 'message-a' });
  const waits = step('BankEntryQuarantined', 'farid', { sha256: 'a' }, entry);
  const dismissed = (by: string, v = 2, stream = 'entry-1') =>
    step('BankEntryDismissed', by, {}, { stream, v });
  const own = ['I4: an entry was dismissed by who handed over its file'];
  test('is so by another than recorded it, once', () => {
    expect(foundIn(UNDER_RULES, waits, dismissed('farid', 1))).toEqual(own);
    expect(foundIn(UNDER_RULES, waits, dismissed('farid'), dismissed('farid'))).toEqual(own);
    expect(foundIn(UNDER_RULES, dismissed('farid'))).toEqual([]);
    expect(foundIn(waits, dismissed('farid'))).toEqual([]);
  });
  test('is so by another than handed over its file, once the log knows of that', () => {
    const other = { ...waits, stream: 'entry-2' };
    const first = dismissed('hind', 2, 'entry-2');
    expect(foundIn(UNDER_RULES, file, waits, dismissed('imane', 1))).toEqual([]);
    expect(foundIn(UNDER_RULES, file, waits, other, first, dismissed('imane', 1))).toEqual(own);
    const another = { ...waits, data: { sha256: 'b' } };
    expect(foundIn(UNDER_RULES, file, another, dismissed('imane'))).toEqual([]);
  });
});

test.each([
  ['PaymentOutcomeProposed', 1],
  ['PaymentBreakResolutionProposed', 1],
  ['PaymentBreakResolved', 2],
  ['BankEntryAssignmentProposed', 1],
  ['BankEntryAssigned', 2],
  ['PersonMoved', 1],
] as const)('a log is under these rules from %s of version %d on', (type, since) => {
  const data = { ...base, outcome: 'accepted', breakId, resolution: 'no-effect' };
  const after = (v: number) =>
    foundIn(step(type, 'imane', data, { stream: 'other', v }), rejected('farid')).slice(-1);
  expect([after(since - 1), after(since), after(since + 1)]).toEqual([[], ALONE, ALONE]);
});
