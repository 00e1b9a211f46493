import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import {
  EndEnrolment,
  MarkRecertificationDue,
  RecertifyEnrolment,
  ReinstateEnrolment,
  ReviseEntitlement,
  SuspendEnrolment,
} from './enrolment.commands.js';

const response = ['programmeId', 'personId'];
/** The answer to what one person proposes and another decides. */
const proposedOr = (decided: string) => ({
  programmeId: { type: 'string' },
  personId: { type: 'string' },
  status: { type: 'string', enum: ['proposed', decided] },
});
const errors = {
  400: ['INVALID_PERIOD', 'INVALID_DATE'],
  403: ['REGION_NOT_ALLOWED'],
  404: ['ENROLMENT_NOT_FOUND'],
  422: ['ENROLMENT_STATUS', 'PERIOD_BEFORE_START'],
};
const ofFacts = {
  ...errors,
  400: [...errors[400], 'FACTS_INVALID'],
  404: [...errors[404], 'PROGRAMME_NOT_FOUND'],
  422: [...errors[422], 'NO_POLICY_FOR_PERIOD'],
};

@ApiTags('enrolments')
@Controller('enrolments/:programmeId/:personId')
export class EnrolmentHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('suspension', {
    roles: ['supervisor'],
    programmeWide: false,
    summary: 'Stop paying from a month on',
    response,
    errors,
  })
  suspend(@CommandParam() command: SuspendEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('reinstatement', {
    roles: ['supervisor'],
    programmeWide: false,
    summary:
      'Pay again from a month on: proposed by one supervisor, and reinstated when another says the same',
    response: proposedOr('reinstated'),
    errors: { ...errors, 422: [...errors[422], 'NOT_ELIGIBLE'] },
  })
  reinstate(@CommandParam() command: ReinstateEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('ending', {
    roles: ['supervisor'],
    programmeWide: false,
    summary: 'End an enrolment after a month',
    response,
    errors,
  })
  end(@CommandParam() command: EndEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('revision', {
    roles: ['supervisor'],
    programmeWide: false,
    summary:
      'Revise the facts, and so the entitlement, from a month on: proposed by one supervisor, and revised when another says the same',
    response: proposedOr('revised'),
    errors: ofFacts,
  })
  revise(@CommandParam() command: ReviseEntitlement): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('recertification-due', {
    roles: ['case-officer'],
    programmeWide: false,
    summary: 'Note that recertification fell due',
    response,
    errors: { ...errors, 409: ['RECERTIFICATION_ALREADY_DUE'] },
  })
  fallDue(@CommandParam() command: MarkRecertificationDue): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('recertification', {
    roles: ['supervisor'],
    programmeWide: false,
    summary:
      'Recertify with the facts as they are now: proposed by one supervisor, and recertified when another says the same',
    response: proposedOr('recertified'),
    errors: ofFacts,
  })
  recertify(@CommandParam() command: RecertifyEnrolment): Promise<Answer> {
    return this.bus.execute(command);
  }
}
