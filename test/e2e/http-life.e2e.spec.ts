import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  lastPosition,
  paid,
  person,
  ribNumber,
  setUp,
  submitted,
  type Caller,
  type Json,
} from './http-world.js';

/** Terms are refused with an account that nobody has, then set by two managers. */
async function termsAreSet(manager: Caller, other: Caller): Promise<void> {
  const account = {
    accountId: 'POSTE',
    name: 'Trésorerie fictive',
    bic: 'SNADMAMR',
    kind: 'rib',
    number: ribNumber(1),
    format: 'pain.001.001.03',
    characters: 'latin',
    maxPerFile: 100,
    regions: ['MA-06'],
  };
  const terms = { remittance: 'Aide {period}', accounts: [account] };
  expect(
    (
      await manager.post('/programmes/asd/payment-terms', {
        ...terms,
        accounts: [{ ...account, number: `${ribNumber(1).slice(0, -2)}00` }],
      })
    ).body.code,
  ).toBe('INVALID_ACCOUNT');
  expect(
    (
      await manager.post('/programmes/asd/payment-terms', {
        ...terms,
        accounts: [{ ...account, payeeKinds: ['gold'] }],
      })
    ).status,
  ).toBe(400);
  for (const [who, status] of [
    [manager, 'proposed'],
    [other, 'set'],
  ] as const)
    expect(await expectStatus(200, who.post('/programmes/asd/payment-terms', terms))).toMatchObject(
      { status },
    );
}

/** A check without its limit is refused; then one is set that finds any payment. */
async function checksAreSet(manager: Caller): Promise<void> {
  expect(
    (
      await manager.post('/programmes/asd/checks', {
        rules: [{ check: 'shared-account', level: 'block' }],
      })
    ).body.code,
  ).toBe('LIMIT_MISSING');
  await expectStatus(
    200,
    manager.post('/programmes/asd/checks', {
      rules: [{ check: 'over-forecast', level: 'block', limit: 0, amountMinor: '1' }],
    }),
  );
}

/** What was found is found again, and answered for by a second person only. */
async function findingIsOverridden(
  world: HttpWorld,
  officer: Caller,
  second: Caller,
): Promise<void> {
  const checked = await expectStatus(202, officer.post('/cycles/asd-2025-11/check'));
  expect(await officer.job(checked.jobId)).toMatchObject({ state: 'done', result: { open: 1 } });
  const [finding] = (
    await expectStatus(200, officer.get(`/cycles/asd-2025-11?after=${await lastPosition(world)}`))
  ).findings;
  expect(finding).toMatchObject({ check: 'over-forecast', level: 'block' });
  expect(
    (
      await officer.post('/cycles/asd-2025-11/overrides', {
        findingId: finding.findingId,
        reason: 'mine',
      })
    ).status,
  ).toBe(403);
  const { position } = await expectStatus(
    200,
    second.post('/cycles/asd-2025-11/overrides', {
      findingId: finding.findingId,
      reason: 'the forecast is of last year',
    }),
  );
  expect(
    await expectStatus(200, officer.get(`/cycles/asd-2025-11?after=${position}`)),
  ).toMatchObject({
    blocking: 0,
    findings: [{ overridden: { by: 'c.guessous', reason: 'the forecast is of last year' } }],
  });
}

/** The one instruction of the cycle, as the payment system reads it. */
async function instructedFirst(system: Caller, personId: string): Promise<Json> {
  const lines = (await system.get('/cycles/asd-2025-10/instructions')).text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    paymentId: `asd-2025-10-${personId}`,
    attempt: 1,
    amount: '500.00',
    currency: 'MAD',
    payee: { name: person(1).name, kind: 'iban', account: person(1).account.number },
  });
  expect((await system.get(`/cycles/asd-2025-10/instructions?after=${lines[0].cursor}`)).text).toBe(
    '',
  );
  return lines[0];
}

/** Another account takes the place of the one that was refused; a second person verifies it. */
async function accountIsMended(world: HttpWorld, personId: string): Promise<void> {
  const intake = await world.as('i.berrada', 'intake');
  const { accountId } = await expectStatus(
    201,
    intake.post(`/persons/${personId}/accounts`, { kind: 'rib', number: ribNumber(77) }),
  );
  const verifier = await world.as('o.chraibi', 'case-officer');
  await expectStatus(
    200,
    verifier.post(`/persons/${personId}/accounts/${accountId}/verification`, {
      method: 'letter of the bank',
    }),
  );
}

