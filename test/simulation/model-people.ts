import {
  applicationDecider,
  type ApplicationCommand,
} from '../../src/application/application.decider.js';
import { type ApplicationState } from '../../src/application/application.state.js';
import { determine } from '../../src/eligibility/determine.js';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { contentHash } from '../../src/kernel/canonical.js';
import type { Role } from '../../src/kernel/decider.js';
import { recoveryId, streams, uuidOf } from '../../src/kernel/ids.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider, type PersonCommand } from '../../src/person/person.decider.js';
import { whileOpen } from '../../src/programme/open-programme.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { sealedRecords } from '../../src/kernel/sealed-records.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { definition, factsOf, PERIODS, PROGRAMME, versions } from './model-programme.js';
import { fold } from '../../src/kernel/decider.js';
import { closedUnless } from './model-closing.js';
import { again, enrol } from './model-again.js';
import { foldPerson, type Op, type World } from './model-world.js';

export type Act = (world: World, op: Op) => void;
const HASHES = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64));
const personOf = (n: number): string => uuidOf('person', n % 5);
const hashOf = (n: number): string => HASHES[n % 4]!;
const sealedAs = (record: string) => ({ record, sha256: HASHES[0]! });
const periodOf = (n: number): string => PERIODS[n % PERIODS.length]!;
function accountOf(personId: string, n: number) {
  const accountId = uuidOf('account', personId, n);
  const sealed = sealedAs(sealedRecords.account(personId, accountId));
  return { personId, accountId, kind: 'iban' as const, accountHash: hashOf(n), sealed };
}

const person = (id: string, ...commands: readonly PersonCommand[]): Part =>
  part(streams.person(id), personDecider, ...commands);
const onApplication =
  (
    role: Role,
    command: (state: ApplicationState, op: Op) => ApplicationCommand,
    ...statuses: readonly ApplicationState['status'][]
  ): Act =>
  (world, op) => {
    const state = world.applications(op, ...statuses);
    if (!state) return;
    const said = command(state, op);
    const stream = streams.application(state.applicationId);
    const isOpen = said.type === 'ApproveApplication' ? [whileOpen(PROGRAMME)] : [];
    world.run(op, role, part(stream, applicationDecider, said), ...isOpen);
  };
const onEnrolment =
  (
    role: Role,
    command: (state: EnrolmentState, op: Op, world: World) => EnrolmentCommand,
    ...statuses: readonly EnrolmentState['status'][]
  ): Act =>
  (world, op) => {
    const state = world.enrolments(op, ...statuses);
    if (state)
      world.run(
        op,
        role,
        part(
          streams.enrolment(PROGRAMME, state.personId),
          enrolmentDecider,
          command(state, op, world),
        ),
      );
  };
/** A supervisor, and mostly a second one who says the same. */
const bySecondToo =
  (...asked: Parameters<typeof onEnrolment> extends [Role, ...infer Rest] ? Rest : never): Act =>
  (world, op) => {
    const act = onEnrolment('supervisor', ...asked);
    act(world, op);
    if (!op.odd) act(world, { ...op, who: (op.who + 1) % 4 });
  };
/** What somebody who looked at the application would name, and now and then something else. */
const seenHash = (state: ApplicationState, { b }: Op): string =>
  b === 7 ? HASHES[3]! : state.contentHash;
const revisionOf = (state: EnrolmentState, { a, b }: Op, world: World) => {
  const fromPeriod = periodOf(a);
  const { version, compiled } = world.programme().policyOf(fromPeriod);
  const facts = factsOf(b);
  const { entitlement, findings } = determine(compiled, version, facts, fromPeriod);
  const unmet = findings.filter(({ satisfied }) => !satisfied).map(({ criterion }) => criterion);
  return { fromPeriod, facts, contentHash: contentHash(facts), entitlement, unmet };
};

