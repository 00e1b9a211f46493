import { Inject, Injectable, type Type } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AccessLog } from '../adapters/access-log/port.js';
import type { EventStore } from '../adapters/event-store/port.js';
import type { ReadStore } from '../adapters/read-store/port.js';
import type { Vault } from '../adapters/vault/port.js';
import type { Clock } from '../adapters/clock/port.js';
import { DomainError } from '../kernel/errors.js';
import type { ProgrammeReader } from '../write-side/readers.js';
import { Query } from './call.js';
import { OneOf, Pattern, Text } from './fields.js';
import type { ProjectionProgress } from '../runtime/projection-progress.js';

/** What answers are made from. */
export interface QueryDeps {
  readonly reads: ReadStore;
  readonly store: EventStore;
  readonly vault: Vault;
  readonly programmes: ProgrammeReader;
  readonly clock: Clock;
  readonly access: AccessLog;
  readonly progress: ProjectionProgress;
}
export const QUERY_DEPS = Symbol('QuestionDeps');

/** A question to read models; `after` is a log position that they must have reached. */
export abstract class ReadQuery extends Query {
  @Pattern(/^(-1|[0-9]{1,15})$/, 'a log position', {
    optional: true,
    description:
      'Log position that a command was answered with: the answer includes what it wrote.',
  })
  after?: string;
}

/** A question for a list. */
export abstract class ListQuery extends ReadQuery {
  @Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', {
    optional: true,
    description: 'Rows of a page; default 50.',
  })
  limit?: string;
  @Text({ max: 500, optional: true, description: 'What the page before gave as next.' })
  cursor?: string;
  @OneOf(['json', 'ndjson', 'csv'], { optional: true }) format?: string;

  get page(): { limit?: number; cursor?: string } {
    return {
      ...(this.limit === undefined ? {} : { limit: Number(this.limit) }),
      ...(this.cursor === undefined ? {} : { cursor: this.cursor }),
    };
  }
}

export interface HandledQuery {
  readonly query: Type<Query>;
  readonly work: (query: Query, deps: QueryDeps) => Promise<unknown>;
}
export const queryHandler = <Q extends Query>(
  query: Type<Q>,
  work: (query: Q, deps: QueryDeps) => Promise<unknown>,
): HandledQuery => ({ query, work: (given, deps) => work(given as Q, deps) });

/** Makes the query bus's handlers of a read model. */
export function queryHandlers(...answered: readonly HandledQuery[]): Type<IQueryHandler>[] {
  return answered.map(({ query, work }) => {
    @QueryHandler(query)
    @Injectable()
    class Handler implements IQueryHandler<Query, unknown> {
      constructor(@Inject(QUERY_DEPS) private readonly deps: QueryDeps) {}
      execute(given: Query): Promise<unknown> {
        return work(given, this.deps);
      }
    }
    Object.defineProperty(Handler, 'name', { value: `Answer${query.name}` });
    return Handler;
  });
}

/**
 * What was asked for is there, or it is not (for this caller's regions). @throws DomainError of
 * kind not-found
 */
export function found<T>(value: T | undefined, code: string, what: string): T {
  if (value === undefined) throw new DomainError(code, `There is no such ${what}.`, 'not-found');
  return value;
}

/** Regions of the caller, as the queries take them. */
export const regionsOf = (query: Query): { regions?: readonly string[] } =>
  query.call.actor.regions ? { regions: query.call.actor.regions } : {};

/** Whether the caller sees some regions only, and so nothing of what is of none. */
export const isLimited = ({ call }: Query): boolean => call.actor.regions !== undefined;

/** The fields that were given. */
export function given<T extends object, K extends keyof T & string>(
  query: T,
  ...names: readonly K[]
): { [N in K]?: Exclude<T[N], undefined> } {
  const filter: { [N in K]?: Exclude<T[N], undefined> } = {};
  for (const name of names) {
    const value = query[name];
    if (value !== undefined) filter[name] = value as Exclude<T[K], undefined>;
  }
  return filter;
}
