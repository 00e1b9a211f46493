import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { LIST_FORMATS, QueryEndpoint } from '../../src/http/endpoint.js';
import { QueryParam } from '../../src/http/params.js';
import {
  disbursementQueryHandlers,
  ListBreaks,
  ListBudgets,
  ListCycles,
  ListPayments,
  ReadCycle,
  ReadInstructions,
  ReadOutstanding,
  ReadPayment,
  ReadReconciliation,
  ReadTotals,
} from './disbursement.query-handlers.js';
import type { ServedReadModel } from '../engine/read-model.js';
import type { Items, Ndjson, Page } from '../../src/http/exports.js';
import type { Presented } from '../../src/http/present.js';
import type { BankSide } from './bank-side.queries.js';
import type { BudgetView } from './budget.queries.js';
import type { CycleStory, CycleView } from './cycle.queries.js';
import type { Aging, RegionTotal } from './totals.queries.js';
import type { BreakView, PaymentStory, PaymentView } from './disbursement.queries.js';
import type { InstructionLine } from './disbursement.query-handlers.js';
import type { ReconciliationReport } from './reconciliation-report.js';

const finance = {
  roles: ['finance-officer', 'finance-controller', 'programme-manager', 'auditor'],
} as const;
const payments = {
  roles: [...finance.roles, 'case-officer', 'supervisor', 'payment-system'],
} as const;

/**
 * The report as data. No programme is named around what the bank said, so that its amounts stay in
 * minor units.
 */
export interface ReconciliationAnswer extends Omit<Presented<ReconciliationReport>, 'bank'> {
  readonly bank: BankSide;
}

@ApiTags('disbursement')
@Controller()
export class DisbursementHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('cycles', {
    ...finance,
    summary: 'Cycles with their progress',
    sends: LIST_FORMATS,
  })
  cycles(@QueryParam() query: ListCycles): Promise<Page<Presented<CycleView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('cycles/:cycleId', {
    roles: [...finance.roles, 'payment-system'],
    summary: 'A cycle with its progress',
    errors: { 404: ['CYCLE_NOT_FOUND'] },
  })
  cycle(@QueryParam() query: ReadCycle): Promise<Presented<CycleStory>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('cycles/:cycleId/instructions', {
    roles: ['payment-system'],
    programmeWide: true,
    sends: ['application/x-ndjson'],
    summary:
      'What the payment system is to pay, as NDJSON in the order of instruction; go on after the cursor of the last line',
  })
  instructions(@QueryParam() query: ReadInstructions): Promise<Ndjson<InstructionLine>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('cycles/:cycleId/reconciliation', {
    ...finance,
    summary:
      'The reconciliation report of a cycle: totals by state, reasons, files, breaks with their age; as data, as a page to print (fr, ar, en) or for a spreadsheet',
    sends: ['application/json', 'text/html', 'text/csv'],
    errors: { 404: ['CYCLE_NOT_FOUND'] },
  })
  reconciliation(@QueryParam() query: ReadReconciliation): Promise<ReconciliationAnswer> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments', {
    ...payments,
    summary: 'Payments, in your regions',
    sends: LIST_FORMATS,
  })
  payments(@QueryParam() query: ListPayments): Promise<Page<Presented<PaymentView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/outstanding', {
    ...finance,
    summary: 'What was instructed and is not answered, by the day it was to be executed',
  })
  outstanding(@QueryParam() query: ReadOutstanding): Promise<Items<Presented<Aging>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/totals', { ...finance, summary: 'Payments by region, month and status' })
  totals(@QueryParam() query: ReadTotals): Promise<Items<Presented<RegionTotal>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/:paymentId', {
    ...payments,
    summary: "One payment's whole life",
    errors: { 404: ['PAYMENT_UNKNOWN'] },
  })
  payment(@QueryParam() query: ReadPayment): Promise<Presented<PaymentStory>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('breaks', {
    ...finance,
    summary: 'Contradictions between what was recorded and what was reported',
    sends: LIST_FORMATS,
  })
  breaks(@QueryParam() query: ListBreaks): Promise<Page<Presented<BreakView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('budgets', {
    ...finance,
    summary:
      'Budgets: allotted, reserved, spent and free; they are of no region, so a role that is limited to regions sees none',
  })
  budgets(@QueryParam() query: ListBudgets): Promise<Items<Presented<BudgetView>>> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [DisbursementHttp],
  queryHandlers: disbursementQueryHandlers,
};
