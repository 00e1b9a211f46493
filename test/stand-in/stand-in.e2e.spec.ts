import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { Behaviour, DEFAULT_SHARES, type Outcome, type Shares } from '../../stand-in/behaviour.js';
import { FakeEngine, instruction, instructions, TOKEN } from './fake-engine.js';

const folder = join(import.meta.dirname, '../../stand-in');

let engine: FakeEngine;
let url: string;
beforeEach(async () => {
  engine = new FakeEngine();
  url = await engine.listen();
});
afterEach(() => engine.close());

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
async function standIn(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { STAND_IN_TOKEN: TOKEN },
): Promise<Ran> {
  const child = spawn(process.execPath, [join(folder, 'main.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, out: out.join(''), err: err.join('') };
}
const usual = (...more: string[]): string[] => ['--url', url, '--cycle', 'asd-2025-11', ...more];
const NONE: Shares = {
  acceptedOnly: 0,
  rejected: 0,
  returned: 0,
  late: 0,
  unknown: 0,
  contradictory: 0,
  duplicates: 0,
};
const said = (shares: Partial<Shares>, i = 0, attempt = 1, redraw = false): string[][] => {
  const { now, later } = new Behaviour('1', { ...NONE, ...shares }, redraw).answers(
    instruction(i, attempt),
  );
  return [now, later].map((rounds) => rounds.flatMap((o) => (o ? [o.outcome] : [])));
};

describe('what it answers', () => {
  it.each<[string, Partial<Shares>, string[][]]>([
    ['accepts and settles', {}, [['accepted', 'settled'], []]],
    ['accepts only', { acceptedOnly: 1 }, [['accepted'], []]],
    ['rejects', { rejected: 1 }, [['rejected'], []]],
    ['settles and returns', { returned: 1 }, [['accepted', 'settled', 'returned'], []]],
    ['is late', { late: 1 }, [[], ['settled', 'accepted']]],
    ['does not know, and then does', { unknown: 1 }, [['unknown'], ['settled']]],
    ['says it twice', { duplicates: 1 }, [['accepted', 'settled', 'settled'], []]],
    ['rejects twice', { rejected: 1, duplicates: 1 }, [['rejected', 'rejected'], []]],
  ])('%s', (_, shares, expected) => {
    expect(said(shares)).toEqual(expected);
  });

  it('contradicts itself in both ways', () => {
    const ways = new Set(
      instructions(50).map((_, i) => said({ contradictory: 1 }, i)[0]!.join(' ')),
    );
    expect([...ways].sort()).toEqual(['accepted settled rejected', 'rejected settled']);
  });

  it('settles a later attempt, unless it is told to draw again', () => {
    expect(said({ rejected: 1 }, 0, 2)).toEqual([['accepted', 'settled'], []]);
    expect(said({ rejected: 1 }, 0, 2, true)).toEqual([['rejected'], []]);
  });

  it('gives reasons, amounts and dates where they belong', () => {
    const behaviour = new Behaviour('1', { ...NONE, returned: 1 });
    const [, settled, returned] = behaviour.answers(instruction(1)).now;
    expect(settled).toMatchObject({ amount: '500.00', currency: 'MAD', settledOn: '2025-12-02' });
    expect(returned?.reason).toMatch(/^(AC04|AC06|MD07)$/);
    expect(
      new Behaviour('1', { ...NONE, rejected: 1 }).answers(instruction(1)).now[1]?.reason,
    ).toMatch(/^(AC0[146]|AG01)$/);
  });

  it('keeps to its shares, mostly settles by default, and depends on the seed', () => {
    const counts = (seed: string): Map<string, number> => {
      const behaviour = new Behaviour(seed, DEFAULT_SHARES);
      const last = (answers: ReturnType<Behaviour['answers']>): string =>
        [...answers.now, ...answers.later]
          .filter((o) => o !== undefined)
          .map((o) => o.outcome)
          .join(' ');
      return new Map(
        [...Map.groupBy(instructions(20_000), (i) => last(behaviour.answers(i)))].map(
          ([key, of]) => [key, of.length],
        ),
      );
    };
    const one = counts('1');
    expect(one.get('accepted settled')! / 20_000).toBeGreaterThan(0.9);
    expect((one.get('rejected')! + one.get('rejected rejected')!) / 20_000).toBeCloseTo(0.03, 2);
    expect([...counts('1')]).toEqual([...one]);
    expect([...counts('2')]).not.toEqual([...one]);
  });
});

describe('the program', () => {
  it('answers every instruction, page by page, each round after the one before, and the late ones last', async () => {
    engine.instructions = instructions(2_300);
    const ran = await standIn(usual('--json', '--late', '0.05', '--contradictory', '0.02'));
    expect(ran).toMatchObject({ code: 0, err: '' });
    const summary = JSON.parse(ran.out) as {
      instructions: number;
      outcomes: Record<string, number>;
      results: object;
    };
    expect(summary).toMatchObject({
      cycle: 'asd-2025-11',
      instructions: 2_300,
      results: { applied: engine.reported.length },
    });
    expect(engine.largest).toEqual({ page: 1_000, report: expect.any(Number) });
    expect(engine.largest.report).toBeLessThanOrEqual(1_000);
    const behaviour = new Behaviour('1', { ...DEFAULT_SHARES, late: 0.05, contradictory: 0.02 });
    for (const one of engine.instructions) {
      const { now, later } = behaviour.answers(one);
      expect(engine.saidOf(one)).toEqual([...now, ...later].flatMap((o) => (o ? [o.outcome] : [])));
    }
    const isLate = (o: Outcome): boolean =>
      behaviour.answers(instruction(Number(o.endToEndId.slice(2)))).later.length > 0 &&
      o.outcome !== 'unknown';
    const firstLate = engine.reported.findIndex(isLate);
    expect(engine.reported.slice(firstLate).every(isLate)).toBe(true);
  });

  it('repeats itself to the letter when it is run again, also when later attempts have come', async () => {
    engine.instructions = instructions(1_500);
    await standIn(usual());
    const first = engine.reported.length;
    const keys = new Set(engine.keys);
    engine.instructions = [
      ...engine.instructions,
      ...Array.from({ length: 30 }, (_, i) => instruction(i * 7, 2)),
    ];
    expect((await standIn(usual())).code).toBe(0);
    const fresh = engine.reported.slice(first);
    expect(fresh.every((o) => o.attempt === 2)).toBe(true);
    expect(new Set(fresh.map((o) => o.outcome))).toEqual(new Set(['accepted', 'settled']));
    expect(engine.keys.filter((key) => !keys.has(key)).length).toBeLessThanOrEqual(3);
    for (const key of engine.keys)
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('tries again when the engine is busy or away, and says so', async () => {
    engine.instructions = instructions(3);
    engine.troubles.push(
      { status: 503, body: { code: 'READ_MODEL_BEHIND', detail: 'Ask again.' } },
      { status: 429, headers: { 'retry-after': '1' } },
    );
    const ran = await standIn(usual('--patience', '20'));
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('READ_MODEL_BEHIND');
    expect(ran.err).toContain('trying again in 1000 ms');
    expect(new Set(engine.reported.map((o) => o.endToEndId)).size).toBe(3);
  });

  it('waits for the instructions that it expects, follows new ones, and says when they do not come', async () => {
    engine.onPage = (page) => {
      if (page === 3) engine.instructions = instructions(5);
    };
    expect((await standIn(usual('--expect', '5'))).code).toBe(0);
    expect(new Set(engine.reported.map((o) => o.endToEndId)).size).toBe(5);
    const ran = await standIn(usual('--expect', '6', '--patience', '0.5'));
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('Only 5 of the 6 expected');
    let pages = 0;
    engine.onPage = () => {
      pages += 1;
      if (pages === 3) engine.instructions = instructions(8);
    };
    expect((await standIn(usual('--follow', '--idle', '1.5'))).code).toBe(0);
    expect(new Set(engine.reported.map((o) => o.endToEndId)).size).toBe(8);
  });

  it('gives up when nobody is there', async () => {
    const ran = await standIn(['--url', 'http://127.0.0.1:1', '--cycle', 'c', '--patience', '0.3']);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('gave up');
  });

  it("stops at a refusal, with the engine's words", async () => {
    expect(await standIn(usual(), { STAND_IN_TOKEN: 'wrong' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('401 TOKEN_INVALID'),
    });
    expect(await standIn(['--url', url, '--cycle', 'asd-2031-01'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('CYCLE_UNKNOWN'),
    });
    for (const nonsense of [
      '<html>',
      '[]\n',
      '{"paymentId":"p"}\n',
      `${JSON.stringify(instruction(1))}\n`,
    ]) {
      engine.nonsense = nonsense;
      expect(await standIn(usual())).toMatchObject({
        code: 1,
        err: expect.stringContaining('Line 1 of the instructions'),
      });
    }
    expect(engine.reported).toEqual([]);
  });

  it.each([
    [[], '--url is required'],
    [['--url', 'x', '--cycle', 'c'], '--url must be'],
    [['--url', 'http://h'], '--cycle is required'],
    [['--url', 'http://h', '--cycle', 'c', '--rejected', '1.5'], '--rejected must be'],
    [['--url', 'http://h', '--cycle', 'c', '--late', '0.9', '--rejected', '0.5'], 'sum to'],
    [['--wrong'], '--wrong'],
  ])('explains wrong usage %p', async (args, reason) => {
    expect(await standIn(args)).toMatchObject({
      code: 2,
      err: expect.stringContaining(reason),
      out: '',
    });
  });

  it('has help and takes no token from nowhere', async () => {
    expect(await standIn(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--contradictory'),
    });
    expect(await standIn(['--url', url, '--cycle', 'c'], {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('STAND_IN_TOKEN'),
    });
  });

  it('shares no code with the engine and needs no package', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
    expect(files.sort()).toEqual(['api.js', 'behaviour.js', 'files.js', 'main.js', 'run.js']);
    for (const file of files) {
      const imported = [
        ...readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g),
      ].map(([, name]) => name!);
      expect(imported.filter((name) => !isBuiltin(name) && !/^\.\/[a-z]+\.js$/.test(name))).toEqual(
        [],
      );
    }
  });
});
