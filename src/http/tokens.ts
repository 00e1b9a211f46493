import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/decider.js';

/**
 * Says who a bearer token's caller is, or refuses with a DomainError of kind unauthenticated or
 * unavailable.
 */
export type VerifyAuthorization = (authorization: string | undefined) => Promise<Actor>;
export const VERIFY_AUTHORIZATION = Symbol('VerifyAuthorization');

interface Seen {
  readonly actor: Actor;
  readonly untilMs: number;
}

/**
 * Verified tokens are remembered this long, so that one that expired or whose key was withdrawn
 * stops working soon.
 */
const REMEMBER_MS = 10_000;
const REMEMBER = 10_000;

/** Bearer tokens. A token's signature is verified once in ten seconds, not once a request. */
@Injectable()
export class Tokens {
  readonly #seen = new Map<string, Seen>();

  constructor(
    @Inject(VERIFY_AUTHORIZATION) private readonly verifyAuthorization: VerifyAuthorization,
  ) {}

  /** The caller of a token that was verified a moment ago. */
  known(authorization: string | undefined): Actor | undefined {
    if (authorization === undefined) return undefined;
    const seen = this.#seen.get(authorization);
    if (seen && seen.untilMs > performance.now()) return seen.actor;
    if (seen) this.#seen.delete(authorization);
    return undefined;
  }

  /** @throws DomainError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, ISSUER_UNAVAILABLE */
  async verify(authorization: string | undefined): Promise<Actor> {
    const actor = await this.verifyAuthorization(authorization);
    if (this.#seen.size >= REMEMBER) this.#seen.clear();
    this.#seen.set(authorization!, { actor, untilMs: performance.now() + REMEMBER_MS });
    return actor;
  }
}
