import { Controller, Get, Header, Inject } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import { EVENT_STORE, type EventStore } from '../adapters/event-store/port.js';
import { DomainError } from '../kernel/errors.js';
import { HEALTH_STATUS, type HealthStatus } from '../runtime/health-status.js';
import { Metrics } from '../runtime/metrics.js';
import { Public } from './auth-guard.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';

/** Events that a read model may be behind before the server calls itself not ready. */
const MAX_LAG = 100_000;

@ApiTags('operations')
@SkipThrottle()
@Controller()
export class HealthHttp {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(HEALTH_STATUS) private readonly vitals: HealthStatus,
    @Inject(ProjectionProgress) private readonly followed: ProjectionProgress,
  ) {}

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'The process runs' })
  @ApiOkResponse({ description: 'It does.' })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Public()
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({ summary: 'Commands and queries are answered' })
  @ApiOkResponse({ description: 'Ready.' })
  @ApiServiceUnavailableResponse({ description: 'Not ready; details say what.' })
  async ready(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([() => this.#store(), () => this.#readModels()]);
    } catch {
      throw new DomainError(
        'NOT_READY',
        this.vitals.trouble ?? 'The log or the read models are not ready.',
        'unavailable',
      );
    }
  }

  async #store(): Promise<HealthIndicatorResult> {
    return { log: { status: 'up', position: await this.store.lastPosition() } };
  }

  async #readModels(): Promise<HealthIndicatorResult> {
    const lag = Math.max(0, (await this.store.lastPosition()) - this.followed.position);
    // Positions of a server's log count bytes, not events: there the projector's own health tells.
    const up =
      this.vitals.alive &&
      (this.store.positionGaps === true || lag <= MAX_LAG) &&
      this.vitals.trouble === undefined;
    if (!up) throw new Error('not ready');
    return { readModels: { status: 'up', lag } };
  }
}

@ApiTags('operations')
@SkipThrottle()
@Controller()
export class MetricsHttp {
  constructor(@Inject(Metrics) private readonly meters: Metrics) {}

  @Get('metrics')
  @Public()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Figures for Prometheus' })
  metrics(): Promise<string> {
    return this.meters.registry.metrics();
  }
}
