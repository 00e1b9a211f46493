import helmet from '@fastify/helmet';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** Belong to every answer by themselves, and not to what helmet adds. */
const OWN = new Set(['content-length', 'content-type', 'date', 'connection', 'keep-alive']);

/** Nearly every answer is about somebody: no browser and no proxy keeps any. */
export const NO_STORE = { 'cache-control': 'no-store' };

/**
 * The headers that helmet gives an answer, and that none is kept. They are the same for each, so
 * helmet is asked once, before the start, instead of putting them together anew for every request.
 */
export async function securityHeaders(): Promise<Readonly<Record<string, string>>> {
  const probe = new FastifyAdapter({ skipMiddie: true }).getInstance();
  await probe.register(helmet, {
    // The console and the API's description load only from here; /docs needs its own inline scripts
    // and styles.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xDnsPrefetchControl: false,
    originAgentCluster: false,
    xXssProtection: false,
  });
  probe.get('/', async () => '');
  const { headers } = await probe.inject('/');
  await probe.close();
  const helmets = Object.entries(headers)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(helmets), ...NO_STORE };
}
