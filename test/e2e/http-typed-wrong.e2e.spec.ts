import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import type { Role } from '../../src/kernel/decider.js';
import { having } from '../support/having.js';
import {
  expectStatus,
  facts,
  HttpWorld,
  lastPosition,
  person,
  setUp,
  submitted,
  type Caller,
  type Json,
} from './http-world.js';
import { expectProblem } from './expect-problem.js';
import { termsOf } from '../support/payment-terms.js';

/** Somebody's national identity, which no other test types. */
const CARD = 'QX731946';
const SPELLED = [CARD, CARD.toLowerCase()];

/** Files of a folder that have a text in them, whatever is around it. */
const holding = (dir: string, text: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(dir, name);
    return name.includes(text) || (statSync(path).isFile() && readFileSync(path).includes(text));
  });

/** As no Moroccan card has it. */
const FOREIGN = '15-320-0456';

const programme = { ...asdProgramme, programmeId: 'other' };
const terms = termsOf(
  { address: { street: 'Rue', building: '1', postCode: '1', town: 'Rabat', country: 'MA' } },
  { remittance: 'Aide {period}' },
);

describe('a national identity that is typed where it does not belong', () => {
  let world: HttpWorld;
  let intake: Caller;
  let ids: Readonly<Record<'personId' | 'applicationId', string>>;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    intake = await world.as('i.berrada', 'intake');
    ids = await submitted(world, 26);
    const foreign = { ...person(28), nationalId: FOREIGN };
    await expectStatus(201, intake.post('/persons', foreign));
  });
  afterAll(() => rmSync(world.dir, { recursive: true, force: true }));

  it('is no region', async () => {
    for (const region of [CARD, 'QX731', '731946'])
      await expectProblem(
        intake.post('/persons', person(27, region)),
        400,
        'INVALID_FIELD',
        'region',
      );
    const supervisor = await world.as('s.doukkali', 'supervisor');
    const move = { region: CARD, reason: 'moved' };
    await expectProblem(
      supervisor.post(`/persons/${ids.personId}/move`, move),
      400,
      'INVALID_FIELD',
      'region',
    );
  });

  it('is not quoted as the name of a fact, a programme or a payment', async () => {
    const application = { receivedOn: '2025-10-06', channel: 'counter', personId: ids.personId };
    for (const card of [CARD, 'QX 731946']) {
      const problem = await expectProblem(
        intake.post('/applications', {
          ...application,
          programmeId: 'asd',
          facts: { ...facts, [card]: true },
        }),
        400,
        'FACTS_INVALID',
      );
      expect(JSON.stringify(problem)).not.toContain('731946');
    }
    const problem = await expectProblem(
      intake.post('/applications', { ...application, programmeId: CARD.toLowerCase(), facts }),
      404,
      'PROGRAMME_NOT_FOUND',
    );
    expect(problem.detail).not.toContain('731946');
    const finance = await world.as('f.elfassi', 'finance-officer');
    await expectProblem(
      finance.post('/cycles/asd-2025-10/reinstructions', {
        executionDate: '2025-12-05',
        paymentIds: [CARD],
      }),
      400,
      'INVALID_FIELD',
      'paymentIds',
    );
  });

  it.each<[string, object, readonly string[]]>([
    ['programmes', programme, ['name/fr', 'name/ar', 'name/en', 'debtor/name']],
    [
      'programmes/other/policies',
      asdPolicies[0]!,
      [
        'legalBasis',
        'policy/factsSchema/title',
        'policy/factsSchema/properties/children/description',
        'policy/criteria/0/text/fr',
        'policy/benefits/monthly/0/text/ar',
        'policy/benefits/oneOff/0/text/en',
      ],
    ],
    [
      'programmes/other/payment-terms',
      terms,
      [
        'remittance',
        'accounts/0/name',
        ...['street', 'town'].map((of) => `accounts/0/address/${of}`),
      ],
    ],
  ])('is no text of %s, and what is good is taken', async (path, body, places) => {
    const manager = await world.as('m.alaoui', 'programme-manager');
    const before = await lastPosition(world);
    for (const place of places)
      for (const text of [`for ${CARD}`, `n ${FOREIGN}`]) {
        const reply = await manager.post(`/${path}`, having(body, place, text));
        expect([place, reply.status, reply.body.code]).toEqual([
          place,
          400,
          'PERSONAL_DATA_IN_TEXT',
        ]);
        expect(place.startsWith(reply.body.field)).toBe(true);
      }
    expect(await lastPosition(world)).toBe(before);
    const { status } = await manager.post(`/${path}`, body);
    expect([200, 201]).toContain(status);
  });

  it('is no code of a programme, of its rules or of its account', async () => {
    const manager = await world.as('m.alaoui', 'programme-manager');
    for (const [path, body, place, code] of [
      ['programmes', programme, 'programmeId', CARD.toLowerCase()],
      ['programmes/other/policies', asdPolicies[1]!, 'policy/criteria/0/id', CARD],
      ['programmes/other/payment-terms', terms, 'accounts/0/accountId', CARD],
    ] as const)
      await expectProblem(
        manager.post(`/${path}`, having(body, place, code)),
        400,
        'PERSONAL_DATA_IN_TEXT',
      );
  });

  it('is kept in clear in no file, in whichever part of whichever request it came', async () => {
    const document: Json = await (await fetch(`${world.server.url}/openapi.json`)).json();
    const before = await lastPosition(world);
    const recorded = await expectStatus(
      200,
      intake.post(`/applications/${ids.applicationId}/withdrawal`, { reason: 'asked' }, CARD, {
        'x-correlation-id': `for-${CARD}`,
      }),
    );
    expect(recorded.position).toBeGreaterThan(before);
    for (const [path, methods] of Object.entries<Json>(document.paths))
      for (const [method, { description, requestBody }] of Object.entries<Json>(methods)) {
        const roles = /Roles: ([^.]*)\./.exec(description ?? '')?.[1]?.split(', ');
        if (!roles) continue;
        const caller = await world.as('x.tries', roles[0] as Role);
        const isJson = requestBody === undefined || 'application/json' in requestBody.content;
        const type = isJson ? 'application/json' : 'application/xml';
        const typed = (card: string): string => (isJson ? JSON.stringify({ [card]: card }) : card);
        for (const card of SPELLED)
          await caller.send(
            method.toUpperCase(),
            `${path.replace(/\{\w+\}/g, card)}?${card}=${card}&cursor=${card}`,
            method === 'get' ? undefined : typed(card),
            {
              ...(method === 'get' ? {} : { 'content-type': type }),
              'idempotency-key': `${path}/${card}`,
              'x-correlation-id': `${card}/of`,
              'x-file-name': `${card}.xml`,
            },
          );
      }
    await world.server.close();
    for (const card of SPELLED)
      expect(holding(world.dir, card).filter((name) => !name.startsWith('archive'))).toEqual([]);
    // What is searched for is found where it is.
    expect(holding(world.dir, 'x.tries').length).toBeGreaterThan(0);
  });
});
