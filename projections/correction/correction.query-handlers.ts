import {
  parseCorrectionId,
  parsePersonId,
  parseProgrammeId,
  recoveryId,
} from '../../src/kernel/ids.js';
import { OneOf, Pattern, ProgrammeCode, Uuid } from '../../src/http/fields.js';
import { presented } from '../../src/http/present.js';
import {
  queryHandler,
  found,
  given,
  ListQuery,
  queryHandlers,
  ReadQuery,
  regionsOf,
} from '../../src/http/query-handlers.js';
import { listed } from '../engine/lists.http.js';
import { listUncorrected } from './uncorrected.queries.js';
import {
  findCorrection,
  listAdjustments,
  listCorrections,
  listRecoveries,
  recoveryStory,
} from './correction.queries.js';

export class ListCorrections extends ListQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @OneOf(['started', 'proposed', 'settled', 'approved', 'applied', 'rejected'], { optional: true })
  status?: string;
}
export class ReadCorrection extends ReadQuery {}
export class ListAdjustments extends ListQuery {
  @Pattern(/^[a-z][a-z0-9]{1,30}-[0-9]{4}$/, 'a correction id', { optional: true })
  correctionId?: string;
  @Uuid({ optional: true }) personId?: string;
  @OneOf(['proposed', 'established', 'lapsed', 'ordered'], { optional: true }) status?: string;
  @OneOf(['arrears', 'overpayment'], { optional: true }) kind?: 'arrears' | 'overpayment';
}
export class ListRecoveries extends ListQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @OneOf(['open', 'completed'], { optional: true }) status?: string;
  @OneOf(['true', 'false'], { optional: true }) suspended?: string;
  @OneOf(['true', 'false'], { optional: true, description: 'Whether a plan was agreed.' })
  planned?: string;
}
export class ReadRecovery extends ReadQuery {}
export class ListUncorrected extends ListQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @Uuid({ optional: true }) personId?: string;
}

const flag = <K extends string>(name: K, value: string | undefined): { [N in K]?: boolean } =>
  (value === undefined ? {} : { [name]: value === 'true' }) as { [N in K]?: boolean };

export const correctionQueryHandlers = queryHandlers(
  queryHandler(ListCorrections, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listCorrections(
          deps.reads,
          { ...given(query, 'programmeId', 'status'), ...regionsOf(query) },
          page,
        ),
      [
        'correctionId',
        'programmeId',
        'fromPeriod',
        'toPeriod',
        'basis',
        'status',
        'households',
        'arrearsCount',
        'arrears',
        'overpaidCount',
        'overpaid',
        'contentHash',
        'proposedBy',
        'approvedBy',
        'reason',
      ],
      'corrections',
    ),
  ),
  queryHandler(ReadCorrection, async (query, { reads, programmes }) =>
    presented(
      found(
        await findCorrection(reads, parseCorrectionId(query.param('correctionId'))),
        'CORRECTION_NOT_FOUND',
        'correction',
      ),
      programmes,
    ),
  ),
  queryHandler(ListAdjustments, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listAdjustments(
          deps.reads,
          { ...given(query, 'correctionId', 'personId', 'status', 'kind'), ...regionsOf(query) },
          page,
        ),
      [
        'adjustmentId',
        'correctionId',
        'personId',
        'region',
        'status',
        'difference',
        'offset',
        'paymentId',
        'updatedAt',
      ],
      'adjustments',
    ),
  ),
  queryHandler(ListRecoveries, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listRecoveries(
          deps.reads,
          {
            ...given(query, 'programmeId', 'status'),
            ...flag('suspended', query.suspended),
            ...flag('planned', query.planned),
            ...regionsOf(query),
          },
          page,
        ),
      [
        'recoveryId',
        'programmeId',
        'personId',
        'region',
        'status',
        'suspended',
        'overpaid',
        'recovered',
        'waived',
        'balance',
        'sharePercent',
        'floor',
        'updatedAt',
      ],
      'recoveries',
    ),
  ),
  queryHandler(ListUncorrected, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listUncorrected(
          deps.reads,
          { ...given(query, 'programmeId', 'personId'), ...regionsOf(query) },
          page,
        ),
      [
        'paymentId',
        'cycleId',
        'personId',
        'region',
        'status',
        'amount',
        'currency',
        'reason',
        'settledOn',
        'movedPosition',
        'updatedAt',
      ],
      'payments',
    ),
  ),
  queryHandler(ReadRecovery, async (query, { reads, programmes }) => {
    const id = recoveryId(
      parseProgrammeId(query.param('programmeId')),
      parsePersonId(query.param('personId')),
    );
    return presented(
      found(await recoveryStory(reads, id, query.call.actor.regions), 'RECOVERY_NOT_FOUND', 'debt'),
      programmes,
    );
  }),
);
