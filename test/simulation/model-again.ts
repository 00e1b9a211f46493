import { applicationDecider } from '../../src/application/application.decider.js';
import { determine } from '../../src/eligibility/determine.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { paymentId as paymentIdOf, recoveryId, streams, uuidOf } from '../../src/kernel/ids.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { whileOpen } from '../../src/programme/open-programme.js';
import { balanceMinor } from '../../src/recovery/recovery.state.js';
import { monthAfter } from '../../src/use-cases/applications/enrolment-start.rule.js';
import {
  holdersOf,
  monthsPaidOf,
  type MonthsPaid,
} from '../../src/use-cases/households/months-paid.rule.js';
import { foldRecovery } from '../../src/use-cases/folds.js';
import { sealedRecords } from '../../src/kernel/sealed-records.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { cycleState, EVERYTHING } from './model-money-parts.js';
import { factsOf, PERIODS, PROGRAMME } from './model-programme.js';
import { foldPerson, type Op, type World } from './model-world.js';

/**
 * Months that cycles paid to who had a person's identity.
 * @param own whether the person's own payments count, too
 */
export function paidToIdentity(
  world: World,
  personId: string,
  {
    own = false,
    before = '9999-12',
    asOf = EVERYTHING,
  }: { readonly own?: boolean; readonly before?: string; readonly asOf?: number },
): MonthsPaid {
  const { identityHash } = foldPerson(world.log.stream(streams.person(personId)));
  const holders = holdersOf(world.log.stream(streams.identity(identityHash)));
  const others = holders.filter((holder) => holder !== personId);
  const cycles = PERIODS.filter((period) => period < before);
  return monthsPaidOf(
    [...others, ...(own ? [personId] : [])].flatMap((holder) =>
      cycles.map((period) => {
        const stream = streams.payment(paymentIdOf(PROGRAMME, period, holder));
        const { status } = cycleState(world, `${PROGRAMME}-${period}`, asOf);
        return { events: world.log.stream(stream, asOf), closed: status === 'closed' };
      }),
    ),
  );
}

/** Others whom a person's identity is or was registered for. */
export function othersOf(world: World, personId: string): ReadonlyMap<string, readonly string[]> {
  const { identityHash } = foldPerson(world.log.stream(streams.person(personId)));
  const holders = holdersOf(world.log.stream(streams.identity(identityHash)));
  return new Map([[personId, holders.filter((holder) => holder !== personId)]]);
}

/** Whoever is enrolled, or was, is erased. @returns their identity, where it came to that */
function erased(world: World, op: Op, personId: string): string | undefined {
  const { status, identityHash } = foldPerson(world.log.stream(streams.person(personId)));
  if (status !== 'registered') return undefined;
  const debt = foldRecovery(world.log.stream(streams.recovery(recoveryId(PROGRAMME, personId))));
  if (debt.status === 'open' && balanceMinor(debt) > 0n) {
    world.refuse('STILL_OWES');
    return undefined;
  }
  const person = (command: 'ProposeErasure' | 'ErasePerson'): Part =>
    part(streams.person(personId), personDecider, { type: command, personId, reason: 'asked' });
  const release = { type: 'ReleaseIdentity', personId, reason: 'erased' } as const;
  const identity = part(streams.identity(identityHash), identityDecider, release);
  world.run(op, 'administrator', person('ProposeErasure'));
  const second = { ...op, who: (op.who + 1) % 4 };
  return world.run(second, 'administrator', person('ErasePerson'), identity)
    ? identityHash
    : undefined;
}

const sealedAs = (record: string) => ({ record, sha256: 'a'.repeat(64) });
function accountOf(personId: string) {
  const accountId = uuidOf('account', personId, 0);
  return {
    ...{ personId, accountId, kind: 'iban' as const, accountHash: 'b'.repeat(64) },
    sealed: sealedAs(sealedRecords.account(personId, accountId)),
  } as const;
}

