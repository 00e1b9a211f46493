import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { checkpointsIn } from '../../src/adapters/data-folder/checkpoint.js';
import { eventually } from '../support/eventually.js';
import { expectStatus, HttpWorld, type Caller, type Json } from './http-world.js';

const MANAGER = 'when-application-approved-then-enrol';
/** One whose stream is gone, so that it cannot be acted on, whoever tries. */
const POISON = {
  eventId: '0badf00d-0000-4000-8000-000000000000',
  manager: MANAGER,
  type: 'ApplicationApproved',
  stream: 'application-gone',
  position: 0,
  reason: 'PERSON_NOT_FOUND: There is no such person.',
};

let world: HttpWorld;
let administrator: Caller;
/** As a process that starts with what an earlier one set aside. */
const nextProcess = async (setAside: readonly object[]): Promise<void> => {
  await world.server.close();
  await checkpointsIn(world.dir).each.setAside.save(JSON.stringify(setAside));
  world = await HttpWorld.open({}, world.dir);
  administrator = await world.as('a.sysadmin', 'administrator');
};
const ready = async (): Promise<Json> => {
  const response = await fetch(`${world.server.url}/health/ready`);
  return { http: response.status, ...((await response.json()) as object) };
};

beforeAll(async () => {
  world = await HttpWorld.open();
  const manager = await world.as('m.alaoui', 'programme-manager');
  await expectStatus(201, manager.post('/programmes', asdProgramme));
  await eventually('acted', async () => (await checkpointsIn(world.dir).acted.load()) >= 0);
});
afterAll(() => world.close());

it('an event that is set aside is named by health, which stays ready, by the metrics and to who asks', async () => {
  expect(await ready()).toMatchObject({ http: 200, status: 'ok' });
  await nextProcess([POISON]);
  const told = await eventually('health says so', async () => {
    const health = await ready();
    return health.status === 'degraded' && health;
  });
  const { manager, type, position, eventId } = POISON;
  expect(told).toMatchObject({
    http: 200,
    details: {
      automation: {
        status: 'degraded',
        setAside: 1,
        events: [{ manager, type, position, code: 'PERSON_NOT_FOUND' }],
      },
    },
  });
  const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
  expect(metrics).toContain('sanad_automation_set_aside 1');
  expect((await expectStatus(200, administrator.get('/automation/set-aside'))).items).toEqual([
    POISON,
  ]);
  const intake = await world.as('i.berrada', 'intake');
  expect((await intake.get('/automation/set-aside')).body.code).toBe('ROLE_NOT_ALLOWED');
  const auditor = await world.as('a.tazi', 'auditor');
  expect((await auditor.post('/automation/set-aside/retry')).body.code).toBe('ROLE_NOT_ALLOWED');
  const { jobId } = await expectStatus(
    202,
    administrator.post('/automation/set-aside/retry', { eventId }),
  );
  expect(await administrator.job(jobId)).toMatchObject({
    state: 'done',
    result: { done: 0, left: 1 },
  });
});

it('what cannot be acted on for good is dismissed by two people, and health clears', async () => {
  const { eventId, manager: name } = POISON;
  const said = { eventId, manager: name, reason: 'The person was erased.' };
  const manager = await world.as('m.alaoui', 'programme-manager');
  const controller = await world.as('c.naciri', 'finance-controller');
  const dismiss = (who: Caller, body: object = said) =>
    who.post('/automation/set-aside/dismissal', body);
  expect((await dismiss(administrator)).body.code).toBe('ROLE_NOT_ALLOWED');
  expect((await dismiss(manager, { ...said, manager: 'another' })).body.code).toBe('NOT_SET_ASIDE');
  for (const _ of [1, 2])
    expect(await expectStatus(200, dismiss(manager))).toMatchObject({ status: 'proposed' });
  expect((await ready()).status).toBe('degraded');
  const { items } = await expectStatus(200, controller.get('/proposals?kind=set-aside'));
  expect(items).toMatchObject([
    { proposedBy: 'm.alaoui', detail: { automation: name, failure: 'PERSON_NOT_FOUND' } },
  ]);
  expect(await expectStatus(200, dismiss(controller))).toMatchObject({ status: 'dismissed' });
  await eventually('health clears', async () => (await ready()).status === 'ok');
  expect((await expectStatus(200, administrator.get('/automation/set-aside'))).items).toEqual([]);
  expect((await dismiss(controller)).body.code).toBe('NOT_SET_ASIDE');
  expect((await expectStatus(200, manager.get('/proposals?kind=set-aside'))).items).toEqual([]);
  await nextProcess([POISON]);
  await eventually('it is forgotten again', async () => {
    const { items: left } = await expectStatus(200, administrator.get('/automation/set-aside'));
    return left.length === 0;
  });
});

it('what can be acted on again is tried when the server starts, and when somebody asks', async () => {
  const auditor = await world.as('a.tazi', 'auditor');
  const { events } = await expectStatus(200, auditor.get('/audit/log'));
  const [defined] = events as Json[];
  const of = (name: string): object => ({
    ...POISON,
    eventId: defined.id,
    type: defined.type,
    stream: defined.stream,
    position: defined.position,
    manager: name,
  });
  await nextProcess([of(MANAGER), of('of-an-earlier-version')]);
  await eventually('one is left', async () => {
    const { items } = await expectStatus(200, administrator.get('/automation/set-aside'));
    return items.length === 1 && items[0].manager === 'of-an-earlier-version';
  });
});
