import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { CommandParam } from '../http/params.js';
import {
  ClosePayeeAccount,
  ErasePerson,
  MovePerson,
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

  @CommandEndpoint('', {
    roles: ['intake', 'case-officer'],
    programmeWide: false,
    summary:
      'Register a person with the account that is to be paid; personal fields go to the vault',
    response: ['personId', 'accountId'],
    status: 201,
    errors: {
      400: ['INVALID_NATIONAL_ID', 'INVALID_ACCOUNT', 'INVALID_TEXT'],
      403: ['REGION_NOT_ALLOWED'],
      409: ['IDENTITY_ALREADY_REGISTERED'],
    },
  })
  register(@CommandParam() command: RegisterPerson): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/accounts', {
    roles: ['intake', 'case-officer'],
    programmeWide: false,
    summary: 'Register another payee account; it replaces the one before',
    response: ['personId', 'accountId'],
    status: 201,
    errors: { ...NOT_THERE, 400: ['INVALID_ACCOUNT', 'INVALID_TEXT'] },
  })
  registerAccount(@CommandParam() command: RegisterPayeeAccount): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/accounts/:accountId/verification', {
    roles: ['case-officer', 'supervisor', 'finance-officer', 'payment-system'],
    programmeWide: false,
    summary: 'Note that an account was verified, by another person than who registered it',
    response: ['personId', 'accountId'],
    errors: {
      ...NOT_THERE,
      403: ['REGION_NOT_ALLOWED', 'SAME_PERSON'],
      409: ['ACCOUNT_ALREADY_VERIFIED'],
    },
  })
  verifyAccount(@CommandParam() command: VerifyPayeeAccount): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/accounts/:accountId/closing', {
    roles: ['intake', 'case-officer', 'supervisor'],
    programmeWide: false,
    summary: 'Close a payee account',
    response: ['personId', 'accountId'],
    errors: NOT_THERE,
  })
  closeAccount(@CommandParam() command: ClosePayeeAccount): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/move', {
    roles: ['supervisor'],
    programmeWide: false,
    summary:
      'Move a person, with their enrolments, to another region; of who is limited to regions, both must be theirs',
    response: ['personId'],
    errors: NOT_THERE,
  })
  move(@CommandParam() command: MovePerson): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':personId/erasure', {
    roles: ['administrator'],
    programmeWide: false,
    summary:
      'Erase a person: the key of their personal fields is destroyed, the proof stays; proposed by one administrator, and done when another asks for it',
    response: {
      personId: { type: 'string' },
      status: { type: 'string', enum: ['proposed', 'erased'] },
    },
    errors: {
      ...NOT_THERE,
      403: ['REGION_NOT_ALLOWED', 'SAME_PERSON'],
      409: ['CORRECTION_OPEN'],
      422: ['PERSON_ERASED', 'STILL_ENROLLED', 'STILL_OWES', 'STILL_OWED', 'PAYMENT_UNDER_WAY'],
    },
  })
  erase(@CommandParam() command: ErasePerson): Promise<Answer> {
    return this.bus.execute(command);
  }
}
