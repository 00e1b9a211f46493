import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import { EVENT_STORE } from '../adapters/event-store/port.js';
import { BASE_URI } from '../kernel/base-uri.js';
import type { Config } from './config.js';
import type { Served, Shell } from './shell.js';
import { HealthHttp, MetricsHttp } from '../http/health.http.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { Routes } from '../http/routes.js';
import { HEALTH_STATUS } from '../runtime/health-status.js';
import { LOG } from '../runtime/log.js';
import { Metrics } from '../runtime/metrics.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';

/** A process that serves nobody: its health and its figures, and nothing else. */
@Module({})
export class WatchedModule {
  static of(
    { baseUri }: Pick<Config, 'baseUri'>,
    { deps }: Pick<Served, 'deps'>,
    shell: Pick<Shell, 'log' | 'metrics' | 'routes' | 'progress' | 'healthStatus'>,
  ): DynamicModule {
    return {
      module: WatchedModule,
      imports: [
        TerminusModule.forRoot({ logger: false }),
        LoggerModule.forRoot({
          pinoHttp: { logger: shell.log, autoLogging: false },
          forRoutes: [],
        }),
      ],
      controllers: [HealthHttp, MetricsHttp],
      providers: [
        { provide: EVENT_STORE, useValue: deps.store },
        { provide: Metrics, useValue: shell.metrics },
        { provide: ProjectionProgress, useValue: shell.progress },
        { provide: HEALTH_STATUS, useValue: shell.healthStatus },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: BASE_URI, useValue: baseUri },
        { provide: LOG, useValue: shell.log },
        { provide: Routes, useValue: shell.routes },
      ],
    };
  }
}
