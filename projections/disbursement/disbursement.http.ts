import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { QueryEndpoint } from '../../src/http/endpoint.js';
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

const finance = {
  roles: ['finance-officer', 'finance-controller', 'programme-manager', 'auditor'],
} as const;
const payments = {
  roles: [...finance.roles, 'case-officer', 'supervisor', 'payment-system'],
} as const;

@ApiTags('disbursement')
@Controller()
export class DisbursementHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('cycles', { ...finance, summary: 'Cycles with their progress', exports: true })
  cycles(@QueryParam() query: ListCycles): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('cycles/:cycleId', {
    roles: [...finance.roles, 'payment-system'],
    summary: 'A cycle with its progress',
    errors: { 404: ['CYCLE_NOT_FOUND'] },
  })
  cycle(@QueryParam() query: ReadCycle): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('cycles/:cycleId/instructions', {
    roles: ['payment-system'],
    programmeWide: true,
    summary:
      'What the payment system is to pay, as NDJSON in the order of instruction; go on after the cursor of the last line',
  })
  instructions(@QueryParam() query: ReadInstructions): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('cycles/:cycleId/reconciliation', {
    ...finance,
    summary:
      'The reconciliation report of a cycle: totals by state, reasons, files, breaks with their age; as data, as a page to print (fr, ar, en) or for a spreadsheet',
    errors: { 404: ['CYCLE_NOT_FOUND'] },
  })
  reconciliation(@QueryParam() query: ReadReconciliation): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments', { ...payments, summary: 'Payments, in your regions', exports: true })
  payments(@QueryParam() query: ListPayments): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/outstanding', {
    ...finance,
    summary: 'What was instructed and is not answered, by the day it was to be executed',
  })
  outstanding(@QueryParam() query: ReadOutstanding): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/totals', { ...finance, summary: 'Payments by region, month and status' })
  totals(@QueryParam() query: ReadTotals): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/:paymentId', {
    ...payments,
    summary: "One payment's whole life",
    errors: { 404: ['PAYMENT_UNKNOWN'] },
  })
  payment(@QueryParam() query: ReadPayment): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('breaks', {
    ...finance,
    summary: 'Contradictions between what was recorded and what was reported',
    exports: true,
  })
  breaks(@QueryParam() query: ListBreaks): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('budgets', { ...finance, summary: 'Budgets: allotted, reserved, spent and free' })
  budgets(@QueryParam() query: ListBudgets): Promise<unknown> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [DisbursementHttp],
  queryHandlers: disbursementQueryHandlers,
};
