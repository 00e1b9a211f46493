import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendGroup, NewEvent, StreamWrite } from '../../src/adapters/event-store/port.js';
import type { EventType } from '../../events/generated.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { openEngine, type Engine } from '../../src/cli/compose.js';
import { determine } from '../../src/eligibility/determine.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import { ribOf } from '../../src/kernel/accounts.js';
import type { Context, Role } from '../../src/kernel/decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { eventId, streams, uuidOf } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';

const PER_CALL = 300;
const { programmeId } = asdProgramme;

export const actor = (
  deps: Engine,
  id: string,
  role: Role,
  ...command: readonly string[]
): Context => ({
  actor: { id, role },
  now: deps.clock.now(),
  commandId: uuidOf('bench', id, ...command),
  correlationId: uuidOf('bench', id),
});

/** An engine in a folder of its own, which is removed at the end. */
export async function openBench(): Promise<{ readonly engine: Engine; end(): Promise<void> }> {
  const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-'));
  const engine = await openEngine(dir);
  return {
    engine,
    async end() {
      await engine.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The reference programme, open, with money for a year of everybody. */
export async function openProgramme(engine: Engine): Promise<void> {
  const stream = streams.programme(programmeId);
  const budget = streams.budget(programmeId, 2026);
  const run = (name: string, target: string, p: ReturnType<typeof part>, role: Role) =>
    execute(engine, [{ ...p, stream: target }], actor(engine, 'setup', role, name));
  await run(
    'define',
    stream,
    part(stream, programmeDecider, { type: 'DefineProgramme', ...asdProgramme }),
    'programme-manager',
  );
  for (const version of asdVersions)
    await run(
      `publish ${version.version}`,
      stream,
      part(stream, programmeDecider, { type: 'PublishPolicy', ...version }),
      'programme-manager',
    );
  await run(
    'open',
    stream,
    part(stream, programmeDecider, { type: 'OpenProgramme', programmeId }),
    'programme-manager',
  );
  await run(
    'allot',
    budget,
    part(budget, budgetDecider, {
      type: 'AllotBudget',
      programmeId,
      fiscalYear: 2026,
      currency: 'MAD',
      amountMinor: '100000000000000',
      reference: 'LF 2026',
    }),
    'finance-officer',
  );
}

export const factsOf = (i: number) => ({
  scoreMicro: 8_500_000 + (i % 1_000) * 100,
  coveredByOtherScheme: false,
  children: Array.from({ length: 1 + (i % 4) }, (_, n) => ({
    birthMonth: `${2023 - ((i + n * 3) % 17)}-${String(1 + ((i + n) % 12)).padStart(2, '0')}`,
    inSchool: (i + n) % 5 !== 0,
    schoolLevel: (i + n) % 5 === 0 ? 'none' : 'primary',
    disabled: (i + n) % 29 === 0,
    fatherlessOrphan: i % 31 === 0,
  })).sort((a, b) => (a.birthMonth < b.birthMonth ? -1 : 1)),
});

/** The profile and the account of a person. */
const sealedOf = (personId: string, i: number) => [
  {
    personId,
    record: `person/${personId}/profile`,
    fields: { name: `Payee ${i}`, nationalId: `B${i}` },
  },
  {
    personId,
    record: `person/${personId}/account/1`,
    fields: { number: ribOf('011', '780', String(i).padStart(16, '0')), holder: `Payee ${i}` },
  },
];

/** A person with an account, enrolled since January 2026. */
function enrolled(
  engine: Engine,
  policy: ReturnType<typeof compilePolicy>,
  i: number,
  personId: string,
  profile: unknown,
  account: unknown,
): AppendGroup {
  const facts = factsOf(i);
  policy.validateFacts(facts);
  const hash = contentHash(facts);
  const { entitlement } = determine(policy, 3, facts, '2026-01');
  const person = { personId, identityHash: hash, region: 'MA-06', sealed: profile };
  const payee = {
    personId,
    accountId: uuidOf('bench account', personId),
    kind: 'rib',
    accountHash: hash,
    sealed: account,
  };
  const enrolment = {
    programmeId,
    personId,
    applicationId: personId,
    region: 'MA-06',
    startPeriod: '2026-01',
    facts,
    contentHash: hash,
    entitlement,
  };
  return {
    writes: [
      write(engine, streams.person(personId), [
        ['PersonRegistered', person],
        ['PayeeAccountRegistered', payee],
      ]),
      write(engine, streams.enrolment(programmeId, personId), [['EnrolmentStarted', enrolment]]),
    ],
  };
}

/**
 * Enrols households since January 2026, each with a person and a sealed account, by the store's own
 * append path.
 */
export async function enrolHouseholds(engine: Engine, count: number): Promise<void> {
  const policy = compilePolicy(asdVersions[2]!.policy);
  let pending: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < count; from += PER_CALL) {
    const ids = Array.from({ length: Math.min(PER_CALL, count - from) }, (_, n) =>
      uuidOf('bench person', from + n),
    );
    const sealed = await engine.vault.seal(
      ids.flatMap((personId, n) => sealedOf(personId, from + n)),
    );
    const groups = ids.map((personId, n) =>
      enrolled(engine, policy, from + n, personId, sealed[n * 2], sealed[n * 2 + 1]),
    );
    await pending;
    pending = engine.store.appendAll(groups);
  }
  await pending;
}

function write(
  engine: Engine,
  stream: string,
  events: readonly (readonly [EventType, unknown])[],
): StreamWrite {
  const command = uuidOf('bench', stream);
  const time = engine.clock.now();
  return {
    stream,
    expected: 'no-stream',
    events: events.map(([type, data], index): NewEvent => {
      engine.registry.validate(type, 1, data);
      return {
        id: eventId(command, index),
        type,
        v: 1,
        time,
        data,
        meta: { actor: 'bench', role: 'automation', command, correlation: command },
      };
    }),
  };
}

/** Highest resident size of this process, in megabytes. */
export const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1_024);
