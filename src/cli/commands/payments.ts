import { Command, Option } from 'commander';
import { askBlock } from '../../use-cases/govstack/ask.js';
import { endToEndIndex } from '../../use-cases/outcomes/end-to-end-index.js';
import { paymentsLeftOut } from '../../use-cases/instructions/left-out.js';
import { warningsOf } from '../../use-cases/cycles/cycle-warnings.js';
import { reinstructPayments } from '../../use-cases/instructions/reinstruct-payments.js';
import { foldPayment } from '../../use-cases/folds.js';
import {
  takeInOutcomes,
  type OutcomeResult,
  type OutcomesSummary,
} from '../../use-cases/outcomes/take-in-outcomes.js';
import type { Refusal } from '../../write-side/refusals.js';
import {
  cycleId as cycleIdOf,
  parseCycleId,
  parsePaymentId,
  parseProgrammeId,
  streams,
} from '../../kernel/ids.js';
import { parseLocalDate, parsePeriod } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { execute } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import { automated, recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine } from '../compose.js';
import type { Reject } from '../../tabular/household-row.js';
import { readOutcomesFile, type OutcomesBatch } from '../outcomes-file.js';
import { EXIT } from '../output.js';
import { withRejects, type RejectsFile } from '../../tabular/rejects.js';

interface OutcomesOptions extends CommonOptions {
  readonly rejects?: string;
  readonly currency: string;
}
interface CancelOptions extends CommonOptions {
  readonly reason: string;
}
interface LeftOutOptions extends CommonOptions {
  readonly programme: string;
  readonly period: string;
}
interface ReinstructOptions extends LeftOutOptions {
  readonly executionDate: string;
  readonly sameAccount?: boolean;
  readonly anyDay?: boolean;
}

/**
 * The outcomes of a file in batches; lines that cannot be read are refused. Remembers on which line
 * each outcome of a batch stands until the batch was taken in.
 */
class OutcomesOfFile {
  readonly #lines = new Map<number, readonly number[]>();

  constructor(
    private readonly file: string,
    private readonly currency: string,
    private readonly rejects: RejectsFile,
  ) {}

  async *batches(): AsyncGenerator<OutcomesBatch['outcomes']> {
    let read = 0;
    for await (const { outcomes, lines, rejects } of readOutcomesFile(this.file, this.currency)) {
      this.rejects.add(rejects);
      if (outcomes.length === 0) continue;
      this.#lines.set(read, lines);
      read += outcomes.length;
      yield outcomes;
    }
  }

  /** Notes what was refused of the batch that begins with the outcome `first`. */
  refuse(results: readonly OutcomeResult[], first: number): void {
    const lines = this.#lines.get(first) ?? [];
    this.#lines.delete(first);
    this.rejects.add(
      results.flatMap((answer, i): Reject[] =>
        answer.result === 'refused'
          ? [
              {
                line: lines[i] ?? 0,
                column: answer.field ?? '',
                code: answer.code,
                reason: answer.detail,
              },
            ]
          : [],
      ),
    );
  }
}

function takeInFile(
  run: Run,
  options: OutcomesOptions,
  file: string,
  rejects: RejectsFile,
): Promise<OutcomesSummary> {
  return automated(options.data, run, async (engine) => {
    const progress = run.out.progress('outcomes');
    const source = new OutcomesOfFile(file, options.currency, rejects);
    const summary = await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: source.batches(),
        lookup: endToEndIndex(engine.store),
        onResults: (results, first) => source.refuse(results, first),
      },
      contextOf(actorOf(options, 'payment-system'), 'outcomes', file),
      ({ done }) => progress(done),
      run.signal,
    );
    return summary;
  });
}

const proposedNote = (count = 0): string =>
  count === 0 ? '' : `; ${count} proposed, and taken once another person reports the same`;

async function takeOutcomes(run: Run, options: OutcomesOptions, file: string): Promise<number> {
  const path = options.rejects ?? `${file}.rejects.csv`;
  const { summary, rejectLines } = await withRejects(path, async (rejects) => ({
    summary: await takeInFile(run, options, file, rejects),
    rejectLines: rejects.count,
  }));
  run.out.result(
    { ...summary, rejectLines },
    () =>
      `${summary.read} read: ${summary.applied} applied, ${summary.unchanged} changed nothing, ${summary.breaks} became breaks, ${summary.refused} refused${rejectLines > 0 ? `, see ${path}` : ''}${proposedNote(summary.proposed)}`,
  );
  return rejectLines > 0 ? EXIT.findings : EXIT.ok;
}

function addOutcomes(payments: Command): void {
  acting(payments.command('outcomes <file>'))
    .description(
      'take outcomes in from CSV or NDJSON (endToEndId or paymentId, outcome, amount, currency, reason, settledOn, reference); again changes nothing',
    )
    .option('--rejects <file>', 'where refused lines go (default: <file>.rejects.csv)')
    .addOption(new Option('--currency <code>', 'of amounts without one').default('MAD'))
    .action(action(takeOutcomes));
}

