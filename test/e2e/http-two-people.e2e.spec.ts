import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuditCheck } from '../../src/audit/check.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import {
  approved,
  enrolled,
  expectStatus,
  facts,
  HttpWorld,
  setUp,
  submitted,
  type Caller,
} from './http-world.js';
import { expectProblem } from './expect-problem.js';

describe('what changes money is said by two people', () => {
  let world: HttpWorld;
  let first: Caller;
  let second: Caller;
  let enrolment: string;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    const { personId, applicationId } = await submitted(world, 31);
    await approved(world, applicationId);
    await enrolled(world, personId);
    first = await world.as('s.berrada', 'supervisor');
    second = await world.as('s.doukkali', 'supervisor');
    enrolment = `/enrolments/asd/${personId}`;
  });
  afterAll(() => world.close());
  /** What a caller is told that waits for a second person. */
  const waitingFor = async (caller: Caller, filter = ''): Promise<readonly object[]> =>
    (await expectStatus(200, caller.get(`/proposals${filter}`))).items;

  it('new facts of a household: proposed by one supervisor, revised by another', async () => {
    const revision = {
      fromPeriod: '2025-11',
      facts: { ...facts, children: [...facts.children, { ...facts.children[0], disabled: true }] },
      reason: 'a child was born',
    };
    const statusOf = async (caller: Caller, body: object): Promise<string> =>
      (await expectStatus(200, caller.post(`${enrolment}/revision`, body))).status;
    expect(await statusOf(first, revision)).toBe('proposed');
    expect(await statusOf(first, revision)).toBe('proposed');
    expect(await statusOf(await world.as('S.Berrada', 'supervisor'), revision)).toBe('proposed');
    expect(await waitingFor(second)).toEqual([
      {
        position: expect.any(Number),
        kind: 'facts',
        programmeId: 'asd',
        personId: enrolment.split('/').at(-1),
        paymentId: null,
        entryId: null,
        correctionId: null,
        region: expect.stringMatching(/^MA-/),
        proposedBy: 's.berrada',
        proposedAt: expect.any(String),
        ageDays: 0,
        isStale: false,
        detail: {
          fromPeriod: '2025-11',
          reason: revision.reason,
          contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    ]);
    for (const [kind, shown] of [
      ['facts', 1],
      ['recertification', 0],
    ] as const)
      expect(await waitingFor(second, `?kind=${kind}`)).toHaveLength(shown);
    expect(await statusOf(second, { ...revision, fromPeriod: '2025-10' })).toBe('proposed');
    expect(await statusOf(second, { ...revision, reason: 'the register says so' })).toBe('revised');
    expect(await statusOf(first, revision)).toBe('revised');
    expect(await waitingFor(second)).toEqual([]);
    await expectProblem(
      (await world.as('o.chraibi', 'case-officer')).post(`${enrolment}/revision`, revision),
      403,
      'ROLE_NOT_ALLOWED',
    );
  });

  it('a recertification, with the day until which it holds', async () => {
    const said = { fromPeriod: '2025-12', facts, nextDueOn: '2026-12-31' };
    const statusOf = async (caller: Caller, body: object): Promise<string> =>
      (await expectStatus(200, caller.post(`${enrolment}/recertification`, body))).status;
    expect(await statusOf(first, said)).toBe('proposed');
    expect(await statusOf(second, { ...said, nextDueOn: '2099-12-31' })).toBe('proposed');
    const auditor = await world.as('a.tazi', 'auditor');
    const told = [
      { kind: 'recertification', proposedBy: 's.berrada', detail: { nextDueOn: '2026-12-31' } },
      { kind: 'recertification', proposedBy: 's.doukkali', detail: { nextDueOn: '2099-12-31' } },
    ];
    expect(await waitingFor(auditor)).toMatchObject(told);
    const region = (await expectStatus(200, auditor.get('/proposals'))).items[0].region;
    expect(await waitingFor(await world.as('s.one', 'supervisor', [region]))).toMatchObject(told);
    expect(await waitingFor(await world.as('s.two', 'supervisor', ['MA-99']))).toEqual([]);
    expect(await waitingFor(await world.as('p.idrissi', 'programme-manager'))).toEqual([]);
    await expectProblem(
      (await world.as('i.alami', 'intake')).get('/proposals'),
      403,
      'ROLE_NOT_ALLOWED',
    );
    expect(await statusOf(second, said)).toBe('recertified');
    expect(await waitingFor(auditor)).toEqual([]);
  });

  it('what somebody takes back waits no longer, and another one’s word is a first one', async () => {
    const said = { fromPeriod: '2025-11', facts, reason: 'a mistake' };
    const propose = async (caller: Caller): Promise<string> =>
      (await expectStatus(200, caller.post(`${enrolment}/revision`, said))).status;
    const personId = enrolment.split('/').at(-1);
    const body = { kind: 'facts', programmeId: 'asd', personId, reason: 'the wrong child' };
    const withdraw = (caller: Caller, more: object = {}) =>
      caller.post('/proposals/withdrawal', { ...body, ...more });
    expect(await propose(first)).toBe('proposed');
    await expectProblem(withdraw(second), 409, 'NOTHING_PROPOSED');
    await expectProblem(withdraw(first, { kind: 'policy' }), 403, 'ROLE_NOT_ALLOWED');
    await expectProblem(withdraw(first, { personId: undefined }), 400, 'INVALID_ID');
    expect(await expectStatus(200, withdraw(first))).toMatchObject({ status: 'withdrawn' });
    expect(await waitingFor(second)).toEqual([]);
    await expectProblem(withdraw(first), 409, 'NOTHING_PROPOSED');
    expect(await propose(second)).toBe('proposed');
    expect(await expectStatus(200, withdraw(second))).toMatchObject({ status: 'withdrawn' });
  });

  it('and the audit proves it', async () => {
    await world.server.close();
    const log = await openSqliteLog(world.dir);
    const { events } = await log.readAll(-1, 10_000);
    const check = createAuditCheck();
    for (const event of events) check.add(event);
    expect(check.finish().violations).toEqual([]);
    expect(
      events.filter(({ type }) => /Revis|Recertif/.test(type)).map(({ type }) => type),
    ).toEqual([
      'EntitlementRevisionProposed',
      'EntitlementRevisionProposed',
      'EntitlementRevised',
      'EnrolmentRecertificationProposed',
      'EnrolmentRecertificationProposed',
      'EnrolmentRecertified',
      'EntitlementRevisionProposed',
      'EntitlementRevisionProposed',
    ]);
    await log.close();
  });
});
