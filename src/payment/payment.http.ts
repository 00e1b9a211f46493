import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import { WARNINGS } from '../http/warnings.js';
import type { Schema } from '../http/openapi.js';
import {
  CancelPayment,
  ReinstructPayment,
  ReportOutcomes,
  RequestCancellation,
  ResolveBreak,
  SetBreakOwner,
} from './payment.commands.js';

/** What became of each outcome, in the order given. */
const RESULTS: Schema = {
  type: 'array',
  items: {
    anyOf: [
      {
        type: 'object',
        title: 'OutcomeTaken',
        required: ['result', 'paymentId', 'position'],
        properties: {
          result: { type: 'string', enum: ['applied', 'unchanged', 'break', 'proposed'] },
          paymentId: { type: 'string' },
          position: { type: 'integer', description: 'Log position.' },
        },
      },
      {
        type: 'object',
        title: 'OutcomeRefused',
        required: ['result', 'code', 'detail'],
        properties: {
          result: { type: 'string', enum: ['refused'] },
          paymentId: { type: 'string' },
          code: { type: 'string' },
          detail: { type: 'string' },
          field: { type: 'string' },
        },
      },
    ],
  },
};
const NOT_THERE = { 400: ['INVALID_ID'], 403: ['REGION_NOT_ALLOWED'], 404: ['PAYMENT_UNKNOWN'] };

@ApiTags('payments')
@Controller('payments')
export class PaymentHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('outcomes', {
    roles: ['payment-system', 'finance-officer'],
    programmeWide: false,
    summary:
      'Report what became of up to 1,000 payments; each is answered by itself: applied, unchanged, break or refused; what a finance officer says is proposed, and applied once another says the same',
    response: { results: RESULTS },
    errors: { 400: ['INVALID_AMOUNT', 'UNKNOWN_CURRENCY'] },
  })
  report(@CommandParam() command: ReportOutcomes): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':paymentId/reinstruction', {
    roles: ['finance-officer'],
    programmeWide: false,
    summary: 'Instruct one rejected or returned payment again, in the background',
    response: {
      paymentId: { type: 'string' },
      jobId: { type: 'string' },
      warnings: WARNINGS,
    },
    status: 202,
    errors: { ...NOT_THERE, 422: ['EXECUTION_DATE_ODD'] },
  })
  reinstruct(@CommandParam() command: ReinstructPayment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':paymentId/cancellation', {
    roles: ['finance-officer'],
    programmeWide: false,
    summary: 'Cancel a payment that is not instructed yet',
    response: ['paymentId'],
    errors: { ...NOT_THERE, 422: ['PAYMENT_STATUS'] },
  })
  cancel(@CommandParam() command: CancelPayment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':paymentId/cancellation-request', {
    roles: ['finance-officer'],
    programmeWide: false,
    summary:
      'Record that the bank was asked to call back a payment that is with it; what it answers decides',
    response: ['paymentId'],
    errors: { ...NOT_THERE, 422: ['PAYMENT_STATUS'] },
  })
  requestCancellation(@CommandParam() command: RequestCancellation): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':paymentId/breaks/:breakId/owner', {
    roles: ['finance-officer', 'finance-controller'],
    programmeWide: false,
    summary: 'Say who looks after an open break',
    response: ['paymentId', 'breakId'],
    errors: { ...NOT_THERE, 404: ['PAYMENT_UNKNOWN', 'BREAK_NOT_FOUND'], 409: ['BREAK_RESOLVED'] },
  })
  setBreakOwner(@CommandParam() command: SetBreakOwner): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':paymentId/breaks/:breakId/resolution', {
    roles: ['finance-officer', 'finance-controller'],
    programmeWide: false,
    summary:
      'Resolve a contradiction between what was recorded and what was reported, by another person than caused it; what counts as settled or returned is proposed by one, and resolved when another says the same',
    response: {
      paymentId: { type: 'string' },
      breakId: { type: 'string' },
      status: { type: 'string', enum: ['proposed', 'resolved'] },
    },
    errors: {
      ...NOT_THERE,
      403: ['REGION_NOT_ALLOWED', 'SAME_PERSON'],
      404: ['PAYMENT_UNKNOWN', 'BREAK_NOT_FOUND'],
    },
  })
  resolveBreak(@CommandParam() command: ResolveBreak): Promise<Answer> {
    return this.bus.execute(command);
  }
}
