import type { FastifyRequest } from 'fastify';
import type { Actor, Context } from '../kernel/decider.js';
import type { KeptUnder } from './idempotency.js';

/** What a request carries besides its body, read once at the edge. */
export interface Call extends KeptUnder {
  /**
   * Actor, instant, command id (a function of the key that the answer is kept under and of the
   * fingerprint) and correlation.
   */
  readonly context: Context;
  /** Parts of the path. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * A command as it arrives: the request's body, checked against the decorators of its class, and the
 * call that it came in. One class a command; it is what the command bus dispatches on.
 */
export abstract class Command {
  declare readonly call: Call;

  /** A part of the path, which the route guarantees to be there. */
  param(name: string): string {
    const value = this.call.params[name];
    if (value === undefined) throw new Error(`the route has no parameter ${name}`);
    return value;
  }
}

/** A question, with what came in the query string and the path, and who asks. */
export abstract class Query {
  declare readonly call: {
    readonly actor: Actor;
    readonly params: Readonly<Record<string, string>>;
    readonly correlationId: string;
    readonly accept?: string | undefined;
  };

  param(name: string): string {
    const value = this.call.params[name];
    if (value === undefined) throw new Error(`the route has no parameter ${name}`);
    return value;
  }
}

/** Set by the guard on every request that needs a token. */
export interface Authenticated {
  actor?: Actor;
}
export type Request = FastifyRequest & Authenticated;

export function actorOf(request: Request): Actor {
  if (!request.actor)
    throw new Error('the route lets requests in without a token, and asks who calls');
  return request.actor;
}
