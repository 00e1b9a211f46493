import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expectProblem } from './expect-problem.js';
import { expectStatus, HttpWorld, person, setUp, submitted, type Caller } from './http-world.js';

/** Names of what is sealed in a vault that nobody holds any more. */
function sealedIn(dir: string): string[] {
  const db = new Database(join(dir, 'vault.db'), { readonly: true });
  try {
    return db.prepare<[], string>('SELECT name FROM entry ORDER BY name').pluck().all();
  } finally {
    db.close();
  }
}

describe('what is personal', () => {
  let world: HttpWorld;
  let north: Caller;
  let south: Caller;
  let wide: Caller;
  /** Persons of other tests than the last. */
  const before: string[] = [];
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    north = await world.as('i.berrada', 'intake', ['MA-06']);
    wide = await world.as('i.daoudi', 'intake');
    south = await world.as('i.chafik', 'intake', ['MA-09']);
  });
  afterAll(() => rmSync(world.dir, { recursive: true, force: true }));

  it('refuses the number of a person in a reason, and keeps nothing of it', async () => {
    const { applicationId, personId } = await submitted(world, 26);
    before.push(personId);
    const problem = await expectProblem(
      north.post(`/applications/${applicationId}/withdrawal`, {
        reason: 'CIN AB654321 was presented by another',
      }),
      400,
      'PERSONAL_DATA_IN_TEXT',
      'reason',
    );
    expect(JSON.stringify(problem)).not.toContain('654321');
  });

  it('refuses an identity that is known here, whatever a number looks like in its country', async () => {
    const { applicationId, personId } = await submitted(world, 27);
    const foreign = { ...person(28), nationalId: '15-320-0456' };
    before.push(personId, (await expectStatus(201, wide.post('/persons', foreign))).personId);
    const withdrawn = `/applications/${applicationId}/withdrawal`;
    for (const number of ['153200456', '153 200 456', '15-320-0456', '١٥٣٢٠٠٤٥٦']) {
      const problem = await expectProblem(
        north.post(withdrawn, { reason: `the number ${number} was presented by another` }),
        400,
        'PERSONAL_DATA_IN_TEXT',
        'reason',
      );
      expect(problem.detail).not.toMatch(/200|٢٠٠/);
    }
    await expectStatus(200, north.post(withdrawn, { reason: 'file 153200457 of 1532004567' }));
  });

  it('refuses it before a job is accepted, in whose queue the words would lie', async () => {
    const foreign = { ...person(29), nationalId: '15-320-0458' };
    before.push((await expectStatus(201, wide.post('/persons', foreign))).personId);
    const finance = await world.as('f.elfassi', 'finance-officer');
    const reason = 'said by 153 200 458 herself';
    const plans = { sharePercent: 10, floor: '0.00', reason };
    await expectProblem(
      finance.post('/recoveries/asd/plans', plans),
      400,
      'PERSONAL_DATA_IN_TEXT',
      'reason',
    );
    // Where there is nothing to correct, nobody is told whether a number is known.
    const correction = { programmeId: 'asd', fromPeriod: '2025-10', reason };
    await expectProblem(finance.post('/corrections', correction), 422, 'NOTHING_PAID');
    expect((await expectStatus(200, finance.get('/jobs'))).items).toEqual([]);
  });

  it('shows nobody who is limited to a region a job, which is about all of them', async () => {
    const local = await world.as('f.local', 'finance-officer', ['MA-06']);
    await expectProblem(local.get('/jobs/none'), 403, 'REGION_NOT_ALLOWED');
  });

  it('keeps nothing of a command that was refused', async () => {
    const { personId } = await expectStatus(201, north.post('/persons', person(1)));
    const { account } = person(2);
    const nobody = '01890000-0000-7000-8000-000000000000';
    await expectProblem(wide.post(`/persons/${nobody}/accounts`, account), 404, 'PERSON_NOT_FOUND');
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
    const sealed = sealedIn(world.dir).filter((name) => !before.some((id) => name.includes(id)));
    expect(sealed.map((name) => name.split('/').slice(1, 3))).toEqual([
      [personId],
      [personId, 'account'],
      [personId, 'profile'],
    ]);
  });
});
