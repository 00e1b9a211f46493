import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, type World } from './world.js';

describe('a cycle that is prepared while deciding on a household is a defect', () => {
  let world: World;
  let persons: Readonly<Record<string, string>>;
  beforeAll(async () => {
    world = await newWorld();
    persons = await enrolFamilies(
      world.engine,
      { one: [child('2016-09')], two: [child('2016-09'), child('2021-02')] },
      asdVersions,
    );
  });
  afterAll(() => world.end());

  /** The engine over a log whose recoveries of these persons no version folds. */
  const broken = (...of: readonly string[]): World['engine'] => {
    const { engine } = world;
    const readCategory: typeof engine.store.readCategory = async (prefix, options) => {
      if (!prefix.startsWith(`recovery-${PROGRAMME}-`))
        return engine.store.readCategory(prefix, options);
      const events = [{ type: 'OverpaymentEstablished', data: { amountMinor: 'much' } }];
      const found = of.toSorted().map((person) => ({ stream: prefix + person, events }));
      return JSON.parse(JSON.stringify(found));
    };
    const store = new Proxy(engine.store, {
      get(target, name) {
        if (name === 'readCategory') return readCategory;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { ...engine, store };
  };
  const prepare = (engine: World['engine'], period: string) =>
    prepareCycle(engine, { programmeId: PROGRAMME, period }, job(engine, 'finance'));

  test('fails where every household meets it', async () => {
    await expect(prepare(broken(persons.one!, persons.two!), '2025-10')).rejects.toThrow(
      SyntaxError,
    );
  });

  test('leaves the one out by name, and pays all others', async () => {
    const summary = await prepare(broken(persons.one!), '2025-10');
    expect(summary).toMatchObject({ count: 1, leftOut: 1 });
    const events = await world.engine.store.readStream(streams.cycle(summary.cycleId));
    const named = events.find((event) => event.type === 'CycleHouseholdsLeftOut')!;
    expect(named.data.households).toEqual([{ personId: persons.one, code: 'INTERNAL_ERROR' }]);
  });
});
