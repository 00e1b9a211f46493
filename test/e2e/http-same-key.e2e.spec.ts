import { afterAll, beforeAll, it } from '@jest/globals';
import { HttpWorld, lastPosition, setUp } from './http-world.js';
import { sameKey } from './same-key.js';

let world: HttpWorld;
beforeAll(async () => {
  world = await HttpWorld.open();
  await setUp(world);
});
afterAll(() => world.close());

it('answers the same key alike, and takes nothing else under it, on the embedded log', async () => {
  await sameKey({
    one: (role) => world.as(`the.${role}`, role),
    other: (role) => world.as(`the.${role}`, role),
    head: () => lastPosition(world),
  });
});