/** Another person with the same identity, whose application is dated back, and approved. */
function applies(world: World, op: Op, personId: string, identityHash: string): void {
  const applicationId = uuidOf('application', personId);
  const account = accountOf(personId);
  const profile = sealedAs(sealedRecords.profile(personId));
  const facts = factsOf(op.b % 4);
  const receivedOn = `${PERIODS[op.a % PERIODS.length]!}-10`;
  if (world.isDatedBackTooFar(receivedOn)) return;
  const { version, compiled } = world.programme().policyOf(receivedOn.slice(0, 7));
  const application = (command: Parameters<typeof applicationDecider.decide>[1]): Part =>
    part(streams.application(applicationId), applicationDecider, command);
  const hash = contentHash(facts);
  const by = (who: number): Op => ({ ...op, who, staleBy: 0 });
  const registered =
    world.run(
      by(0),
      'intake',
      part(streams.identity(identityHash), identityDecider, {
        type: 'ClaimIdentity',
        identityHash,
        personId,
      }),
      part(
        streams.person(personId),
        personDecider,
        { type: 'RegisterPerson', personId, identityHash, region: 'MA-01', sealed: profile },
        { type: 'RegisterPayeeAccount', ...account },
      ),
    ) &&
    world.run(
      by(0),
      'intake',
      application({
        type: 'SubmitApplication',
        applicationId,
        programmeId: PROGRAMME,
        personId,
        region: 'MA-01',
        receivedOn,
        channel: 'counter',
        facts,
      }),
      whileOpen(PROGRAMME),
    );
  if (!registered) return;
  const result = determine(compiled, version, facts, receivedOn.slice(0, 7));
  const determination = { policyVersion: version, asOf: receivedOn, ...result };
  world.run(by(0), 'automation', application({ type: 'DetermineEligibility', determination }));
  const recommended = { recommendation: 'approve' as const, contentHash: hash };
  world.run(by(1), 'case-officer', application({ type: 'RecommendApplication', ...recommended }));
  const startPeriod = receivedOn.slice(0, 7);
  world.run(
    by(2),
    'supervisor',
    application({ type: 'ApproveApplication', contentHash: hash, startPeriod }),
    whileOpen(PROGRAMME),
  );
}

/**
 * Starts the enrolments of approved applications, those handled before too: the automation's
 * checkpoint may be lost.
 */
export function enrol(world: World, op: Op): void {
  for (const event of [...world.log.events]) {
    if (event.type !== 'ApplicationApproved') continue;
    const application = world.log.stream(event.stream).slice(0, event.revision);
    const submitted = application[0];
    if (submitted?.type !== 'ApplicationSubmitted') continue;
    const { personId, programmeId, applicationId } = submitted.data;
    const { status, region } = foldPerson(world.log.stream(streams.person(personId)));
    if (status === 'erased') continue;
    const facts = application.findLast(
      ({ type }) => type === 'ApplicationSubmitted' || type === 'ApplicationAmended',
    );
    const determined = application.findLast(({ type }) => type === 'EligibilityDetermined');
    if (
      (facts?.type !== 'ApplicationSubmitted' && facts?.type !== 'ApplicationAmended') ||
      determined?.type !== 'EligibilityDetermined'
    )
      continue;
    world.run(
      op,
      'automation',
      part(streams.enrolment(programmeId, personId), enrolmentDecider, {
        type: 'StartEnrolment',
        programmeId,
        personId,
        applicationId,
        region,
        startPeriod: monthAfter(event.data.startPeriod, world.enrolmentOf(personId).lastPeriod),
        facts: facts.data.facts,
        contentHash: facts.data.contentHash,
        entitlement: determined.data.entitlement,
      }),
    );
  }
}

/** Ended, erased and registered again with the same identity, and enrolled again. */
export function again(world: World, op: Op): void {
  const state = world.enrolments({ ...op, odd: false }, 'active', 'suspended', 'ended');
  if (!state) return;
  const { personId, status } = state;
  const lastPeriod = PERIODS[op.b % PERIODS.length]!;
  if (status !== 'ended')
    world.run(
      op,
      'supervisor',
      part(streams.enrolment(PROGRAMME, personId), enrolmentDecider, {
        type: 'EndEnrolment',
        lastPeriod,
        reason: 'asked',
      }),
    );
  const { status: now } = world.enrolmentOf(personId);
  if (now !== 'ended') return;
  const identityHash = erased(world, op, personId);
  if (identityHash !== undefined)
    applies(world, op, uuidOf('person again', personId), identityHash);
  enrol(world, op);
}
