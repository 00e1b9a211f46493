import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import type { TokenIssuer } from '../../src/adapters/signer/port.js';
import { loadConfig } from '../../src/composition/config.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import type { Role } from '../../src/kernel/decider.js';
import { startServer } from '../../src/composition/server.js';
import { DescribedAnswers } from '../support/described-answers.js';
import type { RunningServer } from '../../src/http/listen.js';
import { eventually } from '../support/eventually.js';
import { facts, ribNumber } from '../support/applicant.js';

export { facts, ribNumber } from '../support/applicant.js';

/**
 * Every answer of every test is held against the description that the server serves; the same for
 * all servers of a process.
 */
let described: Promise<DescribedAnswers> | undefined;
export const describedAnswers = (url: string): Promise<DescribedAnswers> =>
  (described ??= fetch(`${url}/openapi.json`)
    .then((response) => response.json())
    .then((document) => new DescribedAnswers(document)));

/** Answers of the API are read as a client in any language would. */
export type Json = ReturnType<typeof JSON.parse>;
export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
  readonly headers: Headers;
}

/**
 * How far the log is for those who call: whatever they ask of read models afterwards has to show
 * that. One for each data folder, because it outlives the server's process.
 */
class WrittenUpTo {
  #position = -1;
  note(position: unknown): void {
    if (typeof position === 'number') this.#position = Math.max(this.#position, position);
  }
  get position(): number {
    return this.#position;
  }
}
const written = new Map<string, WrittenUpTo>();
export const writtenIn = (dir: string): WrittenUpTo => {
  const known = written.get(dir) ?? new WrittenUpTo();
  written.set(dir, known);
  return known;
};

/**
 * One caller of the public API, with a token of its own. It reads what was written: a read model is
 * asked with the position of the last command that anybody was answered, so that no test has to.
 */
export class Caller {
  /**
   * @param known how far the log is for all callers; absent: for this one
   * @param logEnd reads where the log ends now, for what a job wrote
   */
  constructor(
    private readonly url: string,
    readonly token: string,
    private readonly known = new WrittenUpTo(),
    private readonly logEnd: (() => Promise<number>) | undefined = undefined,
  ) {}

  async post(
    path: string,
    body: unknown = {},
    key: string = randomUUID(),
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const reply = await this.send('POST', path, JSON.stringify(body), {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...headers,
    });
    this.known.note(reply.body?.position);
    return reply;
  }

  /**
   * Asks again where a read model is behind, as every client should, unless the test says `after`.
   */
  async get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    const after = this.known.position;
    const waits = after >= 0 && (await describedAnswers(this.url)).readsOwnWrites(path);
    if (!waits) return this.send('GET', path, undefined, headers);
    const asked = `${path}${path.includes('?') ? '&' : '?'}after=${after}`;
    return eventually(`${path} at ${after}`, async () => {
      const reply = await this.send('GET', asked, undefined, headers);
      return reply.body?.code === 'READ_MODEL_BEHIND' ? undefined : reply;
    });
  }

  async send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Reply> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const problems = (await describedAnswers(this.url)).problemsOf({
      method,
      path,
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      text,
    });
    if (problems.length > 0)
      throw new Error(`not as openapi.json describes it:\n${problems.join('\n')}`);
    let parsed: Json;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    return { status: response.status, body: parsed, text, headers: response.headers };
  }

  /** Polls a job until it ended; what it wrote is read from then on. */
  async job(jobId: string): Promise<Json> {
    const ended = await eventually(`the end of ${jobId}`, async () => {
      const { body } = await this.get(`/jobs/${jobId}`);
      return body.state !== 'running' && body;
    });
    this.known.note(await this.logEnd?.());
    return ended;
  }
}

/** A real server on a free port, with a data folder of its own. */
export class HttpWorld {
  private constructor(
    readonly dir: string,
    readonly server: RunningServer,
    private readonly issuer: TokenIssuer,
  ) {}

  static async open(
    env: Record<string, string> = {},
    dir = mkdtempSync(join(tmpdir(), 'sanad-http-')),
  ): Promise<HttpWorld> {
    const server = await startServer(
      loadConfig({ SANAD_DATA: dir, SANAD_PORT: '0', SANAD_LOG_LEVEL: 'fatal', ...env }),
    );
    const world = new HttpWorld(dir, server, await localIssuer(join(dir, 'keys')));
    if (env['SANAD_BACKGROUND'] !== 'off') await world.#readModels();
    return world;
  }

