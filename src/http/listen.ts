import type { Server } from 'node:http';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import type { HttpSettings } from './settings.js';
import { closeIdle, drain, RequestDrain } from './request-drain.js';
import type { Log } from '../runtime/log.js';
import type { Metrics } from '../runtime/metrics.js';
import { describeApi } from './openapi.js';
import type { Routes } from './routes.js';
import { makeAdapter, prepareServer } from './server.js';

export interface RunningServer {
  readonly url: string;
  /** Every endpoint, for example "POST /cycles/:cycleId/prepare". */
  readonly routes: readonly string[];
  /**
   * Stops accepting, answers what was asked, ends background work at a safe point, closes the log.
   * Idempotent.
   */
  close(): Promise<void>;
  /** Resolves when the server can no longer do its work and should be stopped. */
  readonly failed: Promise<void>;
}

export interface Listening {
  readonly url: string;
  /** Stops accepting, and answers what was asked for as long as the limit lets it. */
  close(limitMs: number): Promise<void>;
}

/**
 * Serves a module over HTTP as every process of ours does. @throws the error of a port that is
 * taken
 */
export async function listen(
  module: DynamicModule,
  config: HttpSettings,
  {
    log,
    metrics,
    routes,
    requestDrain = new RequestDrain(),
  }: {
    readonly log: Log;
    readonly metrics: Metrics;
    readonly routes: Routes;
    readonly requestDrain?: RequestDrain;
  },
  {
    hasApi = true,
  }: {
    /** Whether the module serves the API: it is described, and bodies need a token. */
    readonly hasApi?: boolean;
  } = {},
): Promise<Listening> {
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    makeAdapter(config, routes),
    { bufferLogs: true, abortOnError: false, bodyParser: false },
  );
  const close = async (limitMs: number): Promise<void> => {
    const server: Server = app.getHttpServer();
    await drain(server, requestDrain, limitMs);
    const stop = closeIdle(server);
    // Who never ends a request keeps its connection: Node looks for slow ones no more once it
    // closes.
    const cut = setTimeout(() => server.closeAllConnections(), limitMs / 2);
    await app.close();
    clearTimeout(cut);
    stop();
  };
  try {
    app.useLogger(quieter(app.get(Logger)));
    await prepareServer(app, log, metrics, requestDrain, hasApi);
    if (hasApi) describeApi(app, config.baseUri);
    await app.listen(config.port, config.host);
    return { url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close };
  } catch (error) {
    await close(0).catch(() => undefined);
    throw error;
  }
}

/** The framework's tale of its own start is for debugging. */
const quieter = (logger: Logger): LoggerService => ({
  log: (message: unknown, ...rest: unknown[]) => logger.debug(message, ...rest),
  debug: (message: unknown, ...rest: unknown[]) => logger.debug(message, ...rest),
  warn: (message: unknown, ...rest: unknown[]) => logger.warn(message, ...rest),
  error: (message: unknown, ...rest: unknown[]) => logger.error(message, ...rest),
});
