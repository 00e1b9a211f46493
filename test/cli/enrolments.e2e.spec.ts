import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withEngine } from '../../src/cli/compose.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { child, enrolFamilies } from '../use-cases/families.js';
import { PROGRAMME } from '../use-cases/month.js';
import { newWorld, type World } from '../use-cases/world.js';

let world: World;
let ida: string;
let more: string;
let ineligible: string;
beforeAll(async () => {
  world = await newWorld();
  const children = [child('2020-05')];
  ({ ida } = await enrolFamilies(world.engine, { ida: children }, asdVersions.slice(0, 1)));
  await world.engine.close();
  const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children };
  const written = async (name: string, what: object): Promise<string> => {
    const path = join(world.dir, name);
    await writeFile(path, JSON.stringify(what));
    return path;
  };
  more = await written('more.json', { ...facts, children: [...children, child('2024-01')] });
  ineligible = await written('ineligible.json', { ...facts, coveredByOtherScheme: true });
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}
/** The `sanad` that people start, in a process of its own. */
const sanad = (as: string, step: string, ...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const who = ['--data', world.dir, '--as', as];
    execFile(
      process.execPath,
      ['bin/sanad.mjs', 'enrolments', step, ida, ...args, ...who],
      (error, out, err) => resolve({ code: error ? error.code : 0, out, err }),
    );
  });
const said = async (...args: Parameters<typeof sanad>): Promise<string> => {
  const { code, out, err } = await sanad(...args);
  if (code !== 0) throw new Error(err);
  return out.trim();
};
const typesOf = (stream: string): Promise<readonly string[]> =>
  withEngine(world.dir, async ({ store }) =>
    (await store.readStream(stream)).map(({ type }) => type),
  );
const ofMonth = (file: string) => [
  '--programme',
  PROGRAMME,
  '--from-period',
  '2025-11',
  '--facts',
  file,
];

test('new facts of a household take two supervisors at the command line', async () => {
  const revision = [...ofMonth(more), '--reason', 'a child was born'];
  expect(await said('s.berrada', 'revise', ...revision)).toMatch(/^proposed.*another supervisor/);
  expect(await said('S.Berrada', 'revise', ...revision)).toMatch(/^proposed/);
  expect(await said('s.doukkali', 'revise', ...revision)).toBe('revised');
  expect(await said('s.doukkali', 'revise', ...revision)).toMatch(/already/);

  const certificate = [...ofMonth(ineligible), '--next-due-on', '2026-10-31'];
  const unmet = /not met: covered-by-other-scheme$/;
  expect(await said('s.berrada', 'recertify', ...certificate, '--json')).toMatch(
    /"status":"proposed","unmet":\["covered-by-other-scheme"\]/,
  );
  expect(await said('s.doukkali', 'recertify', ...certificate)).toMatch(unmet);
  expect((await typesOf(streams.enrolment(PROGRAMME, ida))).slice(1)).toEqual([
    'EntitlementRevisionProposed',
    'EntitlementRevised',
    'EnrolmentRecertificationProposed',
    'EnrolmentRecertified',
    'EnrolmentSuspended',
  ]);
});

test('what is no set of facts, and a file that nobody can read, are refused without quoting them', async () => {
  const broken = join(world.dir, 'broken.json');
  await writeFile(broken, '{"scoreMicro": "AB123456"');
  const reason = ['--reason', 'a letter'];
  const refused = await sanad('s.berrada', 'revise', ...ofMonth(broken), ...reason);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('MALFORMED_JSON');
  expect(refused.err).not.toContain('AB123456');
  await writeFile(broken, '{"scoreMicro": 5}');
  const invalid = await sanad('s.berrada', 'revise', ...ofMonth(broken), ...reason);
  expect(invalid).toMatchObject({ code: 1 });
  expect(invalid.err).toContain('FACTS_INVALID');
});

test('a household moves by a supervisor who is responsible for both regions', async () => {
  const region = await withEngine(world.dir, async ({ store }) => {
    const [registered] = await store.readStream(streams.person(ida));
    return registered?.type === 'PersonRegistered' ? registered.data.region : '';
  });
  const there = region === 'MA-01' ? 'MA-02' : 'MA-01';
  const move = ['--region', there, '--reason', 'new address'];
  for (const one of [region, there]) {
    const { code, err } = await sanad('s.one', 'move', ...move, '--regions', one);
    expect([code, err]).toEqual([1, expect.stringContaining('REGION_NOT_ALLOWED')]);
  }
  expect((await sanad('s.both', 'move', '--region', 'nowhere', '--reason', 'x')).err).toContain(
    'INVALID_OPTION',
  );
  expect(await said('s.both', 'move', ...move)).toBe(`moved to ${there}`);
  expect(await said('s.both', 'move', ...move)).toMatch(/already/);
  expect((await typesOf(streams.person(ida))).at(-1)).toBe('PersonMoved');
  expect((await typesOf(streams.enrolment(PROGRAMME, ida))).at(-1)).toBe('EnrolmentMoved');
});
