import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import {
  ClosePayeeAccount,
  ErasePerson,
  RegisterPayeeAccount,
  RegisterPerson,
  VerifyPayeeAccount,
} from './person.commands.js';

const NOT_THERE = {
  403: ['REGION_NOT_ALLOWED'],
  404: ['PERSON_NOT_FOUND', 'ACCOUNT_NOT_FOUND'],
  422: ['PERSON_ERASED'],
} as const;

@ApiTags('persons')
@Controller('persons')
export class PersonHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('', {
    by: ['intake', 'case-officer'],
    says: 'Register a person with the account that is to be paid; personal fields go to the vault',
    answers: ['personId', 'accountId'],
    status: 201,
    refuses: {
      400: ['INVALID_NATIONAL_ID', 'INVALID_ACCOUNT', 'INVALID_TEXT'],
      403: ['REGION_NOT_ALLOWED'],
      409: ['IDENTITY_ALREADY_REGISTERED'],
    },
  })
  register(@Order() command: RegisterPerson): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/accounts', {
    by: ['intake', 'case-officer'],
    says: 'Register another payee account; it replaces the one before',
    answers: ['personId', 'accountId'],
    status: 201,
    refuses: { ...NOT_THERE, 400: ['INVALID_ACCOUNT', 'INVALID_TEXT'] },
  })
  registerAccount(@Order() command: RegisterPayeeAccount): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/accounts/:accountId/verification', {
    by: ['case-officer', 'supervisor', 'finance-officer', 'payment-system'],
    says: 'Note that an account was verified, by another person than who registered it',
    answers: ['personId', 'accountId'],
    refuses: {
      ...NOT_THERE,
      403: ['REGION_NOT_ALLOWED', 'SAME_PERSON'],
      409: ['ACCOUNT_ALREADY_VERIFIED'],
    },
  })
  verifyAccount(@Order() command: VerifyPayeeAccount): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/accounts/:accountId/closing', {
    by: ['intake', 'case-officer', 'supervisor'],
    says: 'Close a payee account',
    answers: ['personId', 'accountId'],
    refuses: NOT_THERE,
  })
  closeAccount(@Order() command: ClosePayeeAccount): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':personId/erasure', {
    by: ['administrator'],
    says: 'Erase a person: the key of their personal fields is destroyed, the proof stays',
    answers: ['personId'],
    refuses: { ...NOT_THERE, 422: ['PERSON_ERASED', 'STILL_ENROLLED'] },
  })
  erase(@Order() command: ErasePerson): Promise<Answer> {
    return this.bus.execute(command);
  }
}
