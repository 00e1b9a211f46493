import type { WrittenFile } from '../../adapters/payment-rail/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { idIn, partsOfPayment, streams } from '../../kernel/ids.js';
import { parseLocalDate } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { Defects } from '../../write-side/defect.js';
import { guard, part, type Unit } from '../../write-side/unit.js';
import { filesInstructed, filesOfCycle, foldCycle } from '../../cycle/cycle-reader.js';
import { foldPayment } from '../folds.js';
import {
  AUTOMATION,
  PAGE,
  type Deps,
  type JobContext,
  type OnProgress,
} from '../../write-side/context.js';
import type { CutOff } from './cut-off.rule.js';
import { ReinstructionRun } from './reinstruction-run.js';
import { countObstacle, type ReinstructSummary } from './reinstruction-summary.rule.js';
import { byMessage, hasUnrecorded, isOfCycle, messagesOf } from './cycle-messages.rule.js';
import { MessageNamer } from './message-namer.rule.js';
import { headOf, type Head } from './account-now.js';
import { OpenEntries } from './open-entries.js';
import { choosePayments, type Chosen } from './choose-payments.js';
import { entitledBy, isAsItWas, isLeftToInstruct, requireStillDue } from './instructable.rule.js';
import { accountFor, isInstruction, writeReinstructions } from './reinstruction-files.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import { refusal, type Refusal } from '../../write-side/refusals.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export interface ReinstructArgs {
  readonly cycleId: string;
  /** Of the request that a job is run for: run again, it makes no attempt that it has made. */
  readonly commandId?: string;
  /**
   * Exactly these, each answered for; absent: every rejected or returned payment whose payee has
   * another account since, and every one left out so far.
   */
  readonly paymentIds?: readonly string[];
  /** Also to the account that failed before (the reason was elsewhere). */
  readonly sameAccount?: boolean;
  readonly executionDate: string;
  /**
   * Where the log was when it was asked for: what failed, or was mended, since is no part of it.
   * Absent: now.
   */
  readonly asOf?: number;
  readonly maxPerFile?: number;
  readonly onRefused?: (refusals: readonly Refusal[]) => void;
}

/**
 * Instructs rejected and returned payments of a cycle again, as new attempts of the same payments,
 * and those that were left out when the cycle was instructed, in pain.001 files of their own, under
 * the terms that the cycle was released under. The events come first; files are then derived from
 * them, also those that a run which was killed left out, and CycleReinstructed records their
 * hashes.
 * @throws DomainError CYCLE_NOT_RELEASED, CYCLE_STATUS for a closed cycle, StoreError, VaultError,
 *   what the rail throws
 */
