import { KeyedMutex } from '../../kernel/concurrency/keyed-mutex.js';
import type { ReportedOutcome, OutcomeSource } from '../../payment/reported-outcome.js';
import { toldWithin } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { parsePaymentId, streams } from '../../kernel/ids.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { pipelined, recordEachWritten, type UnitResult } from '../../write-side/bulk.js';
import { partFrom, type Part, type Unit } from '../../write-side/unit.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { became, reportFor } from './reported-outcome.rule.js';

/** What became of one outcome, in the order given. */
export type OutcomeResult =
  | {
      readonly result: 'applied' | 'unchanged' | 'break' | 'proposed';
      readonly paymentId: string;
      readonly position: number;
    }
  | {
      readonly result: 'refused';
      readonly paymentId: string | undefined;
      readonly code: string;
      readonly detail: string;
      readonly field?: string;
    };

/**
 * Finds the payments of end-to-end ids, in order; a read model or `endToEndIndex`. What it says is
 * checked by the decider.
 */
export type EndToEndLookup = (
  endToEndIds: readonly string[],
) => Promise<readonly (string | undefined)[]>;

export interface OutcomesArgs {
  readonly source: OutcomeSource;
  /** Batches of a few hundred. */
  readonly outcomes: AsyncIterable<readonly ReportedOutcome[]>;
  /** Needed only where outcomes come without a payment id. */
  readonly lookup?: EndToEndLookup;
  /** Given each batch's answers; `first` is the 0-based number of its first outcome. */
  readonly onResults?: (results: readonly OutcomeResult[], first: number) => void | Promise<void>;
}
/** `applied + unchanged + breaks + proposed + refused = read`. */
export interface OutcomesSummary {
  read: number;
  applied: number;
  unchanged: number;
  breaks: number;
  /** Said by one person, and taken once a second says the same. */
  proposed?: number;
  refused: number;
}

/**
 * Takes a stream of outcomes in. Each is decided by its payment: the same outcome twice changes
 * nothing, a contradiction becomes a named break. Outcomes of one payment are taken in the order
 * given, also across batches under way.
 * @throws StoreError, the signal's reason
 */