  /**
   * A new folder's read models are made while the server answers already, and are 503 until then.
   */
  async #readModels(): Promise<void> {
    let asked = 0;
    await eventually('the read models of a new server', async () => {
      // Each time somebody else, whom no limit of requests knows.
      asked += 1;
      const caller = await this.as(`waits-${asked}`, 'auditor');
      const { status, body } = await caller.get('/programmes');
      return status !== 503 || body.code !== 'READ_MODEL_BUILDING';
    });
  }

  async as(subject: string, role: Role, regions?: readonly string[]): Promise<Caller> {
    return new Caller(
      this.server.url,
      await this.issuer.issue({ subject, role, ...(regions ? { regions } : {}) }),
      writtenIn(this.dir),
      () => lastPosition(this),
    );
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Defines the reference programme with its policies, opens it and allots money to a year. */
export async function setUp(
  world: Pick<HttpWorld, 'as'>,
  amount = '1000000.00',
  year = '2025',
): Promise<void> {
  const manager = await world.as('m.alaoui', 'programme-manager');
  const finance = await world.as('f.elfassi', 'finance-officer');
  await expectStatus(201, manager.post('/programmes', asdProgramme));
  for (const policy of asdPolicies)
    await expectStatus(201, manager.post('/programmes/asd/policies', policy));
  await expectStatus(200, manager.post('/programmes/asd/opening'));
  await expectStatus(
    201,
    finance.post(`/budgets/asd/${year}/allotments`, {
      amount,
      currency: 'MAD',
      reference: 'Finance act',
    }),
  );
}

export async function expectStatus(status: number, reply: Promise<Reply>): Promise<Json> {
  const { status: got, body, text, headers } = await reply;
  if (got !== status) throw new Error(`expected ${status}, got ${got}: ${text.slice(0, 500)}`);
  assert.equal(headers.get('cache-control'), 'no-store');
  return body;
}

export const person = (n: number, region = 'MA-06'): Json => ({
  nationalId: `AB${100_000 + n}`,
  name: `Fatima Test ${n}`,
  nameArabic: 'فاطمة',
  phone: '+212612345678',
  region,
  account: { kind: 'iban', number: ibanOfRib(ribNumber(n)) },
});

/** Registers a person and submits their application. */
export async function submitted(
  world: Pick<HttpWorld, 'as'>,
  n: number,
  region = 'MA-06',
  receivedOn = '2025-10-05',
): Promise<{ personId: string; applicationId: string; position: number }> {
  const intake = await world.as('i.berrada', 'intake');
  const { personId } = await expectStatus(201, intake.post('/persons', person(n, region)));
  const { applicationId, position } = await expectStatus(
    201,
    intake.post('/applications', {
      programmeId: 'asd',
      personId,
      receivedOn,
      channel: 'counter',
      facts,
    }),
  );
  return { personId, applicationId, position };
}

/** Takes a submitted application to its approval, by three people. Returns the log position. */
export async function approved(
  world: Pick<HttpWorld, 'as'>,
  applicationId: string,
): Promise<number> {
  const officer = await world.as('o.chraibi', 'case-officer');
  const supervisor = await world.as('s.doukkali', 'supervisor');
  const { position } = await expectStatus(
    200,
    officer.post(`/applications/${applicationId}/determination`),
  );
  const { application } = await expectStatus(
    200,
    officer.get(`/applications/${applicationId}?after=${position}`),
  );
  await expectStatus(
    200,
    officer.post(`/applications/${applicationId}/recommendation`, {
      recommendation: 'approve',
      contentHash: application.contentHash,
    }),
  );
  return (
    await expectStatus(
      200,
      supervisor.post(`/applications/${applicationId}/approval`, {
        contentHash: application.contentHash,
      }),
    )
  ).position;
}

/**
 * Position of the last fact in the log now. A query that is given it as `after` shows every command
 * that was answered before, and what followed from it so far.
 */
export async function lastPosition(world: Pick<HttpWorld, 'as'>): Promise<number> {
  const auditor = await world.as('a.tazi', 'auditor');
  for (let position = -1; ;) {
    const reply = await auditor.get(`/feed?limit=1000&after=${position}`);
    if (reply.status !== 200) throw new Error(`the feed answers ${reply.status}: ${reply.text}`);
    const reached = Number(reply.headers.get('sanad-position'));
    if (reply.text === '') return reached;
    position = reached;
  }
}

/** Waits until the process managers have acted: the read model of a person shows an enrolment. */
export async function enrolled(world: Pick<HttpWorld, 'as'>, personId: string): Promise<Json> {
  const officer = await world.as('o.chraibi', 'case-officer');
  return eventually(`the enrolment of ${personId}`, async () => {
    const { status, body } = await officer.get(`/persons/${personId}`);
    return status === 200 && body.enrolments.length > 0 && body;
  });
}

/**
 * Prepares, approves and releases a month by three people; waits until everything is instructed.
 */
export async function paid(
  world: Pick<HttpWorld, 'as'>,
  cycleId: string,
): Promise<{ contentHash: string; total: string }> {
  const officer = await world.as('f.elfassi', 'finance-officer');
  const approver = await world.as('c.filali', 'finance-controller');
  const releaser = await world.as('c.guessous', 'finance-controller');
  const { jobId } = await expectStatus(202, officer.post(`/cycles/${cycleId}/prepare`));
  const { state, result } = await officer.job(jobId);
  if (state !== 'done') throw new Error(`the preparation is ${state}`);
  await expectStatus(
    200,
    approver.post(`/cycles/${cycleId}/approve`, { contentHash: result.contentHash }),
  );
  const released = await expectStatus(
    202,
    releaser.post(`/cycles/${cycleId}/release`, {
      contentHash: result.contentHash,
      executionDate: '2025-11-28',
      anyDay: true,
    }),
  );
  await releaser.job(released.jobId);
  return { contentHash: result.contentHash, total: result.totalMinor };
}
