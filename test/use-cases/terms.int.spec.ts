import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import {
  instructCycle,
  type InstructSummary,
} from '../../src/process-managers/when-cycle-released-then-instruct.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { sha256Hex } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { answers, enrolled, PROGRAMME } from './month.js';
import { interruptedUntilDone } from './set.js';
import { as, job, newWorld, type World, byManagers } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
const account = (
  accountId: string,
  more: Partial<EventData['PaymentTermsSet']['accounts'][number]>,
): EventData['PaymentTermsSet']['accounts'][number] => ({
  accountId,
  name: 'Trésorerie fictive',
  bic: 'SNADMAMR',
  kind: 'iban',
  number: asdProgramme.debtor.iban,
  format: 'pain.001.001.09',
  characters: 'unicode',
  maxPerFile: 40,
  ...more,
});
const TERMS: Omit<EventData['PaymentTermsSet'], 'programmeId'> = {
  remittance: 'Aide sociale {programme} · {period}',
  accounts: [
    account('CASH', {
      payeeKinds: ['cash', 'wallet'],
      format: 'pain.001.001.03',
      characters: 'latin',
      maxPerFile: 7,
    }),
    account('NORD', {
      regions: ['MA-01', 'MA-02', 'MA-03'],
      kind: 'rib',
      number: asdProgramme.debtor.iban.slice(4),
      initiatorId: 'ASD-NORD',
      maxPerFile: 11,
    }),
  ],
};

async function releasedWith(world: World, terms: typeof TERMS): Promise<void> {
  const { engine } = world;
  await enrolled(engine, 150);
  await setTerms(world, terms, 'first');
  const { contentHash } = await prepareCycle(
    engine,
    { programmeId: PROGRAMME, period: PERIOD },
    job(engine, 'finance'),
  );
  await approveCycle(engine, { cycleId: CYCLE, contentHash }, as(engine, 'controller', 'approve'));
  await releaseCycle(
    engine,
    { cycleId: CYCLE, contentHash, executionDate: '2025-12-28' },
    as(engine, 'releaser', 'release'),
  );
}
const setTerms = ({ engine }: World, terms: typeof TERMS, name: string) =>
  execute(
    engine,
    [
      part(
        streams.programme(PROGRAMME),
        programmeDecider,
        ...byManagers({
          type: 'SetPaymentTerms',
          programmeId: PROGRAMME,
          ...terms,
        }),
      ),
    ],
    as(engine, 'manager', name),
  );
const fileOf = (world: World, name: string): Promise<string> =>
  readFile(join(world.dir, 'files', name), 'utf8');
const instruct = ({ engine }: World): Promise<InstructSummary> =>
  instructCycle(engine, { cycleId: CYCLE }, { correlationId: 'test' });

