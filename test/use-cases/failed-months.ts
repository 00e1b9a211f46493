import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { countBreaksAsSettled } from './breaks.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

export type Said = Omit<ReportedOutcome, 'paymentId'>;
export const REJECTED: Said = { outcome: 'rejected', reason: 'AC04' };
/** In its own month. */
export const settledIn = (period: string): Said => ({
  outcome: 'settled',
  settledOn: `${period}-28`,
});

/** Two families, of which a bank does not pay one in some months, and says so. */
export class FailedMonths {
  private constructor(
    readonly world: World,
    readonly desk: Desk,
    /** Whose payments fail. */
    readonly ida: string,
    /** Who is paid. */
    readonly omar: string,
  ) {}

  /** @param receivedOn day of their applications, from whose month on they are paid */
  static async from(receivedOn: string): Promise<FailedMonths> {
    const world = await newWorld();
    const { ida, omar } = await enrolFamilies(
      world.engine,
      { ida: [child('2020-05')], omar: [child('2021-05')] },
      asdVersions,
      receivedOn,
    );
    return new FailedMonths(world, new Desk(world), ida, omar);
  }

  /** What the bank says of a month: something of ida's, and that the others are settled. */
  async bankSays(period: string, ofIda: Said, ofOthers?: Said): Promise<void> {
    const { engine } = this.world;
    const said = answers(engine, `${PROGRAMME}-${period}`, (id) =>
      id.endsWith(this.ida) ? ofIda : ofOthers,
    );
    await takeInOutcomes(engine, { source: 'file', outcomes: said }, job(engine, 'bank'));
    await drain(engine);
  }

  /** The bank books ida's month after all, and two people count it. */
  async arrives(period: string): Promise<void> {
    await this.bankSays(period, settledIn(period));
    await countBreaksAsSettled(this.world.engine, `${PROGRAMME}-${period}`);
    await drain(this.world.engine);
  }

  async closed(period: string, ofIda: Said): Promise<string> {
    const { engine } = this.world;
    const { cycleId } = await released(engine, period);
    await this.bankSays(period, ofIda, settledIn(period));
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile', period));
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', period));
    await drain(engine);
    return cycleId;
  }

  /** What a month orders for ida, released. */
  async orderedIn(period: string): Promise<bigint> {
    await released(this.world.engine, period);
    return BigInt((await this.payment(period)).amountMinor);
  }

  async payment(period: string) {
    const stream = streams.payment(`${PROGRAMME}-${period}-${this.ida}`);
    return foldPayment(await this.world.engine.store.readStream(stream));
  }

  /** A correction from a month on, approved and applied; what it found. */
  corrected(fromPeriod: string) {
    return this.#corrected({ fromPeriod });
  }
  /** The same of one household. */
  correctedFor(personId: string, fromPeriod: string) {
    return this.#corrected({ fromPeriod, personId });
  }
  async #corrected(of: Parameters<Desk['propose']>[0]) {
    const found = await this.desk.propose(of);
    if (found.status === 'proposed') await this.desk.approve(found.correctionId, found.contentHash);
    const { arrearsMinor, overpaidMinor } = found;
    return { arrearsMinor, overpaidMinor };
  }

  /** A finance officer agrees that a share of each payment is given back. */
  async plan(sharePercent: number): Promise<void> {
    const { engine } = this.world;
    const stream = streams.recovery(`${PROGRAMME}-${this.ida}`);
    const plan = { type: 'AgreePlan', sharePercent, floorMinor: '100', reason: 'agreed' } as const;
    await execute(
      engine,
      [part(stream, recoveryDecider, plan)],
      as(engine, 'finance', 'plan', this.ida),
    );
  }
}
