import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { LIST_FORMATS, QueryEndpoint } from '../../src/http/endpoint.js';
import { QueryParam } from '../../src/http/params.js';
import {
  correctionQueryHandlers,
  ListAdjustments,
  ListCorrections,
  ListRecoveries,
  ListUncorrected,
  ReadCorrection,
  ReadRecovery,
} from './correction.query-handlers.js';
import type { ServedReadModel } from '../engine/read-model.js';
import type { Page } from '../../src/http/exports.js';
import type { Presented } from '../../src/http/present.js';
import type { UncorrectedView } from './uncorrected.queries.js';
import type {
  AdjustmentView,
  CorrectionView,
  RecoveryStory,
  RecoveryView,
} from './correction.queries.js';

const finance = {
  roles: ['finance-officer', 'finance-controller', 'programme-manager', 'auditor'],
} as const;
const households = { roles: [...finance.roles, 'case-officer', 'supervisor'] } as const;

@ApiTags('corrections')
@Controller()
export class CorrectionQueriesHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('corrections', {
    ...finance,
    summary:
      'Corrections of what was paid, with what they found; a role that is limited to regions sees those that concern its households, with the sums of these',
    sends: LIST_FORMATS,
  })
  corrections(@QueryParam() query: ListCorrections): Promise<Page<Presented<CorrectionView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('corrections/:correctionId', {
    ...finance,
    programmeWide: true,
    summary: 'A correction',
    errors: { 404: ['CORRECTION_NOT_FOUND'] },
  })
  correction(@QueryParam() query: ReadCorrection): Promise<Presented<CorrectionView>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('adjustments', {
    ...households,
    summary:
      'What corrections say of each household, month by month and child by child, in your regions',
    sends: LIST_FORMATS,
  })
  adjustments(@QueryParam() query: ListAdjustments): Promise<Page<Presented<AdjustmentView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('payments/uncorrected', {
    ...households,
    summary:
      'Payments of closed cycles that did not arrive, came back or were paid after all, and that no correction has looked at since, in your regions',
    sends: LIST_FORMATS,
  })
  uncorrected(@QueryParam() query: ListUncorrected): Promise<Page<Presented<UncorrectedView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('recoveries', {
    ...households,
    summary: 'What households owe for overpayments, in your regions',
    sends: LIST_FORMATS,
  })
  recoveries(@QueryParam() query: ListRecoveries): Promise<Page<Presented<RecoveryView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('recoveries/:programmeId/:personId', {
    ...households,
    summary: "A household's debt and everything that happened to it",
    errors: { 404: ['RECOVERY_NOT_FOUND'] },
  })
  recovery(@QueryParam() query: ReadRecovery): Promise<Presented<RecoveryStory>> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [CorrectionQueriesHttp],
  queryHandlers: correctionQueryHandlers,
};
