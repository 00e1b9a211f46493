import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import type { Schema } from '../http/openapi.js';
import { CommandParam } from '../http/params.js';
import { WARNINGS } from '../http/warnings.js';
import {
  AbandonCycle,
  ApproveCycle,
  CheckCycle,
  CloseCycle,
  OpenCycle,
  OverrideFinding,
  PrepareCycle,
  ReconcileCycle,
  ReinstructPayments,
  ReleaseCycle,
  ReturnCycle,
} from './cycle.commands.js';

const officer = { roles: ['finance-officer'], programmeWide: true } as const;
const controller = { roles: ['finance-controller'], programmeWide: true } as const;
const response = ['cycleId'];
const text: Schema = { type: 'string' };
const job = ['cycleId', 'jobId'];
const warnedJob = { cycleId: text, jobId: text, warnings: WARNINGS };
const NOT_THERE = { 400: ['INVALID_ID'], 404: ['CYCLE_NOT_FOUND'], 422: ['CYCLE_STATUS'] };

@ApiTags('cycles')
@Controller('cycles')
export class CycleHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('', {
    ...officer,
    summary: 'Open the cycle of a month',
    response,
    status: 201,
    errors: {
      400: ['INVALID_PERIOD'],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['CYCLE_ALREADY_OPEN'],
      422: [
        'NO_POLICY_FOR_PERIOD',
        'PERIOD_TOO_FAR',
        'LATER_CYCLE_STARTED',
        'PROGRAMME_NOT_OPEN',
        'PROGRAMME_CLOSED',
      ],
    },
  })
  open(@CommandParam() command: OpenCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/prepare', {
    ...officer,
    summary:
      'Order a payment for every enrolment payable in the month; goes on in the background, see jobs',
    response: warnedJob,
    status: 202,
    errors: {
      400: ['INVALID_ID'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: [
        'NO_POLICY_FOR_PERIOD',
        'PROGRAMME_NOT_OPEN',
        'PROGRAMME_CLOSED',
        'EARLIER_CYCLE_NOT_PREPARED',
        'LATER_CYCLE_STARTED',
        'PERIOD_TOO_FAR',
        'CYCLE_STATUS',
      ],
    },
  })
  prepare(@CommandParam() command: PrepareCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/check', {
    ...officer,
    summary: 'Check the prepared set again for what the programme configured; in the background',
    response: warnedJob,
    status: 202,
    errors: {
      ...NOT_THERE,
      404: ['CYCLE_NOT_FOUND', 'PROGRAMME_NOT_FOUND'],
      422: ['CYCLE_STATUS', 'NO_POLICY_FOR_PERIOD'],
    },
  })
  check(@CommandParam() command: CheckCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/overrides', {
    ...controller,
    summary:
      'Answer for a finding that blocks the cycle, with a reason; not by who prepared or checked it',
    response,
    errors: {
      400: ['INVALID_ID'],
      403: ['SAME_PERSON'],
      404: ['CYCLE_NOT_FOUND', 'FINDING_NOT_FOUND'],
      409: ['FINDING_ALREADY_OVERRIDDEN'],
      422: ['CYCLE_STATUS', 'FINDING_DOES_NOT_BLOCK'],
    },
  })
  override(@CommandParam() command: OverrideFinding): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/approve', {
    ...controller,
    summary: 'Approve exactly the prepared set and reserve its money; not by who prepared it',
    response: { cycleId: text, warnings: WARNINGS },
    errors: {
      400: ['INVALID_ID'],
      403: ['SAME_PERSON'],
      404: ['CYCLE_NOT_FOUND', 'PROGRAMME_NOT_FOUND', 'BUDGET_NOT_FOUND'],
      409: ['CONTENT_CHANGED', 'CYCLE_ALREADY_APPROVED', 'ALREADY_RESERVED'],
      422: [
        'CYCLE_STATUS',
        'BUDGET_EXCEEDED',
        'CURRENCY_DIFFERS',
        'NOT_CHECKED',
        'FINDINGS_OPEN',
        'NO_POLICY_FOR_PERIOD',
      ],
    },
  })
  approve(@CommandParam() command: ApproveCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/return', {
    ...controller,
    summary:
      'Send a cycle that is being prepared, or is prepared or approved, back; its money is free again',
    response,
    errors: NOT_THERE,
  })
  return(@CommandParam() command: ReturnCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/abandon', {
    ...controller,
    summary:
      'Give up a month that was opened by mistake or cannot be prepared; its orders are cancelled and other months go on',
    response,
    errors: NOT_THERE,
  })
  abandon(@CommandParam() command: AbandonCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/release', {
    ...controller,
    summary:
      'Release the approved set, by a third person; payments are instructed in the background',
    response: warnedJob,
    status: 202,
    errors: {
      ...NOT_THERE,
      403: ['SAME_PERSON'],
      404: ['CYCLE_NOT_FOUND', 'PROGRAMME_NOT_FOUND'],
      409: ['CONTENT_CHANGED', 'CYCLE_ALREADY_RELEASED'],
      422: [...NOT_THERE[422], 'EXECUTION_DATE_ODD', 'PROGRAMME_CLOSED'],
    },
  })
  release(@CommandParam() command: ReleaseCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/reinstructions', {
    ...officer,
    summary: 'Instruct rejected and returned payments again, in the background',
    response: warnedJob,
    status: 202,
    errors: {
      ...NOT_THERE,
      404: ['CYCLE_NOT_FOUND', 'PROGRAMME_NOT_FOUND'],
      422: [...NOT_THERE[422], 'EXECUTION_DATE_ODD'],
    },
  })
  reinstruct(@CommandParam() command: ReinstructPayments): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/reconcile', {
    ...officer,
    summary: 'Record how many payments stand where, to the centime; in the background',
    response: job,
    status: 202,
    errors: NOT_THERE,
  })
  reconcile(@CommandParam() command: ReconcileCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':cycleId/close', {
    ...officer,
    summary: 'Close a reconciled cycle without open breaks; what was not paid is free again',
    response,
    errors: {
      ...NOT_THERE,
      409: ['NOT_RECONCILED', 'SPENDING_NOT_RECORDED', 'REINSTRUCTION_UNDER_WAY'],
      422: [
        'CYCLE_STATUS',
        'NOT_RECONCILED',
        'OPEN_BREAKS',
        'ENTRIES_OPEN',
        'PAYMENTS_OUTSTANDING',
      ],
    },
  })
  close(@CommandParam() command: CloseCycle): Promise<Answer> {
    return this.bus.execute(command);
  }
}
