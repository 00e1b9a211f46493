import { arrearsMinor, availableArrears } from '../../src/correction/adjustment.state.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { balanceMinor } from '../../src/recovery/recovery.state.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies, type Family } from './families.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, type World } from './world.js';

const three = [child('2013-04'), child('2016-09'), child('2021-02')];
const two = three.slice(0, 2);

/** A world with two families: one has a child that nobody told of, one a child too many. */
export class TwoFamilies extends Desk {
  private constructor(
    world: World,
    readonly people: Readonly<Record<'owed' | 'owing', string>>,
  ) {
    super(world);
    this.end = () => world.end();
  }
  readonly end: () => Promise<void>;

  static async open(): Promise<TwoFamilies> {
    const world = await newWorld();
    const families = { owed: two, owing: three };
    return new TwoFamilies(world, await enrolFamilies(world.engine, families, asdVersions));
  }

  /** Both are told of late, and what the months since October come to is put on their accounts. */
  async correctBoth() {
    await this.#revise(this.people.owed, three);
    await this.#revise(this.people.owing, two);
    const proposed = await this.propose({ fromPeriod: '2025-10' });
    await this.approve(proposed.correctionId, proposed.contentHash);
    await planRecoveries(
      this.engine,
      { programmeId: PROGRAMME, sharePercent: 25, floorMinor: '30000', reason: 'agreed' },
      job(this.engine, 'finance'),
    );
    return proposed;
  }

  /** What a cycle would find on their accounts. */
  async accounts(period: string) {
    const { owed, owing } = this.people;
    const payment = `${PROGRAMME}-${period}-${owed}`;
    return {
      arrears: arrearsMinor(availableArrears(await this.adjustment(owed), payment, 1)),
      owes: balanceMinor(await this.recovery(owing)),
    };
  }

  #revise(person: string, family: Family) {
    const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children: family };
    return this.enrolment(person, {
      type: 'ReviseEntitlement',
      fromPeriod: '2025-10',
      facts,
      contentHash: contentHash(facts),
      entitlement: { period: '2025-10', policyVersion: 1, amountMinor: '0', items: [] },
      reason: 'told late',
    });
  }
}
