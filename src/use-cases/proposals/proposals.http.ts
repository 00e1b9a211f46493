import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../../http/answer.js';
import { CommandEndpoint } from '../../http/endpoint.js';
import { CommandParam } from '../../http/params.js';
import { WithdrawProposal } from './proposals.commands.js';
import { PROPOSAL_KINDS } from '../../kernel/two-people.js';
import { proposersOf } from './withdraw-proposal.js';

@ApiTags('proposals')
@Controller('proposals')
export class WithdrawalHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('withdrawal', {
    roles: [...new Set(PROPOSAL_KINDS.flatMap((kind) => proposersOf(kind)))],
    programmeWide: false,
    summary:
      'Take back what you proposed yourself and no second person confirmed yet; name what it is about as the list of proposals does. Of one payment, entry or enrolment all your words of the kind go; an account that you registered is closed, and a correction is rejected',
    response: ['kind', 'status'],
    errors: {
      400: ['INVALID_ID'],
      404: [
        'PROGRAMME_NOT_FOUND',
        'ENROLMENT_NOT_FOUND',
        'PERSON_NOT_FOUND',
        'PAYMENT_UNKNOWN',
        'ENTRY_NOT_FOUND',
        'CORRECTION_NOT_FOUND',
        'RECOVERY_NOT_FOUND',
      ],
      409: ['NOTHING_PROPOSED', 'ENTRY_STATUS'],
      422: ['PROGRAMME_CLOSED', 'PERSON_ERASED', 'CORRECTION_STATUS'],
    },
  })
  withdraw(@CommandParam() command: WithdrawProposal): Promise<Answer> {
    return this.bus.execute(command);
  }
}
