import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../src/kernel/decider.js';
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

/** Somebody's national identity, which no other test types. */
const CARD = 'QX731946';
const SPELLED = [CARD, CARD.toLowerCase()];

/** Files of a folder that have a text in them, whatever is around it. */
const holding = (dir: string, text: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(dir, name);
    return name.includes(text) || (statSync(path).isFile() && readFileSync(path).includes(text));
  });

describe('a national identity that is typed where it does not belong', () => {
  let world: HttpWorld;
  let intake: Caller;
  let ids: Readonly<Record<'personId' | 'applicationId', string>>;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    intake = await world.as('i.berrada', 'intake');
    ids = await submitted(world, 26);
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
        const typed = (card: string): string => (isJson ? JSON.stringify({ [card]: card }) : card);
        for (const card of SPELLED)
          await caller.send(
            method.toUpperCase(),
            `${path.replace(/\{\w+\}/g, card)}?${card}=${card}&cursor=${card}`,
            method === 'get' ? undefined : typed(card),
            {
              ...(method === 'get'
                ? {}
                : { 'content-type': isJson ? 'application/json' : 'application/xml' }),
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
