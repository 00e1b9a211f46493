import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import {
  CancelPayment,
  ReinstructPayment,
  ReportOutcomes,
  RequestCancellation,
  ResolveBreak,
  SetBreakOwner,
} from './payment.commands.js';

const NOT_THERE = { 400: ['INVALID_ID'], 403: ['REGION_NOT_ALLOWED'], 404: ['PAYMENT_UNKNOWN'] };

@ApiTags('payments')
@Controller('payments')
export class PaymentHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('outcomes', {
    by: ['payment-system', 'finance-officer'],
    says: 'Report what became of up to 1,000 payments; each is answered by itself: applied, unchanged, break or refused',
    answers: ['results'],
    refuses: { 400: ['INVALID_AMOUNT', 'UNKNOWN_CURRENCY'] },
  })
  report(@Order() command: ReportOutcomes): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':paymentId/reinstruction', {
    by: ['finance-officer'],
    says: 'Instruct one rejected or returned payment again, in the background',
    answers: ['paymentId', 'jobId'],
    status: 202,
    refuses: NOT_THERE,
  })
  reinstruct(@Order() command: ReinstructPayment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':paymentId/cancellation', {
    by: ['finance-officer'],
    says: 'Cancel a payment that is not instructed yet',
    answers: ['paymentId'],
    refuses: { ...NOT_THERE, 422: ['PAYMENT_STATUS'] },
  })
  cancel(@Order() command: CancelPayment): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':paymentId/cancellation-request', {
    by: ['finance-officer'],
    says: 'Record that the bank was asked to call back a payment that is with it; what it answers decides',
    answers: ['paymentId'],
    refuses: { ...NOT_THERE, 422: ['PAYMENT_STATUS'] },
  })
  requestCancellation(@Order() command: RequestCancellation): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':paymentId/breaks/:breakId/owner', {
    by: ['finance-officer', 'finance-controller'],
    says: 'Say who looks after an open break',
    answers: ['paymentId', 'breakId'],
    refuses: { ...NOT_THERE, 404: ['PAYMENT_UNKNOWN', 'BREAK_NOT_FOUND'], 409: ['BREAK_RESOLVED'] },
  })
  setBreakOwner(@Order() command: SetBreakOwner): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':paymentId/breaks/:breakId/resolution', {
    by: ['finance-officer', 'finance-controller'],
    says: 'Resolve a contradiction between what was recorded and what was reported',
    answers: ['paymentId', 'breakId'],
    refuses: { ...NOT_THERE, 404: ['PAYMENT_UNKNOWN', 'BREAK_NOT_FOUND'] },
  })
  resolveBreak(@Order() command: ResolveBreak): Promise<Answer> {
    return this.bus.execute(command);
  }
}
