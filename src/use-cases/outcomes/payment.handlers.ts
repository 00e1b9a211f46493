import { takeInBatch } from './take-in-outcomes.js';
import { parsePaymentId, partsOfPayment, streams } from '../../kernel/ids.js';
import type { Command } from '../../http/call.js';
import { part } from '../../write-side/unit.js';
import { commandHandlers, commandHandler } from '../../http/command-handlers.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
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
  commandHandler(ReinstructPayment, (command, deps) => {
    const paymentId = idOf(command);
    const { programmeId, period } = partsOfPayment(paymentId);
    const { actor, correlationId, commandId } = command.call.context;
    const job: Job = {
      kind: 'reinstruct',
      cycleId: `${programmeId}-${period}`,
      commandId,
      executionDate: command.executionDate,
      paymentIds: [paymentId],
      ...(command.sameAccount === undefined ? {} : { sameAccount: command.sameAccount }),
    };
    return {
      parts: [],
      answer: { paymentId, jobId: jobIdOf(job) },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId }),
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
    };
  }),
);
