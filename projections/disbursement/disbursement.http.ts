import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asks } from '../../src/http/endpoint.js';
import { Asked } from '../../src/http/params.js';
import {
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

const finance = {
  by: ['finance-officer', 'finance-controller', 'programme-manager', 'auditor'],
} as const;
const payments = { by: [...finance.by, 'case-officer', 'supervisor', 'payment-system'] } as const;

@ApiTags('disbursement')
@Controller()
export class DisbursementHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @Asks('cycles', { ...finance, says: 'Cycles with their progress', exports: true })
  cycles(@Asked() query: ListCycles): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('cycles/:cycleId', {
    by: [...finance.by, 'payment-system'],
    says: 'A cycle with its progress',
    refuses: { 404: ['CYCLE_NOT_FOUND'] },
  })
  cycle(@Asked() query: ReadCycle): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('cycles/:cycleId/instructions', {
    by: ['payment-system'],
    everywhere: true,
    says: 'What the payment system is to pay, as NDJSON in the order of instruction; go on after the cursor of the last line',
  })
  instructions(@Asked() query: ReadInstructions): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('cycles/:cycleId/reconciliation', {
    ...finance,
    says: 'The reconciliation report of a cycle: totals by state, reasons, files, breaks with their age; as data, as a page to print (fr, ar, en) or for a spreadsheet',
    refuses: { 404: ['CYCLE_NOT_FOUND'] },
  })
  reconciliation(@Asked() query: ReadReconciliation): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('payments', { ...payments, says: 'Payments, in your regions', exports: true })
  payments(@Asked() query: ListPayments): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('payments/outstanding', {
    ...finance,
    says: 'What was instructed and is not answered, by the day it was to be executed',
  })
  outstanding(@Asked() query: ReadOutstanding): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('payments/totals', { ...finance, says: 'Payments by region, month and status' })
  totals(@Asked() query: ReadTotals): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('payments/:paymentId', {
    ...payments,
    says: "One payment's whole life",
    refuses: { 404: ['PAYMENT_UNKNOWN'] },
  })
  payment(@Asked() query: ReadPayment): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('breaks', {
    ...finance,
    says: 'Contradictions between what was recorded and what was reported',
    exports: true,
  })
  breaks(@Asked() query: ListBreaks): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('budgets', { ...finance, says: 'Budgets: allotted, reserved, spent and free' })
  budgets(@Asked() query: ListBudgets): Promise<unknown> {
    return this.bus.execute(query);
  }
}
