import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { DemoSummary } from '../../src/cli/demo/summary.js';
import { startKafka } from '../support/kafka.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** `.ci/run` asks for the default of both. */
const HOUSEHOLDS = process.env['SANAD_DEMO_HOUSEHOLDS'] ?? '500';
const dir = temporaryFolder('demos');

// Only whether they can be had here: the demo starts its own.
const kafka = await startKafka('the demo at the distributed size');
const postgres = await startPostgres('the demo at the distributed size');
for (const server of [kafka, postgres]) if (server.running) await server.stop();

describe('the main job at both sizes', () => {
  it('has the servers that it needs, or said what is left out', () => {
    for (const server of [kafka, postgres]) requireHere(server);
  });

  if (kafka.running && postgres.running)
    it(`comes to the same totals for ${HOUSEHOLDS} households`, async () => {
      const totals = async (program: string, ...args: string[]) => {
        const { stdout } = await run(
          process.execPath,
          [program, ...args, '--households', HOUSEHOLDS, '--json'],
          {
            maxBuffer: 10_000_000,
            timeout: 1_500_000,
          },
        );
        const { elapsedMs, eventsPerSecond, audit, ...same } = JSON.parse(stdout) as DemoSummary;
        expect(elapsedMs).toBeGreaterThan(0);
        expect(eventsPerSecond).toBeGreaterThan(0);
        expect(audit.violations).toBe(0);
        return same;
      };
      const embedded = await totals(
        at('../../src/cli/main.js'),
        'demo',
        '--data',
        join(dir, 'embedded'),
      );
      const distributed = await totals(at('./demo.js'), '--data', join(dir, 'distributed'));
      expect(distributed).toEqual(embedded);
      expect(distributed.rebuild.identical).toBe(true);
      expect(distributed.households).toBe(Number(HOUSEHOLDS));
    }, 1_800_000);
});
