import { Command, Option } from 'commander';
import { askBlock } from '../../use-cases/govstack/ask.js';
import { endToEndIndex } from '../../use-cases/outcomes/end-to-end-index.js';
import { reinstructPayments } from '../../use-cases/instructions/reinstruct-payments.js';
import { foldPayment } from '../../use-cases/folds.js';
import { takeInOutcomes } from '../../use-cases/outcomes/take-in-outcomes.js';
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
import { acting, action, actorOf, contextOf, type CommonOptions } from '../command.js';
import { withEngine } from '../compose.js';
import { drainAutomations } from '../drain.js';
import type { Reject } from '../../tabular/household-row.js';
import { readOutcomesFile, type OutcomesBatch } from '../outcomes-file.js';
import { EXIT } from '../output.js';
import { RejectsFile } from '../../tabular/rejects.js';

interface OutcomesOptions extends CommonOptions {
  readonly rejects?: string;
  readonly currency: string;
}
interface ReinstructOptions extends CommonOptions {
  readonly programme: string;
  readonly period: string;
  readonly executionDate: string;
  readonly sameAccount?: boolean;
}

export function paymentsCommand(): Command {
  const payments = new Command('payments').description(
    'outcomes of payments, and instructing again',
  );
  acting(payments.command('outcomes <file>'))
    .description(
      'take outcomes in from CSV or NDJSON (endToEndId or paymentId, outcome, amount, currency, reason, settledOn, reference); again changes nothing',
    )
    .option('--rejects <file>', 'where refused lines go (default: <file>.rejects.csv)')
    .addOption(new Option('--currency <code>', 'of amounts without one').default('MAD'))
    .action(
      action<OutcomesOptions, [string]>(async (run, options, file) => {
        const rejects = new RejectsFile(options.rejects ?? `${file}.rejects.csv`);
        try {
          const summary = await withEngine(options.data, async (engine) => {
            const progress = run.out.progress('outcomes');
            const lines = new Map<number, readonly number[]>();
            let read = 0;
            async function* outcomes(): AsyncGenerator<OutcomesBatch['outcomes']> {
              for await (const batch of readOutcomesFile(file, options.currency)) {
                rejects.add(batch.rejects);
                if (batch.outcomes.length === 0) continue;
                lines.set(read, batch.lines);
                read += batch.outcomes.length;
                yield batch.outcomes;
              }
            }
            const result = await takeInOutcomes(
              engine,
              {
                source: 'file',
                outcomes: outcomes(),
                lookup: endToEndIndex(engine.store),
                onResults: (results, first) => {
                  const numbers = lines.get(first) ?? [];
                  lines.delete(first);
                  rejects.add(
                    results.flatMap((answer, i): Reject[] =>
                      answer.result === 'refused'
                        ? [
                            {
                              line: numbers[i] ?? 0,
                              column: answer.field ?? '',
                              code: answer.code,
                              reason: answer.detail,
                            },
                          ]
                        : [],
                    ),
                  );
                },
              },
              contextOf(actorOf(options, 'payment-system'), 'outcomes', file),
              ({ done }) => progress(done),
              run.signal,
            );
            await drainAutomations(engine, run);
            return result;
          });
          rejects.commit();
          run.out.result(
            { ...summary, rejectLines: rejects.count },
            () =>
              `${summary.read} read: ${summary.applied} applied, ${summary.unchanged} changed nothing, ${summary.breaks} became breaks, ${summary.refused} refused${rejects.count > 0 ? `, see ${rejects.path}` : ''}`,
          );
          return rejects.count > 0 ? EXIT.findings : EXIT.ok;
        } catch (error) {
          rejects.discard();
          throw error;
        }
      }),
    );
  acting(payments.command('ask-block <cycle>'))
    .description(
      'ask the payments block (SANAD_GOVSTACK_URL) how each payment of a cycle stands, and take in what it says; again changes nothing',
    )
    .action(
      action<CommonOptions, [string]>(async (run, options, cycle) => {
        const cycleId = parseCycleId(cycle, 'cycle');
        const result = await withEngine(options.data, async (engine) => {
          const progress = run.out.progress('batches');
          const taken = await askBlock(
            engine,
            engine.block,
            cycleId,
            contextOf(actorOf(options, 'payment-system'), 'ask-block', cycleId),
            ({ done }) => progress(done),
            run.signal,
          );
          await drainAutomations(engine, run);
          return taken;
        });
        run.out.result(
          result,
          () =>
            `${result.batches} batches: ${result.applied} applied, ${result.unchanged} changed nothing, ${result.breaks} became breaks, ${result.refused} refused, ${result.unanswered} without an outcome`,
        );
      }),
    );
  acting(payments.command('cancel <payment>'))
    .description(
      'cancel a payment that is not instructed yet; of one that is with the bank, record that it was asked to call it back',
    )
    .requiredOption('--reason <text>', 'why')
    .action(
      action<CommonOptions & { readonly reason: string }, [string]>(
        async (run, options, payment) => {
          const paymentId = parsePaymentId(payment, 'payment');
          const result = await withEngine(options.data, async (engine) => {
            const { status } = foldPayment(
              await engine.store.readStream(streams.payment(paymentId)),
            );
            const type =
              status === 'instructed' || status === 'accepted'
                ? 'RequestCancellation'
                : 'CancelPayment';
            const outcome = await execute(
              engine.store,
              engine.registry,
              engine.locks,
              [part(streams.payment(paymentId), paymentDecider, { type, reason: options.reason })],
              contextOf(actorOf(options, 'finance-officer'), type, paymentId),
            );
            await drainAutomations(engine, run);
            return { paymentId, cancelled: type === 'CancelPayment', events: outcome.events };
          });
          run.out.result(result, () =>
            result.cancelled
              ? 'cancelled'
              : 'it is with the bank: recorded that the bank is asked to call it back; what it answers decides',
          );
        },
      ),
    );
  acting(payments.command('reinstruct'))
    .description(
      'instruct rejected and returned payments again, to accounts mended since, and those that were left out at the release',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period')
    .requiredOption('--execution-date <YYYY-MM-DD>', 'when the bank is to pay')
    .option('--same-account', 'also to the account that failed before')
    .action(
      action<ReinstructOptions, []>(async (run, options) => {
        const refusals: Refusal[] = [];
        const cycleId = cycleIdOf(
          parseProgrammeId(options.programme, 'programme'),
          parsePeriod(options.period),
        );
        const summary = await withEngine(options.data, (engine) => {
          const progress = run.out.progress('payments re-instructed');
          return reinstructPayments(
            engine,
            {
              cycleId,
              executionDate: parseLocalDate(options.executionDate, 'executionDate'),
              sameAccount: options.sameAccount === true,
              onRefused: (more) => refusals.push(...more),
            },
            contextOf(actorOf(options, 'finance-officer'), 'reinstruct', cycleId),
            ({ done }) => progress(done),
            run.signal,
          );
        });
        run.out.result(
          { ...summary, refusals },
          () =>
            `${summary.reinstructed} re-instructed, ${summary.instructed} left out before and instructed now, ${summary.waiting} wait for an account, ${summary.held} have one that is held${summary.heldUntil === undefined ? '' : `, the first until ${summary.heldUntil}`}, ${summary.refused} refused`,
        );
        return summary.refused > 0 ? EXIT.findings : EXIT.ok;
      }),
    );
  return payments;
}
