import { PROPOSAL_KINDS, type ProposalKind } from '../../src/kernel/two-people.js';
import { OneOf, ProgrammeCode } from '../../src/http/fields.js';
import {
  given,
  ListQuery,
  queryHandler,
  queryHandlers,
  regionsOf,
} from '../../src/http/query-handlers.js';
import { listed } from '../engine/lists.http.js';
import { kindsOf } from './kinds.js';
import { listProposals, waitingSince } from './proposals.queries.js';

export class ListProposals extends ListQuery {
  @OneOf(PROPOSAL_KINDS, { optional: true }) kind?: ProposalKind;
  @ProgrammeCode({ optional: true }) programmeId?: string;
}

export const proposalsQueryHandlers = queryHandlers(
  queryHandler(ListProposals, (query, deps) => {
    const { kind, call } = query;
    const kinds = kindsOf(call.actor.role).filter((one) => kind === undefined || one === kind);
    const filter = { kinds, ...given(query, 'programmeId'), ...regionsOf(query) };
    return listed(
      query,
      deps,
      async (page) => {
        const { items, next } = await listProposals(deps.reads, filter, page);
        const now = deps.clock.now();
        return { items: items.map((one) => waitingSince(one, now)), next };
      },
      [
        'position',
        'kind',
        'programmeId',
        'personId',
        'paymentId',
        'entryId',
        'correctionId',
        'region',
        'proposedBy',
        'proposedAt',
        'ageDays',
        'isStale',
      ],
      'proposals',
    );
  }),
);
