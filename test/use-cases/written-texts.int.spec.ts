import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import { AUTOMATION } from '../../src/write-side/context.js';
import { recordOne } from '../../src/write-side/bulk.js';
import { execute } from '../../src/write-side/execute.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { enrolled } from './month.js';
import { as, job, newWorld, type World } from './world.js';

const UNFIT = ['moved \u202e yltneuqesnoc', '\u001b[2J', ' ', 'lost \ufffd', '\ud800', '\u200b'];

let world: World;
let personId: string;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 1);
  const { events } = (await world.engine.store.readCategory('person-', { limit: 1 }))[0]!;
  personId = events[0]!.stream.slice('person-'.length);
});
afterAll(() => world.end());

const moving = (reason: string, region = 'MA-09') =>
  part(streams.person(personId), personDecider, { type: 'MovePerson', personId, region, reason });

test.each(UNFIT)('a person records no text that is none, by whichever door: %j', async (reason) => {
  const { engine } = world;
  const before = await engine.store.lastPosition();
  const refusal = { code: 'INVALID_TEXT', field: 'reason', kind: 'invalid' };
  const context = as(engine, 'supervisor', 'move');
  await expect(execute(engine, [moving(reason)], context)).rejects.toMatchObject(refusal);
  const step = { verb: 'move', key: personId, parts: [moving(reason)] };
  await expect(recordOne(engine, step, job(engine, 'supervisor'))).rejects.toMatchObject(refusal);
  expect(await engine.store.lastPosition()).toBe(before);
});

test('lines and accents are text, and the engine is not stopped by what it quotes', async () => {
  const { engine } = world;
  const moved = await execute(
    engine,
    [moving('déménagée:\n\tانتقلت')],
    as(engine, 'supervisor', 'lines'),
  );
  const said = moving('said \ufffd', 'MA-06');
  const quoting: Part = {
    ...said,
    decide: (events, context) =>
      said.decide(events, context).map((decision) => ({ ...decision, actor: AUTOMATION })),
  };
  const quoted = await execute(engine, [quoting], as(engine, 'supervisor', 'quoted'));
  expect(quoted.position).toBeGreaterThan(moved.position);
});
