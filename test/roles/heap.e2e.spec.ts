import type { ChildProcess } from 'node:child_process';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startKafka } from '../support/kafka.js';
import { killed } from '../support/killed.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';
import { bytesAnEvent, heapOfRoles } from './heap.js';

const EVENTS = 100_000;
/** A page that each page keeps is thousands; what is measured of nothing is a few. */
const MOST_BYTES = 50;
const TIMEOUT_MS = 1_200_000;
const kafka = await startKafka('the heap of each role');
const postgres = await startPostgres('the heap of each role');
const children = new Set<ChildProcess>();

afterAll(async () => {
  await killed(children);
  if (kafka.running) await kafka.stop();
  if (postgres.running) await postgres.stop();
});

it('has the servers that it needs, or said what is left out', () => {
  for (const server of [kafka, postgres]) requireHere(server);
});

it('is known from a heap that grows by it', () => {
  const samples = [5e7, 7e7, 8e7, ...Array.from({ length: 7 }, (_, n) => 9e7 + n * 1e6)];
  expect(bytesAnEvent(samples, EVENTS)).toBeCloseTo(100);
});

if (kafka.running && postgres.running)
  describe('a hundred thousand events', () => {
    it(
      'leave the heap of relay, projector and automation as it was',
      async () => {
        const servers = { databaseUrl: postgres.url, broker: kafka.brokers[0]! };
        const grown = Object.entries(await heapOfRoles(EVENTS, servers, children)).map(
          ([role, samples]) => ({ role, samples, bytes: bytesAnEvent(samples, EVENTS) }),
        );
        expect(grown.map(({ role }) => role)).toEqual(['relay', 'projector', 'automation']);
        expect(grown.filter(({ bytes }) => bytes > MOST_BYTES)).toEqual([]);
      },
      TIMEOUT_MS,
    );
  });
