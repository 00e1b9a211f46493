import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerOptions, InjectThrottlerStorage, ThrottlerGuard, type ThrottlerModuleOptions, type ThrottlerStorage } from '@nestjs/throttler';
import type { Request } from './call.js';

interface Window { hits: number; endsMs: number }
interface Hits { totalHits: number; timeToExpire: number; isBlocked: boolean; timeToBlockExpire: number }

/** Counts requests in fixed windows of monotonic time. No timer a request, and bounded memory. */
export class WindowStorage implements ThrottlerStorage {
  readonly #windows = new Map<string, Window>();

  constructor(private readonly limitOfKeys = 50_000) {}

  async increment(key: string, ttl: number, limit: number): Promise<Hits> {
    const nowMs = performance.now();
    let window = this.#windows.get(key);
    if (!window || window.endsMs <= nowMs) {
      if (this.#windows.size >= this.limitOfKeys) this.#sweep(nowMs);
      this.#windows.set(key, (window = { hits: 0, endsMs: nowMs + ttl }));
    }
    window.hits += 1;
    const seconds = Math.ceil((window.endsMs - nowMs) / 1000);
    return { totalHits: window.hits, timeToExpire: seconds, isBlocked: window.hits > limit, timeToBlockExpire: seconds };
  }

  #sweep(nowMs: number): void {
    for (const [key, window] of this.#windows) if (window.endsMs <= nowMs) this.#windows.delete(key);
    if (this.#windows.size >= this.limitOfKeys) this.#windows.clear();
  }
}

/** Limits each caller: the token's subject, or the address of who has none. One window for the whole API. */
@Injectable()
export class Throttle extends ThrottlerGuard {
  constructor(@InjectThrottlerOptions() options: ThrottlerModuleOptions, @InjectThrottlerStorage() storage: ThrottlerStorage, @Inject(Reflector) reflector: Reflector) {
    super(options, storage, reflector);
  }
  protected override async getTracker(request: Request): Promise<string> { return request.actor?.id ?? request.ip; }
  protected override generateKey(_: unknown, tracker: string): string { return tracker; }
}