/** The second attempt settles; the same outcome again changes nothing. */
async function settledAtSecond(system: Caller, paymentId: string, after: string): Promise<void> {
  const second = JSON.parse(
    (await system.get(`/cycles/asd-2025-10/instructions?after=${after}`)).text.trim(),
  );
  expect(second).toMatchObject({
    paymentId,
    attempt: 2,
    payee: { kind: 'rib', account: ribNumber(77) },
  });
  const outcome = {
    paymentId,
    endToEndId: second.endToEndId,
    attempt: 2,
    outcome: 'settled',
    amount: '500.00',
    currency: 'MAD',
    settledOn: '2025-12-05',
  };
  expect(
    (await expectStatus(200, system.post('/payments/outcomes', { outcomes: [outcome] }))).results[0]
      .result,
  ).toBe('applied');
  expect(
    (await expectStatus(200, system.post('/payments/outcomes', { outcomes: [outcome] }))).results[0]
      .result,
  ).toBe('unchanged');
}

async function reconciledAndClosed(officer: Caller): Promise<void> {
  const { jobId } = await expectStatus(202, officer.post('/cycles/asd-2025-10/reconcile'));
  expect(await officer.job(jobId)).toMatchObject({
    state: 'done',
    result: {
      figures: { orderedCount: 1, settledCount: 1, settledMinor: '50000', outstandingCount: 0 },
    },
  });
  const { position } = await expectStatus(200, officer.post('/cycles/asd-2025-10/close'));
  const cycle = await expectStatus(200, officer.get(`/cycles/asd-2025-10?after=${position}`));
  expect(cycle).toMatchObject({
    status: 'closed',
    total: '500.00',
    progress: {
      ordered: { count: 1, amount: '500.00' },
      byStatus: { settled: { count: 1, amount: '500.00' } },
      openBreaks: 0,
    },
  });
}

/** What an auditor reads of the application, now and as of its determination. */
async function toldToAuditor(world: HttpWorld, applicationId: string): Promise<void> {
  const auditor = await world.as('a.auditor', 'auditor');
  const story = await expectStatus(200, auditor.get(`/applications/${applicationId}?language=en`));
  expect(story.history.map((entry: Json) => entry.type)).toEqual([
    'ApplicationSubmitted',
    'EligibilityDetermined',
    'ApplicationRecommended',
    'ApplicationApproved',
  ]);
  expect(story.determinations[0]).toMatchObject({
    eligible: true,
    policyVersion: 1,
    amount: '500.00',
  });
  const raw = await expectStatus(
    200,
    auditor.get(`/audit/streams/application-${applicationId}?asOf=${story.history[1].position}`),
  );
  expect(raw.events.map((event: Json) => event.type)).toEqual([
    'ApplicationSubmitted',
    'EligibilityDetermined',
  ]);
}

