import helmet from '@fastify/helmet';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** Belong to every answer by themselves, and not to what helmet adds. */
const OWN = new Set(['content-length', 'content-type', 'date', 'connection', 'keep-alive']);

/**
 * The headers that helmet gives an answer. They are the same for each, so it is asked once, before
 * the start, instead of putting them together anew for every request.
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
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !OWN.has(name))
      .map(([name, value]) => [name, String(value)]),
  );
}
