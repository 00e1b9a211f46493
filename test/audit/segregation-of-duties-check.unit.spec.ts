import { describe, expect, test } from '@jest/globals';
import type { EventData, EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { SegregationOfDutiesCheck } from '../../src/audit/segregation-of-duties-check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { eventOf } from './direct.js';

const cycleId = 'asd-2026-01';
const contentHash = 'ab'.repeat(32);
const FINDING: EventData['CycleChecked']['findings'][number] = {
  findingId: 'not-payable-0123456789ab',
  check: 'not-payable',
  level: 'block',
  count: 1,
  amountMinor: '1',
  payments: [],
};

/** What the check finds in a cycle's life, each event by its actor. */
function foundIn(...life: readonly (readonly [EventType, string, object?])[]): string[] {
  const check = new SegregationOfDutiesCheck();
  const found: string[] = [];
  life.forEach(([type, actor, data = {}], position) => {
    const event = {
      id: '',
      stream: `cycle-${cycleId}`,
      revision: position,
      type,
      v: 1,
      time: '',
      data: { cycleId, contentHash, ...data },
      meta: { actor, role: 'finance-officer', command: '', correlation: '' },
      position,
    } as Recorded;
    check.add(event, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  return found;
}
const BEGIN = [
  ['CyclePreparationStarted', 'farid'],
  ['CyclePrepared', 'farid'],
  ['CycleChecked', 'farah', { findings: [FINDING] }],
] as const;
const override = (actor: string): readonly [EventType, string, object] => [
  'CycleFindingOverridden',
  actor,
  { findingId: FINDING.findingId },
];

describe('who ordered payments of a cycle', () => {
  const ordered: readonly [EventType, string, object] = [
    'PaymentOrdered',
    'kenza',
    { programmeId: 'asd', period: '2026-01' },
  ];
  test.each([
    ['named on the cycle', ['CyclePreparationResumed', 'kenza']],
    ['in a log that does not name them', ordered],
  ] as const)('prepared it: %s', (_, event) => {
    const life = [BEGIN[0], event, BEGIN[1], ['CycleApproved', 'kenza']] as const;
    expect(foundIn(...life)).toEqual(['I4: approved by who prepared it']);
    const other = [BEGIN[0], event, BEGIN[1], ['CycleApproved', 'rachid']] as const;
    expect(foundIn(...other)).toEqual([]);
  });
});

describe('who answers for findings of a cycle', () => {
  test('is a second person, and a third approves', () => {
    expect(foundIn(...BEGIN, override('rachid'), ['CycleApproved', 'kenza'])).toEqual([]);
    expect(
      foundIn(
        ...BEGIN,
        ['CycleChecked', 'farid', { findings: [{ ...FINDING, level: 'warn' }] }],
        ['CycleApproved', 'kenza'],
      ),
    ).toEqual([]);
  });
  test.each([
    [
      'approved with a finding that blocks',
      'findings that block',
      [...BEGIN, ['CycleApproved', 'kenza']],
    ],
    [
      'overridden by who prepared',
      'overridden by who',
      [...BEGIN, override('farid'), ['CycleApproved', 'kenza']],
    ],
    [
      'overridden by who checked',
      'overridden by who',
      [...BEGIN, override('farah'), ['CycleApproved', 'kenza']],
    ],
    [
      'approved by who overrode',
      'approved by who overrode',
      [...BEGIN, override('kenza'), ['CycleApproved', 'kenza']],
    ],
    [
      'overridden by who prepared, spelled otherwise',
      'overridden by who',
      [...BEGIN, override('Farid'), ['CycleApproved', 'kenza']],
    ],
    [
      'approved by who overrode, spelled otherwise',
      'approved by who overrode',
      [...BEGIN, override('kenza'), ['CycleApproved', 'KENZA']],
    ],
  ] as const)('is found where it was %s', (_, words, life) => {
    expect(foundIn(...life)).toEqual([expect.stringMatching(new RegExp(`^I4: .*${words}`))]);
  });
});

describe('one person under several spellings', () => {
  const three = (approver: string, releaser: string): string[] =>
    foundIn(
      ['CyclePreparationStarted', 'a.b'],
      ['CyclePrepared', 'a.b'],
      ['CycleApproved', approver],
      ['CycleReleased', releaser],
    );
  test('is found, however a forger spells the subject', () => {
    expect(three('a.c', 'a.d')).toEqual([]);
    expect(three('A.B', 'A.b')).toEqual([
      'I4: approved by who prepared it',
      'I4: released by who prepared or approved it',
    ]);
    const odd = 'I4: recorded under a name that no account may have';
    expect(three('ａ.ｂ', ' a.b')).toEqual([
      odd,
      'I4: approved by who prepared it',
      odd,
      'I4: released by who prepared or approved it',
    ]);
    // A Cyrillic letter does not fold to a Latin one: nothing with such a name is believed.
    expect(three('а.b', 'a.\u0432')).toEqual([odd, odd]);
  });
});

describe('the door that an actor came through', () => {
  const through = (
    actor: string,
    role: string,
    channel?: string,
    authentication?: string,
    era = new Era(),
  ): string[] => {
    const check = new SegregationOfDutiesCheck(era);
    const found: string[] = [];
    const meta = { actor, role, command: '', correlation: '', channel, authentication };
    const event = { stream: 'programme-asd', type: 'ProgrammeOpened', data: {}, meta };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
    return found;
  };
  test.each([
    ['a.b', 'supervisor', 'http', 'oidc'],
    ['a.b', 'supervisor', 'cli', 'none'],
    ['automation', 'automation', 'automation', 'system'],
    ['bank-folder', 'payment-system', 'folder', 'system'],
    ['outcomes-topic', 'payment-system', 'kafka', 'system'],
    ['a.b', 'supervisor', undefined, undefined],
    ['automation', 'automation', undefined, undefined],
  ])('is the one of %s as %s: %s', (actor, role, channel, authentication) => {
    expect(through(actor, role, channel, authentication)).toEqual([]);
  });
  test.each([
    ['a.b', 'supervisor', [0, 0, 1]],
    ['automation', 'automation', [0, 1, 1]],
  ])('is said by %s as %s once the log does, or since it began: %p', (actor, role, times) => {
    const older = new Era();
    const upgraded = new Era();
    const born = new Era();
    for (const era of [older, upgraded])
      era.add(eventOf('PersonRegistered', {}, { meta: { command: 'older' } }));
    for (const era of [upgraded, born])
      era.add(eventOf('PersonMoved', {}, { meta: { channel: 'http', authentication: 'oidc' } }));
    const found = [older, upgraded, born].map((era) =>
      through(actor, role, undefined, undefined, era),
    );
    expect(found.map(({ length }) => length)).toEqual(times);
  });
  test.each([
    ['a.b', 'supervisor', 'kafka', 'system'],
    ['a.b', 'supervisor', 'automation', 'system'],
    ['a.b', 'automation', 'cli', 'local'],
    ['automation', 'automation', 'http', 'oidc'],
    ['Automation', 'supervisor', 'cli', 'local'],
    ['bank-folder', 'payment-system', 'cli', 'local'],
    ['Outcomes-Topic', 'payment-system', 'http', 'oidc'],
    ['a.b', 'supervisor', 'http', undefined],
    ['a.b', 'supervisor', undefined, 'oidc'],
    ['a.b', 'automation', undefined, undefined],
    ['automation', 'supervisor', undefined, undefined],
    ['a.b', 'supervisor', 'http', 'none'],
    ['a.b', 'supervisor', 'cli', 'system'],
    ['automation', 'automation', 'automation', 'local'],
  ])('is forged for %s as %s: %s %s', (actor, role, channel, authentication) => {
    expect(through(actor, role, channel, authentication)).toEqual([
      'I4: recorded through a door that its actor has no key to',
    ]);
  });
});
