import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { expectProblem } from './expect-problem.js';
import { expectStatus, facts, HttpWorld, setUp, submitted, type Caller } from './http-world.js';

let world: HttpWorld;
let intake: Caller;
let officer: Caller;
let supervisor: Caller;
beforeAll(async () => {
  world = await HttpWorld.open();
  await setUp(world);
  intake = await world.as('i.berrada', 'intake');
  officer = await world.as('o.chraibi', 'case-officer');
  supervisor = await world.as('s.doukkali', 'supervisor');
});
afterAll(() => world.close());

const hashOf = async (applicationId: string): Promise<string> =>
  (await expectStatus(200, officer.get(`/applications/${applicationId}`))).application.contentHash;
async function recommended(applicationId: string): Promise<string> {
  await expectStatus(200, officer.post(`/applications/${applicationId}/determination`));
  const contentHash = await hashOf(applicationId);
  const body = { recommendation: 'approve', contentHash };
  await expectStatus(200, officer.post(`/applications/${applicationId}/recommendation`, body));
  return contentHash;
}
const applies = async (personId: string): Promise<string> =>
  (
    await expectStatus(
      201,
      intake.post('/applications', {
        programmeId: 'asd',
        personId,
        receivedOn: '2025-10-06',
        channel: 'counter',
        facts,
      }),
    )
  ).applicationId;

it('approves one of two applications of a person, however fast they are approved', async () => {
  const { personId, applicationId } = await submitted(world, 1);
  const asked = [];
  for (const id of [applicationId, await applies(personId)])
    asked.push({ id, contentHash: await recommended(id) });
  const replies = await Promise.all(
    asked.map(({ id, contentHash }) =>
      supervisor.post(`/applications/${id}/approval`, { contentHash }),
    ),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  const refused = replies.find(({ status }) => status === 409);
  expect(refused?.body).toMatchObject({ code: 'ALREADY_ENROLLED', field: 'personId' });
});

/** What is asked of an application of somebody who was erased meanwhile. */
async function askedOfErased(n: number, how: 'submitted' | 'determined' | 'recommended') {
  const { personId, applicationId } = await submitted(world, n);
  if (how === 'determined')
    await expectStatus(200, officer.post(`/applications/${applicationId}/determination`));
  if (how === 'recommended') await recommended(applicationId);
  const contentHash = await hashOf(applicationId);
  for (const subject of ['adm', 'adm.second']) {
    const administrator = await world.as(subject, 'administrator');
    const reason = 'asked to be forgotten';
    await expectStatus(200, administrator.post(`/persons/${personId}/erasure`, { reason }));
  }
  const ask = (who: Caller, what: string, body?: object) =>
    who.post(`/applications/${applicationId}/${what}`, body);
  return { ask, contentHash };
}
const erased = { code: 'PERSON_ERASED', status: 422, field: 'personId' };

it('amends, determines, recommends and approves no application of who was erased', async () => {
  const amended = { facts: { ...facts, coveredByOtherScheme: true }, reason: 'told so' };
  const first = await askedOfErased(2, 'submitted');
  expect((await first.ask(intake, 'amend', amended)).body).toMatchObject(erased);
  expect((await first.ask(officer, 'determination')).body).toMatchObject(erased);
  const { ask, contentHash } = await askedOfErased(3, 'determined');
  const recommendation = { recommendation: 'approve', contentHash };
  expect((await ask(officer, 'recommendation', recommendation)).body).toMatchObject(erased);
  const third = await askedOfErased(4, 'recommended');
  const { contentHash: seen } = third;
  expect((await third.ask(supervisor, 'approval', { contentHash: seen })).body).toMatchObject(
    erased,
  );
  await expectStatus(200, third.ask(intake, 'withdrawal', { reason: 'nobody is there' }));
});

it('approves nothing in a programme that was closed, and enrols nobody', async () => {
  const { personId, applicationId } = await submitted(world, 5);
  const contentHash = await recommended(applicationId);
  const manager = await world.as('m.alaoui', 'programme-manager');
  const closing = await expectStatus(
    200,
    manager.post('/programmes/asd/closing', { reason: 'over' }),
  );
  expect(closing).toMatchObject({ programmeId: 'asd', status: 'proposed' });
  const second = await world.as('l.bennis', 'programme-manager');
  const closed = await expectStatus(200, second.post('/programmes/asd/closing', { reason: 'yes' }));
  expect(closed).toMatchObject({ programmeId: 'asd', status: 'closed' });
  const approval = supervisor.post(`/applications/${applicationId}/approval`, { contentHash });
  await expectProblem(approval, 422, 'PROGRAMME_CLOSED');
  const { application } = await expectStatus(200, officer.get(`/applications/${applicationId}`));
  expect(application.status).toBe('recommended');
  expect((await expectStatus(200, officer.get(`/persons/${personId}`))).enrolments).toEqual([]);
  const reopening = { reason: 'closed by mistake' };
  const asked = await expectStatus(200, second.post('/programmes/asd/reopening', reopening));
  expect(asked).toMatchObject({ programmeId: 'asd', status: 'proposed' });
  const reopened = await expectStatus(200, manager.post('/programmes/asd/reopening', reopening));
  expect(reopened).toMatchObject({ programmeId: 'asd', status: 'open' });
  await expectProblem(
    manager.post('/programmes/asd/reopening', reopening),
    422,
    'PROGRAMME_NOT_CLOSED',
  );
  await expectStatus(
    200,
    supervisor.post(`/applications/${applicationId}/approval`, { contentHash }),
  );
});
