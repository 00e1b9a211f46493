import type { ProgrammePolicies } from '../../write-side/readers.js';
import { createHash } from 'node:crypto';
import type { EventData } from '../../../events/generated.js';
import type { StreamEvents } from '../../adapters/event-store/port.js';
import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import type { Proposal } from '../../correction/adjustment.state.js';
import type { CorrectionState } from '../../correction/correction.decider.js';
import { canonicalJson, sha256Hex } from '../../kernel/canonical.js';
import type { Recorded } from '../../kernel/decider.js';
import {
  cycleId as cycleIdOf,
  personIn,
  recoveryId as recoveryIdOf,
  streams,
} from '../../kernel/ids.js';
import type { DomainError } from '../../kernel/errors.js';
import { monthsBetween } from '../../kernel/time.js';
import { recordEach, type UnitResult } from '../../write-side/bulk.js';
import { Defect, Defects } from '../../write-side/defect.js';
import { Unwritable } from '../../write-side/unwritable.js';
import { guard, part, type Part, type Unit } from '../../write-side/unit.js';
import { standing, type Past } from '../households/past.rule.js';
import { requireUnderWay } from './under-way.rule.js';
import { foldCorrection } from '../../correction/correction-reader.js';
import { ruling } from '../households/ruling.rule.js';
import { foldAdjustment, foldRecovery } from '../folds.js';
import { HouseholdAccounts } from '../cycles/household-accounts.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { unpaidFrom } from '../households/months-paid.rule.js';
import { PaidToIdentity } from '../households/paid-to-identity.js';
import { DifferenceSums } from './difference-sums.rule.js';
import {
  differenceOf,
  householdOf,
  type Household,
  type OrderedPayment,
} from '../households/recompute.rule.js';
import { isOfPolicy } from '../../eligibility/rules.js';
import { isErased } from '../../person/person-history.rule.js';
import { pagesOf } from '../../write-side/stream-pages.js';

type Started = EventData['CorrectionStarted'];

const MAX_NAMED = 1_000;

interface Unevaluable {
  readonly personId: string;
  readonly period: string;
  readonly reason: string;
}
/**
 * Months that were left as they were paid, because their policy cannot be applied to the
 * household's facts: how many, and the first of them. A household that met a defect of ours is
 * named with the first month of the correction; none of its months was recomputed.
 */
export interface UnevaluableMonths {
  readonly count: number;
  readonly first: readonly Unevaluable[];
}

interface Proposed {
  readonly proposal: Proposal;
  readonly known: readonly Recorded[];
}

/** What is recorded of one month's payment. */
interface PaymentOf {
  readonly period: string;
  readonly events: readonly Recorded[];
}

/** A household as it is recomputed, and the events of its account. */
interface Looked {
  readonly personId: string;
  readonly months: readonly string[];
  readonly household: Household;
  readonly known: readonly Recorded[];
}

/** A correction that was begun, its events, and what it recomputes by. */
interface Begun {
  readonly started: Started;
  readonly history: readonly Recorded[];
  readonly past: Past;
  readonly programme: ProgrammePolicies;
  /** All of the programme. */
  readonly corrections: readonly CorrectionState[];
}

const paysEarlierMonths = ({ payments }: Household): boolean =>
  payments.some(({ period, items }) =>
    items.some((item) => isOfPolicy(item) && item.period < period),
  );

/** One run over the enrolments of a programme as of the correction's position. */
export class Recomputation {
  private readonly started: Started;
  private readonly past: Past;
  readonly #history: readonly Recorded[];
  /** Nothing is proposed of a correction that is not under way any more. */
  readonly #underWay: Part;
  readonly #months: readonly string[];
  readonly #payments: readonly (readonly [period: string, accounts: HouseholdAccounts])[];
  readonly #adjustments: HouseholdAccounts;
  readonly #recoveries: HouseholdAccounts;
  readonly #paidToIdentity: PaidToIdentity;
  readonly #ruling: ReturnType<typeof ruling>;
  readonly #firstPaid: ReturnType<ReturnType<typeof ruling>>;
  readonly #hash = createHash('sha256');
  readonly #named = new Set<string>();
  readonly #unevaluable: Unevaluable[] = [];
  /** Pages are counted one after the other. */
  #counted: Promise<void> = Promise.resolve();
  #households = 0;
  readonly #sums = new DifferenceSums();

