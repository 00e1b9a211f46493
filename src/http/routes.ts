import type { FastifyInstance } from 'fastify';

/** Which methods an address takes, so that a wrong method is told apart from a wrong address. */
export class Routes {
  readonly #known: { readonly method: string; readonly url: string; readonly pattern: RegExp }[] =
    [];

  /** Notes every route that the server registers from now on. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      if (url.includes('*')) return;
      const pattern = new RegExp(
        `^${url
          .split('/')
          .map((part) =>
            part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
          )
          .join('/')}/?$`,
      );
      for (const one of [method].flat()) this.#known.push({ method: one, url, pattern });
    });
  }

  /** "POST /cycles/:cycleId/prepare" and so on. */
  get all(): readonly string[] {
    return this.#known.map(({ method, url }) => `${method} ${url}`);
  }

  methodsAt(url: string): readonly string[] {
    const path = url.split('?', 1)[0]!;
    return [
      ...new Set(
        this.#known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method),
      ),
    ];
  }
}
