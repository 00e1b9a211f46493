import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { emptyLedger, ofAnotherSet, type CycleLedger } from '../../src/audit/cycle-ledger.js';
import { checkClosing, checkFigures } from '../../src/audit/figures-check.js';
import { Findings } from './direct.js';

type Figures = EventData['CycleReconciled'];
const FIGURES = {
  cycleId: 'asd-2026-01',
  throughPosition: 50,
  orderedCount: 15,
  orderedMinor: '1500',
  settledCount: 1,
  settledMinor: '100',
  rejectedCount: 2,
  rejectedMinor: '200',
  returnedCount: 3,
  returnedMinor: '300',
  cancelledCount: 4,
  cancelledMinor: '400',
  outstandingCount: 5,
  outstandingMinor: '500',
  openBreaks: 6,
  keptMinor: '7',
} as Partial<Figures> as Figures;

/**
 * What the payments of the cycle add up to: two of the outstanding are ordered, three with the
 * bank.
 */
function ledger(more: Partial<CycleLedger> = {}): CycleLedger {
  const made = emptyLedger();
  const sums: CycleLedger['sums'] = {
    ...made.sums,
    ordered: { count: 2, minor: 200n },
    outstanding: { count: 3, minor: 300n },
    settled: { count: 1, minor: 100n },
    rejected: { count: 2, minor: 200n },
    returned: { count: 3, minor: 300n },
    cancelled: { count: 4, minor: 400n },
  };
  return { ...made, sums, movedAt: 50, openBreaks: 6, keptMinor: 7n, ...more };
}
function reconciled(
  change: Partial<Figures>,
  cycle: CycleLedger = ledger(),
  position = 51,
): readonly string[] {
  const { said, found } = new Findings();
  checkFigures({ ...FIGURES, ...change }, cycle, position, found);
  return said;
}

describe('the figures of a reconciliation', () => {
  test('are what the payments say', () => {
    expect(reconciled({})).toEqual([]);
    const { keptMinor, ...others } = FIGURES;
    const { said, found } = new Findings();
    checkFigures(others as Figures, ledger({ keptMinor: 0n }), 51, found);
    expect([keptMinor, said]).toEqual(['7', []]);
  });
  test.each([
    ['settled', '100'],
    ['rejected', '200'],
    ['returned', '300'],
    ['cancelled', '400'],
  ] as const)('are not, where another amount is said to be %s', (name, minor) => {
    const count = FIGURES[`${name}Count`];
    expect(
      reconciled({ [`${name}Minor`]: '1', orderedMinor: String(1_501 - Number(minor)) }),
    ).toEqual([`I6 reconciled with ${count} ${name} of 1; the log has ${count} of ${minor}`]);
    expect(reconciled({ [`${name}Count`]: count + 1, orderedCount: 16 })).toEqual([
      `I6 reconciled with ${count + 1} ${name} of ${minor}; the log has ${count} of ${minor}`,
    ]);
  });
  test.each([
    ['settled', 1],
    ['rejected', 2],
    ['returned', 3],
    ['cancelled', 4],
    ['outstanding', 5],
  ] as const)('add up, with what is %s', (name, count) => {
    expect(reconciled({ [`${name}Minor`]: `${count}01` })).toContain(
      'I6 ordered 1500 is not the sum 1501 of where it is',
    );
    expect(reconciled({ [`${name}Count`]: count + 1 })).toContain(
      'I6 ordered 15 payments; the figures are of 16',
    );
  });
  test('are of what is outstanding, with the bank or not yet', () => {
    expect(reconciled({ outstandingCount: 4, orderedCount: 14 })).toEqual([
      'I6 reconciled with 4 outstanding; the log has 5',
    ]);
  });
  test('are of what banks kept, and of the breaks that are open', () => {
    expect(reconciled({ keptMinor: '8' })).toEqual([
      'I6 reconciled with 8 kept by banks; the log has 7',
    ]);
    const { keptMinor: _, ...others } = FIGURES;
    const { said, found } = new Findings();
    checkFigures(others as Figures, ledger(), 51, found);
    expect(said).toEqual(['I6 reconciled with 0 kept by banks; the log has 7']);
    expect(reconciled({ openBreaks: 5 })).toEqual([
      'I6 reconciled with 5 open breaks; the log has 6',
    ]);
  });
  test('are through a position before it', () => {
    expect(reconciled({}, ledger(), 50)).toEqual([
      'I6 reconciled through 50, which is not before it',
    ]);
  });
  test('are compared with the payments where none moved since, and not where one did', () => {
    expect(reconciled({ openBreaks: 5 }, ledger({ movedAt: 51 }))).toEqual([]);
    expect(reconciled({ openBreaks: 5 }, ledger({ movedAt: 50 }))).toHaveLength(1);
    expect(
      reconciled({ throughPosition: 0, openBreaks: 0, keptMinor: '0' }, emptyLedger()),
    ).not.toEqual([]);
  });
});

