import { LENGTHS } from '../../../kernel/govstack.js';
import { send } from './client.js';
import type { GovstackCaller } from './port.js';

export interface CallbackSettings {
  /** Addresses under which callers may be called back; any other is refused. */
  readonly allowed: readonly string[];
  readonly timeoutMs: number;
  readonly attempts: number;
}

/**
 * Calls back whoever used Sanad as a payments block, at addresses that are allowed only: an address
 * in a request must not make Sanad call whatever its network reaches. What could not be delivered
 * is told once, and asking again delivers it again.
 */
export function callbackSender(
  { allowed, timeoutMs, attempts }: CallbackSettings,
  onTrouble: (what: string, detail: string) => void,
): GovstackCaller {
  const prefixes = allowed.map((each) => new URL(each));
  const under = new Set<Promise<void>>();
  const stopped = new AbortController();
  return {
    allows(url) {
      if (url.length > LENGTHS.callbackUrl || !URL.canParse(url)) return false;
      const requested = new URL(url);
      if (requested.username !== '' || requested.password !== '') return false;
      return prefixes.some(
        ({ origin, pathname }) =>
          requested.origin === origin &&
          (requested.pathname === pathname ||
            requested.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`)),
      );
    },
    tell(what, url, query, body) {
      const address = new URL(url);
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
      const told = send(
        { url: address.href, timeoutMs, attempts },
        { what, method: 'POST', path: '', headers: {}, body: JSON.stringify(body) },
        { signal: stopped.signal },
      )
        .then(
          () => undefined,
          (error: unknown) =>
            onTrouble(what, error instanceof Error ? error.message : 'not delivered'),
        )
        .finally(() => under.delete(told));
      under.add(told);
    },
    async close() {
      stopped.abort(new Error('the server stops'));
      await Promise.all(under);
    },
  };
}