export async function takeInOutcomes(
  deps: Deps,
  args: OutcomesArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<OutcomesSummary> {
  const summary: OutcomesSummary = { read: 0, applied: 0, unchanged: 0, breaks: 0, refused: 0 };
  const desk = new OutcomeDesk(deps, args.source, base, args.lookup);
  await pipelined(
    args.outcomes,
    async (outcomes) => {
      const first = summary.read;
      summary.read += outcomes.length;
      const results = await desk.take(outcomes);
      for (const { result } of results) {
        const figure = result === 'break' ? 'breaks' : result;
        summary[figure] = (summary[figure] ?? 0) + 1;
      }
      await args.onResults?.(results, first);
      onProgress?.({ what: 'outcomes', done: summary.read });
    },
    signal,
  );
  return summary;
}

/** One batch by itself, as over HTTP: at most a thousand or so. */
export const takeInBatch = (
  deps: Deps,
  source: OutcomeSource,
  outcomes: readonly ReportedOutcome[],
  base: JobContext,
  lookup?: EndToEndLookup,
): Promise<readonly OutcomeResult[]> => new OutcomeDesk(deps, source, base, lookup).take(outcomes);

interface Entry {
  readonly index: number;
  readonly paymentId: string;
  readonly outcome: ReportedOutcome;
}

class OutcomeDesk {
  /** By payment: batches that name the same one are taken in one after the other. */
  readonly #locks = new KeyedMutex();

  constructor(
    private readonly deps: Deps,
    private readonly source: OutcomeSource,
    private readonly base: JobContext,
    private readonly lookup?: EndToEndLookup,
  ) {}

  async take(outcomes: readonly ReportedOutcome[]): Promise<readonly OutcomeResult[]> {
    const results = new Array<OutcomeResult>(outcomes.length);
    const named = outcomes.some((outcome) => outcome.paymentId === undefined)
      ? await this.#name(outcomes)
      : outcomes.map((outcome) => outcome.paymentId);
    const entries: Entry[] = [];
    outcomes.forEach((outcome, index) => {
      try {
        if (named[index] === undefined)
          throw unknownPayment(outcome.endToEndId === undefined ? 'paymentId' : 'endToEndId');
        entries.push({ index, outcome, paymentId: parsePaymentId(named[index]) });
      } catch (error) {
        results[index] = this.#refused(error, named[index]);
      }
    });
    const payments = entries.map(({ paymentId }) => paymentId);
    await this.#locks.hold(payments, async () => {
      for (let wave = entries; wave.length > 0;) wave = await this.#takeWave(wave, results);
    });
    return results;
  }

  /** Takes the first outcome of every payment and hands back the others. */
  async #takeWave(entries: readonly Entry[], results: OutcomeResult[]): Promise<Entry[]> {
    const now = new Map<string, Entry>();
    const later: Entry[] = [];
    for (const entry of entries) {
      if (now.has(entry.paymentId)) later.push(entry);
      else now.set(entry.paymentId, entry);
    }
    const wave = [...now.values()];
    const payments = await this.deps.store.readStreams(
      wave.map(({ paymentId }) => streams.payment(paymentId)),
    );
    const units: Unit[] = [];
    const known: Entry[] = [];
    wave.forEach((entry, i) => {
      const { stream, events } = payments[i]!;
      if (events.length === 0) {
        results[entry.index] = this.#refused(unknownPayment('paymentId'), entry.paymentId);
        return;
      }
      known.push(entry);
      units.push({
        verb: 'outcome',
        key: entry.paymentId,
        loaded: [events],
        parts: [reporting(stream, entry, this.source)],
      });
    });
    const answers = await recordEachWritten(this.deps, units, this.base);
    answers.forEach((answer, i) => {
      results[known[i]!.index] = this.#resultOf(answer, known[i]!.paymentId);
    });
    return later;
  }

  #resultOf(answer: UnitResult, paymentId: string): OutcomeResult {
    if (answer.kind === 'refused') return this.#refused(answer.error, paymentId);
    if (answer.kind !== 'recorded')
      return { result: 'unchanged', paymentId, position: answer.position };
    const types = answer.writes.flatMap((write) => write.events.map(({ type }) => type));
    return { result: became(types), paymentId, position: answer.position };
  }

  #refused(error: unknown, paymentId: string | undefined): OutcomeResult {
    if (!(error instanceof DomainError)) throw error;
    const { code, detail, field } = toldWithin(this.base.actor, error);
    return {
      result: 'refused',
      paymentId,
      code,
      detail,
      ...(field === undefined ? {} : { field }),
    };
  }

  async #name(outcomes: readonly ReportedOutcome[]): Promise<readonly (string | undefined)[]> {
    const nameless = outcomes
      .filter((outcome) => outcome.paymentId === undefined && outcome.endToEndId !== undefined)
      .map((outcome) => outcome.endToEndId!);
    const found = this.lookup && nameless.length > 0 ? await this.lookup(nameless) : [];
    const byEndToEndId = new Map(nameless.map((endToEndId, i) => [endToEndId, found[i]]));
    return outcomes.map(
      (outcome) =>
        outcome.paymentId ??
        (outcome.endToEndId === undefined ? undefined : byEndToEndId.get(outcome.endToEndId)),
    );
  }
}

/** Has the payment decide on what it was told. */
const reporting = (stream: string, { outcome, paymentId }: Entry, source: OutcomeSource): Part =>
  partFrom(stream, paymentDecider, [outcome, source], (events, context) => [
    reportFor(paymentId, outcome, source, events, context),
  ]);

const unknownPayment = (field: string): DomainError =>
  new DomainError('PAYMENT_UNKNOWN', 'No such payment was ordered here.', 'not-found', field);
