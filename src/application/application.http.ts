import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes, type Refusals } from '../http/endpoint.js';
import { Order } from '../http/params.js';
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

const answers = ['applicationId'];
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

  @Takes('', {
    by: ['intake'],
    says: 'Submit an application for a registered person',
    answers,
    status: 201,
    refuses: {
      400: ['FACTS_INVALID', 'INVALID_DATE'],
      403: ['REGION_NOT_ALLOWED'],
      404: ['PROGRAMME_NOT_FOUND', 'PERSON_NOT_FOUND'],
      422: ['NO_POLICY_FOR_PERIOD', 'PERSON_ERASED'],
    },
  })
  submit(@Order() command: SubmitApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/amend', {
    by: ['intake'],
    says: 'Amend the facts; whatever was determined or recommended falls',
    answers,
    refuses: refusing({ 400: ['FACTS_INVALID'] }),
  })
  amend(@Order() command: AmendApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/determination', {
    by: ['case-officer'],
    says: 'Determine eligibility under the policy of the month in which it was received',
    answers,
    refuses: refusing({ 422: ['NO_POLICY_FOR_PERIOD'] }),
  })
  determine(@Order() command: DetermineEligibility): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/recommendation', {
    by: ['case-officer'],
    says: 'Recommend approval or rejection; not by who submitted or amended it',
    answers,
    refuses: refusing({
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED'],
      422: ['NOT_DETERMINED', 'NOT_ELIGIBLE'],
    }),
  })
  recommend(@Order() command: RecommendApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/return', {
    by: ['case-officer', 'supervisor'],
    says: 'Send it back, with a reason',
    answers,
    refuses: refusing(),
  })
  return(@Order() command: ReturnApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/approval', {
    by: ['supervisor'],
    says: 'Approve exactly what was seen; not by who submitted, amended or recommended it',
    answers,
    refuses: refusing({
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED'],
      422: ['NOT_RECOMMENDED_FOR_THIS'],
    }),
  })
  approve(@Order() command: ApproveApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/rejection', {
    by: ['supervisor'],
    says: 'Reject exactly what was seen; not by who submitted, amended or recommended it',
    answers,
    refuses: refusing({
      403: ['SAME_PERSON'],
      409: ['CONTENT_CHANGED'],
      422: ['NOT_RECOMMENDED_FOR_THIS'],
    }),
  })
  reject(@Order() command: RejectApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/withdrawal', {
    by: ['intake'],
    says: "Withdraw it on the applicant's wish",
    answers,
    refuses: refusing(),
  })
  withdraw(@Order() command: WithdrawApplication): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/appeal', {
    by: ['intake'],
    says: 'Lodge an appeal against a rejection',
    answers,
    refuses: refusing({ 422: ['APPEAL_TOO_LATE'] }),
  })
  appeal(@Order() command: LodgeAppeal): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':applicationId/appeal-decision', {
    by: ['supervisor'],
    says: 'Uphold or dismiss an appeal; not by who rejected the application',
    answers,
    refuses: refusing({ 403: ['SAME_PERSON'] }),
  })
  decideAppeal(@Order() command: DecideAppeal): Promise<Answer> {
    return this.bus.execute(command);
  }
}
