import { describe, expect, it } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { recertification, revision } from '../../src/enrolment/judged-facts.rule.js';
import { partsOfNewFacts } from '../../src/enrolment/parts-of-new-facts.js';
import { addMonths } from '../../src/kernel/time.js';
import { PolicyReader } from '../../src/programme/policy-reader.js';
import { execute } from '../../src/write-side/execute.js';
import { auditOf } from '../support/audit.js';
import { child } from './families.js';
import { PROGRAMME } from './month.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { another, eventsOf, justBefore, racing, STORES, type Here } from './racing.js';
import { codeOf } from './refusal-code.js';
import { stricterVersion } from './stricter.js';
import { by } from './world.js';

const newest = asdVersions.at(-1)!;
const fromPeriod = addMonths(newest.firstPaidPeriod, 1);
const stricter = {
  ...stricterVersion({
    announcedOn: newest.announcedOn,
    effectiveFrom: newest.effectiveFrom,
    firstPaidPeriod: fromPeriod,
  }),
  version: newest.version + 1,
};
/** Not poor enough for the stricter version. */
const facts = {
  scoreMicro: 5_000_000,
  coveredByOtherScheme: false,
  children: [child('2020-05')],
};

describe.each(STORES)('new facts, on a store %s', (_, atomic) => {
  const { anew } = racing(atomic);
  let said = 0;

  async function says(here: Here, who: string, how: 'revised' | 'recertified'): Promise<void> {
    const [first] = await here.store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 1 });
    const policies = await new PolicyReader(here.store).programme(PROGRAMME);
    const now = here.clock.now();
    const judged =
      how === 'revised'
        ? revision(policies, { fromPeriod, facts, reason: 'looked at' }, now)
        : recertification(policies, { fromPeriod, facts, nextDueOn: '2035-01-31' }, now);
    const parts = partsOfNewFacts(policies, first!.stream.slice(-36), judged);
    said += 1;
    await execute(here, parts, by(here, who, 'supervisor', 'facts', said));
  }

  it.each([
    ['revised', 'EntitlementRevised'],
    ['recertified', 'EnrolmentRecertified'],
  ] as const)(
    'that are %s while a stricter version is published are judged by it, or not at all',
    async (how, type) => {
      const here = await anew();
      await says(here, 'salma', how);
      justBefore(here, type, () =>
        changeProgramme(another(here), { type: 'PublishPolicy', ...stricter }, 'publish', 4),
      );
      expect(await codeOf(says(here, 'samir', how))).toBe('CONCURRENT_CHANGE');
      expect((await eventsOf(here)).map((event) => event.type)).not.toContain(type);

      await says(here, 'samir', how);
      expect((await eventsOf(here)).slice(-2)).toMatchObject([
        { type },
        { type: 'EnrolmentSuspended', data: { fromPeriod } },
      ]);
      expect((await auditOf(here.store)).violations).toEqual([]);
    },
  );
});
