import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import {
  EndEnrolment,
  MarkRecertificationDue,
  RecertifyEnrolment,
  ReinstateEnrolment,
  ReviseEntitlement,
  SuspendEnrolment,
} from './enrolment.commands.js';

const answers = ['programmeId', 'personId'];
const refuses = {
  400: ['INVALID_PERIOD', 'INVALID_DATE'],
  403: ['REGION_NOT_ALLOWED'],
  404: ['ENROLMENT_NOT_FOUND'],
  422: ['ENROLMENT_STATUS', 'PERIOD_BEFORE_START'],
};
const ofFacts = {
  ...refuses,
  400: [...refuses[400], 'FACTS_INVALID'],
  404: [...refuses[404], 'PROGRAMME_NOT_FOUND'],
  422: [...refuses[422], 'NO_POLICY_FOR_PERIOD'],
};

@ApiTags('enrolments')
@Controller('enrolments/:programmeId/:personId')
export class EnrolmentHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('suspension', {
    by: ['supervisor'],
    says: 'Stop paying from a month on',
    answers,
    refuses,
  })
  suspend(@Order() command: SuspendEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes('reinstatement', {
    by: ['supervisor'],
    says: 'Pay again from a month on',
    answers,
    refuses,
  })
  reinstate(@Order() command: ReinstateEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes('ending', { by: ['supervisor'], says: 'End an enrolment after a month', answers, refuses })
  end(@Order() command: EndEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes('revision', {
    by: ['supervisor'],
    says: 'Revise the facts, and so the entitlement, from a month on',
    answers,
    refuses: ofFacts,
  })
  revise(@Order() command: ReviseEntitlement): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes('recertification-due', {
    by: ['case-officer'],
    says: 'Note that recertification fell due',
    answers,
    refuses: { ...refuses, 409: ['RECERTIFICATION_ALREADY_DUE'] },
  })
  fallDue(@Order() command: MarkRecertificationDue): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes('recertification', {
    by: ['supervisor'],
    says: 'Recertify with the facts as they are now',
    answers,
    refuses: ofFacts,
  })
  recertify(@Order() command: RecertifyEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }
}
