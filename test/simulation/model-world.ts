import type { PolicyInForce, ProgrammePolicies } from '../../src/write-side/readers.js';

import { paymentTerms } from '../../src/programme/payment-terms.js';
import { cycleDecider } from '../../src/cycle/cycle.decider.js';
import { type CycleState } from '../../src/cycle/cycle.state.js';
import { versionInEffect, versionInForce } from '../../src/eligibility/policy.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { applicationDecider } from '../../src/application/application.decider.js';
import { type ApplicationState } from '../../src/application/application.state.js';
import { requireReceivedOn } from '../../src/application/received-on.rule.js';
import { fold, type Context, type Recorded, type Role } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { type PaymentState } from '../../src/payment/payment.state.js';
import { personDecider, type PersonState } from '../../src/person/person.decider.js';
import { DEFAULT_HOLD } from '../../src/programme/controls.rule.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { type Part } from '../../src/write-side/unit.js';
import { ModelLog } from './model-log.js';
import { compiledOf, definition, PROGRAMME } from './model-programme.js';

/** One random command: what, about which thing (`a`, `b`), by whom, and how oddly. */
export interface Op {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  /** One of four people, who may have any role. */
  readonly who: number;
  /** How many events behind the decision is made first. */
  readonly staleBy: number;
  /** Aimed at anything, instead of at what the command is for. */
  readonly odd: boolean;
  /** In the wrong role, or limited to a region. */
  readonly wrong: 'role' | 'region' | undefined;
}

export const foldPerson = (events: readonly Recorded[]): PersonState => fold(personDecider, events);
export const foldApplication = (events: readonly Recorded[]): ApplicationState =>
  fold(applicationDecider, events);
export const foldEnrolment = (events: readonly Recorded[]): EnrolmentState =>
  fold(enrolmentDecider, events);
export const foldCycle = (events: readonly Recorded[]): CycleState => fold(cycleDecider, events);
export const foldPayment = (events: readonly Recorded[]): PaymentState =>
  fold(paymentDecider, events);

/** Machines have accounts of their own. */
export function actorOf(op: Op, role: Role): string {
  if (role === 'automation') return 'automation';
  return role === 'payment-system' ? `bank-${op.who}` : `person-${op.who}`;
}

/**
 * A log, and what the shell around the deciders knows: who asks, what time it is, and what the log
 * says now.
 */
export class World {
  readonly log = new ModelLog();
  readonly refusals = new Set<string>();
  #commands = 0;

  get now(): string {
    return new Date(Date.UTC(2026, 1, 1) + this.#commands * 60_000).toISOString();
  }

  context(op: Op, role: Role): Context {
    this.#commands += 1;
    return {
      actor: {
        id: actorOf(op, role),
        role: op.wrong === 'role' ? 'auditor' : role,
        ...(op.wrong === 'region' ? { regions: ['MA-02'] } : {}),
        via: { channel: 'http', authentication: 'oidc' },
      },
      now: this.now,
      commandId: uuidOf('op', this.#commands),
      correlationId: uuidOf('op', 0),
    };
  }

  /** @returns false where it was refused, which must leave no trace */
  run(op: Op, role: Role, ...parts: readonly Part[]): boolean {
    const before = this.log.last;
    try {
      this.log.run(parts, this.context(op, role), op.staleBy);
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (this.log.last !== before)
        throw new Error(`${op.kind} was refused with ${error.code} and wrote all the same`, {
          cause: error,
        });
      this.refusals.add(error.code);
      return false;
    }
  }

  refuse(code: string): void {
    this.refusals.add(code);
  }

  /** What the programme says as of a position. */
  programme(asOf?: number): ProgrammePolicies {
    const { policies, status, backdatedMonths } = fold(
      programmeDecider,
      this.log.stream(streams.programme(PROGRAMME), asOf),
    );
    const ready = (found: (typeof policies)[number] | undefined, period: string): PolicyInForce => {
      if (!found) throw new DomainError('NO_POLICY_FOR_PERIOD', `No policy is paid in ${period}.`);
      return { version: found.version, compiled: compiledOf(found.version) };
    };
    return {
      programmeId: PROGRAMME,
      revision: -1,
      definition,
      status: status === 'none' ? 'defined' : status,
      terms: paymentTerms(definition),
      rules: [],
      hold: DEFAULT_HOLD,
      calendar: undefined,
      backdatedMonths,
      isUnverified: () => false,
      policyOf: (period) => ready(versionInForce(policies, period), period),
      policyInEffect: (period) => ready(versionInEffect(policies, period), period),
    };
  }

  /** As whoever takes an application asks, before it is submitted. */
  isDatedBackTooFar(receivedOn: string): boolean {
    const open = this.log
      .category('cycle-')
      .map(({ events }) => foldCycle(events))
      .filter(({ status }) => status !== 'none' && status !== 'abandoned');
    const newest = open
      .map(({ period }) => period)
      .sort()
      .at(-1);
    const dating = { timeZone: definition.timeZone, months: this.programme().backdatedMonths };
    try {
      requireReceivedOn(receivedOn, dating, `${receivedOn}T12:00:00.000Z`, newest);
      return false;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.refuse(error.code);
      return true;
    }
  }

  applications(
    op: Op,
    ...statuses: readonly ApplicationState['status'][]
  ): ApplicationState | undefined {
    return choose(
      op,
      this.log.category('application-').map(({ events }) => foldApplication(events)),
      (state) => statuses.includes(state.status),
    );
  }
  enrolments(op: Op, ...statuses: readonly EnrolmentState['status'][]): EnrolmentState | undefined {
    return choose(
      op,
      this.log.category('enrolment-').map(({ events }) => foldEnrolment(events)),
      (state) => statuses.includes(state.status),
    );
  }
  enrolmentOf(personId: string): EnrolmentState {
    return foldEnrolment(this.log.stream(streams.enrolment(PROGRAMME, personId)));
  }
  cycles(op: Op, ...statuses: readonly CycleState['status'][]): CycleState | undefined {
    return choose(
      op,
      this.log.category('cycle-').map(({ events }) => foldCycle(events)),
      (state) => statuses.includes(state.status),
    );
  }
  payments(op: Op, wanted: (state: PaymentState) => boolean): PaymentState | undefined {
    return choose(
      op,
      this.log.category('payment-').map(({ events }) => foldPayment(events)),
      wanted,
    );
  }
}

/** The a-th of what the command is for, or of everything where it is aimed oddly. */
export function choose<T>(
  { a, odd }: Op,
  all: readonly T[],
  wanted: (one: T) => boolean,
): T | undefined {
  const some = odd ? all : all.filter(wanted);
  return some[a % Math.max(1, some.length)];
}
