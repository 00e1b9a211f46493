import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint, type Refusals } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import {
  AmendApplication,
  ApproveApplication,
  DecideAppeal,
  DetermineEligibility,
  LodgeAppeal,
  RecommendApplication,
  RejectApplication,
  ReturnApplication,
  SubmitApplication,
  WithdrawApplication,
} from './application.commands.js';

const response = ['applicationId'];
const refusing = (more: Refusals = {}): Refusals => {
  const common: Refusals = {
    403: ['REGION_NOT_ALLOWED'],
    404: ['APPLICATION_NOT_FOUND'],
    422: ['APPLICATION_STATUS'],
  };
  return Object.fromEntries(
    [...new Set([...Object.keys(common), ...Object.keys(more)])].map((status) => [
      status,
      [...(common[Number(status)] ?? []), ...(more[Number(status)] ?? [])],
    ]),
  );
};

@ApiTags('applications')
@Controller('applications')
export class ApplicationHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('', {
    roles: ['intake'],
    programmeWide: false,
    summary: 'Submit an application for a registered person',
    response,
    status: 201,
    errors: {
      400: ['FACTS_INVALID', 'INVALID_DATE'],
      403: ['REGION_NOT_ALLOWED'],
      404: ['PROGRAMME_NOT_FOUND', 'PERSON_NOT_FOUND'],
      422: [
        'NO_POLICY_FOR_PERIOD',
        'PERSON_ERASED',
        'RECEIVED_IN_FUTURE',
        'BACKDATED_TOO_FAR',
        'PROGRAMME_NOT_OPEN',
        'PROGRAMME_CLOSED',
      ],
    },
  })
  submit(@CommandParam() command: SubmitApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/amend', {
    roles: ['intake'],
    programmeWide: false,
    summary: 'Amend the facts; whatever was determined or recommended falls',
    response,
    errors: refusing({ 400: ['FACTS_INVALID'], 422: ['PERSON_ERASED'] }),
  })
  amend(@CommandParam() command: AmendApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/determination', {
    roles: ['case-officer'],
    programmeWide: false,
    summary: 'Determine eligibility under the policy of the month in which it was received',
    response,
    errors: refusing({ 422: ['NO_POLICY_FOR_PERIOD', 'PERSON_ERASED'] }),
  })
  determine(@CommandParam() command: DetermineEligibility): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/recommendation', {
    roles: ['case-officer'],
    programmeWide: false,
    summary: 'Recommend approval or rejection; not by who submitted or amended it',
    response,
    errors: refusing({
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED'],
      422: ['NOT_DETERMINED', 'NOT_ELIGIBLE', 'PERSON_ERASED'],
    }),
  })
  recommend(@CommandParam() command: RecommendApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/return', {
    roles: ['case-officer', 'supervisor'],
    programmeWide: false,
    summary: 'Send it back, with a reason',
    response,
    errors: refusing(),
  })
  return(@CommandParam() command: ReturnApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/approval', {
    roles: ['supervisor'],
    programmeWide: false,
    summary: 'Approve exactly what was seen; not by who submitted, amended or recommended it',
    response,
    errors: refusing({
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED', 'ALREADY_ENROLLED'],
      422: [
        'NOT_RECOMMENDED_FOR_THIS',
        'NOT_DETERMINED',
        'PERSON_ERASED',
        'PROGRAMME_NOT_OPEN',
        'PROGRAMME_CLOSED',
      ],
    }),
  })
  approve(@CommandParam() command: ApproveApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/rejection', {
    roles: ['supervisor'],
    programmeWide: false,
    summary: 'Reject exactly what was seen; not by who submitted, amended or recommended it',
    response,
    errors: refusing({
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED'],
      422: ['NOT_RECOMMENDED_FOR_THIS', 'NOT_DETERMINED'],
    }),
  })
  reject(@CommandParam() command: RejectApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/withdrawal', {
    roles: ['intake'],
    programmeWide: false,
    summary: "Withdraw it on the applicant's wish",
    response,
    errors: refusing(),
  })
  withdraw(@CommandParam() command: WithdrawApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/appeal', {
    roles: ['intake'],
    programmeWide: false,
    summary: 'Lodge an appeal against a rejection',
    response,
    errors: refusing({ 422: ['APPEAL_TOO_LATE'] }),
  })
  appeal(@CommandParam() command: LodgeAppeal): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':applicationId/appeal-decision', {
    roles: ['supervisor'],
    programmeWide: false,
    summary: 'Uphold or dismiss an appeal; not by who rejected the application',
    response,
    errors: refusing({ 403: ['SAME_PERSON'] }),
  })
  decideAppeal(@CommandParam() command: DecideAppeal): Promise<Answer> {
    return this.bus.execute(command);
  }
}
