import type { EventData } from '../../events/generated.js';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { ARREARS_ITEM } from '../../src/eligibility/rules.js';
import { factsIn, isCertifiedIn, payableIn } from '../../src/enrolment/enrolment.state.js';
import { lifeIn, livesOf } from '../../src/enrolment/lives.rule.js';
import type { Role } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { isDoubted } from '../../src/payment/payment-doubt.rule.js';
import type { PaymentState } from '../../src/payment/payment.state.js';
import { PolicyReader } from '../../src/programme/policy-reader.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import {
  approveCorrection,
  rejectCorrection,
} from '../../src/use-cases/corrections/decide-correction.js';
import {
  proposeCorrection,
  type ProposeSummary,
} from '../../src/use-cases/corrections/propose-correction.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { prepareCycle, type PrepareSummary } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { FailedMonths, settledIn, type Said } from '../use-cases/failed-months.js';
import { answers, PROGRAMME } from '../use-cases/month.js';
import { by, drain } from '../use-cases/world.js';

/** Months that cycles pay, the last of them only to bring everything to its end. */
export const MONTHS = [
  '2025-10',
  '2025-11',
  '2025-12',
  '2026-01',
  '2026-02',
  '2026-03',
  '2026-04',
  '2026-05',
  '2026-06',
  '2026-07',
] as const;
export type Month = (typeof MONTHS)[number];

type Resolution = EventData['PaymentBreakResolved']['resolution'];

/**
 * A household of a programme that runs month by month through the real use cases, and whose bank
 * says late, and otherwise than before, what became of its payments.
 */
export class CorrectedHousehold {
  /** What was done, and what came of it. */
  readonly trace: string[] = [];
  /** How many of the months are over. */
  closed = 0;
  #stage: 'new' | 'prepared' | 'approved' | 'released' = 'new';
  #prepared: PrepareSummary | undefined;
  #proposed: ProposeSummary | undefined;
  #commands = 0;

  private constructor(private readonly months: FailedMonths) {}

  static async made(): Promise<CorrectedHousehold> {
    return new CorrectedHousehold(await FailedMonths.from(`${MONTHS[0]}-05`));
  }

  end(): Promise<void> {
    return this.months.world.end();
  }

  get month(): Month {
    return MONTHS[this.closed]!;
  }
  get isBetweenMonths(): boolean {
    return this.#stage === 'new';
  }
  get isProposed(): boolean {
    return this.#proposed?.status === 'proposed';
  }

  /** @returns whether it was done; what is refused changes nothing */
  async tries(name: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      await drain(this.#engine);
      this.trace.push(name);
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.trace.push(`${name}: ${error.code}`);
      return false;
    }
  }

