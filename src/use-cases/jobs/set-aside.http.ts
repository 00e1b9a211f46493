import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../../http/answer.js';
import { Query } from '../../http/call.js';
import { CommandEndpoint, QueryEndpoint } from '../../http/endpoint.js';
import { CommandParam, QueryParam } from '../../http/params.js';
import { isLimited } from '../../http/query-handlers.js';
import { LIST_SET_ASIDE, type ListSetAside, type SetAside } from '../../write-side/set-aside.js';
import { DismissSetAside, RetrySetAside } from './set-aside.commands.js';

export class SetAsideQuery extends Query {}

/** Every event that an automation could not act on. */
export interface SetAsideList {
  readonly items: readonly SetAside[];
}

@ApiTags('operations')
@Controller('automation/set-aside')
export class SetAsideHttp {
  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(LIST_SET_ASIDE) private readonly setAside: ListSetAside,
  ) {}

  @QueryEndpoint('', {
    roles: ['administrator', 'auditor', 'programme-manager', 'finance-controller'],
    summary:
      'Events that automations could not act on and set aside for a person, each with why; a role that is limited to regions sees none',
  })
  async list(@QueryParam() query: SetAsideQuery): Promise<SetAsideList> {
    return { items: isLimited(query) ? [] : await this.setAside() };
  }

  @CommandEndpoint('retry', {
    roles: ['administrator'],
    programmeWide: true,
    summary:
      'Try what was set aside once more, after its cause was mended; in the background, see jobs',
    response: ['jobId'],
    status: 202,
  })
  retry(@CommandParam() command: RetrySetAside): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('dismissal', {
    roles: ['programme-manager', 'finance-controller'],
    programmeWide: true,
    summary:
      'Say that nothing has to come of what was set aside any more; it is dismissed once another person says the same of the same failure, and never tried again',
    response: ['eventId', 'status'],
    errors: { 404: ['NOT_SET_ASIDE'], 422: ['NOT_DISMISSIBLE'] },
  })
  dismiss(@CommandParam() command: DismissSetAside): Promise<Answer> {
    return this.bus.execute(command);
  }
}
