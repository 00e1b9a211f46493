import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import {
  AgreePlan,
  AgreePlans,
  ResumeRecovery,
  SuspendRecovery,
  WaiveOverpayment,
} from './recovery.commands.js';

const response = ['recoveryId'];
const refuses = {
  400: ['INVALID_ID'],
  403: ['REGION_NOT_ALLOWED'],
  404: ['RECOVERY_NOT_FOUND'],
  422: ['RECOVERY_STATUS'],
};
const plan = {
  roles: ['finance-officer'] as const,
  errors: {
    ...refuses,
    400: ['INVALID_ID', 'INVALID_AMOUNT', 'SHARE_OUT_OF_RANGE', 'FLOOR_MISSING'],
    404: ['RECOVERY_NOT_FOUND', 'PROGRAMME_NOT_FOUND'],
  },
};

@ApiTags('recoveries')
@Controller('recoveries/:programmeId')
export class RecoveryHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('plans', {
    ...plan,
    programmeWide: true,
    summary:
      'Agree the same plan with every household that owes and has none; in the background, see jobs',
    response: ['programmeId', 'jobId'],
    status: 202,
  })
  agreeAll(@CommandParam() command: AgreePlans): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/plan', {
    ...plan,
    programmeWide: false,
    summary: 'Agree a plan: a share of each payment, and the floor that the family keeps',
    response,
  })
  agree(@CommandParam() command: AgreePlan): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/suspension', {
    roles: ['supervisor', 'finance-officer'],
    programmeWide: false,
    summary: 'Deduct nothing while an appeal runs',
    response,
    errors: { ...refuses, 409: ['RECOVERY_SUSPENDED'] },
  })
  suspend(@CommandParam() command: SuspendRecovery): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/resumption', {
    roles: ['supervisor', 'finance-officer'],
    programmeWide: false,
    summary: 'Deduct again',
    response,
    errors: { ...refuses, 409: ['RECOVERY_NOT_SUSPENDED'] },
  })
  resume(@CommandParam() command: ResumeRecovery): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/waiver', {
    roles: ['finance-controller', 'finance-officer'],
    programmeWide: false,
    summary:
      'Let the household off, wholly or in part: proposed by one person, and waived once a finance controller says the same amount, who did not agree its plan',
    response: [...response, 'status'],
    errors: {
      ...refuses,
      400: ['INVALID_ID', 'INVALID_AMOUNT', 'AMOUNT_NOT_POSITIVE'],
      403: ['REGION_NOT_ALLOWED', 'SAME_PERSON'],
      422: ['RECOVERY_STATUS', 'WAIVER_EXCEEDS_BALANCE'],
    },
  })
  waive(@CommandParam() command: WaiveOverpayment): Promise<Answer> {
    return this.bus.execute(command);
  }
}
