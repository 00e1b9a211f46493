import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import type { Policy } from '../../src/eligibility/policy.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { foldApplication } from '../../src/use-cases/folds.js';
import { AUTOMATION } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import type { Refusal } from '../../src/write-side/refusals.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { policyOf } from '../eligibility/policy.fixtures.js';
import { one, rowsOf } from './household-rows.js';
import { PROGRAMME } from './month.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, job, newWorld, type World } from './world.js';

/** Months that a member has; what a criterion read of them stands in its finding. */
const FIELDS = Array.from({ length: 20 }, (_, i) => `seen${i}`);
const month = { type: 'string', format: 'month' };
const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['members'],
  properties: {
    members: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        additionalProperties: false,
        required: FIELDS,
        properties: Object.fromEntries(FIELDS.map((name) => [name, month])),
      },
    },
  },
};
const text = { fr: 'texte', ar: 'نص', en: 'text' };
const policy: Policy = policyOf({
  schema,
  criteria: Array.from({ length: 40 }, (_, i) => ({
    id: `criterion-${i}`,
    kind: 'required' as const,
    expression: `household.members.all(m, m.seen0 != "1900-01") || ${i} > 50`,
    text,
  })),
  monthly: [
    { when: 'true', amountMinor: '10000' },
    { over: 'members', when: 'true', amountMinor: '999999999999999' },
  ],
});
const member = Object.fromEntries(FIELDS.map((name) => [name, '2020-01']));
const factsOf = (members: number) => ({ members: Array.from({ length: members }, () => member) });

describe('a household of which more is to be said than an event holds', () => {
  let world: World;
  let ids: readonly string[];
  const run = (stream: string, one: Part, who: Parameters<typeof as>[1] = 'manager') =>
    execute(world.engine, [one], as(world.engine, who, stream, one.stream));

  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    const programme = streams.programme(PROGRAMME);
    await run(
      'define',
      part(
        programme,
        programmeDecider,
        { type: 'DefineProgramme', ...asdProgramme },
        {
          type: 'PublishPolicy',
          programmeId: PROGRAMME,
          version: 1,
          announcedOn: '2023-12-01',
          effectiveFrom: '2024-01-01',
          firstPaidPeriod: '2024-01',
          legalBasis: 'LF',
          unverified: false,
          policy: JSON.parse(JSON.stringify(policy)),
          contentHash: contentHash(policy),
        },
        { type: 'OpenProgramme', programmeId: PROGRAMME },
      ),
    );
    const rows = (await rowsOf(4, 1)).map((row, i) => ({
      ...row,
      facts: factsOf(i === 1 ? 100 : 0),
    }));
    const { submitted } = await importApplications(
      engine,
      { programmeId: PROGRAMME, rows: one(rows) },
      job(engine, 'intake'),
    );
    expect(submitted).toBe(4);
    const applications = await engine.store.readCategory('application-', { limit: 10 });
    ids = applications
      .filter(({ events }) => JSON.stringify(foldApplication(events).facts).length > 1_000)
      .map(({ stream }) => stream.slice('application-'.length));
    expect(ids).toHaveLength(1);
  });
  afterAll(() => world.end());

  test('is refused its determination by name, and all others are determined', async () => {
    const refused: Refusal[] = [];
    const summary = await assessApplications(
      world.engine,
      { programmeId: PROGRAMME, onRefused: (more) => refused.push(...more) },
      job(world.engine, 'officer'),
    );
    expect(summary).toMatchObject({ seen: 4, determined: 3, refused: 1 });
    expect(refused.map(({ id, code }) => [id, code])).toEqual([[ids[0], 'LIMIT_EXCEEDED']]);
  });

  test('is left out of the cycle and named, and all others are paid', async () => {
    const { engine } = world;
    const persons = await engine.store.readCategory('person-', { limit: 10 });
    for (const [i, { stream }] of persons.entries()) {
      const personId = stream.slice('person-'.length);
      const facts = factsOf(i === 1 ? 100 : 0);
      await run(
        'enrol',
        part(streams.enrolment(PROGRAMME, personId), enrolmentDecider, {
          command: {
            type: 'StartEnrolment',
            programmeId: PROGRAMME,
            personId,
            applicationId: personId,
            region: 'MA-06',
            startPeriod: '2024-01',
            facts,
            contentHash: contentHash(facts),
            entitlement: { period: '2024-01', policyVersion: 1, amountMinor: '0', items: [] },
          },
          as: AUTOMATION,
        }),
      );
    }
    await changeProgramme(
      engine,
      { type: 'SetBackdatingLimit', programmeId: PROGRAMME, months: 24 },
      'limit',
    );
    const summary = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: '2025-12' },
      job(engine, 'finance'),
    );
    expect(summary).toMatchObject({ count: 3, totalMinor: String(3 * 24 * 10_000), leftOut: 1 });
    const events = await engine.store.readStream(streams.cycle(summary.cycleId));
    const named = events.find((event) => event.type === 'CycleHouseholdsLeftOut')!;
    expect(named.data.households).toEqual([
      {
        personId: persons[1]!.stream.slice('person-'.length),
        code: 'INVALID_FIELD',
        place: expect.any(String),
      },
    ]);
  });
});
