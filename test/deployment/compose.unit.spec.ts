import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ROLE_NAMES } from '../../src/composition/config.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<
    Record<string, { readonly condition: string; readonly required?: boolean }>
  >;
  readonly profiles?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly deploy?: { readonly replicas: number };
  readonly secrets?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ROLES = ROLE_NAMES.filter((name) => name !== 'all');
/** The servers that can keep the log; the profile of the name starts one. */
const LOGS = ['kurrentdb', 'eventstoredb'];
const STORES = ['kafka', ...LOGS, 'postgres'];

/** What dclint does not know of: the promises of docs/deployment.md. */
describe('docker-compose.yml', () => {
  it('runs the stores and every role, two of each', () => {
    expect(Object.keys(compose.services)).toEqual([
      'certificates',
      ...LOGS,
      'kafka',
      'postgres',
      ...ROLES,
    ]);
    for (const role of ROLES) {
      expect(compose.services[role]).toMatchObject({
        command: ['serve', '--role', role],
        deploy: { replicas: 2 },
      });
    }
  });

  it.each(services)(
    'gives %s no privilege, a read-only root and a user of its own',
    (name, service) => {
      expect(service).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        read_only: true,
      });
      expect(service.privileged).toBeUndefined();
      // What makes the certificates once hands them over to the store's user, and has no network.
      if (name === 'certificates')
        expect(service).toMatchObject({ cap_add: ['CHOWN'], network_mode: 'none' });
      else {
        expect(service.cap_add).toBeUndefined();
        expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      }
    },
  );

  it('starts in the order of readiness', () => {
    for (const store of STORES)
      expect(compose.services[store]?.healthcheck?.test.length).toBeGreaterThan(1);
    for (const role of ROLES) {
      const { depends_on: needs, healthcheck } = compose.services[role]!;
      expect(needs).toEqual(
        Object.fromEntries(
          STORES.map((store) => [
            store,
            { condition: 'service_healthy', ...(LOGS.includes(store) && { required: false }) },
          ]),
        ),
      );
      expect(healthcheck?.test.join(' ')).toContain('/health/ready');
    }
    for (const log of LOGS)
      expect(compose.services[log]?.depends_on).toEqual({
        certificates: { condition: 'service_completed_successfully' },
      });
  });

  it('starts one server for the log, by its profile, and speaks to that one', () => {
    for (const [name, { profiles }] of services)
      expect([name, profiles]).toEqual([name, LOGS.includes(name) ? [name] : undefined]);
    for (const role of ROLES) {
      const url = compose.services[role]?.environment?.['EVENTSTORE_URL'];
      expect(url).toMatch(/@\$\{COMPOSE_PROFILES:\?[^}]+\}:2113\?/);
    }
    // The certificate is for whichever it is.
    const names = /-dns-names (\S+)/.exec(
      compose.services['certificates']!.command!.join(' '),
    )?.[1];
    expect(names?.split(',')).toEqual([...LOGS, 'localhost']);
  });

  /**
   * What each server documents, which no tool checks: the user to whom its image's folders belong
   * (KurrentDB's Dockerfile: 1001 since 26.0, 1000 up to 25.1), and the most that MaxAppendSize may
   * be (up to 25.0 more than 16,767,216 keeps the server from starting; from 25.1 on the default is
   * 256 MiB).
   */
  it.each([
    ['kurrentdb', /kurrentdb:26\.0\./, 1001, undefined],
    ['eventstoredb', /eventstore:23\.10\./, 1000, '16767216'],
  ])('runs %s as its image and its version ask', (name, image, user, maxAppendSize) => {
    const service = compose.services[name]!;
    expect(service.image).toMatch(image);
    expect(service.user).toBe(`${user}:${user}`);
    for (const mount of service.tmpfs!.filter((path) => path.includes('uid=')))
      expect(mount).toContain(`uid=${user},gid=${user}`);
    const settings = Object.entries(service.environment!);
    const setting = (suffix: string) => settings.find(([key]) => key.endsWith(suffix))?.[1];
    expect(setting('_MAX_APPEND_SIZE')).toBe(maxAppendSize);
    for (const file of ['_CERTIFICATE_FILE', '_CERTIFICATE_PRIVATE_KEY_FILE'])
      expect(setting(file)).toContain(`/certificates/node-${user}/`);
    expect(compose.services['certificates']!.command!.join()).toMatch(`for user in 1000 1001;`);
  });

  it('publishes the API only, and on 127.0.0.1 only', () => {
    expect(
      services
        .filter(([, { ports }]) => ports !== undefined)
        .map(([name, { ports }]) => [name, ports]),
    ).toEqual([['api', ['127.0.0.1:3000-3001:3000']]]);
    expect(compose.networks['stores']).toEqual({ internal: true });
    for (const store of STORES) expect(compose.services[store]?.networks).toEqual(['stores']);
  });

  it('has no secret of its own, and no default for one', () => {
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET|TOKEN/.test(variable))
          expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{[A-Z_]+:\?[^}]+\}$/)]);
        const userinfo = /:\/\/[^/@]*@/.exec(value)?.[0];
        if (userinfo !== undefined)
          expect([name, userinfo]).toEqual([
            name,
            expect.stringMatching(/^:\/\/[a-z]+:\$\{[A-Z_]+:\?[^}]+\}@$/),
          ]);
      }
    }
    for (const { file } of Object.values(compose.secrets))
      expect(file).toMatch(/^\$\{[A-Z_]+:\?[^}]+\}$/);
    const withDefault = [...text.matchAll(/\$\{([A-Z_]+):?-/g)].map(([, variable]) => variable);
    expect(withDefault).toEqual(['SANAD_OIDC_AUDIENCE']);
  });

  it('pins every image, and keeps what must last in a named volume', () => {
    for (const [, { image }] of services) expect(image).toMatch(/^[a-z0-9./-]+:\d[\w.-]*$/);
    const named = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const store of STORES)
      expect(
        compose.services[store]?.volumes?.some((volume) => volume.startsWith(`${store}-data:`)),
      ).toBe(true);
  });
});

describe('Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stages = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('builds in stages on Node.js 24 slim, and installs what is needed at run time only', () => {
    expect(new Set(stages)).toEqual(new Set(['node:24-slim']));
    expect(stages.length).toBeGreaterThan(1);
    expect(lines.filter((line) => line.startsWith('RUN npm ci'))).toContainEqual(
      expect.stringContaining('--omit=dev'),
    );
    expect(last.filter((line) => /^RUN (npm|apt)/.test(line))).toEqual([]);
  });

  it('runs as node, in production mode, and copies only what is there', () => {
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last.join('\n')).toContain('SANAD_MODE=production');
    const own = last
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .map((line) => line.split(' ')[1]!);
    expect(own.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('keeps secrets and the repository out of the image', () => {
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
    for (const path of ['.env', '.git', 'node_modules', 'secrets']) expect(ignored).toContain(path);
  });
});
