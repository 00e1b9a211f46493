import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerModule } from '@nestjs/throttler';
import { LoggerModule } from 'nestjs-pino';
import type { ServedReadModel } from '../../projections/engine/read-model.js';
import { CLOCK } from '../adapters/clock/port.js';
import { EVENT_STORE } from '../adapters/event-store/port.js';
import { MESSAGE_ARCHIVE } from '../adapters/message-archive/port.js';
import { govstackBlockOf } from '../adapters/payment-rail/govstack/open.js';
import { GOVSTACK_BLOCK, GOVSTACK_CALLER } from '../adapters/payment-rail/govstack/port.js';
import { VAULT } from '../adapters/vault/port.js';
import type { Config } from './config.js';
import { EventSchemasHttp } from '../http/event-schemas.http.js';
import { ProblemPagesHttp } from '../http/problem-pages.http.js';
import { FEATURES } from './features.js';
import type { Served, Shell } from './shell.js';
import { AuthGuard } from '../http/auth-guard.js';
import { CommandExecutor, type CommandPlanDeps, DEPS } from '../http/command-handlers.js';
import { FeedHttp } from '../http/feed/feed.http.js';
import { HealthHttp, MetricsHttp } from '../http/health.http.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { QUERY_DEPS, type QueryDeps } from '../http/query-handlers.js';
import { StandingGuard } from '../http/standing-guard.js';
import { RequestDrain } from '../http/request-drain.js';
import { Routes } from '../http/routes.js';
import { Throttle, WindowStorage } from '../http/throttle.js';
import { CALLER_LIMIT } from '../http/token-before-body.js';
import { Tokens, VERIFY_AUTHORIZATION } from '../http/tokens.js';
import { BASE_URI } from '../kernel/base-uri.js';
import { LogPersonReader } from '../person/person-reader.js';
import { CachedProgrammeReader } from '../programme/programme-reader.js';
import { HEALTH_STATUS } from '../runtime/health-status.js';
import { LOG } from '../runtime/log.js';
import { Metrics } from '../runtime/metrics.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { STANDING } from '../runtime/standing.js';
import { LIST_SET_ASIDE } from '../write-side/set-aside.js';
import { policyTrial } from './policy-trial.js';
import { JOBS } from '../write-side/jobs.js';

/** What the HTTP API stands on, under the tokens that ask for it. */
function valuesOf(config: Config, served: Served, shell: Shell): Provider[] {
  const { archive, filesDir, deps, reads, access, verify } = served;
  const { progress, jobs } = shell;
  const programmes = new CachedProgrammeReader(deps.store);
  const persons = new LogPersonReader(deps.store);
  const { store, vault, clock } = deps;
  return [
    {
      provide: DEPS,
      useValue: {
        ...deps,
        programmes,
        persons,
        background: jobs,
        requireFit: policyTrial(),
        setAside: shell.setAside,
      } satisfies CommandPlanDeps,
    },
    {
      provide: QUERY_DEPS,
      useValue: {
        reads,
        store,
        vault,
        clock,
        programmes,
        access,
        progress,
      } satisfies QueryDeps,
    },
    { provide: EVENT_STORE, useValue: store },
    { provide: VAULT, useValue: vault },
    { provide: CLOCK, useValue: clock },
    { provide: MESSAGE_ARCHIVE, useValue: archive },
    { provide: GOVSTACK_BLOCK, useValue: govstackBlockOf(filesDir, config.rail) },
    { provide: GOVSTACK_CALLER, useValue: shell.caller },
    { provide: VERIFY_AUTHORIZATION, useValue: verify },
    { provide: BASE_URI, useValue: config.baseUri },
    { provide: LOG, useValue: shell.log },
    { provide: Metrics, useValue: shell.metrics },
    { provide: RequestDrain, useValue: shell.requestDrain },
    { provide: Routes, useValue: shell.routes },
    { provide: ProjectionProgress, useValue: progress },
    { provide: HEALTH_STATUS, useValue: shell.healthStatus },
    { provide: STANDING, useValue: shell.standing },
    { provide: JOBS, useValue: jobs },
    { provide: LIST_SET_ASIDE, useValue: shell.setAside },
  ];
}

const modulesOf = ({ throttle }: Config, { log }: Shell): NonNullable<DynamicModule['imports']> => [
  CqrsModule.forRoot(),
  TerminusModule.forRoot({ logger: false }),
  LoggerModule.forRoot({ pinoHttp: { logger: log, autoLogging: false }, forRoutes: [] }),
  ThrottlerModule.forRoot({
    throttlers: [{ ttl: throttle.windowMs, limit: throttle.limit }],
    storage: new WindowStorage(),
    setHeaders: true,
  }),
];

/** The HTTP API over what it stands on, whatever the size. */
@Module({})
export class AppModule {
  static of(
    config: Config,
    served: Served,
    shell: Shell,
    readModels: ServedReadModel,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: modulesOf(config, shell),
      controllers: [
        HealthHttp,
        MetricsHttp,
        ProblemPagesHttp,
        EventSchemasHttp,
        ...FEATURES.flatMap(({ controllers }) => controllers),
        ...readModels.controllers,
        FeedHttp,
      ],
      providers: [
        ...valuesOf(config, served, shell),
        CommandExecutor,
        Tokens,
        { provide: APP_GUARD, useClass: AuthGuard },
        Throttle,
        { provide: APP_GUARD, useExisting: Throttle },
        { provide: APP_GUARD, useClass: StandingGuard },
        { provide: CALLER_LIMIT, useExisting: Throttle },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ...FEATURES.flatMap(({ handlers }) => handlers),
        ...readModels.queryHandlers,
      ],
    };
  }
}