async function askTheBlock(run: Run, options: CommonOptions, cycle: string): Promise<void> {
  const cycleId = parseCycleId(cycle, 'cycle');
  const result = await automated(options.data, run, async (engine) => {
    const progress = run.out.progress('batches');
    const taken = await askBlock(
      engine,
      engine.block,
      cycleId,
      contextOf(actorOf(options, 'payment-system'), 'ask-block', cycleId),
      ({ done }) => progress(done),
      run.signal,
    );
    return taken;
  });
  run.out.result(
    result,
    () =>
      `${result.batches} batches: ${result.applied} applied, ${result.unchanged} changed nothing, ${result.breaks} became breaks, ${result.refused} refused, ${result.unanswered} without an outcome, ${result.waiting} wait for a person`,
  );
}

function addAskBlock(payments: Command): void {
  acting(payments.command('ask-block <cycle>'))
    .description(
      'ask the payments block (SANAD_GOVSTACK_URL) how each payment of a cycle stands, and take in what it says; again changes nothing',
    )
    .action(action(askTheBlock));
}

async function cancel(run: Run, options: CancelOptions, payment: string): Promise<void> {
  const paymentId = parsePaymentId(payment, 'payment');
  const stream = streams.payment(paymentId);
  const result = await automated(options.data, run, async (engine) => {
    const { status } = foldPayment(await engine.store.readStream(stream));
    const withTheBank = status === 'instructed' || status === 'accepted';
    const type = withTheBank ? 'RequestCancellation' : 'CancelPayment';
    const { events } = await execute(
      engine,
      [part(stream, paymentDecider, { type, reason: options.reason })],
      contextOf(actorOf(options, 'finance-officer'), type, paymentId),
    );
    return { paymentId, cancelled: !withTheBank, events };
  });
  run.out.result(result, () =>
    result.cancelled
      ? 'cancelled'
      : 'it is with the bank: recorded that the bank is asked to call it back; what it answers decides',
  );
}

function addCancel(payments: Command): void {
  acting(payments.command('cancel <payment>'))
    .description(
      'cancel a payment that is not instructed yet; of one that is with the bank, record that it was asked to call it back',
    )
    .requiredOption('--reason <text>', 'why')
    .action(action(cancel));
}

async function reinstruct(run: Run, options: ReinstructOptions): Promise<number> {
  const refusals: Refusal[] = [];
  const cycleId = cycleIdOf(
    parseProgrammeId(options.programme, 'programme'),
    parsePeriod(options.period),
  );
  const executionDate = parseLocalDate(options.executionDate, 'executionDate');
  const day = { executionDate, anyDay: options.anyDay === true };
  const { warnings, ...summary } = await recording(options.data, async (engine) => {
    const said = await warningsOf(engine.store, cycleId, day, engine.clock.now());
    const progress = run.out.progress('payments re-instructed');
    const done = await reinstructPayments(
      engine,
      {
        cycleId,
        executionDate,
        sameAccount: options.sameAccount === true,
        onRefused: (more) => refusals.push(...more),
      },
      contextOf(actorOf(options, 'finance-officer'), 'reinstruct', cycleId),
      ({ done: so }) => progress(so),
      run.signal,
    );
    return { ...done, warnings: said };
  });
  const firstHeld = summary.heldUntil === undefined ? '' : `, the first until ${summary.heldUntil}`;
  run.out.result({ ...summary, refusals, warnings }, () =>
    [
      `${summary.reinstructed} re-instructed, ${summary.instructed} left out before and instructed now, ${summary.waiting} wait for an account, ${summary.held} have one that is held${firstHeld}, ${summary.refused} refused`,
      ...warnings.map(({ code, detail }) => `  ${code}: ${detail}`),
    ].join('\n'),
  );
  return summary.refused > 0 ? EXIT.findings : EXIT.ok;
}

function addReinstruct(payments: Command): void {
  acting(payments.command('reinstruct'))
    .description(
      'instruct rejected and returned payments again, to accounts mended since, and those that were left out at the release',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period')
    .requiredOption('--execution-date <YYYY-MM-DD>', 'when the bank is to pay')
    .option('--same-account', 'also to the account that failed before')
    .option(
      '--any-day',
      'that day is meant, though it is past, far away or one on which banks are closed',
    )
    .action(action(reinstruct));
}

async function listLeftOut(run: Run, options: LeftOutOptions): Promise<void> {
  const cycleId = cycleIdOf(
    parseProgrammeId(options.programme, 'programme'),
    parsePeriod(options.period),
  );
  const payments: Refusal[] = [];
  await withEngine(options.data, async (engine) => {
    for await (const page of paymentsLeftOut(engine, cycleId, run.signal)) payments.push(...page);
  });
  run.out.result({ cycleId, payments }, () =>
    [
      ...payments.map(({ id, code, reason }) => `${id}  ${code}  ${reason}`),
      `${payments.length} payments are in no message`,
    ].join('\n'),
  );
}

function addLeftOut(payments: Command): void {
  reading(payments.command('left-out'))
    .description(
      'list the payments of a released cycle that are in no message, each with why; instructing again takes those that are READY',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period')
    .action(action(listLeftOut));
}

export function paymentsCommand(): Command {
  const payments = new Command('payments').description(
    'outcomes of payments, and instructing again',
  );
  addOutcomes(payments);
  addAskBlock(payments);
  addCancel(payments);
  addReinstruct(payments);
  addLeftOut(payments);
  return payments;
}
