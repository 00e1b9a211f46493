import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerException,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Request } from './call.js';

interface Window {
  hits: number;
  endsMs: number;
}
interface Hits {
  totalHits: number;
  timeToExpire: number;
  isBlocked: boolean;
  timeToBlockExpire: number;
}
const KEYS = 50_000;

/** Counts requests in fixed windows of monotonic time. No timer a request, and bounded memory. */
export class WindowStorage implements ThrottlerStorage {
  readonly #windows = new Map<string, Window>();

  async increment(key: string, ttl: number, limit: number): Promise<Hits> {
    return this.count(key, ttl, limit);
  }

  count(key: string, ttlMs: number, limit: number): Hits {
    const nowMs = performance.now();
    let window = this.#windows.get(key);
    if (!window || window.endsMs <= nowMs) {
      if (this.#windows.size >= KEYS) this.#sweep(nowMs);
      window = { hits: 0, endsMs: nowMs + ttlMs };
      this.#windows.set(key, window);
    }
    window.hits += 1;
    const seconds = Math.ceil((window.endsMs - nowMs) / 1_000);
    return {
      totalHits: window.hits,
      timeToExpire: seconds,
      isBlocked: window.hits > limit,
      timeToBlockExpire: seconds,
    };
  }

  #sweep(nowMs: number): void {
    for (const [key, window] of this.#windows)
      if (window.endsMs <= nowMs) this.#windows.delete(key);
    if (this.#windows.size >= KEYS) this.#windows.clear();
  }
}

/** Under which @SkipThrottle() of the module notes what it skips. */
const SKIP = 'THROTTLER:SKIPdefault';

/**
 * Limits each caller: the token's subject, or the address of who has none. One window for the whole
 * API, and one await a request where the module's own guard has eight.
 */
@Injectable()
export class Throttle extends ThrottlerGuard {
  readonly #skips = new Map<unknown, boolean>();
  readonly #counted = new WeakSet<object>();

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() private readonly windows: WindowStorage,
    @Inject(Reflector) reflector: Reflector,
  ) {
    super(options, windows, reflector);
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#isSkipped(context)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!this.#counted.has(request.raw))
      this.count(request.actor?.id ?? request.ip, http.getResponse<FastifyReply>());
    return true;
  }

  /**
   * Before its body is read: whoever asks too often is not read at all. @throws ThrottlerException
   */
  countBeforeBody(caller: string, request: FastifyRequest, reply: FastifyReply): void {
    this.#counted.add(request.raw);
    this.count(caller, reply);
  }

  count(caller: string, reply: FastifyReply): void {
    const { ttl, limit } = this.throttlers[0]!;
    const { isBlocked, timeToBlockExpire } = this.windows.count(caller, Number(ttl), Number(limit));
    if (!isBlocked) return;
    void reply.header('retry-after', timeToBlockExpire);
    throw new ThrottlerException();
  }

  #isSkipped(context: ExecutionContext): boolean {
    const controller = context.getClass();
    const known = this.#skips.get(controller);
    if (known !== undefined) return known;
    const skip = this.reflector.get<boolean>(SKIP, controller) === true;
    this.#skips.set(controller, skip);
    return skip;
  }
}
