import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request, type ClientRequest } from 'node:http';
import { EventRegistry } from '../../events/registry.js';
import { readMessage } from '../../src/messaging/read-message.js';
import { schemaProblems, strict } from '../support/cloud-events.js';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  paid,
  person,
  setUp,
  submitted,
  type Caller,
  type Json,
  type Reply,
} from './http-world.js';

const linesOf = ({ text }: Reply): Json[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const positionOf = ({ headers }: Reply): number => Number(headers.get('sanad-position'));

/** The longest that the feed waits. */
const WAIT_MS = 25_000;

describe('the feed over HTTP', () => {
  let world: HttpWorld;
  let auditor: Caller;
  let bank: Caller;
  let intake: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    auditor = await world.as('a.auditor', 'auditor');
    bank = await world.as('bank', 'payment-system');
    intake = await world.as('i.berrada', 'intake');
    const { personId, applicationId } = await submitted(world, 1);
    await approved(world, applicationId);
    await enrolled(world, personId);
    await paid(world, 'asd-2025-11');
  });
  afterAll(() => world.close());

  /** Reads on from a position until an answer is empty. */
  async function all(
    caller: Caller,
    query: string,
    after = -1,
  ): Promise<{ lines: Json[]; position: number }> {
    const lines: Json[] = [];
    for (let position = after; ;) {
      const reply = await caller.get(`/feed?after=${position}&${query}`);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toContain('application/x-ndjson');
      const part = linesOf(reply);
      lines.push(...part);
      position = positionOf(reply);
      if (part.length === 0) return { lines, position };
    }
  }

  it('gives the log in order, in answers of any size, from any position, as a chain without a gap', async () => {
    const { lines, position } = await all(auditor, 'limit=7');
    const { events } = await expectStatus(200, auditor.get('/audit/log'));
    expect(
      lines.map(({ id, subject, data, revision }) => ({
        id,
        stream: subject,
        data,
        revision: Number(revision),
      })),
    ).toEqual(
      events.map(({ id, stream, data, revision }: Json) => ({ id, stream, data, revision })),
    );
    expect(lines.map((line) => line.previousposition)).toEqual([
      '-1',
      ...lines.slice(0, -1).map((line) => line.position),
    ]);
    expect(lines.map((line) => line.previousinfeed)).toEqual(
      lines.map((line) => line.previousposition),
    );
    expect(String(position)).toBe(lines.at(-1).position);
    const middle = lines[20];
    expect((await all(auditor, 'limit=1000', Number(middle.position))).lines).toEqual(
      lines.slice(21),
    );
  });

  it('says of every event through which door it came, and what vouches for its actor', async () => {
    const { lines } = await all(auditor, 'limit=1000');
    const doors = new Set(
      lines.map(({ role, channel, authentication }) =>
        [role === 'automation' ? role : 'person', channel, authentication].join(' '),
      ),
    );
    expect([...doors].sort()).toEqual(['automation automation system', 'person http local']);
  });

  it('gives CloudEvents 1.0 with the attributes of the Kafka message, which can be made of them', async () => {
    const [line] = linesOf(await auditor.get('/feed?limit=1'));
    expect(line).toMatchObject({
      specversion: '1.0',
      source: '/sanad',
      datacontenttype: 'application/json',
      type: 'sanad.programme.ProgrammeDefined.v1',
      subject: 'programme-asd',
      revision: '0',
      position: '0',
    });
    expect(schemaProblems(line)).toBe('');
    expect(strict(line).toJSON()).toMatchObject({ id: line.id });
    for (const [name, value] of Object.entries(line))
      if (name !== 'data') expect(`${name} ${typeof value}`).toMatch(/^[a-z0-9]{1,20} string$/);
    const { data, ...attributes } = line;
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]),
    );
    expect(
      readMessage(new EventRegistry(), line.subject, JSON.stringify(data), headers),
    ).toMatchObject({ event: { stream: 'programme-asd', revision: 0, position: 0 }, previous: -1 });
  });

  it('gives a payment system payments and cycles, each stream whole, in a chain of the answers', async () => {
    const { lines, position } = await all(bank, 'limit=2');
    expect(new Set(lines.map(({ type }) => type.split('.')[1]))).toEqual(
      new Set(['payment', 'cycle']),
    );
    expect(lines[0].previousinfeed).toBe('-1');
    const revisions = new Map<string, number>();
    for (const { subject, revision } of lines) {
      expect(Number(revision)).toBe((revisions.get(subject) ?? -1) + 1);
      revisions.set(subject, Number(revision));
    }
    expect(position).toBe(Number((await all(auditor, 'limit=1000')).lines.at(-1).position));
    const instructed = await bank.get('/feed?types=PaymentInstructed&topics=sanad.payment.v1');
    expect(linesOf(instructed).map(({ type }) => type)).toEqual([
      'sanad.payment.PaymentInstructed.v1',
    ]);
    expect((await bank.get('/feed?topics=sanad.person.v1')).body).toMatchObject({
      status: 403,
      code: 'TOPIC_NOT_ALLOWED',
    });
  });

  it('waits for the next event that fits, and answers nothing when the time is over', async () => {
    const { position } = await all(auditor, 'limit=1000');
    const waiting = auditor.get(`/feed?after=${position}&wait=20000&types=PersonRegistered`);
    await expectStatus(
      200,
      (await world.as('f.elfassi', 'finance-officer')).post('/budgets/asd/2025/adjustments', {
        delta: '1.00',
        currency: 'MAD',
        reason: 'not what is waited for',
      }),
    );
    const { personId } = await expectStatus(201, intake.post('/persons', person(2)));
    const reply = await waiting;
    expect(linesOf(reply).map(({ subject }) => subject)).toEqual([`person-${personId}`]);
    expect(linesOf(reply)[0].previousinfeed).toBe(String(position));
    const empty = await auditor.get(
      `/feed?after=${(await all(auditor, 'limit=1000')).position}&wait=100`,
    );
    expect({ status: empty.status, text: empty.text }).toEqual({ status: 200, text: '' });
  });

  it.each([
    ['after=1000000', 'POSITION_UNKNOWN'],
    ['after=x', 'INVALID_FIELD'],
    ['limit=1001', 'INVALID_FIELD'],
    ['limit=0', 'INVALID_FIELD'],
    ['wait=25001', 'INVALID_FIELD'],
    ['types=Nothing', 'INVALID_FIELD'],
    ['topics=sanad.audit.v1', 'INVALID_FIELD'],
    ['colour=blue', 'UNKNOWN_FIELD'],
  ])('refuses %s with %s', async (query, code) => {
    expect((await auditor.get(`/feed?${query}`)).body).toMatchObject({
      status: 400,
      code,
      field: query.split('=')[0],
    });
  });

  it('refuses a token that is limited to regions, and roles that have no business with it', async () => {
    expect(
      (await (await world.as('bank', 'payment-system', ['MA-06'])).get('/feed')).body,
    ).toMatchObject({ status: 403, code: 'REGION_NOT_ALLOWED' });
    expect((await intake.get('/feed')).body.code).toBe('ROLE_NOT_ALLOWED');
  });

  it(
    'forgets readers that go away, so that the next are served, and answers those that wait when it stops',
    async () => {
      const other = await HttpWorld.open();
      const callers = await Promise.all(
        ['a.auditor', 'b.auditor', 'c.auditor', 'd.auditor', 'e.auditor'].map((name) =>
          other.as(name, 'auditor'),
        ),
      );
      const caller = callers.pop()!;
      /** A reader that waits, and asks again where one of the questions below was in its place. */
      const open = ({ token }: Caller): (() => void) => {
        let left = false;
        let asked: ClientRequest;
        const ask = (): void => {
          asked = request(`${other.server.url}/feed?wait=25000`, {
            headers: { authorization: `Bearer ${token}` },
            agent: false,
          });
          asked.on('error', () => undefined);
          asked.on('response', (response) => {
            response.resume();
            if (response.statusCode !== 200 && !left) ask();
          });
          asked.end();
        };
        ask();
        return () => {
          left = true;
          asked.destroy();
        };
      };
      const own = Array.from({ length: 16 }, () => open(callers[0]!));
      let turned: Reply;
      do turned = await callers[0]!.get('/feed');
      while (turned.status === 200);
      expect(turned.body).toMatchObject({ status: 429, code: 'FEED_SHARE_TAKEN' });
      expect(turned.headers.get('retry-after')).toBe('1');
      expect((await caller.get('/feed')).status).toBe(200);

      const leave = [
        ...own,
        ...callers.slice(1).flatMap((each) => Array.from({ length: 16 }, () => open(each))),
      ];
      do turned = await caller.get('/feed');
      while (turned.status === 200);
      expect(turned.body).toMatchObject({ status: 503, code: 'OVERLOADED' });
      expect(turned.headers.get('retry-after')).toBe('1');
      for (const go of leave) go();
      let served: Reply;
      do served = await caller.get('/feed');
      while (served.status === 503);
      expect(served.status).toBe(200);
      // Were it to wait to its end, this test would run out of its time.
      const waiting = caller.get(`/feed?wait=${WAIT_MS}`);
      await other.close();
      expect((await waiting).status).toBe(200);
    },
    WAIT_MS,
  );
});
