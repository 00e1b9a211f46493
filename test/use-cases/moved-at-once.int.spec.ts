import { describe, expect, it } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import type { DecideAction } from '../../src/use-cases/applications/decision.rule.js';
import { movePersonParts } from '../../src/use-cases/persons/move-person.js';
import { foldEnrolment } from '../../src/use-cases/folds.js';
import { execute } from '../../src/write-side/execute.js';
import { auditOf } from '../support/audit.js';
import { appliesAtCounter } from './again.js';
import { PROGRAMME } from './month.js';
import { another, eventsOf, justBefore, racing, STORES, type Here } from './racing.js';
import { as, drain, job } from './world.js';

const REGION = 'MA-12';

describe.each(STORES)('a household that moves, on a store %s', (_, atomic) => {
  const { anew } = racing(atomic);

  const decide = async (here: Here, action: DecideAction): Promise<void> => {
    await decideApplications(
      here,
      { programmeId: PROGRAMME, action },
      job(here, action === 'approve' ? 'supervisor' : 'officer'),
    );
  };

  it('is enrolled where it lives, also by what is approved in the same moment', async () => {
    const here = await anew();
    const events = await eventsOf(here);
    const registered = events.filter(({ type }) => type === 'PersonRegistered');
    const enrolled = new Set(events.map(({ stream }) => stream));
    const isNew = (personId: string): boolean =>
      !enrolled.has(streams.enrolment(PROGRAMME, personId));
    const personId = registered.map(({ stream }) => stream.slice(-36)).find(isNew)!;
    await appliesAtCounter(here, personId, '2025-11-20');
    await assessApplications(here, { programmeId: PROGRAMME }, job(here, 'officer'));
    await decide(here, 'recommend');
    justBefore(here, 'PersonMoved', () => decide(another(here), 'approve'));
    const move = { personId, region: REGION, reason: 'new address' };
    await execute(here, await movePersonParts(here.store, move), as(here, 'supervisor', 'move'));
    await drain(here);
    const enrolment = await here.store.readStream(streams.enrolment(PROGRAMME, personId));
    expect(enrolment.filter(({ type }) => type === 'EnrolmentStarted')).toHaveLength(1);
    expect(foldEnrolment(enrolment).region).toBe(REGION);
    expect((await auditOf(here.store)).violations).toEqual([]);
  });
});
