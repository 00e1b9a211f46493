import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { released } from './month.js';
import { newWorld, type World } from './world.js';

const children = [child('2020-05')];

let world: World;
let desk: Desk;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
});
afterEach(() => world.end());

test('who was never recertified is paid back no month after it, once the enrolment is over', async () => {
  const { ida } = await enrolFamilies(world.engine, { ida: children }, asdVersions);
  await desk.certify(ida, children, '2025-10', '2025-11-15');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-12', reason: 'moved' });
  // The first cycle that sees it is of a month after its end.
  await released(world.engine, '2026-01');
  const { items } = (await desk.ordered('2026-01', ida))!;
  expect([...new Set(items.map(({ period }) => period))]).toEqual(['2025-10', '2025-11']);
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({
    arrearsCount: 0,
    overpaidCount: 0,
  });
  expect((await desk.audit()).violations).toEqual([]);
});
