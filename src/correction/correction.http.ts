import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import { ApproveCorrection, ProposeCorrection, RejectCorrection } from './correction.commands.js';

const response = ['correctionId'];
const errors = { 400: ['INVALID_ID'], 404: ['CORRECTION_NOT_FOUND'], 422: ['CORRECTION_STATUS'] };

@ApiTags('corrections')
@Controller('corrections')
export class CorrectionHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('', {
    roles: ['finance-officer'],
    programmeWide: true,
    summary:
      'Recompute months that were paid and propose what differs; goes on in the background, see jobs',
    response: ['programmeId', 'jobId'],
    status: 202,
    errors: {
      400: ['INVALID_PERIOD', 'LIMIT_EXCEEDED'],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['CORRECTION_OPEN'],
      422: ['NOTHING_PAID', 'PERIODS_OUT_OF_ORDER', 'PROGRAMME_CLOSED'],
    },
  })
  propose(@CommandParam() command: ProposeCorrection): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':correctionId/approve', {
    roles: ['finance-controller'],
    programmeWide: true,
    summary:
      'Approve exactly what was proposed, not by who proposed it: arrears go into the next cycle, overpayments are owed',
    response,
    errors: { ...errors, 403: ['SAME_PERSON'], 409: ['CONTENT_CHANGED', 'PAYMENTS_MOVED'] },
  })
  approve(@CommandParam() command: ApproveCorrection): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':correctionId/reject', {
    roles: ['finance-controller', 'finance-officer'],
    programmeWide: true,
    summary: 'Drop what was proposed',
    response,
    errors,
  })
  reject(@CommandParam() command: RejectCorrection): Promise<Answer> {
    return this.bus.execute(command);
  }
}
