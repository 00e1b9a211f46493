import { describe, expect, test } from '@jest/globals';
import type { EventData, EventType } from '../../events/generated.js';
import { SegregationOfDutiesCheck } from '../../src/audit/segregation-of-duties-check.js';
import type { Recorded } from '../../src/kernel/decider.js';

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
  ] as const)('is found where it was %s', (_, words, life) => {
    expect(foundIn(...life)).toEqual([expect.stringMatching(new RegExp(`^I4: .*${words}`))]);
  });
});
