import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../http/answer.js';
import { CommandEndpoint } from '../http/endpoint.js';
import { SetBackdatingLimit, SetCalendar } from './calendar.commands.js';
import { CommandParam } from '../http/params.js';
import {
  CloseProgramme,
  ConfigureChecks,
  DefineProgramme,
  OpenProgramme,
  PublishPolicy,
  ReopenProgramme,
  SetAccountHold,
  SetPaymentTerms,
} from './programme.commands.js';

const roles = ['programme-manager'] as const;
/** The answer to what one manager proposes and another decides. */
const proposedOrSet = {
  programmeId: { type: 'string' },
  status: { type: 'string', enum: ['proposed', 'set'] },
};

@ApiTags('programmes')
@Controller('programmes')
export class ProgrammeHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  @CommandEndpoint('', {
    roles,
    programmeWide: true,
    summary: 'Define a programme',
    response: ['programmeId'],
    status: 201,
    errors: {
      400: ['UNKNOWN_CURRENCY', 'UNKNOWN_TIME_ZONE', 'INVALID_ACCOUNT', 'INVALID_TEXT'],
      409: ['PROGRAMME_ALREADY_DEFINED'],
    },
  })
  define(@CommandParam() command: DefineProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/policies', {
    roles,
    programmeWide: true,
    summary:
      'Publish a version of its policy; every expression is type-checked and tried first. Once the programme is open: proposed by one manager, and published when another says the same',
    response: {
      programmeId: { type: 'string' },
      version: { type: 'integer' },
      contentHash: { type: 'string' },
      status: { type: 'string', enum: ['proposed', 'published'] },
    },
    status: 201,
    errors: {
      400: [
        'POLICY_INVALID',
        'POLICY_NO_VERDICT',
        'POLICY_TOO_COSTLY',
        'INVALID_PERIOD',
        'INVALID_DATE',
      ],
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['POLICY_VERSION_OUT_OF_ORDER'],
      422: ['POLICY_DATES_OUT_OF_ORDER', 'PROGRAMME_NOT_OPEN', 'PROGRAMME_CLOSED'],
    },
  })
  publish(@CommandParam() command: PublishPolicy): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/payment-terms', {
    roles,
    programmeWide: true,
    summary:
      'Set the accounts that pay, what their banks take, and what payees read, for cycles released from now on: proposed by one manager, and set when another says the same',
    response: proposedOrSet,
    errors: {
      400: ['INVALID_ACCOUNT', 'INVALID_TEXT', 'ACCOUNT_ID_USED'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: ['PROGRAMME_CLOSED'],
    },
  })
  setTerms(@CommandParam() command: SetPaymentTerms): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/checks', {
    roles,
    programmeWide: true,
    summary:
      'Configure what prepared cycles are checked for, and what blocks them; weaker checks are proposed by one manager, and set when another says the same',
    response: proposedOrSet,
    errors: {
      400: ['CHECK_TWICE', 'LIMIT_MISSING'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: ['PROGRAMME_CLOSED'],
    },
  })
  configureChecks(@CommandParam() command: ConfigureChecks): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/account-hold', {
    roles,
    programmeWide: true,
    summary:
      'Set what an account waits for before it is paid on: days after a change, and verification by another person; a weaker hold is proposed by one manager, and set when another says the same',
    response: proposedOrSet,
    errors: { 404: ['PROGRAMME_NOT_FOUND'], 422: ['PROGRAMME_CLOSED'] },
  })
  holdAccounts(@CommandParam() command: SetAccountHold): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/calendar', {
    roles,
    programmeWide: true,
    summary:
      'Set the days on which banks do not execute; a release on one of them, or in the past, must then be meant',
    response: ['programmeId'],
    errors: {
      400: ['INVALID_FIELD', 'INVALID_DATE'],
      404: ['PROGRAMME_NOT_FOUND'],
      422: ['PROGRAMME_CLOSED'],
    },
  })
  setCalendar(@CommandParam() command: SetCalendar): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/backdating-limit', {
    roles,
    programmeWide: true,
    summary:
      'Set how far back an application may be dated; further is proposed by one manager, and set when another says the same',
    response: proposedOrSet,
    errors: { 404: ['PROGRAMME_NOT_FOUND'], 422: ['PROGRAMME_CLOSED'] },
  })
  limitBackdating(@CommandParam() command: SetBackdatingLimit): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/opening', {
    roles,
    programmeWide: true,
    summary: 'Open a programme that has a policy',
    response: ['programmeId'],
    errors: {
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['PROGRAMME_ALREADY_OPEN'],
      422: ['PROGRAMME_HAS_NO_POLICY', 'PROGRAMME_CLOSED'],
    },
  })
  open(@CommandParam() command: OpenProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/closing', {
    roles,
    programmeWide: true,
    summary:
      'Close a programme whose cycles are over and that owes nobody arrears: proposed by one manager, and closed when another says the same',
    response: {
      programmeId: { type: 'string' },
      status: { type: 'string', enum: ['proposed', 'closed'] },
    },
    errors: {
      404: ['PROGRAMME_NOT_FOUND'],
      409: ['CORRECTION_OPEN'],
      422: [
        'PROGRAMME_NOT_OPEN',
        'PROGRAMME_CLOSED',
        'CYCLES_OPEN',
        'ARREARS_UNPAID',
        'CORRECTION_DUE',
      ],
    },
  })
  close(@CommandParam() command: CloseProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint(':programmeId/reopening', {
    roles,
    programmeWide: true,
    summary:
      'Reopen a closed programme, for what is left to be paid: proposed by one manager, and open when another says the same',
    response: {
      programmeId: { type: 'string' },
      status: { type: 'string', enum: ['proposed', 'open'] },
    },
    errors: { 404: ['PROGRAMME_NOT_FOUND'], 422: ['PROGRAMME_NOT_CLOSED'] },
  })
  reopen(@CommandParam() command: ReopenProgramme): Promise<Answer> {
    return this.bus.execute(command);
  }
}
