import type { EventData } from '../../events/generated.js';
import {
  approveCorrection,
  rejectCorrection,
} from '../../src/use-cases/corrections/decide-correction.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import {
  proposeCorrection,
  type ProposeArgs,
} from '../../src/use-cases/corrections/propose-correction.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { PROGRAMME } from './month.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, bySupervisors, drain, job } from './world.js';

/** What every test here does with a world. */
export class Desk {
  #commands = 0;
  constructor(private readonly world: { readonly engine: Deps }) {}

  get engine() {
    return this.world.engine;
  }

  propose(args: Omit<ProposeArgs, 'programmeId' | 'reason'>) {
    return proposeCorrection(
      this.engine,
      { programmeId: PROGRAMME, reason: 'a late fact', ...args },
      job(this.engine, 'finance'),
    );
  }

  async approve(correctionId: string, hash: string): Promise<void> {
    await approveCorrection(
      this.engine,
      { correctionId, contentHash: hash },
      as(this.engine, 'controller', 'approve', correctionId),
    );
    await drain(this.engine);
  }

  async reject(correctionId: string): Promise<void> {
    await rejectCorrection(
      this.engine,
      { correctionId, reason: 'not now' },
      as(this.engine, 'controller', 'reject', correctionId),
    );
  }

  /** Certified anew from a month on, until a day. */
  certify(personId: string, children: readonly object[], fromPeriod: string, nextDueOn: string) {
    const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children };
    return this.enrolment(personId, {
      type: 'RecertifyEnrolment',
      fromPeriod,
      facts: facts as EventData['EnrolmentRecertified']['facts'],
      contentHash: contentHash(facts),
      entitlement: { period: fromPeriod, policyVersion: 1, amountMinor: '0', items: [] },
      nextDueOn,
    });
  }

  /** What a supervisor decides, and two where it takes two. */
  enrolment(personId: string, command: EnrolmentCommand) {
    const stream = streams.enrolment(PROGRAMME, personId);
    const n = this.#commands;
    this.#commands += 1;
    const takesTwo =
      command.type === 'ReviseEntitlement' ||
      command.type === 'RecertifyEnrolment' ||
      command.type === 'ReinstateEnrolment';
    return execute(
      this.engine,
      [part(stream, enrolmentDecider, ...(takesTwo ? bySupervisors(command) : [command]))],
      as(this.engine, 'supervisor', 'enrolment', n),
    );
  }

  publish(version: number) {
    return changeProgramme(
      this.engine,
      { type: 'PublishPolicy', ...asdVersions[version - 1]! },
      'publish',
      version,
    );
  }

  async adjustment(personId: string) {
    return foldAdjustment(
      await this.engine.store.readStream(streams.adjustment(PROGRAMME, personId)),
    );
  }
  async recovery(personId: string) {
    return foldRecovery(
      await this.engine.store.readStream(streams.recovery(`${PROGRAMME}-${personId}`)),
    );
  }
  async ordered(
    period: string,
    personId: string,
  ): Promise<EventData['PaymentOrdered'] | undefined> {
    return (
      await this.engine.store.readStream(streams.payment(`${PROGRAMME}-${period}-${personId}`))
    ).findLast((event) => event.type === 'PaymentOrdered')?.data;
  }

  audit() {
    return auditOf(this.engine.store);
  }
}

/** Amounts by child and benefit of one month, as "<code> <member>: <before> → <after>". */
export const itemised = (
  periods: EventData['AdjustmentProposed']['periods'],
  period: string,
): string[] =>
  periods
    .filter((month) => month.period === period)
    .flatMap(({ items }) =>
      items.map(
        ({ code, member, paidMinor, dueMinor }) =>
          `${code} ${member ?? '-'}: ${paidMinor} → ${dueMinor}`,
      ),
    );
