import type { EventStore } from '../../adapters/event-store/port.js';
import { fold, requireRegion, type Context } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { reinstructionJob } from '../cycles/reinstruction-job.js';
import { foldPayment } from '../folds.js';
import { takeInBatch } from './take-in-outcomes.js';
import { cycleOfPayment, parsePaymentId, streams } from '../../kernel/ids.js';
import type { Command } from '../../http/call.js';
import { part } from '../../write-side/unit.js';
import { commandHandlers, commandHandler } from '../../http/command-handlers.js';
import { jobIdOf } from '../../write-side/jobs.js';
import { reported } from '../../payment/outcome.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import {
  ReportOutcomes,
  ReinstructPayment,
  CancelPayment,
  RequestCancellation,
  SetBreakOwner,
  ResolveBreak,
} from '../../payment/payment.commands.js';

const idOf = (command: Command): string => parsePaymentId(command.param('paymentId'));

/** A job is begun for a payment that is there, in a region of who asks. @throws DomainError */
async function requireInRegion(
  store: Pick<EventStore, 'readStream'>,
  paymentId: string,
  context: Pick<Context, 'actor'>,
): Promise<void> {
  const { status, region } = foldPayment(await store.readStream(streams.payment(paymentId)));
  if (status === 'none')
    throw new DomainError('PAYMENT_UNKNOWN', 'There is no such payment.', 'not-found', 'paymentId');
  requireRegion(context, region);
}

export const paymentHandlers = commandHandlers(
  // Each outcome is recorded by itself and bears being taken in again, so the answer is kept after
  // them and not with them.
  commandHandler(
    ReportOutcomes,
    async ({ outcomes, call }, deps) => {
      const results = await takeInBatch(
        deps,
        'http',
        outcomes.map((outcome, index) => reported(outcome, `outcomes/${index}`)),
        call.context,
      );
      return { parts: [], answer: { results } };
    },
    { checkReceiptFirst: true },
  ),
  commandHandler(ReinstructPayment, async (command, deps) => {
    const paymentId = idOf(command);
    await requireInRegion(deps.store, paymentId, command.call.context);
    const { executionDate, anyDay, sameAccount } = command;
    const { job, warnings } = await reinstructionJob(
      deps.store,
      cycleOfPayment(paymentId),
      { executionDate, anyDay, sameAccount, paymentIds: [paymentId] },
      command.call.context,
    );
    const { actor, correlationId, commandId } = command.call.context;
    return {
      parts: [],
      answer: { paymentId, jobId: jobIdOf(job), warnings },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
    };
  }),
  commandHandler(CancelPayment, (command) => {
    const paymentId = idOf(command);
    return {
      parts: [
        part(streams.payment(paymentId), paymentDecider, {
          type: 'CancelPayment',
          reason: command.reason,
        }),
      ],
      answer: { paymentId },
    };
  }),
  commandHandler(RequestCancellation, (command) => {
    const paymentId = idOf(command);
    return {
      parts: [
        part(streams.payment(paymentId), paymentDecider, {
          type: 'RequestCancellation',
          reason: command.reason,
        }),
      ],
      answer: { paymentId },
    };
  }),
  commandHandler(SetBreakOwner, (command) => {
    const paymentId = idOf(command);
    const breakId = command.param('breakId');
    return {
      parts: [
        part(streams.payment(paymentId), paymentDecider, {
          type: 'SetBreakOwner',
          breakId,
          owner: command.owner,
        }),
      ],
      answer: { paymentId, breakId },
    };
  }),
  commandHandler(ResolveBreak, (command) => {
    const paymentId = idOf(command);
    const breakId = command.param('breakId');
    return {
      parts: [
        part(streams.payment(paymentId), paymentDecider, {
          type: 'ResolveBreak',
          breakId,
          resolution: command.resolution,
          reason: command.reason,
        }),
      ],
      answer: { paymentId, breakId },
      answerAfter: (after) => {
        const { openBreaks } = fold(paymentDecider, after(streams.payment(paymentId)));
        const isOpen = openBreaks.some((one) => one.breakId === breakId);
        return { status: isOpen ? 'proposed' : 'resolved' };
      },
    };
  }),
);
