import type { EventData } from '../../events/generated.js';
import { takeInBatch } from '../use-cases/outcomes/take-in-outcomes.js';
import { parsePaymentId, partsOfPayment, streams } from '../kernel/ids.js';
import { Command } from '../http/call.js';
import { part } from '../write-side/execute.js';
import { Day, Flag, ListOf, OneOf, Subject, Text } from '../http/fields.js';
import { handlers, on } from '../http/command-handlers.js';
import { jobIdOf, type Job } from '../runtime/jobs.js';
import { Outcome, reported } from './outcome.js';
import { paymentDecider } from './payment.decider.js';

export const RESOLUTIONS = [
  'bank-error',
  'counted-as-settled',
  'counted-as-returned',
  'recovered',
  'no-effect',
] as const;

export class ReportOutcomes extends Command {
  @ListOf(() => Outcome, 1_000) outcomes!: Outcome[];
}
export class ReinstructPayment extends Command {
  @Day({ description: 'When the bank is to pay.' }) executionDate!: string;
  @Flag({ optional: true, description: 'Also to the account that failed before.' })
  sameAccount?: boolean;
}
export class CancelPayment extends Command {
  @Text() reason!: string;
}
export class RequestCancellation extends Command {
  @Text({ max: 500 }) reason!: string;
}
export class SetBreakOwner extends Command {
  @Subject({ description: 'Who is to look after it.' }) owner!: string;
}
export class ResolveBreak extends Command {
  @OneOf(RESOLUTIONS) resolution!: EventData['PaymentBreakResolved']['resolution'];
  @Text() reason!: string;
}

const idOf = (command: Command): string => parsePaymentId(command.param('paymentId'));

export const paymentHandlers = handlers(
  // Each outcome is recorded by itself and bears being taken in again, so the answer is kept after them and not with them.
  on(
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
    { keptFirst: true },
  ),
  on(ReinstructPayment, (command, deps) => {
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
  on(CancelPayment, (command) => {
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
  on(RequestCancellation, (command) => {
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
  on(SetBreakOwner, (command) => {
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
  on(ResolveBreak, (command) => {
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
