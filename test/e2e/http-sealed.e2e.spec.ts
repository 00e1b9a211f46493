import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expectProblem } from './expect-problem.js';
import { expectStatus, HttpWorld, person, setUp, type Caller } from './http-world.js';

/** Names of what is sealed in a vault that nobody holds any more. */
function sealedIn(dir: string): string[] {
  const db = new Database(join(dir, 'vault.db'), { readonly: true });
  try {
    return db.prepare<[], string>('SELECT name FROM entry ORDER BY name').pluck().all();
  } finally {
    db.close();
  }
}

describe('the vault', () => {
  let world: HttpWorld;
  let north: Caller;
  let south: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    north = await world.as('i.berrada', 'intake', ['MA-06']);
    south = await world.as('i.chafik', 'intake', ['MA-09']);
  });
  afterAll(() => rmSync(world.dir, { recursive: true, force: true }));

  it('keeps nothing of a command that was refused', async () => {
    const { personId } = await expectStatus(201, north.post('/persons', person(1)));
    const { account } = person(2);
    const nobody = '01890000-0000-7000-8000-000000000000';
    await expectProblem(
      north.post(`/persons/${nobody}/accounts`, account),
      404,
      'PERSON_NOT_FOUND',
    );
    const reply = await south.post(`/persons/${personId}/accounts`, account);
    expect(reply.status).toBeGreaterThanOrEqual(403);
    await expectProblem(south.post('/persons', person(3, 'MA-06')), 403, 'REGION_NOT_ALLOWED');
    await expectProblem(
      north.post('/persons', person(1)),
      409,
      'IDENTITY_ALREADY_REGISTERED',
      'nationalId',
    );

    await world.server.close();
    expect(sealedIn(world.dir).map((name) => name.split('/').slice(1, 3))).toEqual([
      [personId],
      [personId, 'account'],
      [personId, 'profile'],
    ]);
  });
});
