import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import type { Projection, Rows, Touch } from '../engine/projection.js';
import {
  answerTally,
  breaks,
  budgetCycles,
  budgets,
  cycles,
  payments,
  paymentTally,
  type BudgetRow,
} from './disbursement.tables.js';
import { evolvePayment } from './payment-rows.projection.js';
import { evolveCycle } from './cycle-rows.projection.js';

const budgetId = (programmeId: string, fiscalYear: number): string =>
  `${programmeId}-${fiscalYear}`;

const HANDLED = [
  'PaymentOrdered',
  'PaymentInstructed',
  'PaymentReinstructed',
  'PaymentAccepted',
  'PaymentOutcomeUnknown',
  'PaymentSettled',
  'PaymentRejected',
  'PaymentReturned',
  'PaymentCancelled',
  'PaymentCancellationRequested',
  'PaymentBreakRecorded',
  'PaymentBreakOwnerSet',
  'PaymentBreakResolutionProposed',
  'PaymentBreakResolutionWithdrawn',
  'PaymentBreakResolved',
  'CycleOpened',
  'CyclePreparationStarted',
  'CyclePrepared',
  'CycleChecked',
  'CycleFindingOverridden',
  'CycleApproved',
  'CycleReturned',
  'CycleAbandoned',
  'CycleHouseholdsLeftOut',
  'CycleReleased',
  'CycleInstructed',
  'CycleReinstructed',
  'CycleReconciled',
  'CycleClosed',
  'BudgetAllotted',
  'BudgetAdjusted',
  'BudgetReserved',
  'BudgetReservationReleased',
  'BudgetSpent',
  'BudgetRefunded',
] as const satisfies readonly EventType[];

function evolveBudget(rows: Rows, event: Recorded): void {
  const { programmeId, fiscalYear } = event.data as {
    readonly programmeId: string;
    readonly fiscalYear: number;
  };
  const id = budgetId(programmeId, fiscalYear);
  const budget: BudgetRow = rows.get(budgets, id) ?? {
    budget_id: id,
    programme_id: programmeId,
    fiscal_year: fiscalYear,
    currency: '',
    allotted_minor: 0n,
    reserved_minor: 0n,
    spent_minor: 0n,
    updated_at: event.time,
  };
  const put = (changes: Partial<BudgetRow>) =>
    rows.put(budgets, { ...budget, ...changes, updated_at: event.time });
  const use = (cycleId: string, reserved: bigint, spent: bigint) => {
    rows.add(budgetCycles, {
      budget_id: id,
      cycle_id: cycleId,
      reserved_minor: reserved,
      spent_minor: spent,
    });
    put({
      reserved_minor: budget.reserved_minor + reserved,
      spent_minor: budget.spent_minor + spent,
    });
  };
  switch (event.type) {
    case 'BudgetAllotted':
      return put({
        currency: event.data.currency,
        allotted_minor: budget.allotted_minor + minor(event.data.amountMinor),
      });
    case 'BudgetAdjusted':
      return put({ allotted_minor: budget.allotted_minor + minor(event.data.deltaMinor) });
    case 'BudgetReserved':
      return use(event.data.cycleId, minor(event.data.amountMinor), 0n);
    case 'BudgetReservationReleased':
      return use(event.data.cycleId, -minor(event.data.amountMinor), 0n);
    case 'BudgetSpent':
      return use(event.data.cycleId, -minor(event.data.amountMinor), minor(event.data.amountMinor));
    case 'BudgetRefunded':
      return use(event.data.cycleId, minor(event.data.amountMinor), -minor(event.data.amountMinor));
    default:
  }
}

/** Money on its way: payments, cycles, budgets and breaks, and how many payments are where. */
export const disbursementProjection: Projection = {
  name: 'disbursement',
  version: 12,
  tables: [payments, paymentTally, answerTally, cycles, budgets, budgetCycles, breaks],
  handles: HANDLED,
  touches(event: Recorded, touch: Touch): void {
    const { type } = event;
    if (type.startsWith('Payment')) {
      const data = event.data as { readonly paymentId: string; readonly breakId?: string };
      touch(payments, data.paymentId, event.revision === 0);
      if (data.breakId !== undefined)
        touch(breaks, data.breakId, event.type === 'PaymentBreakRecorded');
    } else if (type.startsWith('Cycle')) {
      touch(cycles, (event.data as { readonly cycleId: string }).cycleId);
    } else {
      const data = event.data as { readonly programmeId: string; readonly fiscalYear: number };
      touch(budgets, budgetId(data.programmeId, data.fiscalYear));
    }
  },
  evolve(rows: Rows, event: Recorded): void {
    if (event.type.startsWith('Payment')) evolvePayment(rows, event);
    else if (event.type.startsWith('Cycle')) evolveCycle(rows, event);
    else evolveBudget(rows, event);
  },
};
