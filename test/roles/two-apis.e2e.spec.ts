import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import type { Role } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { expectProblem } from '../e2e/expect-problem.js';
import { Caller, expectStatus, facts, person, type Json } from '../e2e/http-world.js';
import { sameKey } from '../e2e/same-key.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { startPostgres } from '../support/postgres.js';
import { startRoleProcess, type RoleProcess } from './role-process.js';
import { killed } from '../support/killed.js';

const TIMEOUT_MS = 600_000;
const postgres = await startPostgres('two api processes');

it('has the database that api processes need, or said that it is left out', () => {
  expect(postgres.running ? postgres.url : postgres.reason).toBeTruthy();
});

if (postgres.running)
  describe('two api processes on one log', () => {
    let server: TestEventStoreDb;
    let store: EventStore;
    let here: RoleProcess;
    let there: RoleProcess;
    const dir = mkdtempSync(join(tmpdir(), 'sanad-two-apis-'));
    const processes = new Set<ChildProcess>();
    const started = (): Promise<RoleProcess> =>
      startRoleProcess(
        'api',
        {
          SANAD_DATA: dir,
          SANAD_PORT: '0',
          SANAD_LOG_LEVEL: 'info',
          EVENTSTORE_URL: server.url,
          DATABASE_URL: postgres.url,
          // An api speaks to no broker.
          KAFKA_BROKERS: '127.0.0.1:1',
        },
        processes,
      );
    beforeAll(async () => {
      server = await startEventStoreDb(join(dir, 'log.ndjson'));
      store = await openEventStoreDb({ url: server.url });
      here = await started();
      there = await started();
      const manager = await as(here, 'programme-manager');
      const [first] = asdPolicies;
      await expectStatus(201, manager.post('/programmes', asdProgramme));
      await expectStatus(201, manager.post('/programmes/asd/policies', first));
      await expectStatus(200, manager.post('/programmes/asd/opening'));
    }, TIMEOUT_MS);
    afterAll(async () => {
      await killed(processes);
      await store.close();
      await server.stop();
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    });

    const as = async (api: RoleProcess, role: Role, subject = `the.${role}`): Promise<Caller> =>
      new Caller(api.url, await (await localIssuer(join(dir, 'keys'))).issue({ subject, role }));
    /** Persons whose name can be read: their key is there. */
    const readable = async (): Promise<number> => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query(
        'select count(*)::int as n from sanad_vault_person where not erased',
      );
      await client.end();
      return rows[0].n;
    };
    let people = 0;
    const register = async (api: RoleProcess): Promise<string> => {
      people += 1;
      const intake = await as(api, 'intake');
      return (await expectStatus(201, intake.post('/persons', person(people)))).personId;
    };
    const application = (personId: string): Json => ({
      programmeId: 'asd',
      personId,
      receivedOn: '2026-03-05',
      channel: 'counter',
      facts,
    });
    const determined = async (api: RoleProcess): Promise<number> => {
      const intake = await as(api, 'intake');
      const { applicationId } = await expectStatus(
        201,
        intake.post('/applications', application(await register(api))),
      );
      const officer = await as(api, 'case-officer');
      await expectStatus(200, officer.post(`/applications/${applicationId}/determination`));
      const last = (await store.readStream(streams.application(applicationId))).at(-1);
      return last?.type === 'EligibilityDetermined' ? last.data.policyVersion : 0;
    };

    it(
      'determine under a policy that the other published a moment ago',
      async () => {
        expect(await determined(there)).toBe(1);
        const [, second] = asdPolicies;
        for (const subject of ['the.first', 'the.second']) {
          const manager = await as(here, 'programme-manager', subject);
          await expectStatus(201, manager.post('/programmes/asd/policies', second));
        }
        expect(await determined(there)).toBe(2);
      },
      TIMEOUT_MS,
    );

    it(
      'refuse an application of a person whom the other erased a moment ago',
      async () => {
        const personId = await register(there);
        const intake = await as(there, 'intake');
        await expectStatus(201, intake.post('/applications', application(personId)));
        for (const subject of ['adm.first', 'adm.second']) {
          const administrator = await as(here, 'administrator', subject);
          await expectStatus(
            200,
            administrator.post(`/persons/${personId}/erasure`, { reason: 'asked' }),
          );
        }
        await expectProblem(
          intake.post('/applications', application(personId)),
          422,
          'PERSON_ERASED',
        );
      },
      TIMEOUT_MS,
    );

    it(
      'answer the same key alike, whichever is asked',
      async () => {
        await sameKey({
          one: (role) => as(here, role),
          other: (role) => as(there, role),
          head: () => store.lastPosition(),
        });
      },
      TIMEOUT_MS,
    );

    it(
      'finish what the other wrote half of before it was killed, once',
      async () => {
        people += 1;
        const body = person(people);
        const dying = await started();
        // The key is reserved, the identity claimed; then nothing gets through any more.
        await server.fault({ on: 'append', fault: 'never-answer', skip: 2, times: -1 });
        const before = await store.lastPosition();
        const lost = (await as(dying, 'intake'))
          .post('/persons', body, 'half')
          .catch(() => undefined);
        for (;;) {
          const { events } = await store.readAll(before, 1_000);
          if (events.some(({ type }) => type === 'IdentityClaimed')) break;
        }
        await dying.kill();
        expect(await lost).toBeUndefined();
        await server.heal();
        const half = await store.readAll(before, 1_000);
        expect(half.events.map(({ type }) => type)).toEqual(['IdentityClaimed']);

        const intake = await as(there, 'intake');
        const one = await intake.post('/persons', body, 'half');
        const two = await (await as(here, 'intake')).post('/persons', body, 'half');
        expect(one.status).toBe(201);
        expect(two.text).toBe(one.text);
        const { events } = await store.readAll(before, 1_000);
        expect(events.map(({ type }) => type)).toEqual([
          'IdentityClaimed',
          'PersonRegistered',
          'PayeeAccountRegistered',
        ]);
        expect(new Set(events.map(({ meta }) => meta.command)).size).toBe(1);
      },
      TIMEOUT_MS,
    );

    it(
      'register a person once who comes to both at once, and nothing of the loser stays',
      async () => {
        people += 1;
        const body = person(people);
        const before = await store.lastPosition();
        const known = await readable();
        const replies = await Promise.all(
          [here, there].map(async (api) => (await as(api, 'intake')).post('/persons', body)),
        );
        expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
        expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({
          code: 'IDENTITY_ALREADY_REGISTERED',
        });
        const { events } = await store.readAll(before, 1_000);
        expect(events.map(({ type }) => type)).toEqual([
          'IdentityClaimed',
          'PersonRegistered',
          'PayeeAccountRegistered',
        ]);
        // What the loser sealed was undone: its key is gone.
        expect(await readable()).toBe(known + 1);
      },
      TIMEOUT_MS,
    );
  });
