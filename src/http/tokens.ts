import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../kernel/decider.js';

/**
 * Says who a bearer token's caller is, or refuses with a DomainError of kind unauthenticated or
 * unavailable.
 */
export type VerifyAuthorization = (authorization: string | undefined) => Promise<Actor>;
export const VERIFY_AUTHORIZATION = Symbol('VerifyAuthorization');

/**
 * Verified tokens are remembered this long, so that one that expired or whose key was withdrawn
 * stops working soon.
 */
const REMEMBER_MS = 10_000;
const REMEMBER = 10_000;

/** Bearer tokens. A token's signature is verified once in ten seconds, not once a request. */
@Injectable()
export class Tokens {
  readonly #seen = new LRUCache<string, Actor>({ max: REMEMBER, ttl: REMEMBER_MS });

  constructor(
    @Inject(VERIFY_AUTHORIZATION) private readonly verifyAuthorization: VerifyAuthorization,
  ) {}

  /** The caller of a token that was verified a moment ago. */
  known(authorization: string | undefined): Actor | undefined {
    return authorization === undefined ? undefined : this.#seen.get(authorization);
  }

  /** @throws DomainError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, ISSUER_UNAVAILABLE */
  async verify(authorization: string | undefined): Promise<Actor> {
    const actor = await this.verifyAuthorization(authorization);
    this.#seen.set(authorization!, actor);
    return actor;
  }
}
