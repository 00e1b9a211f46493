import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import { AdjustBudget, AllotBudget } from './budget.commands.js';

const roles = ['finance-officer'] as const;

@ApiTags('budgets')
@Controller('budgets/:programmeId/:fiscalYear')
export class BudgetHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('allotments', {
    roles,
    programmeWide: true,
    summary: 'Allot money to a programme for a fiscal year',
    response: ['budgetId'],
    status: 201,
    errors: {
      400: ['INVALID_AMOUNT', 'UNKNOWN_CURRENCY', 'AMOUNT_NOT_POSITIVE', 'INVALID_FISCAL_YEAR'],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['BUDGET_ALREADY_ALLOTTED'],
      422: ['CURRENCY_DIFFERS', 'BUDGET_TOO_LARGE'],
    },
  })
  allot(@CommandParam() command: AllotBudget): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('adjustments', {
    roles,
    programmeWide: true,
    summary: 'Add to a budget, or take from what is free',
    response: ['budgetId'],
    errors: {
      400: ['INVALID_AMOUNT', 'AMOUNT_NOT_POSITIVE'],
      404: ['BUDGET_NOT_FOUND'],
      422: ['BUDGET_BELOW_COMMITMENTS', 'CURRENCY_DIFFERS', 'BUDGET_TOO_LARGE'],
    },
  })
  adjust(@CommandParam() command: AdjustBudget): Promise<Answer> {
    return this.bus.execute(command);
  }
}
