import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsMarkdown } from '../../src/cli/commands/settings.js';
import { loadConfig, settingRows, sizeIn } from '../../src/composition/config.js';
import type { DomainError } from '../../src/kernel/errors.js';

const DISTRIBUTED = {
  SANAD_SIZE: 'distributed',
  EVENTSTORE_URL: 'esdb://localhost:2113',
  DATABASE_URL: 'postgresql://localhost/sanad',
  KAFKA_BROKERS: 'one:9092, two:9092',
};

function refused(env: Readonly<Record<string, string>>): { field?: string; message: string } {
  try {
    loadConfig(env);
  } catch (error) {
    const { code, field, detail } = error as DomainError;
    expect(code).toBe('CONFIG_INVALID');
    return { ...(field === undefined ? {} : { field }), message: detail };
  }
  throw new Error('the settings were taken');
}

describe('settings', () => {
  test('all have a default that is taken', () => {
    expect(loadConfig({})).toEqual({
      dataDir: './data',
      clockLimits: { behindMs: 300_000, aheadDays: 3_650 },
      host: '127.0.0.1',
      port: 3_000,
      mode: 'development',
      baseUri: 'https://sanad.example',
      bodyLimitBytes: 1_048_576,
      messageLimitBytes: 1_073_741_824,
      requestTimeoutMs: 30_000,
      throttle: { limit: 30_000, windowMs: 60_000 },
      readWaitMs: 5_000,
      stopTimeoutMs: 20_000,
      logLevel: 'info',
      role: 'all',
      rail: {},
      callbacks: { allowed: [], timeoutMs: 10_000 },
      background: true,
    });
  });

  test('spaces and empty values are as good as nothing', () => {
    expect(loadConfig({ SANAD_PORT: ' 8080 ', SANAD_HOST: '  ', SANAD_MODE: '' })).toMatchObject({
      port: 8_080,
      host: '127.0.0.1',
      mode: 'development',
    });
  });

  test('every wrong one is named', () => {
    const { field, message } = refused({
      SANAD_PORT: '65536',
      SANAD_LOG_LEVEL: 'loud',
      SANAD_GOVSTACK_URL: 'ftp://block',
      SANAD_ROLE: 'king',
    });
    expect(field).toBe('SANAD_PORT');
    expect(message).toContain('SANAD_PORT must be a whole number from 0 to 65535.');
    expect(message).toContain('SANAD_LOG_LEVEL must be one of trace, debug');
    expect(message).toContain('SANAD_GOVSTACK_URL must be an http or https URL.');
    expect(message).toContain('SANAD_ROLE must be one of all, api');
  });

  test.each([
    ['SANAD_OIDC_ISSUER', { SANAD_MODE: 'production' }],
    ['SANAD_OIDC_ISSUER', { SANAD_OIDC_ISSUER: 'login' }],
    ['SANAD_PORT', { SANAD_PORT: '1e3' }],
    ['SANAD_BASE_URI', { SANAD_BASE_URI: '/sanad' }],
    ['SANAD_BASE_URI', { SANAD_BASE_URI: 'urn:sanad' }],
    ['SANAD_BASE_URI', { SANAD_BASE_URI: 'https://aid.example/?tenant=1' }],
    ['SANAD_BASE_URI', { SANAD_BASE_URI: 'https://aid.example/#top' }],
    ['SANAD_BASE_URI', { SANAD_BASE_URI: 'https://someone@aid.example' }],
    ['SANAD_BACKGROUND', { SANAD_BACKGROUND: 'yes' }],
    ['SANAD_GOVSTACK_CALLBACKS', { SANAD_GOVSTACK_CALLBACKS: 'https://a.example,b' }],
    ['EVENTSTORE_URL', { ...DISTRIBUTED, EVENTSTORE_URL: '' }],
    ['DATABASE_URL', { ...DISTRIBUTED, SANAD_SIZE: '', SANAD_ROLE: 'api', DATABASE_URL: '' }],
    ['KAFKA_BROKERS', { ...DISTRIBUTED, KAFKA_BROKERS: '' }],
    ['KAFKA_BROKERS', { ...DISTRIBUTED, KAFKA_BROKERS: 'localhost' }],
    ['KAFKA_MESSAGE_KEYS', { ...DISTRIBUTED, KAFKA_MESSAGE_KEYS: './no-such-file' }],
    ['KAFKA_PARTITIONS', { ...DISTRIBUTED, KAFKA_PARTITIONS: '1' }],
    ['KAFKA_MIN_IN_SYNC', { ...DISTRIBUTED, KAFKA_REPLICAS: '2', KAFKA_MIN_IN_SYNC: '3' }],
    [
      'SANAD_GOVSTACK_URL',
      { SANAD_GOVSTACK_URL: 'https://block.example', SANAD_BANK_FOLDER: './bank' },
    ],
  ])('a wrong %s is named: %j', (name, env) => {
    expect(refused(env).field).toBe(name);
  });

  test('a role of its own is of the distributed size', () => {
    expect(sizeIn({ ...DISTRIBUTED, SANAD_SIZE: '', SANAD_ROLE: 'relay' })).toEqual({
      role: 'relay',
      clockLimits: { behindMs: 300_000, aheadDays: 3_650 },
      distributed: {
        eventStoreUrl: DISTRIBUTED.EVENTSTORE_URL,
        databaseUrl: DISTRIBUTED.DATABASE_URL,
        kafka: { brokers: ['one:9092', 'two:9092'] },
      },
    });
    expect(sizeIn({})).toEqual({
      role: 'all',
      clockLimits: { behindMs: 300_000, aheadDays: 3_650 },
    });
  });

  test('topics are as the settings say, where they say it', () => {
    const asked = { KAFKA_REPLICAS: '3', KAFKA_MIN_IN_SYNC: '2', KAFKA_PARTITIONS: '24' };
    expect(sizeIn({ ...DISTRIBUTED, ...asked }).distributed?.kafka.layout).toEqual({
      replicas: 3,
      minInSync: 2,
      partitions: 24,
    });
  });

  test('the base of addresses has no slash at its end', () => {
    expect(loadConfig({ SANAD_BASE_URI: 'https://aid.example/sanad/' }).baseUri).toBe(
      'https://aid.example/sanad',
    );
  });

  test('the keys of an issuer are where it says, or in their usual place', () => {
    const env = { SANAD_OIDC_ISSUER: 'https://login.example/aid/' };
    expect(loadConfig(env).oidc?.jwks).toBe('https://login.example/aid/.well-known/jwks.json');
    expect(loadConfig({ ...env, SANAD_OIDC_JWKS: 'https://keys.example/' }).oidc?.jwks).toBe(
      'https://keys.example/',
    );
  });
});

describe('the table of settings', () => {
  test('docs/settings.md is fresh: `node bin/sanad.mjs settings --markdown > docs/settings.md`', () => {
    expect(readFileSync(join(process.cwd(), 'docs/settings.md'), 'utf8')).toBe(settingsMarkdown());
  });

  test('has every variable that the documentation speaks of', () => {
    const names = new Set(settingRows().map(({ name }) => name));
    const docs = join(process.cwd(), 'docs');
    const spoken = readdirSync(docs, { recursive: true, encoding: 'utf8' })
      // How many of each the tests try is for who runs them to say.
      .filter((file) => file.endsWith('.md') && file !== 'testing.md')
      .flatMap((file) => [
        ...readFileSync(join(docs, file), 'utf8').matchAll(/`(SANAD_[A-Z0-9_]+[A-Z0-9])`/g),
      ])
      .map(([, name]) => name!);
    expect(spoken.filter((name) => !names.has(name))).toEqual([]);
    expect(new Set(settingRows().map(({ meaning }) => meaning)).size).toBe(names.size);
  });
});
