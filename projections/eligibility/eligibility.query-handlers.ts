import { payeeOf } from '../../src/person/payee.rule.js';
import { registeredPerson } from '../../src/person/registered-person.js';
import { DomainError } from '../../src/kernel/errors.js';
import { parseApplicationId, parsePersonId, streams } from '../../src/kernel/ids.js';
import { localDateOf } from '../../src/kernel/time.js';
import { Query } from '../../src/http/call.js';
import { Day, OneOf, Pattern, Period, ProgrammeCode, Text, Uuid } from '../../src/http/fields.js';
import { noteReading } from '../../src/http/personal-data.js';
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
import { countApplications, countEnrolments, type Dimension } from './counts.queries.js';
import { applicationStory, listProgrammes, personOverview } from './eligibility.queries.js';
import type { Language } from './explain.js';
import { listApplications, workQueue } from './queue.queries.js';

const STATUSES = [
  'submitted',
  'determined',
  'recommended',
  'returned',
  'approved',
  'rejected',
  'withdrawn',
  'appealed',
] as const;
const DIMENSIONS = ['programmeId', 'region', 'status', 'failedCriterion', 'month'] as const;
const COLUMNS = [
  'applicationId',
  'programmeId',
  'personId',
  'region',
  'channel',
  'status',
  'receivedOn',
  'dueOn',
  'officer',
  'submittedBy',
  'recommendedBy',
  'recommendation',
  'decidedBy',
  'decidedAt',
  'eligible',
  'failedCriterion',
  'policyVersion',
  'amount',
  'currency',
  'contentHash',
  'startPeriod',
  'appeals',
  'submittedAt',
  'updatedAt',
];

export class ListProgrammes extends ReadQuery {}
export class ListApplications extends ListQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @OneOf(STATUSES, { optional: true }) status?: string;
  @Uuid({ optional: true }) personId?: string;
  @Text({ max: 64, optional: true }) failedCriterion?: string;
  @Day({ optional: true }) receivedFrom?: string;
  @Day({ optional: true }) receivedTo?: string;
}
export class ReadQueue extends ListQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @OneOf(STATUSES, { optional: true }) status?: string;
  @OneOf(['true', 'false'], { optional: true, description: 'Only what the caller acted on last.' })
  mine?: string;
  @OneOf(['true', 'false'], {
    optional: true,
    description: 'Only what the caller may decide: neither submitted nor recommended by them.',
  })
  decidable?: string;
  @OneOf(['true', 'false'], { optional: true }) eligible?: string;
  @Day({
    optional: true,
    description: 'Only what is past its deadline on this day; true with overdue=today.',
  })
  overdueOn?: string;
  @OneOf(['today'], { optional: true }) overdue?: string;
}
export class CountApplications extends ReadQuery {
  @Pattern(/^[A-Za-z]+(,[A-Za-z]+)*$/, `a list of ${DIMENSIONS.join(', ')}`, {
    optional: true,
    example: 'region,status',
  })
  by?: string;
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @OneOf(STATUSES, { optional: true }) status?: string;
  @Period({ optional: true }) fromMonth?: string;
  @Period({ optional: true }) toMonth?: string;
}
export class CountEnrolments extends ReadQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
}
export class ReadApplication extends ReadQuery {
  @OneOf(['fr', 'ar', 'en'], { optional: true, description: 'Of the findings; default fr.' })
  language?: Language;
}
export class ReadPerson extends ReadQuery {}
export class ReadProfile extends Query {}

/** A person's personal fields, opened from the vault for who may read them. */
export interface ProfileView {
  readonly personId: string;
  readonly region: string;
  readonly nationalId?: string;
  readonly name?: string;
  readonly nameArabic?: string;
  readonly phone?: string;
  readonly account: {
    readonly accountId: string;
    readonly kind: string;
    readonly number?: string;
    /** Where the account is not in the person's own name. */
    readonly holder?: string;
  } | null;
}

function dimensions(by: string | undefined): Dimension[] {
  const names = (by ?? 'status').split(',');
  for (const dimension of names)
    if (!(DIMENSIONS as readonly string[]).includes(dimension))
      throw new DomainError(
        'INVALID_FIELD',
        `by is a list of ${DIMENSIONS.join(', ')}.`,
        'invalid',
        'by',
      );
  return names as Dimension[];
}

export const eligibilityQueryHandlers = queryHandlers(
  queryHandler(ListProgrammes, async (_, { reads }) => ({ items: await listProgrammes(reads) })),
  queryHandler(ListApplications, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listApplications(
          deps.reads,
          {
            ...given(
              query,
              'programmeId',
              'status',
              'personId',
              'failedCriterion',
              'receivedFrom',
              'receivedTo',
            ),
            ...regionsOf(query),
          },
          page,
        ),
      COLUMNS,
      'applications',
    ),
  ),
  queryHandler(ReadQueue, (query, deps) => {
    const overdueOn =
      query.overdueOn ??
      (query.overdue === 'today' ? localDateOf(deps.clock.now(), 'UTC') : undefined);
    return listed(
      query,
      deps,
      (page) =>
        workQueue(
          deps.reads,
          {
            ...given(query, 'programmeId'),
            ...regionsOf(query),
            ...(query.status === undefined ? {} : { statuses: [query.status] }),
            ...(query.mine === 'true' ? { officer: query.call.actor.id } : {}),
            ...(query.decidable === 'true' ? { notHandledBy: query.call.actor.id } : {}),
            ...(query.eligible === undefined ? {} : { eligible: query.eligible === 'true' }),
            ...(overdueOn === undefined ? {} : { overdueOn }),
          },
          page,
        ),
      COLUMNS,
      'queue',
    );
  }),
  queryHandler(CountApplications, async (query, { reads }) => ({
    items: await countApplications(reads, dimensions(query.by), {
      ...given(query, 'programmeId', 'fromMonth', 'toMonth'),
      ...(query.status === undefined ? {} : { statuses: [query.status] }),
      ...regionsOf(query),
    }),
  })),
  queryHandler(CountEnrolments, async (query, { reads, programmes }) => ({
    items: await presented(
      await countEnrolments(reads, { ...given(query, 'programmeId'), ...regionsOf(query) }),
      programmes,
    ),
  })),
  queryHandler(ReadApplication, async (query, { reads, programmes }) => {
    const story = found(
      await applicationStory(reads, parseApplicationId(query.param('applicationId')), {
        language: query.language ?? 'fr',
        ...regionsOf(query),
      }),
      'APPLICATION_NOT_FOUND',
      'application',
    );
    return presented({ ...story, programmeId: story.application.programmeId }, programmes);
  }),
  queryHandler(ReadPerson, async (query, { reads, programmes }) =>
    presented(
      found(
        await personOverview(
          reads,
          parsePersonId(query.param('personId')),
          query.call.actor.regions,
        ),
        'PERSON_NOT_FOUND',
        'person',
      ),
      programmes,
    ),
  ),
  queryHandler(ReadProfile, async (query, deps) => {
    const personId = parsePersonId(query.param('personId'));
    const { regions } = query.call.actor;
    const { region, sealed } = await registeredPerson(deps.store, personId, regions);
    const payee = payeeOf(await deps.store.readStream(streams.person(personId)));
    await noteReading(deps, query, 'profile', personId, 1);
    const [profile, account] = await deps.vault.open(payee ? [sealed, payee.sealed] : [sealed]);
    return {
      personId,
      region,
      ...(profile ?? {}),
      account:
        payee && account ? { accountId: payee.accountId, kind: payee.kind, ...account } : null,
    };
  }),
);
