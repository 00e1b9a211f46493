import {
  createParamDecorator,
  Injectable,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { Inject } from '@nestjs/common';
import { CLOCK, type Clock } from '../adapters/clock/port.js';
import { VAULT } from '../adapters/vault/port.js';
import type { Actor } from '../kernel/decider.js';
import { actorOf, type Call, type Command, type Query, type Request } from './call.js';
import { namesOf, parseIdempotencyKey, type Hashing } from './idempotency.js';
import { ReadQuery } from './query-handlers.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { validated } from './validate.js';

/** What a command is made of, whatever it came over. */
interface CommandRequest {
  readonly actor: Actor;
  /** As the client gave it. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly correlationId: string;
}

/**
 * Makes a command: the body checked against its class, and the call that it came in.
 * @throws InvalidRequest
 */
export function commandOf<C extends Command>(
  type: Type<C>,
  { actor, key, method, path, params, body, correlationId }: CommandRequest,
  { now, hashing }: { readonly now: string; readonly hashing: Hashing },
): C {
  const command = validated(type, body);
  const { commandId, ...kept } = namesOf(hashing, actor, key, { method, path, body });
  const call: Call = { context: { actor, now, commandId, correlationId }, params, ...kept };
  Object.defineProperty(command, 'call', { value: call });
  return command;
}

/** Makes the command of a request. */
@Injectable()
class CommandPipe implements PipeTransform<Request, Command> {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(VAULT) private readonly hashing: Hashing,
  ) {}

  transform(request: Request, { metatype }: ArgumentMetadata): Command {
    return commandOf(
      metatype as Type<Command>,
      {
        actor: actorOf(request),
        key: parseIdempotencyKey(request.headers['idempotency-key']),
        method: request.method,
        path: pathOf(request.url),
        params: request.params as Record<string, string>,
        body: request.body ?? {},
        correlationId: request.id,
      },
      { now: this.clock.now(), hashing: this.hashing },
    );
  }
}

/**
 * Makes the question of a request: its query string checked against the class of the parameter;
 * waits for the read models.
 */
@Injectable()
class QueryPipe implements PipeTransform<Request, Promise<Query>> {
  constructor(@Inject(ProjectionProgress) private readonly progress: ProjectionProgress) {}

  async transform(request: Request, { metatype }: ArgumentMetadata): Promise<Query> {
    const query = validated(metatype as Type<Query>, { ...(request.query as object) });
    Object.defineProperty(query, 'call', {
      value: {
        actor: actorOf(request),
        params: request.params as Record<string, string>,
        correlationId: request.id,
        accept: request.headers.accept,
      },
    });
    if (query instanceof ReadQuery && query.after !== undefined)
      await this.progress.reached(Number(query.after));
    return query;
  }
}

const pathOf = (url: string): string => {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
};

const requestOf = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<Request>(),
);

/** The command that a request is, of the parameter's class. */
export const CommandParam = (): ParameterDecorator => requestOf(CommandPipe);
/** The question that a request is, of the parameter's class. */
export const QueryParam = (): ParameterDecorator => requestOf(QueryPipe);
