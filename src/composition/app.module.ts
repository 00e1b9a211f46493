import { join } from 'node:path';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerModule } from '@nestjs/throttler';
import { LoggerModule } from 'nestjs-pino';
import { EventRegistry } from '../../events/registry.js';
import type { ServedReadModel } from '../../projections/engine/read-model.js';
import { systemClock } from '../adapters/clock/system.js';
import { CLOCK } from '../adapters/clock/port.js';
import { openAccessLog } from '../adapters/access-log/sqlite.js';
import type { AccessLog } from '../adapters/access-log/port.js';
import { openDataFolder } from '../adapters/data-folder/file-system.js';
import type { DataFolder } from '../adapters/data-folder/port.js';
import { openEmbeddedLog, type EmbeddedLog } from '../adapters/event-store/sqlite/event-store.js';
import { EVENT_STORE } from '../adapters/event-store/port.js';
import {
  GOVSTACK_BLOCK,
  GOVSTACK_CALLER,
  type GovstackCaller,
} from '../adapters/payment-rail/govstack/port.js';
import { govstackBlockOf, isoRail } from '../adapters/payment-rail/rail.js';
import { messageArchive } from '../adapters/message-archive/file-system.js';
import { MESSAGE_ARCHIVE, type MessageArchive } from '../adapters/message-archive/port.js';
import { openEmbeddedReadStore } from '../adapters/read-store/sqlite/read-store.js';
import type { ReadStore } from '../adapters/read-store/port.js';
import { localIssuer } from '../adapters/signer/local-issuer.js';
import { oidcTrust } from '../adapters/signer/oidc.js';
import { bearerOf, verifyToken } from '../adapters/signer/verify.js';
import { openEmbeddedVault, type EmbeddedVault } from '../adapters/vault/sqlite/vault.js';
import { VAULT } from '../adapters/vault/port.js';
import type { Deps } from '../write-side/context.js';
import { applicationHandlers } from '../use-cases/applications/application.handlers.js';
import { ApplicationHttp } from '../application/application.http.js';
import { bankHandlers } from '../use-cases/statements/statement.handlers.js';
import { BankHttp } from '../use-cases/statements/statement.http.js';
import { budgetHandlers } from '../budget/budget.commands.js';
import { BudgetHttp } from '../budget/budget.http.js';
import type { Config } from './config.js';
import { correctionHandlers } from '../use-cases/corrections/correction.handlers.js';
import { CorrectionHttp } from '../correction/correction.http.js';
import { cycleHandlers } from '../use-cases/cycles/cycle.handlers.js';
import { CycleHttp } from '../cycle/cycle.http.js';
import { enrolmentHandlers } from '../enrolment/enrolment.commands.js';
import { EnrolmentHttp } from '../enrolment/enrolment.http.js';
import { GovstackBatchHttp } from '../use-cases/govstack/batch.http.js';
import { GovstackBeneficiaryHttp } from '../use-cases/govstack/beneficiary.http.js';
import { GovstackCallbackHttp } from '../use-cases/govstack/callback.http.js';
import { paymentHandlers } from '../use-cases/outcomes/payment.handlers.js';
import { PaymentHttp } from '../payment/payment.http.js';
import { personHandlers } from '../use-cases/persons/person.handlers.js';
import { PersonHttp } from '../person/person.http.js';
import { programmeHandlers } from '../programme/programme.commands.js';
import { ProgrammeHttp } from '../programme/programme.http.js';
import { recoveryHandlers } from '../recovery/recovery.commands.js';
import { RecoveryHttp } from '../recovery/recovery.http.js';
import { FeedHttp } from '../http/feed/feed.http.js';
import { CachedProgrammeReader } from '../programme/programme-reader.js';
import { RequestDrain } from '../http/request-drain.js';
import { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';
import { DEPS, CommandExecutor, type CommandPlanDeps } from '../http/command-handlers.js';
import { HealthHttp, MetricsHttp } from '../http/health.http.js';
import { JOBS, type Jobs } from '../write-side/jobs.js';
import { JobsHttp } from '../use-cases/jobs/jobs.http.js';
import { LOG, type Log } from '../runtime/log.js';
import { Metrics } from '../runtime/metrics.js';
import { LogPersonReader } from '../person/person-reader.js';
import { AuthGuard } from '../http/auth-guard.js';
import { QUERY_DEPS, type QueryDeps } from '../http/query-handlers.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { Routes } from '../http/routes.js';
import { HEALTH_STATUS, type HealthStatus } from '../runtime/health-status.js';
import { Throttle, WindowStorage } from '../http/throttle.js';
import { Tokens, VERIFY_AUTHORIZATION, type VerifyAuthorization } from '../http/tokens.js';

/** What the HTTP API stands on, whatever the size. */
export interface Served {
  readonly deps: Deps;
  readonly archive: MessageArchive;
  /** Where messages to payment systems are kept for good. */
  readonly filesDir: string;
  readonly reads: ReadStore;
  readonly access: AccessLog;
  readonly verify: VerifyAuthorization;
}

/** Everything that an embedded server stands on, opened. */
export interface Foundation extends Served {
  readonly folder: DataFolder;
  readonly log: EmbeddedLog;
  readonly vault: EmbeddedVault;
  close(): Promise<void>;
}

/** Chooses the adapters: embedded. @throws StoreError, VaultError, Error of a wrong OIDC option */
export async function openFoundation(config: Config): Promise<Foundation> {
  const folder = await openDataFolder(config.dataDir);
  const opened: { close(): Promise<void> }[] = [folder];
  try {
    const registry = new EventRegistry();
    const log = await openEmbeddedLog(folder.path, { registry });
    opened.unshift(log);
    const vault = await openEmbeddedVault(folder.path, { keysDir: folder.keys });
    opened.unshift(vault);
    const reads = await openEmbeddedReadStore(join(folder.path, 'read.db'), { thread: 'worker' });
    opened.unshift(reads);
    const access = await openAccessLog(folder.path);
    opened.unshift(access);
    return {
      folder,
      log,
      vault,
      reads,
      access,
      filesDir: folder.files,
      archive: messageArchive(join(folder.path, 'archive'), config.messageLimitBytes),
      deps: {
        store: log,
        registry,
        vault,
        clock: systemClock,
        rail: isoRail(folder.files, config.rail),
        locks: new KeyedMutex(),
      },
      verify: await verifierOf(config, folder.keys),
      close: async () => {
        for (const each of opened) await each.close();
      },
    };
  } catch (error) {
    for (const each of opened) await each.close().catch(() => undefined);
    throw error;
  }
}

/**
 * Who is believed: the OIDC issuer of the settings, else the local one whose key is in the folder.
 * @throws Error of a wrong OIDC option
 */
export async function verifierOf(
  { oidc }: Pick<Config, 'oidc'>,
  keysDir: string,
): Promise<VerifyAuthorization> {
  const trust = oidc
    ? oidcTrust({ issuer: oidc.issuer, audience: oidc.audience, jwksUrl: oidc.jwks })
    : (await localIssuer(keysDir)).trust;
  return (authorization) => verifyToken(trust, bearerOf(authorization), systemClock);
}

/** What the shell makes per server and the module hands out. */
export interface Shell {
  readonly log: Log;
  readonly traffic: RequestDrain;
  readonly meters: Metrics;
  readonly routes: Routes;
  readonly followed: ProjectionProgress;
  readonly jobs: Jobs;
  readonly vitals: HealthStatus;
  readonly caller: GovstackCaller;
}

@Module({})
export class AppModule {
  static of(
    config: Config,
    { archive, filesDir, deps, reads, access, verify }: Served,
    shell: Shell,
    readModels: ServedReadModel,
  ): DynamicModule {
    const programmes = new CachedProgrammeReader(deps.store);
    const { followed, jobs } = shell;
    const values: Provider[] = [
      {
        provide: DEPS,
        useValue: {
          ...deps,
          programmes,
          persons: new LogPersonReader(deps.store),
          background: jobs,
        } satisfies CommandPlanDeps,
      },
      {
        provide: QUERY_DEPS,
        useValue: {
          reads,
          store: deps.store,
          vault: deps.vault,
          clock: deps.clock,
          programmes,
          access,
          followed,
        } satisfies QueryDeps,
      },
      { provide: EVENT_STORE, useValue: deps.store },
      { provide: VAULT, useValue: deps.vault },
      { provide: CLOCK, useValue: deps.clock },
      { provide: MESSAGE_ARCHIVE, useValue: archive },
      { provide: GOVSTACK_BLOCK, useValue: govstackBlockOf(filesDir, config.rail) },
      { provide: GOVSTACK_CALLER, useValue: shell.caller },
      { provide: VERIFY_AUTHORIZATION, useValue: verify },
      { provide: LOG, useValue: shell.log },
      { provide: Metrics, useValue: shell.meters },
      { provide: RequestDrain, useValue: shell.traffic },
      { provide: Routes, useValue: shell.routes },
      { provide: ProjectionProgress, useValue: shell.followed },
      { provide: HEALTH_STATUS, useValue: shell.vitals },
      { provide: JOBS, useValue: jobs },
    ];
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        TerminusModule.forRoot({ logger: false }),
        LoggerModule.forRoot({
          pinoHttp: { logger: shell.log, autoLogging: false },
          forRoutes: [],
        }),
        ThrottlerModule.forRoot({
          throttlers: [{ ttl: config.throttle.windowMs, limit: config.throttle.limit }],
          storage: new WindowStorage(),
          setHeaders: true,
        }),
      ],
      controllers: [
        HealthHttp,
        MetricsHttp,
        JobsHttp,
        ProgrammeHttp,
        BudgetHttp,
        PersonHttp,
        ApplicationHttp,
        EnrolmentHttp,
        CycleHttp,
        PaymentHttp,
        BankHttp,
        CorrectionHttp,
        RecoveryHttp,
        GovstackBatchHttp,
        GovstackBeneficiaryHttp,
        GovstackCallbackHttp,
        ...readModels.controllers,
        FeedHttp,
      ],
      providers: [
        ...values,
        CommandExecutor,
        Tokens,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: Throttle },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ...programmeHandlers,
        ...budgetHandlers,
        ...personHandlers,
        ...applicationHandlers,
        ...enrolmentHandlers,
        ...cycleHandlers,
        ...paymentHandlers,
        ...bankHandlers,
        ...correctionHandlers,
        ...recoveryHandlers,
        ...readModels.queryHandlers,
      ],
    };
  }
}

/** A process that serves nobody: its health and its figures, and nothing else. */
@Module({})
export class WatchedModule {
  static of(
    { deps }: Pick<Served, 'deps'>,
    shell: Pick<Shell, 'log' | 'meters' | 'routes' | 'followed' | 'vitals'>,
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
        { provide: Metrics, useValue: shell.meters },
        { provide: ProjectionProgress, useValue: shell.followed },
        { provide: HEALTH_STATUS, useValue: shell.vitals },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: LOG, useValue: shell.log },
        { provide: Routes, useValue: shell.routes },
      ],
    };
  }
}
