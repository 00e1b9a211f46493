import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asks } from '../../src/http/endpoint.js';
import { Asked } from '../../src/http/params.js';
import {
  ListAdjustments,
  ListCorrections,
  ListRecoveries,
  ReadCorrection,
  ReadRecovery,
} from './correction.query-handlers.js';

const finance = {
  by: ['finance-officer', 'finance-controller', 'programme-manager', 'auditor'],
} as const;
const households = { by: [...finance.by, 'case-officer', 'supervisor'] } as const;

@ApiTags('corrections')
@Controller()
export class CorrectionQueriesHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @Asks('corrections', {
    ...finance,
    says: 'Corrections of what was paid, with what they found',
    exports: true,
  })
  corrections(@Asked() query: ListCorrections): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('corrections/:correctionId', {
    ...finance,
    says: 'A correction',
    refuses: { 404: ['CORRECTION_NOT_FOUND'] },
  })
  correction(@Asked() query: ReadCorrection): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('adjustments', {
    ...households,
    says: 'What corrections say of each household, month by month and child by child, in your regions',
    exports: true,
  })
  adjustments(@Asked() query: ListAdjustments): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('recoveries', {
    ...households,
    says: 'What households owe for overpayments, in your regions',
    exports: true,
  })
  recoveries(@Asked() query: ListRecoveries): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('recoveries/:programmeId/:personId', {
    ...households,
    says: "A household's debt and everything that happened to it",
    refuses: { 404: ['RECOVERY_NOT_FOUND'] },
  })
  recovery(@Asked() query: ReadRecovery): Promise<unknown> {
    return this.bus.execute(query);
  }
}
