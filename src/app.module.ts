import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerModule } from '@nestjs/throttler';
import { LoggerModule } from 'nestjs-pino';
import { EventRegistry } from '../events/registry.js';
import { systemClock } from './adapters/clock/embedded.js';
import { CLOCK } from './adapters/clock/port.js';
import { openDataFolder } from './adapters/data-folder/embedded.js';
import type { DataFolder } from './adapters/data-folder/port.js';
import { openEmbeddedLog, type EmbeddedLog } from './adapters/event-store/embedded.js';
import { EVENT_STORE } from './adapters/event-store/port.js';
import { paymentFiles } from './adapters/payment-rail/embedded.js';
import { localIssuer } from './adapters/signer/embedded.js';
import { oidcTrust } from './adapters/signer/oidc.js';
import { bearerOf, verifyToken } from './adapters/signer/verify.js';
import { openEmbeddedVault, type EmbeddedVault } from './adapters/vault/embedded.js';
import { VAULT } from './adapters/vault/port.js';
import type { Deps } from './automation/job.js';
import { budgetHandlers } from './budget/budget.commands.js';
import { BudgetHttp } from './budget/budget.http.js';
import type { Config } from './config.js';
import { programmeHandlers } from './programme/programme.commands.js';
import { ProgrammeHttp } from './programme/programme.http.js';
import { Background } from './shell/background.js';
import { KeyedLocks } from './shell/execute.js';
import { DEPS, Executor } from './shell/handlers.js';
import { HealthHttp, MetricsHttp } from './shell/health.http.js';
import { JobsHttp } from './shell/jobs.http.js';
import { LOG, type Log } from './shell/log.js';
import { Meters } from './shell/meters.js';
import { Gate } from './shell/permit.js';
import { ProblemFilter } from './shell/problem-filter.js';
import { Followed } from './shell/reading.js';
import { Routes } from './shell/routes.js';
import { Throttle, WindowStorage } from './shell/throttle.js';
import { Tokens, VERIFY_AUTHORIZATION, type VerifyAuthorization } from './shell/tokens.js';

/** Everything that a server stands on, opened. */
export interface Foundation {
  readonly folder: DataFolder;
  readonly log: EmbeddedLog;
  readonly vault: EmbeddedVault;
  readonly deps: Deps;
  readonly verify: VerifyAuthorization;
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
    const trust = config.oidc
      ? oidcTrust({ issuer: config.oidc.issuer, audience: config.oidc.audience, jwksUrl: config.oidc.jwks })
      : (await localIssuer(folder.keys)).trust;
    return {
      folder, log, vault,
      deps: { store: log, registry, vault, clock: systemClock, rail: paymentFiles(folder.files), locks: new KeyedLocks() },
      verify: (authorization) => verifyToken(trust, bearerOf(authorization), systemClock),
      close: async () => { for (const each of opened) await each.close(); },
    };
  } catch (error) {
    for (const each of opened) await each.close().catch(() => undefined);
    throw error;
  }
}

/** What the shell makes per server and the module hands out. */
export interface Shell { readonly log: Log; readonly meters: Meters; readonly routes: Routes; readonly followed: Followed; readonly background: Background }

@Module({})
export class AppModule {
  static of(config: Config, { deps, verify }: Foundation, shell: Shell): DynamicModule {
    const values: Provider[] = [
      { provide: DEPS, useValue: deps }, { provide: EVENT_STORE, useValue: deps.store }, { provide: VAULT, useValue: deps.vault }, { provide: CLOCK, useValue: deps.clock },
      { provide: VERIFY_AUTHORIZATION, useValue: verify }, { provide: LOG, useValue: shell.log }, { provide: Meters, useValue: shell.meters },
      { provide: Routes, useValue: shell.routes }, { provide: Followed, useValue: shell.followed }, { provide: Background, useValue: shell.background },
    ];
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(), TerminusModule.forRoot({ logger: false }), LoggerModule.forRoot({ pinoHttp: { logger: shell.log, autoLogging: false }, forRoutes: [] }),
        ThrottlerModule.forRoot({ throttlers: [{ ttl: config.throttle.windowMs, limit: config.throttle.limit }], storage: new WindowStorage(), setHeaders: true }),
      ],
      controllers: [HealthHttp, MetricsHttp, JobsHttp, ProgrammeHttp, BudgetHttp],
      providers: [
        ...values, Executor, Tokens,
        { provide: APP_GUARD, useClass: Gate }, { provide: APP_GUARD, useClass: Throttle }, { provide: APP_FILTER, useClass: ProblemFilter },
        ...programmeHandlers, ...budgetHandlers,
      ],
    };
  }
}
