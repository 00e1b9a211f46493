import type { ProgrammePolicies } from '../../write-side/readers.js';
import type { StreamEvents } from '../../adapters/event-store/port.js';
import { freeMinor } from '../../budget/budget.state.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import { requireStatus, requireThere, type CycleState } from '../../cycle/cycle.state.js';
import { isPaidIn, payableIn, type EnrolmentState } from '../../enrolment/enrolment.state.js';
import { checksSince } from './checks-since.js';
import { isOfPolicy } from '../../eligibility/rules.js';
import { idIn, personIn, streams } from '../../kernel/ids.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part, type Part } from '../../write-side/unit.js';
import { recordOne } from '../../write-side/bulk.js';
import { budgetStreamOf, foldCycle, readCycle } from '../../cycle/cycle-reader.js';
import { foldBudget } from '../folds.js';
import { CheckedSet, type CheckedPayment, type Finding, type Tally } from './findings.rule.js';
import { foldEnrolment } from '../folds.js';
import type { Deps, JobContext, OnProgress, CommandContext } from '../../write-side/context.js';
import { ComparedCycles } from './compared-cycles.rule.js';
import { isCancelled, orderedInRound } from './ordered.rule.js';
import { withinEntitlement, type Due } from './payable.rule.js';
import { payeeOf } from '../../person/payee.rule.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { isErased } from '../../person/person-history.rule.js';
import { ahead, pagesOf } from '../../write-side/stream-pages.js';

export interface CheckSummary {
  readonly cycleId: string;
  readonly asOf: number;
  readonly contentHash: string;
  /** Blocking findings that nobody overrode. */
  readonly open: number;
  readonly findings: readonly Finding[];
}

/**
 * Holds the prepared set of a cycle against the checks that its programme configured, and records
 * what was found. May be run again, for example after accounts were mended; findings that are the
 * same keep their ids and their overrides. Reads the log in pages of some hundred streams, and at
 * most the payments of three cycles.
 * @throws DomainError CYCLE_NOT_FOUND, CYCLE_STATUS
 */
