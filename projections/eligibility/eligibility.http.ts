import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asks } from '../../src/http/endpoint.js';
import { Asked } from '../../src/http/params.js';
import { EVERYONE } from '../../src/http/auth-guard.js';
import {
  CountApplications,
  CountEnrolments,
  ListApplications,
  ListProgrammes,
  ReadApplication,
  ReadPerson,
  ReadProfile,
  ReadQueue,
} from './eligibility.query-handlers.js';

const officers = {
  by: ['intake', 'case-officer', 'supervisor', 'programme-manager', 'auditor'],
} as const;

@ApiTags('eligibility')
@Controller()
export class EligibilityHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @Asks('programmes', { by: EVERYONE, says: 'Programmes with their published policies' })
  programmes(@Asked() query: ListProgrammes): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('applications', { ...officers, says: 'Applications, in your regions', exports: true })
  applications(@Asked() query: ListApplications): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('applications/queue', {
    ...officers,
    says: 'What waits for officers, the longest waiting first',
    exports: true,
  })
  queue(@Asked() query: ReadQueue): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('applications/counts', {
    ...officers,
    says: 'Applications counted by region, status, reason and month',
  })
  counts(@Asked() query: CountApplications): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('applications/:applicationId', {
    ...officers,
    says: "An application's whole story, its findings in words",
    refuses: { 404: ['APPLICATION_NOT_FOUND'] },
  })
  application(@Asked() query: ReadApplication): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('enrolments/counts', {
    by: [...officers.by, 'finance-officer', 'finance-controller'],
    says: 'Enrolments counted by programme, region and status',
  })
  enrolments(@Asked() query: CountEnrolments): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('persons/:personId', {
    ...officers,
    says: "A person's programmes, applications and payments, without anything personal",
    refuses: { 404: ['PERSON_NOT_FOUND'] },
  })
  person(@Asked() query: ReadPerson): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('persons/:personId/profile', {
    by: ['intake', 'case-officer', 'supervisor', 'auditor'],
    says: "A person's personal fields from the vault; who reads them is noted",
    refuses: { 403: ['REGION_NOT_ALLOWED'], 404: ['PERSON_NOT_FOUND'], 422: ['PERSON_ERASED'] },
  })
  profile(@Asked() query: ReadProfile): Promise<unknown> {
    return this.bus.execute(query);
  }
}
