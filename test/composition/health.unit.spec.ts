import { expect, test } from '@jest/globals';
import type { HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import type { HealthStatus } from '../../src/runtime/health-status.js';
import { LogEnd, OLD_AFTER_MS } from '../../src/runtime/log-end.js';
import { Metrics } from '../../src/runtime/metrics.js';
import { ProjectionProgress } from '../../src/runtime/projection-progress.js';
import type { AutomationHealth } from '../../src/write-side/set-aside.js';
import { MemoryStore } from '../support/memory-store.js';

// What it is made with cannot be loaded while it is being linked.
await import('@nestjs/common');
await import('@nestjs/core');
const { HealthHttp } = await import('../../src/http/health.http.js');

/** As terminus asks: one indicator after the other. */
const asked = {
  async check(indicators) {
    const details = {};
    for (const indicator of indicators)
      if (typeof indicator === 'function') Object.assign(details, await indicator());
    return { status: 'ok', info: details, error: {}, details } as HealthCheckResult;
  },
} as Pick<HealthCheckService, 'check'> as HealthCheckService;

const POISON = {
  eventId: '0badf00d-0000-4000-8000-000000000000',
  manager: 'when-application-approved-then-enrol',
  type: 'ApplicationApproved',
  stream: 'application-gone',
  position: 0,
  reason: 'PERSON_NOT_FOUND: There is no such person.',
};

test('what is told of automation is of one moment, however it changes while the others are asked', async () => {
  let times = 0;
  const status: HealthStatus = {
    alive: true,
    trouble: undefined,
    get automation(): AutomationHealth {
      times += 1;
      return { setAside: times % 2 === 0 ? [POISON] : [], behind: [], failing: [] };
    },
  };
  const http = new HealthHttp(asked, new MemoryStore(), status, new ProjectionProgress([], 1_000));
  for (let n = 0; n < 4; n += 1) {
    const { status: said, details } = await http.ready();
    expect([said, details['automation']]).toMatchObject(
      times % 2 === 0
        ? ['degraded', { status: 'degraded', setAside: 1 }]
        : ['ok', { status: 'up', setAside: 0 }],
    );
  }
  expect(times).toBe(4);
});

test('an automation that has failed for a while is named with why, and the server stays ready', async () => {
  const { manager } = POISON;
  const reason = 'VAULT_CORRUPT: person/1/account/2 was changed.';
  const status: HealthStatus = {
    alive: true,
    trouble: undefined,
    automation: { setAside: [], behind: [manager], failing: [{ manager, reason }] },
  };
  const http = new HealthHttp(asked, new MemoryStore(), status, new ProjectionProgress([], 1_000));
  expect(await http.ready()).toMatchObject({
    status: 'degraded',
    details: {
      automation: {
        status: 'degraded',
        setAside: 0,
        behind: 1,
        failing: [{ manager, code: 'VAULT_CORRUPT' }],
      },
    },
  });
});

/** A server that says nothing: who asks it waits for ever. */
const silent = (): MemoryStore =>
  Object.assign(new MemoryStore(), { lastPosition: () => new Promise<number>(() => undefined) });

test('probes and scrapes of a log that is silent are answered from what was read of it last', async () => {
  let ms = 1_000;
  const logEnd = new LogEnd(() => ms);
  const status: HealthStatus = { alive: true, trouble: undefined, logEnd };
  const http = new HealthHttp(asked, silent(), status, new ProjectionProgress([], 1_000));
  const metrics = new Metrics();
  metrics.relay(
    () => ({ active: true, position: 30, published: 1 }),
    () => logEnd.position,
  );
  const lag = async (): Promise<string | undefined> =>
    /^sanad_relay_lag (.*)$/m.exec(await metrics.registry.metrics())?.[1];
  const refused = { code: 'NOT_READY', detail: 'The log gave no answer for a while.' };
  try {
    await expect(http.ready()).rejects.toMatchObject(refused);
    expect(await lag()).toBe('-1');
    logEnd.keep(42);
    ms += OLD_AFTER_MS;
    expect((await http.ready()).details['log']).toEqual({ status: 'up', position: 42 });
    expect(await lag()).toBe('12');
    ms += 1;
    await expect(http.ready()).rejects.toMatchObject(refused);
    expect(await lag()).toBe('-1');
  } finally {
    metrics.onModuleDestroy();
  }
});

test('a scrape does not wait for a database that is silent', async () => {
  const metrics = new Metrics();
  metrics.callbacks(() => new Promise(() => undefined));
  try {
    expect(await metrics.registry.metrics()).toContain('sanad_callbacks{state="failed"} -1');
  } finally {
    metrics.onModuleDestroy();
  }
});
