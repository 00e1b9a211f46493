import { Controller, Get, Header, Inject } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  getSchemaPath,
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
import { failureOf, type AutomationHealth } from '../write-side/set-aside.js';
import { HEALTH_STATUS, type HealthStatus } from '../runtime/health-status.js';
import { Metrics } from '../runtime/metrics.js';
import { Public } from './auth-guard.js';
import { ProblemSchema, type Schema } from './openapi.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';

/** Events that a read model may be behind before the server calls itself not ready. */
const MAX_LAG = 100_000;

/** Events set aside that health names. */
const MAX_NAMED = 20;

const up = (figure: string): Schema => ({
  type: 'object',
  required: ['status', figure],
  properties: { status: { type: 'string', enum: ['up'] }, [figure]: { type: 'integer' } },
});
const details: Schema = {
  type: 'object',
  required: ['log', 'readModels'],
  properties: {
    log: up('position'),
    readModels: up('lag'),
    followers: {
      type: 'object',
      description:
        'Where roles are processes of their own: what of this one follows the log, how far it is from the end in positions, and what stands by because another process is at work.',
      required: ['status', 'lags', 'standingBy'],
      properties: {
        status: { type: 'string', enum: ['up'] },
        lags: { type: 'object', additionalProperties: { type: 'integer' } },
        standingBy: { type: 'array', items: { type: 'string' } },
      },
    },
    automation: {
      type: 'object',
      description:
        'Where the process runs them: events that automations set aside for a person, and automations that fail now.',
      required: ['status', 'setAside', 'behind', 'failing'],
      properties: {
        status: { type: 'string', enum: ['up', 'degraded'] },
        setAside: { type: 'integer' },
        behind: { type: 'integer' },
        failing: {
          type: 'array',
          description:
            'Automations that have failed for a while because something they stand on does (a disk, a server, the vault): nothing is set aside, and each goes on once it is mended. The log says more.',
          items: {
            type: 'object',
            required: ['manager', 'code'],
            properties: { manager: { type: 'string' }, code: { type: 'string' } },
          },
        },
        events: {
          type: 'array',
          description: `The first ${MAX_NAMED} that were set aside; GET /automation/set-aside lists them all, with why.`,
          items: {
            type: 'object',
            required: ['manager', 'position', 'type', 'code'],
            properties: {
              manager: { type: 'string' },
              position: { type: 'integer' },
              type: { type: 'string' },
              code: { type: 'string' },
            },
          },
        },
      },
    },
  },
};
/**
 * As @nestjs/terminus answers where everything is up; degraded where events were set aside for a
 * person, or an automation has failed for a while.
 */
const READY: Schema = {
  type: 'object',
  required: ['status', 'details'],
  properties: {
    status: { type: 'string', enum: ['ok', 'degraded'] },
    info: details,
    error: { type: 'object', maxProperties: 0 },
    details,
  },
};

/** What is not ready, in words for a person. */
class NotReady extends Error {}

type Details = Readonly<Record<string, unknown>>;
interface Readiness {
  readonly status: string;
  readonly info?: Details | undefined;
  readonly error?: Details | undefined;
  readonly details: Details;
}

/**
 * Ready, and somebody has to look: 200 all the same, or one event would take the server from all.
 */
function degraded({ details: given }: HealthCheckResult): Readiness {
  const told = { ...given, automation: { ...given['automation'], status: 'degraded' } };
  return { status: 'degraded', info: told, error: {}, details: told };
}

/**
 * What was set aside, or cannot go on, waits for a person, and all else goes on: so it is said, and
 * the server is ready.
 */
function toldOf(automation: AutomationHealth | undefined): HealthIndicatorResult {
  if (automation === undefined) return {};
  const { setAside, behind, failing } = automation;
  const events = setAside.slice(0, MAX_NAMED).map((one) => ({
    manager: one.manager,
    position: one.position,
    type: one.type,
    code: failureOf(one),
  }));
  return {
    automation: {
      status: 'up',
      setAside: setAside.length,
      behind: behind.length,
      failing: failing.map((one) => ({ manager: one.manager, code: failureOf(one) })),
      ...(events.length > 0 ? { events } : {}),
    },
  };
}

const needsSomebody = ({ setAside, failing }: AutomationHealth): boolean =>
  setAside.length > 0 || failing.length > 0;

@ApiTags('operations')
@SkipThrottle()
@Controller()
export class HealthHttp {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(HEALTH_STATUS) private readonly healthStatus: HealthStatus,
    @Inject(ProjectionProgress) private readonly progress: ProjectionProgress,
  ) {}

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'The process runs' })
  @ApiOkResponse({
    description: 'It does.',
    schema: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['ok'] } },
    },
  })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Public()
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({ summary: 'Commands and queries are answered' })
  @ApiOkResponse({ description: 'Ready.', schema: READY })
  @ApiExtraModels(ProblemSchema)
  @ApiServiceUnavailableResponse({
    description: 'NOT_READY; the detail says what is not.',
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemSchema) } } },
  })
  async ready(): Promise<Readiness> {
    // What is told of it is told of one moment: it may change while the others are asked.
    const { automation } = this.healthStatus;
    try {
      const result = await this.health.check([
        () => this.#store(),
        () => this.#readModels(),
        () => this.#followers(),
        () => toldOf(automation),
      ]);
      return automation && needsSomebody(automation) ? degraded(result) : result;
    } catch (error) {
      const said = error instanceof NotReady ? error.message : undefined;
      throw new DomainError(
        'NOT_READY',
        this.healthStatus.trouble ?? said ?? 'The log or the read models are not ready.',
        'unavailable',
      );
    }
  }

  async #store(): Promise<HealthIndicatorResult> {
    return { log: { status: 'up', position: await this.#logEnd() } };
  }

  async #logEnd(): Promise<number> {
    const { logEnd } = this.healthStatus;
    if (logEnd === undefined) return this.store.lastPosition();
    if (logEnd.position === undefined) throw new NotReady('The log gave no answer for a while.');
    return logEnd.position;
  }

  #followers(): HealthIndicatorResult {
    const { followers } = this.healthStatus;
    if (followers === undefined) return {};
    const { lags, standingBy } = followers;
    return { followers: { status: 'up', lags, standingBy } };
  }

  async #readModels(): Promise<HealthIndicatorResult> {
    const lag = Math.max(0, (await this.#logEnd()) - this.progress.position);
    // Positions of a server's log count bytes, not events: there the projector's own health tells.
    const up =
      this.healthStatus.alive &&
      (this.store.positionGaps === true || lag <= MAX_LAG) &&
      this.healthStatus.trouble === undefined;
    if (!up) throw new Error('not ready');
    const building = (await this.healthStatus.unbuilt?.()) ?? [];
    if (building.length > 0)
      throw new NotReady(`Read models are being built: ${building.join(', ')}.`);
    // A role that answers no queries does not follow how far read models are.
    if (this.healthStatus.followers && !this.healthStatus.unbuilt) return {};
    return { readModels: { status: 'up', lag } };
  }
}

@ApiTags('operations')
@SkipThrottle()
@Controller()
export class MetricsHttp {
  constructor(@Inject(Metrics) private readonly values: Metrics) {}

  @Get('metrics')
  @Public()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Figures for Prometheus' })
  @ApiOkResponse({
    description: "In Prometheus' text format.",
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  metrics(): Promise<string> {
    return this.values.registry.metrics();
  }
}
