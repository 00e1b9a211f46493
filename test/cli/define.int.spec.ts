import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setUpProgramme } from '../../src/cli/commands/programmes.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import { DomainError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { newWorld, type World } from '../use-cases/world.js';

const manager = { id: 'meryem', role: 'programme-manager' } as const;
const second = { id: 'leila', role: 'programme-manager' } as const;

describe('a programme that is defined from a file', () => {
  let world: World;
  beforeEach(async () => {
    world = await newWorld();
  });
  afterEach(() => world.end());
  const define = (
    policies: typeof asdPolicies,
    definition: typeof asdProgramme = asdProgramme,
    by: typeof manager | typeof second = manager,
  ) => setUpProgramme(world.engine, definition, policies, by);
  const recorded = async (): Promise<readonly string[]> =>
    (await world.engine.store.readStream(streams.programme('asd'))).map(({ type }) => type);

  it('is recorded whole or not at all', async () => {
    const wrong = asdPolicies.map((policy, i) => (i === 2 ? { ...policy, version: 2 } : policy));
    await expect(define(wrong)).rejects.toBeInstanceOf(DomainError);
    expect(await recorded()).toEqual([]);
    expect(await define(asdPolicies)).toMatchObject({ recorded: 5 });
    expect(await recorded()).toEqual([
      'ProgrammeDefined',
      'PolicyPublished',
      'PolicyPublished',
      'PolicyPublished',
      'ProgrammeOpened',
    ]);
  });

  it('changes nothing again, takes a version more, and says what differs', async () => {
    await define(asdPolicies.slice(0, 2));
    expect(await define(asdPolicies.slice(0, 2))).toMatchObject({ recorded: 0 });
    expect(await define(asdPolicies)).toMatchObject({ recorded: 1, waiting: 1 });
    expect(await define(asdPolicies)).toMatchObject({ recorded: 0, waiting: 1 });
    expect(await define(asdPolicies, asdProgramme, second)).toMatchObject({
      recorded: 1,
      waiting: 0,
    });
    const other = asdPolicies.map((policy, i) =>
      i === 1 ? { ...policy, legalBasis: 'another law' } : policy,
    );
    await expect(define(other)).rejects.toMatchObject({
      code: 'PROGRAMME_DIFFERS',
      field: 'legalBasis',
    });
    await expect(define(asdPolicies, { ...asdProgramme, appealDays: 1 })).rejects.toMatchObject({
      code: 'PROGRAMME_DIFFERS',
      field: 'appealDays',
    });
    expect((await recorded()).slice(-2)).toEqual(['PolicyProposed', 'PolicyPublished']);
  });
});
