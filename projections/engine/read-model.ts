import type { Type } from '@nestjs/common';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { Projection } from './projection.js';

/** What answers queries to a read model over HTTP. */
export interface ServedReadModel {
  readonly controllers: readonly Type[];
  readonly queryHandlers: readonly Type<IQueryHandler>[];
}

/**
 * A read model: its fold with its tables, and what serves it. The latter is loaded when asked for,
 * so that a thread or a command that only builds read models does not load the web framework.
 */
export interface ReadModel {
  readonly projection: Projection;
  served(): Promise<ServedReadModel>;
}
