import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { LIST_FORMATS, QueryEndpoint } from '../../src/http/endpoint.js';
import { QueryParam } from '../../src/http/params.js';
import { EVERYONE } from '../../src/http/auth-guard.js';
import {
  eligibilityQueryHandlers,
  CountApplications,
  CountEnrolments,
  ListApplications,
  ListProgrammes,
  ReadApplication,
  ReadPerson,
  ReadProfile,
  ReadQueue,
} from './eligibility.query-handlers.js';
import type { ServedReadModel } from '../engine/read-model.js';
import type { Items, Page } from '../../src/http/exports.js';
import type { Presented } from '../../src/http/present.js';
import type { ApplicationCount, EnrolmentCount } from './counts.queries.js';
import type { ApplicationStory, PersonView, ProgrammeView } from './eligibility.queries.js';
import type { ProfileView } from './eligibility.query-handlers.js';
import type { ApplicationView } from './queue.queries.js';

const officers = {
  roles: ['intake', 'case-officer', 'supervisor', 'programme-manager', 'auditor'],
} as const;

@ApiTags('eligibility')
@Controller()
export class EligibilityHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('programmes', {
    roles: EVERYONE,
    summary: 'Programmes with their published policies',
  })
  programmes(@QueryParam() query: ListProgrammes): Promise<Items<ProgrammeView>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('applications', {
    ...officers,
    summary: 'Applications, in your regions',
    sends: LIST_FORMATS,
  })
  applications(@QueryParam() query: ListApplications): Promise<Page<Presented<ApplicationView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('applications/queue', {
    ...officers,
    summary: 'What waits for officers, the longest waiting first',
    sends: LIST_FORMATS,
  })
  queue(@QueryParam() query: ReadQueue): Promise<Page<Presented<ApplicationView>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('applications/counts', {
    ...officers,
    summary: 'Applications counted by region, status, reason and month',
  })
  counts(@QueryParam() query: CountApplications): Promise<Items<ApplicationCount>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('applications/:applicationId', {
    ...officers,
    summary: "An application's whole story, its findings in words",
    errors: { 404: ['APPLICATION_NOT_FOUND'] },
  })
  application(
    @QueryParam() query: ReadApplication,
  ): Promise<Presented<ApplicationStory> & { readonly programmeId: string }> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('enrolments/counts', {
    roles: [...officers.roles, 'finance-officer', 'finance-controller'],
    summary: 'Enrolments counted by programme, region and status',
  })
  enrolments(@QueryParam() query: CountEnrolments): Promise<Items<Presented<EnrolmentCount>>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('persons/:personId', {
    ...officers,
    summary: "A person's programmes, applications and payments, without anything personal",
    errors: { 404: ['PERSON_NOT_FOUND'] },
  })
  person(@QueryParam() query: ReadPerson): Promise<Presented<PersonView>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('persons/:personId/profile', {
    roles: ['intake', 'case-officer', 'supervisor', 'auditor'],
    summary: "A person's personal fields from the vault; who reads them is noted",
    errors: { 404: ['PERSON_NOT_FOUND'], 422: ['PERSON_ERASED'] },
  })
  profile(@QueryParam() query: ReadProfile): Promise<ProfileView> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [EligibilityHttp],
  queryHandlers: eligibilityQueryHandlers,
};