  constructor(
    private readonly deps: Deps,
    private readonly base: JobContext,
    { started, history, past, programme, corrections }: Begun,
    private readonly onProgress?: OnProgress,
  ) {
    const { programmeId, fromPeriod, toPeriod, asOf, correctionId } = started;
    this.started = started;
    this.past = past;
    this.#history = history;
    this.#underWay = guard(streams.correction(correctionId), (events) =>
      requireUnderWay(foldCorrection(events), base.actor.id),
    );
    this.#months = monthsBetween(fromPeriod, toPeriod);
    this.#payments = this.#months.map((period) => [
      period,
      new HouseholdAccounts(deps.store, `payment-${programmeId}-${period}-`, asOf),
    ]);
    this.#adjustments = new HouseholdAccounts(deps.store, `adjustment-${programmeId}-`);
    this.#recoveries = new HouseholdAccounts(deps.store, `recovery-${programmeId}-`, asOf);
    this.#paidToIdentity = new PaidToIdentity(deps.store, programmeId, { asOf });
    this.#ruling = ruling(programme, corrections, correctionId);
    this.#firstPaid = ruling(programme, [], correctionId)('');
  }

  async *pages(signal?: AbortSignal): AsyncGenerator<readonly StreamEvents[]> {
    const { programmeId, personId, asOf } = this.started;
    if (personId === undefined)
      return yield* pagesOf(this.deps.store, `enrolment-${programmeId}-`, {
        asOf,
        ...(signal ? { signal } : {}),
      });
    yield (
      await this.deps.store.readStreams([streams.enrolment(programmeId, personId)], { asOf })
    ).filter(({ events }) => events.length > 0);
  }

  /** What differs for the households of a page, as of the correction's position. */
  async proposalsOf(page: readonly StreamEvents[]): Promise<readonly Proposed[]> {
    const { correctionId, programmeId } = this.started;
    const persons = page.map(({ stream }) => personIn(stream));
    const [known, owed, payments] = await Promise.all([
      this.#known(persons),
      this.#owed(persons),
      this.#paymentsOf(persons),
    ]);
    const first = new Defects();
    const differing = page.flatMap(({ events }, i): Looked[] => {
      const personId = persons[i]!;
      const adjusted = known.get(personId) ?? [];
      const found = first.look(
        () => {
          const looked = this.#looked(events, adjusted, owed.get(personId), payments.get(personId));
          const mayDiffer =
            looked &&
            (adjusted.length > 0 ||
              paysEarlierMonths(looked.household) ||
              this.#difference(looked));
          return mayDiffer ? looked : undefined;
        },
        (defect) => this.#leaveOut(personId, adjusted, defect),
      );
      return found ? [{ ...found, known: adjusted }] : [];
    });
    first.finish();
    // Only few differ, have anything on their account, or were paid for months before their own
    // cycle: whether others were paid under the same identity is asked for those. Arrears, and what
    // a first payment pays, may stand in for what others were paid after all.
    const others = await this.#paidToIdentity.toOthers(differing.map(({ personId }) => personId));
    const found: Proposed[] = [];
    const second = new Defects();
    for (const looked of differing) {
      const { personId, household, known: adjusted } = looked;
      const elsewhere = others.get(personId);
      const difference = second.look(
        () =>
          this.#difference({
            ...looked,
            household: { ...household, ...(elsewhere ? { elsewhere } : {}) },
          }),
        (defect) => this.#leaveOut(personId, adjusted, defect),
      );
      const { status, region } = household.lives.at(-1)!;
      if (!difference || (status === 'ended' && (await this.#erased(personId)))) continue;
      found.push({
        proposal: { correctionId, programmeId, personId, region, ...difference },
        known: adjusted,
      });
    }
    second.finish();
    this.#households += page.length;
    return found;
  }

  /**
   * A household that meets a defect of ours keeps nobody else from being recomputed. @throws the
   * defect where an earlier run proposed something for it, which would be in no figure
   */
  #leaveOut(personId: string, known: readonly Recorded[], defect: DomainError): void {
    const { correctionId, fromPeriod } = this.started;
    const isProposed = known.some(
      ({ type, data }) => type === 'AdjustmentProposed' && data.correctionId === correctionId,
    );
    if (isProposed) throw defect;
    this.#name(personId, fromPeriod, `${defect.code}: ${defect.detail}`);
  }

  #name(personId: string, period: string, reason: string): void {
    const key = `${personId} ${period}`;
    if (this.#named.has(key)) return;
    this.#named.add(key);
    if (this.#unevaluable.length < MAX_NAMED) this.#unevaluable.push({ personId, period, reason });
  }

  /** A household and the months that cycles that are paid for good could have paid. */
  #looked(
    events: readonly Recorded[],
    adjusted: readonly Recorded[],
    owed: readonly Recorded[] = [],
    payments: readonly PaymentOf[] = [],
  ): Omit<Looked, 'known'> | undefined {
    const { paidThrough } = this.past;
    // Newer than every cycle that is paid for good: its first cycle pays it from its start.
    if (events[0]!.position > paidThrough) return undefined;
    const known = adjusted.filter(({ position }) => position <= this.started.asOf);
    const household = householdOf(
      events,
      foldAdjustment(known),
      foldRecovery(owed),
      payments.flatMap((payment) => this.#standing(payment) ?? []),
    );
    const begun = unpaidFrom(events, '9999-12', paidThrough);
    const months = this.#months.filter((month) => month < begun);
    return { personId: personIn(events[0]!.stream), months, household };
  }

  #difference({ personId, months, household }: Omit<Looked, 'known'>) {
    return differenceOf(
      household,
      months,
      this.#ruling(personId),
      (period) => this.#firstPaid(period)?.version,
      (period, reason) => this.#name(personId, period, reason),
    );
  }

  get unevaluable(): UnevaluableMonths {
    return { count: this.#named.size, first: this.#unevaluable };
  }

  /** Given pages in order: the hash is over persons in order. */
  async record(proposals: readonly Proposed[]): Promise<void> {
    const units = proposals.map(({ proposal, known }): Unit => ({
      verb: 'propose-adjustment',
      key: `${proposal.correctionId} ${proposal.personId}`,
      loaded: [known, this.#history],
      parts: [
        part(streams.adjustment(proposal.programmeId, proposal.personId), adjustmentDecider, {
          type: 'ProposeAdjustment',
          ...proposal,
        }),
        this.#underWay,
      ],
    }));
    const recorded = recordEach(this.deps, units, this.base);
    const counted = this.#counted.then(async () => this.#count(proposals, await recorded));
    this.#counted = counted;
    // Whoever awaits sees the failure; a page that nobody awaits any more must not end the process.
    recorded.catch(() => undefined);
    counted.catch(() => undefined);
    await counted;
    this.onProgress?.({ what: 'households recomputed', done: this.#households });
  }

  /** What is proposed is in the figures, and nothing else. */
  #count(proposals: readonly Proposed[], results: readonly UnitResult[]): void {
    proposals.forEach(({ proposal, known }, i) => {
      const result = results[i]!;
      if (result.kind !== 'refused') return this.#tally(proposal);
      const { error } = result;
      if (!(error instanceof Defect || error instanceof Unwritable)) throw error;
      this.#leaveOut(proposal.personId, known, error);
    });
  }

  figures(): Pick<
    EventData['CorrectionProposed'],
    | 'households'
    | 'arrearsCount'
    | 'arrearsMinor'
    | 'overpaidCount'
    | 'overpaidMinor'
    | 'contentHash'
  > {
    return {
      households: this.#households,
      ...this.#sums.all(),
      contentHash: this.#hash.copy().digest('hex'),
    };
  }

  /**
   * The hash binds every household's amount and its whole reason: lines
   * `<person>|<difference>|<SHA-256 of the months>\n`.
   */
  #tally({ personId, differenceMinor, periods }: Proposal): void {
    this.#hash.update(`${personId}|${differenceMinor}|${sha256Hex(canonicalJson(periods))}\n`);
    this.#sums.add({ differenceMinor });
  }

  async #known(persons: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const { programmeId, personId } = this.started;
    if (personId === undefined) return this.#adjustments.of(persons);
    return new Map([
      [personId, await this.deps.store.readStream(streams.adjustment(programmeId, personId))],
    ]);
  }

  /** What households owe, as of the correction's position. */
  async #owed(persons: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const { programmeId, personId, asOf } = this.started;
    if (personId === undefined) return this.#recoveries.of(persons);
    return new Map([
      [
        personId,
        await this.deps.store.readStream(streams.recovery(recoveryIdOf(programmeId, personId)), {
          asOf,
        }),
      ],
    ]);
  }

  #standing({ period, events }: PaymentOf): OrderedPayment | undefined {
    return standing(events, this.past.closed.has(cycleIdOf(this.started.programmeId, period)));
  }

  async #paymentsOf(
    persons: readonly string[],
  ): Promise<ReadonlyMap<string, readonly PaymentOf[]>> {
    const { programmeId, personId, asOf } = this.started;
    const found = new Map<string, PaymentOf[]>();
    const add = (period: string, person: string, events: readonly Recorded[]): void => {
      found.set(person, [...(found.get(person) ?? []), { period, events }]);
    };
    if (personId !== undefined) {
      const read = await this.deps.store.readStreams(
        this.#months.map((period) => streams.payment(`${programmeId}-${period}-${personId}`)),
        { asOf },
      );
      read.forEach(({ events }, i) => add(this.#months[i]!, personId, events));
      return found;
    }
    for (const [period, accounts] of await Promise.all(
      this.#payments.map(async ([month, all]) => [month, await all.of(persons)] as const),
    )) {
      for (const [person, events] of accounts) add(period, person, events);
    }
    return found;
  }

  /**
   * Also since its position: from when the correction is begun nobody is erased whom it concerns.
   */
  async #erased(personId: string): Promise<boolean> {
    return isErased(await this.deps.store.readStream(streams.person(personId)));
  }
}