export async function reinstructPayments(
  deps: Deps,
  args: ReinstructArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<ReinstructSummary> {
  parseLocalDate(args.executionDate, 'executionDate');
  const history = await deps.store.readStream(streams.cycle(args.cycleId));
  const head = await openHeadOf(deps, args.cycleId, history);
  const run = new ReinstructionRun(deps, args, base);
  const work: Work = { deps, args, head, run, cutOff: run.cutOff(history), onProgress, signal };
  const reinstruction = new Reinstruction(work, await survey(work, history));
  await reinstruction.instructAll();
  return reinstruction.finish(history);
}

/** What one run works with. */
interface Work {
  readonly deps: Deps;
  readonly args: ReinstructArgs;
  readonly head: Head;
  readonly run: ReinstructionRun;
  /** What is known of this run from before it was cut off. */
  readonly cutOff: CutOff | undefined;
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One run over the payments that were found. */
class Reinstruction {
  readonly #summary: ReinstructSummary;
  readonly #namer: MessageNamer;
  readonly #openEntries: OpenEntries;

  constructor(
    private readonly work: Work,
    private readonly found: Survey,
  ) {
    const { args, head } = work;
    const { written, refused, messages } = found;
    this.#summary = {
      cycleId: args.cycleId,
      reinstructed: written.reinstructed.size,
      instructed: written.instructed.size,
      refused: 0,
      waiting: 0,
      held: 0,
      files: [],
    };
    this.#refuse(refused);
    this.#namer = new MessageNamer(messages, head, args.maxPerFile);
    this.#openEntries = new OpenEntries(work.deps.store);
  }

  async instructAll(): Promise<void> {
    const { signal, onProgress } = this.work;
    const { candidates } = this.found;
    for (let i = 0; i < candidates.length; i += PAGE) {
      signal?.throwIfAborted();
      await this.#page(candidates.slice(i, i + PAGE));
      onProgress?.({
        what: 'payments instructed',
        done: this.#summary.reinstructed + this.#summary.instructed,
        total: candidates.length,
      });
    }
  }

  /**
   * Makes the files and records them.
   * @param history of the cycle, as the run found it
   */
  async finish(history: readonly Recorded[]): Promise<ReinstructSummary> {
    const { deps, args, run } = this.work;
    // A file is made of a message once nobody adds to it any more.
    if (!run.hasBegun && hasUnrecorded(this.found.messages, filesOfCycle(history)))
      await this.#begin();
    const known = await deps.store.readStream(streams.cycle(args.cycleId));
    this.#summary.files = await filesOf(this.work, this.found.messages, known);
    await run.end(this.#summary.files);
    return this.#summary;
  }

  /** Then reads the messages of other runs, which write no more of them once this one has begun. */
  async #begin(): Promise<void> {
    const { deps, args, run } = this.work;
    await run.begin();
    const again = await survey(this.work, await deps.store.readStream(streams.cycle(args.cycleId)));
    for (const [messageId, paymentIds] of again.messages)
      this.found.messages.set(messageId, paymentIds);
  }

  async #page(paymentIds: readonly string[]): Promise<void> {
    const { deps, head, run } = this.work;
    const args = { ...this.work.args, by: run.by, openEntries: this.#openEntries };
    let choice = await choosePayments(deps, args, head, paymentIds);
    // Who was erased before it was said that payments are instructed is seen only afterwards.
    if (choice.chosen.length > 0 && !run.hasBegun) {
      await this.#begin();
      choice = await choosePayments(deps, args, head, paymentIds);
    }
    for (const obstacle of choice.obstacles) countObstacle(this.#summary, obstacle);
    this.#refuse([...choice.refused, ...(await this.#record(choice.chosen))]);
  }

  /** @returns those that were refused */
  async #record(chosen: readonly Chosen[]): Promise<readonly Refusal[]> {
    const { args, head, run } = this.work;
    const refused: Refusal[] = [];
    const named = chosen.map((one) => ({
      ...one,
      messageId: this.#namer.next(accountFor(head, one.candidate.events, one.kind)),
    }));
    const results = await run.record(named.map((one) => instructing(one, args.executionDate)));
    results.forEach((result, i) => {
      const { candidate, messageId } = named[i]!;
      if (result.kind === 'refused') refused.push(refusal(candidate.paymentId, result.error));
      else if (result.kind === 'recorded') {
        if (candidate.state.status === 'ordered') this.#summary.instructed += 1;
        else this.#summary.reinstructed += 1;
        this.#namer.note(messageId, candidate.paymentId);
      }
    });
    return refused;
  }

  #refuse(refused: readonly Refusal[]): void {
    this.#summary.refused += refused.length;
    if (refused.length > 0) this.work.args.onRefused?.(refused);
  }
}

/** @throws DomainError CYCLE_NOT_RELEASED, CYCLE_STATUS */
async function openHeadOf(
  deps: Deps,
  cycleId: string,
  history: readonly Recorded[],
): Promise<Head> {
  const head = await headOf(deps, cycleId, history);
  if (foldCycle(history).status === 'closed')
    throw new DomainError(
      'CYCLE_STATUS',
      `The cycle ${cycleId} is closed: its money was given back, so nothing of it is instructed again.`,
      'rule',
      'cycleId',
    );
  return head;
}

/** The messages of the cycle's own instruction; undefined while it is under way. */
const firstMessages = (history: readonly Recorded[]): ReadonlySet<string> | undefined =>
  messagesOf(filesInstructed(history));

