import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { child, enrolFamilies } from '../use-cases/families.js';
import { PROGRAMME, released } from '../use-cases/month.js';
import { as, newWorld, type World, bySupervisors } from '../use-cases/world.js';

describe('corrections and recovery at the command line', () => {
  let world: World;
  let person: string;
  const run = (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        ['bin/sanad.mjs', ...args, '--data', world.dir],
        (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await run(...args, '--json');
    if (code !== 0) throw new Error(`${args.join(' ')}: ${code} ${err}`);
    return JSON.parse(out) as Record<string, unknown>;
  };

  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    const three = [child('2013-04'), child('2016-09'), child('2021-02')];
    person = (await enrolFamilies(engine, { three }, asdVersions)).three;
    for (const period of ['2025-10', '2025-11', '2025-12']) await released(engine, period);
    const facts = {
      scoreMicro: 5_000_000,
      coveredByOtherScheme: false,
      children: three.slice(0, 2),
    };
    await execute(
      engine,
      [
        part(
          streams.enrolment(PROGRAMME, person),
          enrolmentDecider,
          ...bySupervisors({
            type: 'ReviseEntitlement',
            fromPeriod: '2025-11',
            facts,
            contentHash: contentHash(facts),
            entitlement: { period: '2025-11', policyVersion: 2, amountMinor: '0', items: [] },
            reason: 'told late',
          }),
        ),
      ],
      as(engine, 'supervisor', 'revise'),
    );
    await engine.close();
  });
  afterAll(() => rm(world.dir, { recursive: true, force: true }));

  /** Returns the hash of what was found. */
  async function proposed(): Promise<string> {
    const correction = await json(
      'corrections',
      'propose',
      '--programme',
      'asd',
      '--from',
      '2025-10',
      '--reason',
      'a death told late',
      '--as',
      'farid',
    );
    expect(correction).toMatchObject({
      correctionId: 'asd-0001',
      overpaidCount: 1,
      overpaidMinor: '50000',
      arrearsCount: 0,
    });
    return String(correction['contentHash']);
  }

  /** A line for each month and child. */
  async function shownByChild(): Promise<void> {
    const [header, ...lines] = (await run('corrections', 'show', 'asd-0001')).out
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(header).toEqual([
      'person',
      'region',
      'difference',
      'period',
      'causes',
      'benefit',
      'member',
      'paid',
      'due',
    ]);
    expect(lines.map(([who, _region, ...rest]) => [who, ...rest])).toEqual(
      ['2025-11', '2025-12'].map((period) => [
        person,
        '-50000',
        period,
        'facts',
        'child-1-3',
        '3',
        '25000',
        '0',
      ]),
    );
  }

  /** Not by who proposed it; until then it is listed among what waits for a second person. */
  async function approvedByAnother(hash: string): Promise<void> {
    expect(
      await run('corrections', 'approve', 'asd-0001', '--hash', hash, '--as', 'farid'),
    ).toMatchObject({ code: 1, err: expect.stringContaining('SAME_PERSON') as unknown });
    expect(await json('proposals', 'list', '--programme', 'asd')).toMatchObject({
      items: [
        {
          kind: 'correction',
          correctionId: 'asd-0001',
          proposedBy: 'farid',
          detail: { overpaidMinor: '50000' },
        },
      ],
    });
    expect((await run('proposals', 'list', '--kind', 'erasure')).out).toContain('none');
    expect(
      await json('corrections', 'approve', 'asd-0001', '--hash', hash, '--as', 'kenza'),
    ).toMatchObject({ status: 'applied' });
    expect(await json('corrections', 'list', '--programme', 'asd')).toMatchObject({
      items: [{ correctionId: 'asd-0001', status: 'applied' }],
    });
    expect(await json('proposals', 'list')).toMatchObject({ items: [] });
  }

  /** Never more than is owed, and by two people. */
  async function waivedByTwo(of: readonly string[]): Promise<void> {
    expect(
      await run(
        'recovery',
        'waive',
        ...of,
        '--amount',
        '600.00',
        '--reason',
        'hardship',
        '--as',
        'kenza',
      ),
    ).toMatchObject({ code: 1, err: expect.stringContaining('WAIVER_EXCEEDS_BALANCE') as unknown });
    const waiver = ['recovery', 'waive', ...of, '--amount', '100.00', '--reason', 'hardship'];
    expect(await json(...waiver, '--as', 'kamal')).toMatchObject({ waived: '0.00' });
    expect(await json(...waiver, '--as', 'kenza')).toMatchObject({
      overpaid: '500.00',
      waived: '100.00',
      balance: '400.00',
    });
  }

  test('are proposed, shown child by child, approved by another person, planned, suspended, waived and audited', async () => {
    const hash = await proposed();
    await shownByChild();
    await approvedByAnother(hash);
    expect(
      await json(
        'recovery',
        'plan',
        '--programme',
        'asd',
        '--share',
        '20',
        '--floor',
        '300.00',
        '--as',
        'farid',
      ),
    ).toMatchObject({ planned: 1 });
    const of = ['--programme', 'asd', '--person', person];
    expect(
      await json('recovery', 'suspend', ...of, '--reason', 'appeal', '--as', 'salma'),
    ).toMatchObject({ suspended: true });
    expect(
      await json('recovery', 'resume', ...of, '--reason', 'dismissed', '--as', 'salma'),
    ).toMatchObject({ suspended: false });
    await waivedByTwo(of);
    expect(await json('recovery', 'status', '--programme', 'asd')).toMatchObject({
      households: 1,
      open: 1,
      withoutPlan: 0,
      balanceMinor: '40000',
    });
    expect((await run('audit', 'check')).code).toBe(0);
  });
});
