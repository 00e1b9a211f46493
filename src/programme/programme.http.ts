import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { Takes } from '../http/endpoint.js';
import { Order } from '../http/params.js';
import {
  CloseProgramme,
  ConfigureChecks,
  DefineProgramme,
  OpenProgramme,
  PublishPolicy,
  SetAccountHold,
  SetPaymentTerms,
} from './programme.commands.js';

const by = ['programme-manager'] as const;

@ApiTags('programmes')
@Controller('programmes')
export class ProgrammeHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @Takes('', {
    by,
    says: 'Define a programme',
    answers: ['programmeId'],
    status: 201,
    refuses: { 400: ['UNKNOWN_CURRENCY', 'UNKNOWN_TIME_ZONE'], 409: ['PROGRAMME_ALREADY_DEFINED'] },
  })
  define(@Order() command: DefineProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':programmeId/policies', {
    by,
    says: 'Publish a version of its policy; every expression is type-checked and tried first',
    answers: ['programmeId', 'version', 'contentHash'],
    status: 201,
    refuses: {
      400: ['POLICY_INVALID', 'POLICY_NO_VERDICT', 'INVALID_PERIOD', 'INVALID_DATE'],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['POLICY_VERSION_OUT_OF_ORDER'],
      422: ['POLICY_DATES_OUT_OF_ORDER', 'PROGRAMME_CLOSED'],
    },
  })
  publish(@Order() command: PublishPolicy): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':programmeId/payment-terms', {
    by,
    says: 'Set the accounts that pay, what their banks take, and what payees read; for cycles released from now on',
    answers: ['programmeId'],
    refuses: {
      400: ['INVALID_ACCOUNT', 'ACCOUNT_ID_USED'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: ['PROGRAMME_CLOSED'],
    },
  })
  setTerms(@Order() command: SetPaymentTerms): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':programmeId/checks', {
    by,
    says: 'Configure what prepared cycles are checked for, and what blocks them',
    answers: ['programmeId'],
    refuses: {
      400: ['CHECK_TWICE', 'LIMIT_MISSING'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: ['PROGRAMME_CLOSED'],
    },
  })
  configureChecks(@Order() command: ConfigureChecks): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':programmeId/account-hold', {
    by,
    says: 'Set what an account waits for before it is paid on: days after a change, and verification by another person',
    answers: ['programmeId'],
    refuses: { 404: ['PROGRAMME_NOT_FOUND'], 422: ['PROGRAMME_CLOSED'] },
  })
  holdAccounts(@Order() command: SetAccountHold): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':programmeId/opening', {
    by,
    says: 'Open a programme that has a policy',
    answers: ['programmeId'],
    refuses: {
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['PROGRAMME_ALREADY_OPEN'],
      422: ['PROGRAMME_HAS_NO_POLICY', 'PROGRAMME_CLOSED'],
    },
  })
  open(@Order() command: OpenProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }

  @Takes(':programmeId/closing', {
    by,
    says: 'Close a programme',
    answers: ['programmeId'],
    refuses: { 404: ['PROGRAMME_NOT_FOUND'], 422: ['PROGRAMME_NOT_OPEN', 'PROGRAMME_CLOSED'] },
  })
  close(@Order() command: CloseProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }
}
