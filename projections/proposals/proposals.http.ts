import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { LIST_FORMATS, QueryEndpoint } from '../../src/http/endpoint.js';
import type { Page } from '../../src/http/exports.js';
import { QueryParam } from '../../src/http/params.js';
import type { ServedReadModel } from '../engine/read-model.js';
import { ROLES } from './kinds.js';
import type { WaitingProposal } from './proposals.queries.js';
import { ListProposals, proposalsQueryHandlers } from './proposals.query-handlers.js';

@ApiTags('proposals')
@Controller('proposals')
export class ProposalsHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('', {
    roles: ROLES,
    summary:
      'What one person said that counts once another says the same, longest waiting first: of the kinds that your role may confirm, in your regions; with how many days it has waited (`isStale` after 30); an auditor sees every kind, and a role that is limited to regions none that concerns all',
    sends: LIST_FORMATS,
  })
  list(@QueryParam() query: ListProposals): Promise<Page<WaitingProposal>> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [ProposalsHttp],
  queryHandlers: proposalsQueryHandlers,
};