describe('the life of an application over HTTP, to a settled payment', () => {
  let world: HttpWorld;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
  });
  afterAll(() => world.close());

  it('is submitted, decided by three people, paid once, mended, reconciled and closed', async () => {
    const { personId, applicationId } = await submitted(world, 1);
    await approved(world, applicationId);
    const { enrolments } = await enrolled(world, personId);
    expect(enrolments[0]).toMatchObject({
      programmeId: 'asd',
      status: 'active',
      startPeriod: '2025-10',
      amount: '500.00',
    });

    await paid(world, 'asd-2025-10');
    const system = await world.as('bank', 'payment-system');
    const first = await instructedFirst(system, personId);

    const { paymentId, endToEndId } = first;
    const rejected = await expectStatus(
      200,
      system.post('/payments/outcomes', {
        outcomes: [{ paymentId, endToEndId, attempt: 1, outcome: 'rejected', reason: 'AC04' }],
      }),
    );
    expect(rejected.results).toEqual([expect.objectContaining({ result: 'applied', paymentId })]);

    await accountIsMended(world, personId);
    const officer = await world.as('f.elfassi', 'finance-officer');
    const again = await expectStatus(
      202,
      officer.post('/cycles/asd-2025-10/reinstructions', {
        executionDate: '2025-12-05',
        anyDay: true,
      }),
    );
    expect(await officer.job(again.jobId)).toMatchObject({
      state: 'done',
      result: { reinstructed: 1, refused: 0 },
    });
    await settledAtSecond(system, paymentId, first.cursor);

    await reconciledAndClosed(officer);
    await toldToAuditor(world, applicationId);
  });

  it('pays under the terms of its programme, after checks that a second person answered for', async () => {
    const manager = await world.as('m.manager', 'programme-manager');
    const other = await world.as('m.second', 'programme-manager');
    const officer = await world.as('f.elfassi', 'finance-officer');
    const controller = await world.as('c.filali', 'finance-controller');
    const second = await world.as('c.guessous', 'finance-controller');
    await termsAreSet(manager, other);
    await checksAreSet(manager);

    await expectStatus(201, officer.post('/cycles', { programmeId: 'asd', period: '2025-11' }));
    const { jobId } = await expectStatus(202, officer.post('/cycles/asd-2025-11/prepare'));
    const { result } = await officer.job(jobId);
    expect(result).toMatchObject({ openFindings: 1 });
    const { contentHash } = result;
    expect((await controller.post('/cycles/asd-2025-11/approve', { contentHash })).body.code).toBe(
      'FINDINGS_OPEN',
    );
    await findingIsOverridden(world, officer, second);
    expect((await second.post('/cycles/asd-2025-11/approve', { contentHash })).body.code).toBe(
      'SAME_PERSON',
    );
    await expectStatus(200, controller.post('/cycles/asd-2025-11/approve', { contentHash }));
    await expectStatus(
      202,
      second.post('/cycles/asd-2025-11/release', {
        contentHash,
        executionDate: '2025-11-28',
        anyDay: true,
      }),
    );
    const {
      result: { files },
    } = await officer.job('instruct-asd-2025-11');
    expect(files).toMatchObject([{ name: 'ASD-2025-11-POSTE-0001.xml' }]);
    const xml = readFileSync(join(world.dir, 'files', files[0].name), 'utf8');
    expect(xml).toContain('pain.001.001.03');
    expect(xml).toContain('<Ustrd>Aide 2025-11</Ustrd>');
    for (const [who, status] of [
      [manager, 'proposed'],
      [manager, 'proposed'],
      [other, 'set'],
    ] as const)
      expect(await expectStatus(200, who.post('/programmes/asd/checks', {}))).toMatchObject({
        status,
      });
  });

  it('answers a query given a position with what the command wrote', async () => {
    const { applicationId, position } = await submitted(world, 2);
    const officer = await world.as('o.chraibi', 'case-officer');
    const { items } = await expectStatus(
      200,
      officer.get(`/applications/queue?status=submitted&after=${position}`),
    );
    expect(items.map((item: Json) => item.applicationId)).toContain(applicationId);
  });

  it('opens personal data to who may read it, and notes that they did', async () => {
    const { personId } = await submitted(world, 3);
    const supervisor = await world.as('s.doukkali', 'supervisor');
    expect(await expectStatus(200, supervisor.get(`/persons/${personId}/profile`))).toMatchObject({
      name: person(3).name,
      account: { number: person(3).account.number },
    });
    const finance = await world.as('f.elfassi', 'finance-officer');
    await expectStatus(403, finance.get(`/persons/${personId}/profile`));
    const statusBy = async (subject: string): Promise<string> => {
      const administrator = await world.as(subject, 'administrator');
      const reason = 'asked to be forgotten';
      return (
        await expectStatus(200, administrator.post(`/persons/${personId}/erasure`, { reason }))
      ).status;
    };
    expect(await statusBy('adm')).toBe('proposed');
    expect(await statusBy('ADM')).toBe('proposed');
    await expectStatus(200, supervisor.get(`/persons/${personId}/profile`));
    expect(await statusBy('adm.second')).toBe('erased');
    await expectStatus(422, supervisor.get(`/persons/${personId}/profile`));
  });
});