export const people: Readonly<Record<string, Act>> = {
  define: (world, op) =>
    world.run(
      op,
      'programme-manager',
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'DefineProgramme',
        ...definition,
      }),
    ),
  publish: (world, op) => {
    const command = { type: 'PublishPolicy' as const, ...versions[op.a % 2]! };
    const stream = streams.programme(PROGRAMME);
    const say = (who: number) =>
      world.run({ ...op, who }, 'programme-manager', part(stream, programmeDecider, command));
    const isWaiting = () =>
      fold(programmeDecider, world.log.stream(stream)).proposals.policy.length > 0;
    if (say(op.who) && !op.odd && isWaiting()) say((op.who + 1) % 4);
  },
  openProgramme: (world, op) =>
    world.run(
      op,
      'programme-manager',
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'OpenProgramme',
        programmeId: PROGRAMME,
      }),
    ),
  // Or reopens it, mostly with a second manager who says the same.
  closeProgramme: (world, op) => {
    if (!op.odd) return;
    const stream = streams.programme(PROGRAMME);
    const { status } = fold(programmeDecider, world.log.stream(stream));
    const said = { programmeId: PROGRAMME, reason: 'over' };
    const command =
      status === 'closed'
        ? ({ type: 'ReopenProgramme', ...said } as const)
        : ({ type: 'CloseProgramme', ...said } as const);
    const refusal = command.type === 'CloseProgramme' ? closedUnless(world) : undefined;
    if (refusal !== undefined) return world.refuse(refusal);
    const say = (who: number) =>
      world.run({ ...op, who }, 'programme-manager', part(stream, programmeDecider, command));
    if (say(op.who) && op.b % 4 > 0) say((op.who + 1) % 4);
  },
  // Five people with four national identities between them: one has another's number.
  register: (world, op) => {
    const personId = personOf(op.a);
    world.run(
      op,
      'intake',
      part(streams.identity(hashOf(op.a)), identityDecider, {
        type: 'ClaimIdentity',
        identityHash: hashOf(op.a),
        personId,
      }),
      person(
        personId,
        {
          type: 'RegisterPerson',
          personId,
          identityHash: hashOf(op.a),
          region: op.a % 2 === 0 ? 'MA-01' : 'MA-02',
          sealed: sealedAs(sealedRecords.profile(personId)),
        },
        { type: 'RegisterPayeeAccount', ...accountOf(personId, 0) },
      ),
    );
  },
  account: (world, op) =>
    world.run(
      op,
      'intake',
      person(personOf(op.a), { type: 'RegisterPayeeAccount', ...accountOf(personOf(op.a), op.b) }),
    ),
  verify: (world, op) =>
    world.run(
      op,
      'case-officer',
      person(personOf(op.a), {
        type: 'VerifyPayeeAccount',
        personId: personOf(op.a),
        accountId: accountOf(personOf(op.a), op.odd ? op.b : 0).accountId,
        method: 'letter',
      }),
    ),
  closeAccount: (world, op) =>
    world.run(
      op,
      'intake',
      person(personOf(op.a), {
        type: 'ClosePayeeAccount',
        personId: personOf(op.a),
        accountId: accountOf(personOf(op.a), op.b).accountId,
        reason: 'closed',
      }),
    ),
  erase: (world, op) => {
    const personId = personOf(op.a);
    const { status } = world.enrolmentOf(personId);
    if (status === 'active' || status === 'suspended') return world.refuse('PERSON_ENROLLED');
    const state = foldPerson(world.log.stream(streams.person(personId)));
    const ask = { type: 'ProposeErasure', personId, reason: 'asked' } as const;
    world.run(op, 'administrator', person(personId, ask));
    world.run(
      op.odd ? op : { ...op, who: (op.who + 1) % 4 },
      'administrator',
      person(personId, { type: 'ErasePerson', personId, reason: 'asked' }),
      part(streams.identity(state.identityHash || hashOf(op.a)), identityDecider, {
        type: 'ReleaseIdentity',
        personId,
        reason: 'erased',
      }),
    );
  },

  move: (world, op) => {
    const personId = personOf(op.a);
    const region = op.b % 2 === 0 ? 'MA-01' : 'MA-02';
    const { status } = world.enrolmentOf(personId);
    const debt = streams.recovery(recoveryId(PROGRAMME, personId));
    world.run(
      op,
      'supervisor',
      person(personId, { type: 'MovePerson', personId, region, reason: 'moved' }),
      ...(world.log.stream(debt).length === 0
        ? []
        : [part(debt, recoveryDecider, { type: 'MoveRecovery', region } as const)]),
      ...(status === 'none'
        ? []
        : [
            part(streams.enrolment(PROGRAMME, personId), enrolmentDecider, {
              type: 'MoveEnrolment',
              region,
            } as const),
          ]),
    );
  },

  submit: (world, op) => {
    const applicationId = uuidOf('application', op.a, op.b % 2);
    const state = foldPerson(world.log.stream(streams.person(personOf(op.a))));
    if (state.status !== 'registered') return world.refuse('PERSON_NOT_FOUND');
    const receivedOn = `${periodOf(op.b)}-10`;
    if (world.isDatedBackTooFar(receivedOn)) return;
    world.run(
      op,
      'intake',
      part(streams.application(applicationId), applicationDecider, {
        type: 'SubmitApplication',
        applicationId,
        programmeId: PROGRAMME,
        personId: state.personId,
        region: state.region,
        receivedOn,
        channel: 'counter',
        facts: factsOf(op.b),
      }),
      whileOpen(PROGRAMME),
    );
  },
  amend: onApplication(
    'intake',
    (_, { b }) => ({ type: 'AmendApplication', facts: factsOf(b), reason: 'mended' }),
    'submitted',
    'determined',
    'recommended',
    'returned',
  ),
  determine: (world, op) => {
    const state = world.applications(op, 'submitted', 'returned');
    if (!state) return;
    const { version, compiled } = world.programme().policyOf(state.receivedOn.slice(0, 7));
    const result = determine(compiled, version, state.facts, state.receivedOn.slice(0, 7));
    world.run(
      op,
      op.b % 2 === 0 ? 'automation' : 'case-officer',
      part(streams.application(state.applicationId), applicationDecider, {
        type: 'DetermineEligibility',
        determination: { policyVersion: version, asOf: state.receivedOn, ...result },
      }),
    );
  },
  recommend: onApplication(
    'case-officer',
    (state, op) => ({
      type: 'RecommendApplication',
      recommendation: state.eligible !== op.odd ? 'approve' : 'reject',
      contentHash: seenHash(state, op),
    }),
    'determined',
  ),
  return: onApplication(
    'supervisor',
    () => ({ type: 'ReturnApplication', reason: 'look again' }),
    'submitted',
    'determined',
    'recommended',
  ),
  decide: onApplication(
    'supervisor',
    (state, op) => {
      const contentHash = seenHash(state, op);
      if ((state.recommendation === 'reject') !== (op.b === 6))
        return { type: 'RejectApplication', contentHash, reason: 'score' };
      const startPeriod = op.b === 5 ? '2025-12' : state.receivedOn.slice(0, 7);
      return { type: 'ApproveApplication', contentHash, startPeriod };
    },
    'recommended',
  ),
  withdraw: onApplication(
    'intake',
    () => ({ type: 'WithdrawApplication', reason: 'moved' }),
    'submitted',
    'determined',
    'recommended',
    'returned',
    'appealed',
  ),
  appeal: onApplication(
    'intake',
    (_, { b }) => ({
      type: 'LodgeAppeal',
      grounds: 'wrong',
      today: b === 7 ? '2026-03-01' : '2026-02-02',
      decidedOn: '2026-02-01',
      appealDays: 15,
    }),
    'rejected',
  ),
  decideAppeal: onApplication(
    'supervisor',
    (_, { b }) => ({ type: b % 2 === 0 ? 'UpholdAppeal' : 'DismissAppeal', reason: 'seen' }),
    'appealed',
  ),

  enrol,
  again,
  revise: bySecondToo(
    (state, op, world) => ({
      type: 'ReviseEntitlement',
      ...revisionOf(state, op, world),
      reason: 'news',
    }),
    'active',
    'suspended',
    'ended',
  ),
  suspend: onEnrolment(
    'supervisor',
    (_, { b }) => ({ type: 'SuspendEnrolment', fromPeriod: periodOf(b), reason: 'not seen' }),
    'active',
  ),
  reinstate: bySecondToo(
    (_, { b }) => ({ type: 'ReinstateEnrolment', fromPeriod: periodOf(b), reason: 'seen' }),
    'suspended',
  ),
  fallDue: onEnrolment(
    'automation',
    () => ({ type: 'MarkRecertificationDue', dueOn: '2026-12-31' }),
    'active',
  ),
  recertify: bySecondToo(
    (state, op, world) => ({
      type: 'RecertifyEnrolment',
      ...revisionOf(state, op, world),
      nextDueOn: '2027-12-31',
    }),
    'active',
    'suspended',
  ),
  end: onEnrolment(
    'supervisor',
    (_, { b }) => ({
      type: 'EndEnrolment',
      lastPeriod: b === 0 ? '2025-12' : periodOf(b),
      reason: 'moved',
    }),
    'active',
    'suspended',
  ),
};
