import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import {
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

const officer = { by: ['finance-officer'], everywhere: true } as const;
const controller = { by: ['finance-controller'], everywhere: true } as const;
const answers = ['cycleId'];
const job = ['cycleId', 'jobId'];
const NOT_THERE = { 400: ['INVALID_ID'], 404: ['CYCLE_NOT_FOUND'], 422: ['CYCLE_STATUS'] };

@ApiTags('cycles')
@Controller('cycles')
export class CycleHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('', {
    ...officer,
    says: 'Open the cycle of a month',
    answers,
    status: 201,
    refuses: {
      400: ['INVALID_PERIOD'],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['CYCLE_ALREADY_OPEN'],
      422: ['NO_POLICY_FOR_PERIOD'],
    },
  })
  open(@Order() command: OpenCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/prepare', {
    ...officer,
    says: 'Order a payment for every enrolment payable in the month; goes on in the background, see jobs',
    answers: job,
    status: 202,
    refuses: {
      400: ['INVALID_ID'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: ['NO_POLICY_FOR_PERIOD', 'EARLIER_CYCLE_NOT_PREPARED', 'LATER_CYCLE_STARTED'],
    },
  })
  prepare(@Order() command: PrepareCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/check', {
    ...officer,
    says: 'Check the prepared set again for what the programme configured; in the background',
    answers: job,
    status: 202,
    refuses: NOT_THERE,
  })
  check(@Order() command: CheckCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/overrides', {
    ...controller,
    says: 'Answer for a finding that blocks the cycle, with a reason; not by who prepared or checked it',
    answers,
    refuses: {
      400: ['INVALID_ID'],
      403: ['SAME_PERSON'],
      404: ['CYCLE_NOT_FOUND', 'FINDING_NOT_FOUND'],
      409: ['FINDING_ALREADY_OVERRIDDEN'],
      422: ['CYCLE_STATUS', 'FINDING_DOES_NOT_BLOCK'],
    },
  })
  override(@Order() command: OverrideFinding): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/approve', {
    ...controller,
    says: 'Approve exactly the prepared set and reserve its money; not by who prepared it',
    answers,
    refuses: {
      400: ['INVALID_ID'],
      403: ['SAME_PERSON'],
      404: ['CYCLE_NOT_FOUND', 'PROGRAMME_NOT_FOUND', 'BUDGET_NOT_FOUND'],
      409: ['CONTENT_CHANGED', 'CYCLE_ALREADY_APPROVED', 'ALREADY_RESERVED'],
      422: ['CYCLE_STATUS', 'BUDGET_EXCEEDED', 'NOT_CHECKED', 'FINDINGS_OPEN'],
    },
  })
  approve(@Order() command: ApproveCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/return', {
    ...controller,
    says: 'Send a prepared or approved cycle back; its money is free again',
    answers,
    refuses: NOT_THERE,
  })
  return(@Order() command: ReturnCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/release', {
    ...controller,
    says: 'Release the approved set, by a third person; payments are instructed in the background',
    answers: job,
    status: 202,
    refuses: {
      ...NOT_THERE,
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED', 'CYCLE_ALREADY_RELEASED'],
    },
  })
  release(@Order() command: ReleaseCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/reinstructions', {
    ...officer,
    says: 'Instruct rejected and returned payments again, in the background',
    answers: job,
    status: 202,
    refuses: NOT_THERE,
  })
  reinstruct(@Order() command: ReinstructPayments): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/reconcile', {
    ...officer,
    says: 'Record how many payments stand where, to the centime; in the background',
    answers: job,
    status: 202,
    refuses: NOT_THERE,
  })
  reconcile(@Order() command: ReconcileCycle): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':cycleId/close', {
    ...officer,
    says: 'Close a reconciled cycle without open breaks; what was not paid is free again',
    answers,
    refuses: {
      ...NOT_THERE,
      409: ['NOT_RECONCILED', 'SPENDING_NOT_RECORDED'],
      422: [
        'CYCLE_STATUS',
        'NOT_RECONCILED',
        'OPEN_BREAKS',
        'ENTRIES_OPEN',
        'PAYMENTS_OUTSTANDING',
      ],
    },
  })
  close(@Order() command: CloseCycle): Promise<Answer> {
    return this.bus.execute(command);
  }
}