describe('a programme that pays from several accounts', () => {
  let world: World;
  let instructed: InstructSummary;
  beforeAll(async () => {
    world = await newWorld();
    await releasedWith(world, TERMS);
    // What is set after the release is for later cycles.
    await setTerms(world, { ...TERMS, accounts: TERMS.accounts.slice(1) }, 'later');
    instructed = await instruct(world);
  });
  afterAll(() => world.end());

  test('has files of its size for each, in the format, characters and words of each, with their hashes in the log', async () => {
    const of = (part: RegExp) => instructed.files.filter(({ name }) => part.test(name));
    const cash = of(/^ASD-2025-12-CASH-\d{4}\.xml$/);
    const north = of(/^ASD-2025-12-NORD-\d{4}\.xml$/);
    const rest = of(/^ASD-2025-12-\d{4}\.xml$/);
    expect(cash.length + north.length + rest.length).toBe(instructed.files.length);
    for (const [files, size] of [
      [cash, 7],
      [north, 11],
      [rest, 100_000],
    ] as const) {
      expect(files.length).toBeGreaterThan(0);
      expect(files.slice(0, -1).every(({ count }) => count === size)).toBe(true);
    }
    expect(instructed.files.reduce((sum, { count }) => sum + count, 0)).toBe(instructed.count);
    expect(
      String(instructed.files.reduce((sum, { totalMinor }) => sum + BigInt(totalMinor), 0n)),
    ).toBe(instructed.totalMinor);
    for (const { name, sha256, count } of instructed.files) {
      const xml = await fileOf(world, name);
      expect(sha256Hex(xml)).toBe(sha256);
      expect(xml.match(/<CdtTrfTxInf>/g)).toHaveLength(count);
    }
    const xml = await fileOf(world, cash[0]!.name);
    expect(xml).toContain('pain.001.001.03');
    expect(xml).toContain('<Ustrd>Aide sociale ASD 2025-12</Ustrd>');
    expect(xml).not.toMatch(/<IBAN>(?!MA6400781)|UETR|[^\x20-\x7e\n]/);
    // Who pays from the account of the definition, of which nobody said what its bank takes.
    for (const { name } of rest) expect(await fileOf(world, name)).toMatch(/^[\x20-\x7e\n]+$/);
    expect(await fileOf(world, north[0]!.name)).toMatch(
      /<Id>ASD-NORD<\/Id>[^]*<Ustrd>Aide sociale ASD · 2025-12<\/Ustrd>/,
    );
    expect((await readdir(join(world.dir, 'files'))).sort()).toEqual(
      instructed.files.map(({ name }) => name).sort(),
    );
  });

  test("instructs again from the account that takes the payee's region and kind, under the terms of the release, and records the hashes once", async () => {
    const { engine } = world;
    await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: answers(engine, CYCLE, (_, n) =>
          n % 2 === 0 ? { outcome: 'rejected', reason: 'AM09' } : undefined,
        ),
      },
      job(engine, 'bank'),
    );
    const args = { cycleId: CYCLE, sameAccount: true, executionDate: '2026-01-05' };
    const first = await reinstructPayments(engine, args, job(engine, 'finance'));
    expect(first.reinstructed).toBe(Math.ceil(instructed.count / 2));
    expect(
      first.files.map(({ name }) => name).filter((name) => /CASH-R/.test(name)).length,
    ).toBeGreaterThan(1);
    for (const { name, count } of first.files) {
      const most = /NORD/.test(name) ? 11 : 100_000;
      expect(count).toBeLessThanOrEqual(/CASH/.test(name) ? 7 : most);
    }
    expect(
      await fileOf(world, first.files.find(({ name }) => /CASH-R0001/.test(name))!.name),
    ).toContain('pain.001.001.03');
    const recorded = async () =>
      (await engine.store.readStream(streams.cycle(CYCLE))).flatMap((event) =>
        event.type === 'CycleReinstructed' ? event.data.files : [],
      );
    expect(await recorded()).toEqual(first.files);
    const again = await reinstructPayments(engine, args, job(engine, 'finance'));
    expect(again).toMatchObject({ reinstructed: 0, files: first.files });
    expect(await recorded()).toEqual(first.files);
  });
});

describe('a run that is stopped again and again', () => {
  test('leaves the same files as one that is not, byte for byte, and nothing else', async () => {
    const calm = await newWorld();
    const stopped = await newWorld();
    try {
      await releasedWith(calm, TERMS);
      await releasedWith(stopped, TERMS);
      const expected = await instruct(calm);
      const { result } = await interruptedUntilDone((signal, onProgress) =>
        instructCycle(
          stopped.engine,
          { cycleId: CYCLE },
          { correlationId: 'test' },
          onProgress,
          signal,
        ),
      );
      const totals = (files: InstructSummary['files']) =>
        [...files]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(({ name, count, totalMinor }) => ({ name, count, totalMinor }));
      expect(totals(result.files)).toEqual(totals(expected.files));
      const names = await readdir(join(stopped.dir, 'files'));
      expect(names.sort()).toEqual(result.files.map(({ name }) => name).sort());
      let payments = 0;
      for await (const page of pagesOf(stopped.engine.store, `payment-${CYCLE}-`)) {
        for (const { events } of page) {
          expect(events.filter((event) => event.type === 'PaymentInstructed')).toHaveLength(1);
          payments += 1;
        }
      }
      expect(payments).toBe(result.count);
    } finally {
      await calm.end();
      await stopped.end();
    }
  });
});