/** The file of each message, those that are recorded as they are. */
async function filesOf(
  { deps, head, signal }: Work,
  messages: ReadonlyMap<string, string[]>,
  history: readonly Recorded[],
): Promise<WrittenFile[]> {
  const recorded = byMessage(filesOfCycle(history));
  const files: WrittenFile[] = [];
  for (const [messageId, paymentIds] of [...messages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    signal?.throwIfAborted();
    const file =
      recorded.get(messageId) ??
      (await writeReinstructions(deps, head, messageId, paymentIds.sort()));
    if (file) files.push(file);
  }
  return files;
}

/** Payments that may be instructed now, and the messages of earlier runs with their payments. */
interface Survey {
  readonly candidates: readonly string[];
  /** What nobody can say of whether it may be: looking at it meets a defect. */
  readonly refused: readonly Refusal[];
  readonly messages: Map<string, string[]>;
  /** Payments that this run instructed before it was cut off. */
  readonly written: { readonly instructed: Set<string>; readonly reinstructed: Set<string> };
}

async function survey(
  { deps, args, cutOff, onProgress, signal }: Work,
  history: readonly Recorded[],
): Promise<Survey> {
  const { asOf = Infinity } = args;
  const first = firstMessages(history);
  // While the cycle's own instruction is under way, what is not instructed is not left out.
  const wasInstructed = firstMessages(history.filter(({ position }) => position <= asOf));
  const failed: string[] = [];
  const refused: Refusal[] = [];
  const instructed = new Set<string>();
  const reinstructed = new Set<string>();
  const messages = new Map<string, string[]>();
  let seen = 0;
  for await (const page of pagesOf(deps.store, `payment-${args.cycleId}-`, { signal })) {
    const defects = new Defects();
    for (const { stream, events } of page) {
      const paymentId = idIn(stream);
      for (const event of events) {
        if (!isInstruction(event) || isOfCycle(event, first)) continue;
        const { messageId } = event.data;
        messages.set(messageId, [...(messages.get(messageId) ?? []), paymentId]);
        if (cutOff?.wrote(event))
          (event.type === 'PaymentInstructed' ? instructed : reinstructed).add(paymentId);
      }
      const isLeft = defects.look(
        () => {
          const state = foldPayment(events);
          const then = foldPayment(events.filter(({ position }) => position <= asOf));
          return isLeftToInstruct(state, wasInstructed !== undefined) && isAsItWas(state, then);
        },
        (defect) => refused.push(refusal(paymentId, defect)),
      );
      if (isLeft === true) failed.push(paymentId);
    }
    defects.finish();
    seen += page.length;
    onProgress?.({ what: 'payments looked at', done: seen });
  }
  const asked = cutOff?.isOver ? [] : (args.paymentIds ?? failed);
  return {
    candidates: asked.filter((id) => !instructed.has(id) && !reinstructed.has(id)),
    // Who names payments is answered for each of them, and for no other.
    refused: args.paymentIds ? [] : refused,
    messages,
    written: { instructed, reinstructed },
  };
}

/** What was never instructed is instructed by the automation, as at the release. */
const instructing = (
  {
    candidate: { paymentId, events, state, enrolment, dismissedBy },
    accountId,
    messageId,
  }: Chosen & { readonly messageId: string },
  executionDate: string,
): Unit => {
  const leftOut = state.status === 'ordered';
  const { programmeId, personId } = partsOfPayment(paymentId);
  return {
    verb: 'reinstruct',
    key: paymentId,
    loaded: [events, enrolment],
    parts: [
      part(streams.payment(paymentId), paymentDecider, {
        ...(leftOut ? { as: AUTOMATION } : {}),
        command: {
          ...(leftOut ? { type: 'InstructPayment' } : { type: 'ReinstructPayment', dismissedBy }),
          messageId,
          endToEndId: endToEndIdOf(paymentId, state.attempt + 1),
          accountId,
          executionDate,
        },
      }),
      // Who is ended or suspended meanwhile is not paid.
      guard(streams.enrolment(programmeId, personId), (now) =>
        requireStillDue(entitledBy(events, now)),
      ),
    ],
  };
};