export async function checkCycle(
  deps: Deps,
  { cycleId }: { readonly cycleId: string },
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<CheckSummary> {
  const cycle = await readCycle(deps.store, cycleId);
  requireThere(cycle);
  requireStatus(cycle, 'prepared');
  const asOf = await deps.store.lastPosition();
  const programme = await new PolicyReader(deps.store).programme(cycle.programmeId, asOf);
  const findings =
    programme.rules.length === 0
      ? []
      : await new CycleCheck(deps, cycle, programme, asOf, onProgress, signal).run();
  await recordOne(
    deps,
    {
      verb: 'record-check',
      key: cycleId,
      parts: [
        part(streams.cycle(cycleId), cycleDecider, {
          type: 'RecordCheck',
          asOf,
          contentHash: cycle.contentHash,
          findings,
          rulesSince: await checksSince(deps.store, cycle.programmeId, asOf),
        }),
      ],
    },
    base,
  );
  const { openFindings } = await readCycle(deps.store, cycleId);
  return { cycleId, asOf, contentHash: cycle.contentHash, open: openFindings.length, findings };
}

/**
 * What other programmes pay in the period, the last cycle and this one, read as of one position.
 */
class CycleCheck {
  readonly #set: CheckedSet;

  constructor(
    private readonly deps: Deps,
    private readonly cycle: CycleState,
    private readonly programme: ProgrammePolicies,
    private readonly asOf: number,
    private readonly onProgress?: OnProgress,
    private readonly signal?: AbortSignal,
  ) {
    this.#set = new CheckedSet(programme.rules, cycle.round);
  }

  async run(): Promise<readonly Finding[]> {
    const { elsewhere, last } = await this.#comparedCycles();
    if (this.#set.looksElsewhere) for (const other of elsewhere) await this.#addElsewhere(other);
    let seen = 0;
    for await (const payments of ahead(this.#pages(this.cycle.cycleId), (page) =>
      this.#paymentsOf(page),
    )) {
      for (const payment of payments) this.#set.add(payment);
      seen += payments.length;
      this.onProgress?.({ what: 'payments checked', done: seen, total: this.cycle.count });
    }
    const lastByRegion =
      last && this.programme.rules.some(({ check }) => check === 'region-change')
        ? await this.#byRegion(last)
        : undefined;
    const budget = foldBudget(
      await this.deps.store.readStream(budgetStreamOf(this.cycle.cycleId), { asOf: this.asOf }),
    );
    return this.#set.findings({
      ...(lastByRegion ? { lastByRegion } : {}),
      ...(budget.status === 'none' ? {} : { freeMinor: freeMinor(budget) }),
    });
  }

  #pages(cycleId: string): AsyncGenerator<readonly StreamEvents[]> {
    return pagesOf(this.deps.store, `payment-${cycleId}-`, {
      asOf: this.asOf,
      ...(this.signal ? { signal: this.signal } : {}),
    });
  }

  async #comparedCycles(): Promise<ComparedCycles> {
    const compared = new ComparedCycles(this.cycle);
    for await (const page of pagesOf(this.deps.store, 'cycle-', { asOf: this.asOf }))
      for (const { events } of page) compared.add(foldCycle(events));
    return compared;
  }

  async #addElsewhere(other: CycleState): Promise<void> {
    for await (const page of this.#pages(other.cycleId)) {
      const paid = page.filter(
        ({ events }) => orderedInRound(events, other.round) && !isCancelled(events),
      );
      const ids = paid.map(({ stream }) => personIn(stream));
      const persons = await this.deps.store.readStreams(
        ids.map((id) => streams.person(id)),
        { asOf: this.asOf },
      );
      ids.forEach((personId, i) => {
        const accountHash = payeeOf(persons[i]!.events)?.accountHash;
        this.#set.addElsewhere({ personId, ...(accountHash === undefined ? {} : { accountHash }) });
      });
    }
  }

  async #byRegion({ cycleId, round }: CycleState): Promise<ReadonlyMap<string, Tally>> {
    const tallies = new Map<string, Tally>();
    for await (const page of this.#pages(cycleId)) {
      for (const { events } of page) {
        const ordered = orderedInRound(events, round);
        if (!ordered) continue;
        const { count, totalMinor } = tallies.get(ordered.region) ?? { count: 0, totalMinor: 0n };
        tallies.set(ordered.region, {
          count: count + 1,
          totalMinor: totalMinor + BigInt(ordered.amountMinor),
        });
      }
    }
    return tallies;
  }

  async #paymentsOf(page: readonly StreamEvents[]): Promise<readonly CheckedPayment[]> {
    const { round, programmeId, period } = this.cycle;
    const found = page.flatMap(({ stream, events }) => {
      const ordered = orderedInRound(events, round);
      return ordered && !isCancelled(events)
        ? [{ paymentId: idIn(stream), personId: personIn(stream), ordered }]
        : [];
    });
    const [persons, enrolments] = await Promise.all([
      this.deps.store.readStreams(
        found.map(({ personId }) => streams.person(personId)),
        { asOf: this.asOf },
      ),
      this.deps.store.readStreams(
        found.map(({ personId }) => streams.enrolment(programmeId, personId)),
        { asOf: this.asOf },
      ),
    ]);
    return found.map(({ paymentId, personId, ordered }, i) => {
      const accountHash = payeeOf(persons[i]!.events)?.accountHash;
      const enrolment = foldEnrolment(enrolments[i]!.events);
      return {
        paymentId,
        personId,
        region: ordered.region,
        amountMinor: BigInt(ordered.amountMinor),
        ...(accountHash === undefined ? {} : { accountHash }),
        erased: isErased(persons[i]!.events),
        payable: isPaidIn(enrolment, period) && monthsPayable(enrolment, ordered.items),
        withinEntitlement: withinEntitlement(enrolment, ordered.items, this.programme),
      };
    });
  }
}

/** Of an enrolment that is over, the months before its end are paid still, and none after it. */
const monthsPayable = (enrolment: EnrolmentState, items: Due['items']): boolean =>
  items.filter(isOfPolicy).every(({ period }) => payableIn(enrolment, period));

export interface OverrideArgs {
  readonly cycleId: string;
  readonly findingId: string;
  readonly reason: string;
}

export const overrideFindingParts = ({
  cycleId,
  findingId,
  reason,
}: OverrideArgs): readonly Part[] => [
  part(streams.cycle(cycleId), cycleDecider, { type: 'OverrideFinding', findingId, reason }),
];

/**
 * A second person answers for a blocking finding. @throws DomainError FINDING_NOT_FOUND,
 * SAME_PERSON…
 */
export async function overrideFinding(
  deps: Deps,
  args: OverrideArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, overrideFindingParts(args), context);
}