describe('the closing of a cycle', () => {
  const { ordered, outstanding } = emptyLedger().sums;
  const nothingLeft = { ...ledger().sums, ordered, outstanding };
  const closed = (
    releasedMinor: string,
    more: Partial<CycleLedger>,
    seen: number | undefined = 0,
  ): readonly string[] => {
    const { said, found } = new Findings();
    const cycle = ledger({ sums: nothingLeft, ...more });
    checkClosing({ cycleId: 'asd-2026-01', releasedMinor }, cycle, seen, found);
    return said;
  };
  const figures: Figures = { ...FIGURES, openBreaks: 0, outstandingCount: 0 };

  test('comes after a reconciliation with nothing open, and gives back what was reserved', () => {
    expect(closed('90', { figures, reservedMinor: 90n })).toEqual([]);
    expect(closed('0', { figures })).toEqual([]);
  });
  test('is found without one, and then for nothing else', () => {
    expect(closed('90', { figures: undefined })).toEqual([
      'I6 closed without having been reconciled',
    ]);
  });
  test('is found with one payment outstanding, and with one break open', () => {
    expect(closed('0', { figures: { ...figures, outstandingCount: 1 } })).toEqual([
      'I6 closed with 1 outstanding and 0 open breaks',
    ]);
    expect(closed('0', { figures: { ...figures, openBreaks: 1 } })).toEqual([
      'I6 closed with 0 outstanding and 1 open breaks',
    ]);
  });
  test('is found where the figures do not hold any more', () => {
    const open = (left: number, seen: number): string[] => [
      `I6 closed when ${left} were outstanding and ${seen} breaks open`,
    ];
    const one = { count: 1, minor: 100n };
    expect(closed('0', { figures, sums: { ...nothingLeft, ordered: one } })).toEqual(open(1, 0));
    expect(closed('0', { figures, sums: { ...nothingLeft, outstanding: one } })).toEqual(
      open(1, 0),
    );
    expect(closed('0', { figures, sums: ledger().sums })).toEqual(open(5, 0));
    expect(closed('0', { figures }, 2)).toEqual(open(0, 2));
  });
  test('was made by older versions on figures that did not', () => {
    const { said, found } = new Findings();
    const cycle = ledger({ figures });
    checkClosing({ cycleId: 'asd-2026-01', releasedMinor: '0' }, cycle, undefined, found);
    expect(said).toEqual([]);
  });
  test('is found where it gives back another amount than was reserved', () => {
    expect(closed('91', { figures, reservedMinor: 90n })).toEqual([
      'I6 closed with 91 to be given back; 90 were reserved',
    ]);
  });
});

describe('the ledger of a cycle', () => {
  test('begins with nothing', () => {
    const { sums, gained, lost, ...others } = emptyLedger();
    expect(Object.values(sums)).toEqual(Array(7).fill({ count: 0, minor: 0n }));
    expect([gained.minor, lost.minor]).toEqual([0n, 0n]);
    expect(others).toEqual({
      asOf: -1,
      round: 0,
      roundCount: 0,
      roundMinor: 0n,
      prepared: undefined,
      released: false,
      instructedCount: 0,
      instructedMinor: 0n,
      reservedMinor: 0n,
      spentMinor: 0n,
      keptMinor: 0n,
      openBreaks: 0,
      movedAt: -1,
      figures: undefined,
      closedAt: Infinity,
      reservedSinceClosed: 0n,
    });
  });
  test('says in what an approval or a release is of another set', () => {
    const contentHash = 'a';
    const cycle = ledger({ prepared: { count: 3, minor: 300n, contentHash } });
    const said = { totalMinor: '300', contentHash, count: 3 };
    expect(ofAnotherSet(cycle, said)).toBeUndefined();
    expect(ofAnotherSet(cycle, { totalMinor: '300', contentHash })).toBeUndefined();
    expect(ofAnotherSet(cycle, { ...said, totalMinor: '301' })).toBe('total');
    expect(ofAnotherSet(cycle, { ...said, contentHash: 'b' })).toBe('set');
    expect(ofAnotherSet(cycle, { ...said, count: 4 })).toBe('count');
    expect(ofAnotherSet(cycle, { ...said, count: 0 })).toBe('count');
    expect(ofAnotherSet(emptyLedger(), said)).toBe('total');
  });
});