  /** The next thing that is done for the month. @param said of the household, by its bank */
  async goesOn(said: Said): Promise<boolean> {
    const { month, cycleId } = this;
    const name = `${month} after ${this.#stage}`;
    switch (this.#stage) {
      case 'new':
        return this.tries(name, async () => {
          const command = { programmeId: PROGRAMME, period: month };
          this.#prepared = await prepareCycle(this.#engine, command, this.#as('farid'));
          this.#stage = 'prepared';
        });
      case 'prepared':
        return this.tries(name, async () => {
          await approveCycle(this.#engine, this.#approved, this.#as('kenza', 'finance-controller'));
          this.#stage = 'approved';
        });
      case 'approved':
        return this.tries(name, async () => {
          const release = { ...this.#approved, executionDate: `${month}-28` };
          await releaseCycle(this.#engine, release, this.#as('rachid', 'finance-controller'));
          this.#stage = 'released';
          await drain(this.#engine);
          await this.#requireNotTooMuch();
        });
      default:
        return this.tries(`${name}, ${said.outcome}`, () => this.#comesToItsEnd(cycleId, said));
    }
  }

  /** What is left out is sent if it may be, or cancelled; all is told, and the month closes. */
  async #comesToItsEnd(cycleId: string, said: Said): Promise<void> {
    await this.bankSays(this.month, said);
    if ((await this.payment(this.month)).status === 'ordered') {
      await this.sendsAgain();
      if ((await this.payment(this.month)).status === 'ordered')
        await this.#decides(this.month, { type: 'CancelPayment', reason: 'waits' }, 'farid');
    }
    await this.bankSays(this.month, said);
    await reconcileCycle(this.#engine, { cycleId }, this.#as('farid'));
    await closeCycle(this.#engine, { cycleId }, this.#as('farid'));
    this.closed += 1;
    this.#stage = 'new';
  }

  async bankSays(month: Month, ofIt: Said): Promise<void> {
    const said = answers(this.#engine, `${PROGRAMME}-${month}`, (id) =>
      id.endsWith(this.months.ida) ? ofIt : settledIn(month),
    );
    const bank = this.#as('bank', 'payment-system');
    await takeInOutcomes(this.#engine, { source: 'file', outcomes: said }, bank);
    await drain(this.#engine);
  }

  async sendsAgain(): Promise<void> {
    const { cycleId } = this;
    const command = { cycleId, sameAccount: true, executionDate: `${this.month}-28` };
    await reinstructPayments(this.#engine, command, this.#as('nadia'));
    await drain(this.#engine);
    await this.#requireNotTooMuch();
  }

  /** Nothing is sent in place of what may have arrived, but for what it owes already. */
  async #requireNotTooMuch(): Promise<void> {
    const events = await this.#engine.store.readStream(this.#paymentOf(this.month));
    const { status, amountMinor } = foldPayment(events);
    const ordered = events.findLast((event) => event.type === 'PaymentOrdered');
    const carries = ordered?.data.items.some(({ code }) => code === ARREARS_ITEM);
    if (status !== 'instructed' || carries !== true) return;
    const { due } = await this.books(this.closed + 1);
    const { received } = await this.books();
    const { debt } = await this.account();
    const sent = received + BigInt(amountMinor);
    if (sent > due + debt)
      throw new Error(
        `${this.month}: ${sent} sent, ${due} due, ${debt} owed\n${this.trace.join('\n')}`,
      );
  }

  async resolves(month: Month, breakId: string, resolution: Resolution): Promise<void> {
    const officers = resolution === 'no-effect' ? ['fatima'] : ['fadma', 'fatima'];
    const command = { type: 'ResolveBreak', breakId, resolution, reason: 'asked' } as const;
    for (const officer of officers) await this.#decides(month, command, officer);
  }

  async proposes(fromPeriod: string): Promise<string> {
    const command = { programmeId: PROGRAMME, reason: 'late', fromPeriod };
    this.#proposed = await proposeCorrection(this.#engine, command, this.#as('carla'));
    return this.#proposed.status;
  }

  /** Or rejected, where payments moved since. */
  async isApproved(): Promise<void> {
    const { correctionId, contentHash } = this.#proposed!;
    const kenza = (): ReturnType<typeof by> => this.#as('kenza', 'finance-controller');
    this.#proposed = undefined;
    try {
      await approveCorrection(this.#engine, { correctionId, contentHash }, kenza());
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await rejectCorrection(this.#engine, { correctionId, reason: 'moved' }, kenza());
    }
  }

  certifies(children: readonly object[], fromPeriod: string) {
    return this.months.desk.certify(this.months.ida, children, fromPeriod, '2027-12-31');
  }

  agreesPlan(): Promise<unknown> {
    const plan = { type: 'AgreePlan', sharePercent: 50, floorMinor: '100', reason: 'agreed' };
    const stream = streams.recovery(`${PROGRAMME}-${this.months.ida}`);
    const said = part(stream, recoveryDecider, { ...plan, type: 'AgreePlan' });
    return execute(this.#engine, [said], this.#as('farid'));
  }

  async payment(month: Month): Promise<PaymentState> {
    return foldPayment(await this.#engine.store.readStream(this.#paymentOf(month)));
  }

  async openBreaks(): Promise<readonly (readonly [Month, string])[]> {
    const payments = await Promise.all(
      MONTHS.map(async (month) => [month, await this.payment(month)] as const),
    );
    return payments.flatMap(([month, { openBreaks }]) =>
      openBreaks.map(({ breakId }) => [month, breakId] as const),
    );
  }

  /** In minor units: what it is owed and no payment carries, and what it owes. */
  async account(): Promise<{ readonly arrears: bigint; readonly debt: bigint }> {
    const { arrears } = await this.months.desk.adjustment(this.months.ida);
    const debt = await this.months.desk.recovery(this.months.ida);
    const given = Object.values(debt.deductions).reduce((sum, one) => sum + one.amountMinor, 0n);
    return {
      arrears: arrears
        .filter(({ orderedBy }) => orderedBy === undefined)
        .reduce((sum, one) => sum + BigInt(one.proposal.differenceMinor) - one.offsetMinor, 0n),
      debt: debt.overpaidMinor - debt.waivedMinor - given,
    };
  }

  /** What it received of the first months, and what it is due for them. */
  async books(months = this.closed): Promise<{ readonly received: bigint; readonly due: bigint }> {
    const programme = await new PolicyReader(this.#engine.store).programme(PROGRAMME);
    const enrolment = streams.enrolment(PROGRAMME, this.months.ida);
    const lives = livesOf(await this.#engine.store.readStream(enrolment));
    let received = 0n;
    let due = 0n;
    for (const month of MONTHS.slice(0, months)) {
      const payment = await this.payment(month);
      if (payment.status === 'settled' || isDoubted(payment))
        received += BigInt(payment.amountMinor);
      const life = lifeIn(lives, month);
      if (!life || !payableIn(life, month) || !isCertifiedIn(life, month)) continue;
      const { compiled, version } = programme.policyOf(month);
      const { facts } = factsIn(life, month);
      due += BigInt(entitlementFor(compiled, version, facts, month).amountMinor);
    }
    return { received, due };
  }

  async violations(): Promise<readonly string[]> {
    const { violations } = await this.months.desk.audit();
    return violations.map(({ detail }) => detail);
  }

  get cycleId(): string {
    return `${PROGRAMME}-${this.month}`;
  }
  get #engine() {
    return this.months.world.engine;
  }
  get #approved() {
    const { cycleId, contentHash } = this.#prepared!;
    return { cycleId, contentHash };
  }
  #paymentOf(month: Month): string {
    return streams.payment(`${PROGRAMME}-${month}-${this.months.ida}`);
  }
  #as(who: string, role: Role = 'finance-officer') {
    this.#commands += 1;
    return by(this.#engine, who, role, 'step', this.#commands);
  }
  async #decides(month: Month, command: PaymentCommand, who: string): Promise<void> {
    const said = part(this.#paymentOf(month), paymentDecider, command);
    await execute(this.#engine, [said], this.#as(who));
    await drain(this.#engine);
  }
}
