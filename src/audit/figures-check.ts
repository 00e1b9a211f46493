import type { EventData } from '../../events/generated.js';
import type { CycleLedger } from './cycle-ledger.js';
import type { Found } from './report.js';

type Figures = EventData['CycleReconciled'];

/** I6 for the figures of a reconciliation: they add up, and say what the payments say. */
export function checkFigures(f: Figures, cycle: CycleLedger, position: number, found: Found): void {
  const parts = [
    f.settledMinor,
    f.rejectedMinor,
    f.returnedMinor,
    f.cancelledMinor,
    f.outstandingMinor,
  ].reduce((total, text) => total + BigInt(text), 0n);
  if (parts !== BigInt(f.orderedMinor))
    found('I6', `ordered ${f.orderedMinor} is not the sum ${parts} of where it is`);
  const count =
    f.settledCount + f.rejectedCount + f.returnedCount + f.cancelledCount + f.outstandingCount;
  if (count !== f.orderedCount)
    found('I6', `ordered ${f.orderedCount} payments; the figures are of ${count}`);
  if (f.throughPosition >= position)
    found('I6', `reconciled through ${f.throughPosition}, which is not before it`);
  // Only where nothing moved in between can the figures be compared with the books as they stand
  // here.
  if (f.throughPosition < cycle.movedAt) return;
  const { sums: held, keptMinor, openBreaks } = cycle;
  if (BigInt(f.keptMinor ?? '0') !== keptMinor)
    found('I6', `reconciled with ${f.keptMinor ?? '0'} kept by banks; the log has ${keptMinor}`);
  if (f.openBreaks !== openBreaks)
    found('I6', `reconciled with ${f.openBreaks} open breaks; the log has ${openBreaks}`);
  for (const [name, said, minor] of [
    ['settled', f.settledCount, f.settledMinor],
    ['rejected', f.rejectedCount, f.rejectedMinor],
    ['returned', f.returnedCount, f.returnedMinor],
    ['cancelled', f.cancelledCount, f.cancelledMinor],
  ] as const)
    if (held[name].count !== said || held[name].minor !== BigInt(minor))
      found(
        'I6',
        `reconciled with ${said} ${name} of ${minor}; the log has ${held[name].count} of ${held[name].minor}`,
      );
  const outstanding = held.ordered.count + held.outstanding.count;
  if (outstanding !== f.outstandingCount)
    found('I6', `reconciled with ${f.outstandingCount} outstanding; the log has ${outstanding}`);
}

/**
 * I6 for a closing: it was reconciled, nothing is open, whatever had moved since, and what is given
 * back is what was held.
 * @param seen open breaks that who closed it must have seen; undefined in old logs: older versions
 *   closed on figures that did not hold any more
 */
export function checkClosing(
  { releasedMinor }: EventData['CycleClosed'],
  { figures, reservedMinor, sums: { ordered, outstanding } }: CycleLedger,
  seen: number | undefined,
  found: Found,
): void {
  if (!figures) return found('I6', 'closed without having been reconciled');
  const { openBreaks, outstandingCount } = figures;
  const left = ordered.count + outstanding.count;
  if (openBreaks + outstandingCount > 0)
    found('I6', `closed with ${outstandingCount} outstanding and ${openBreaks} open breaks`);
  else if (seen !== undefined && left + seen > 0)
    found('I6', `closed when ${left} were outstanding and ${seen} breaks open`);
  if (BigInt(releasedMinor) !== reservedMinor)
    found('I6', `closed with ${releasedMinor} to be given back; ${reservedMinor} were reserved`);
}
