import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import {
  AgreePlan,
  AgreePlans,
  ResumeRecovery,
  SuspendRecovery,
  WaiveOverpayment,
} from './recovery.commands.js';

const answers = ['recoveryId'];
const refuses = {
  400: ['INVALID_ID'],
  403: ['REGION_NOT_ALLOWED'],
  404: ['RECOVERY_NOT_FOUND'],
  422: ['RECOVERY_STATUS'],
};
const plan = {
  by: ['finance-officer'] as const,
  refuses: {
    ...refuses,
    400: ['INVALID_ID', 'INVALID_AMOUNT', 'SHARE_OUT_OF_RANGE', 'FLOOR_MISSING'],
    404: ['RECOVERY_NOT_FOUND', 'PROGRAMME_NOT_FOUND'],
  },
};

@ApiTags('recoveries')
@Controller('recoveries/:programmeId')
export class RecoveryHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('plans', {
    ...plan,
    everywhere: true,
    says: 'Agree the same plan with every household that owes and has none; in the background, see jobs',
    answers: ['programmeId', 'jobId'],
    status: 202,
  })
  agreeAll(@Order() command: AgreePlans): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/plan', {
    ...plan,
    says: 'Agree a plan: a share of each payment, and the floor that the family keeps',
    answers,
  })
  agree(@Order() command: AgreePlan): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/suspension', {
    by: ['supervisor', 'finance-officer'],
    says: 'Deduct nothing while an appeal runs',
    answers,
    refuses: { ...refuses, 409: ['RECOVERY_SUSPENDED'] },
  })
  suspend(@Order() command: SuspendRecovery): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/resumption', {
    by: ['supervisor', 'finance-officer'],
    says: 'Deduct again',
    answers,
    refuses: { ...refuses, 409: ['RECOVERY_NOT_SUSPENDED'] },
  })
  resume(@Order() command: ResumeRecovery): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/waiver', {
    by: ['finance-controller'],
    says: 'Let the household off, wholly or in part; not by who agreed its plan',
    answers,
    refuses: {
      ...refuses,
      400: ['INVALID_ID', 'INVALID_AMOUNT', 'AMOUNT_NOT_POSITIVE'],
      403: ['REGION_NOT_ALLOWED', 'SAME_PERSON'],
      422: ['RECOVERY_STATUS', 'WAIVER_EXCEEDS_BALANCE'],
    },
  })
  waive(@Order() command: WaiveOverpayment): Promise<Answer> {
    return this.bus.execute(command);
  }
}
