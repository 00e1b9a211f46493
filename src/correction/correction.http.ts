import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import { ApproveCorrection, ProposeCorrection, RejectCorrection } from './correction.commands.js';

const answers = ['correctionId'];
const refuses = { 400: ['INVALID_ID'], 404: ['CORRECTION_NOT_FOUND'], 422: ['CORRECTION_STATUS'] };

@ApiTags('corrections')
@Controller('corrections')
export class CorrectionHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('', {
    by: ['finance-officer'],
    everywhere: true,
    says: 'Recompute months that were paid and propose what differs; goes on in the background, see jobs',
    answers: ['programmeId', 'jobId'],
    status: 202,
    refuses: {
      400: ['INVALID_PERIOD', 'LIMIT_EXCEEDED'],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['CORRECTION_OPEN'],
      422: ['NOTHING_PAID', 'PERIODS_OUT_OF_ORDER'],
    },
  })
  propose(@Order() command: ProposeCorrection): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':correctionId/approve', {
    by: ['finance-controller'],
    everywhere: true,
    says: 'Approve exactly what was proposed, not by who proposed it: arrears go into the next cycle, overpayments are owed',
    answers,
    refuses: { ...refuses, 403: ['SAME_PERSON'], 409: ['CONTENT_CHANGED'] },
  })
  approve(@Order() command: ApproveCorrection): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':correctionId/reject', {
    by: ['finance-controller', 'finance-officer'],
    everywhere: true,
    says: 'Drop what was proposed',
    answers,
    refuses,
  })
  reject(@Order() command: RejectCorrection): Promise<Answer> {
    return this.bus.execute(command);
  }
}
