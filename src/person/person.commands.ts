import { requireNotEnrolled } from '../use-cases/persons/registered-person.js';
import { DomainError } from '../kernel/errors.js';
import { parsePersonId, streams, uuidOf } from '../kernel/ids.js';
import { normaliseNationalId } from '../kernel/personal.js';
import { Command } from '../http/call.js';
import { fresh, part, type Part } from '../write-side/execute.js';
import { Nested, OneOf, Pattern, Region, Text } from '../http/fields.js';
import { handlers, on, type PlanDeps } from '../http/command-handlers.js';
import { identityDecider } from './identity.decider.js';
import { personDecider } from './person.decider.js';
import {
  accountNumber,
  accountRecord,
  personName,
  profileRecord,
  type AccountFields,
} from './personal.js';

const KINDS = ['iban', 'rib', 'wallet', 'cash'] as const;

class PayeeAccount {
  @OneOf(KINDS) kind!: AccountFields['kind'];
  @Text({ max: 60, description: 'Goes to the vault; no event, log line or error carries it.' })
  number!: string;
  @Text({ max: 140, optional: true, description: 'Absent: the person.' }) holder?: string;
}

export class RegisterPerson extends Command {
  @Text({ max: 40, description: 'National identity number. It becomes a keyed hash.' })
  nationalId!: string;
  @Text({ max: 140, description: 'As on the identity document. Goes to the vault.' }) name!: string;
  @Text({ max: 140, optional: true }) nameArabic?: string;
  @Pattern(/^\+?[0-9][0-9 ]{5,19}$/, 'a telephone number', { optional: true }) phone?: string;
  @Region() region!: string;
  @Nested(() => PayeeAccount) account!: PayeeAccount;
}
export class RegisterPayeeAccount extends Command {
  @OneOf(KINDS) kind!: AccountFields['kind'];
  @Text({ max: 60 }) number!: string;
  @Text({ max: 140, optional: true, description: 'Absent: the person.' }) holder?: string;
}
export class VerifyPayeeAccount extends Command {
  @Text({ max: 140, description: 'How it was verified.' }) method!: string;
}
export class ClosePayeeAccount extends Command {
  @Text() reason!: string;
}
export class ErasePerson extends Command {
  @Text() reason!: string;
}

const personOf = (command: Command): string => parsePersonId(command.param('personId'));
const accountOf = (command: Command): { personId: string; accountId: string } => ({
  personId: personOf(command),
  accountId: parsePersonId(command.param('accountId'), 'accountId'),
});

/** What erasing takes besides the person's own stream: the identity that they hold is free again. */
async function erasure(
  { store }: PlanDeps,
  personId: string,
  reason: string,
): Promise<readonly Part[]> {
  const [registered] = await store.readStream(streams.person(personId), { limit: 1 });
  if (registered?.type !== 'PersonRegistered')
    throw new DomainError('PERSON_NOT_FOUND', 'There is no such person.', 'not-found', 'personId');
  await requireNotEnrolled(store, personId);
  return [
    part(streams.person(personId), personDecider, { type: 'ErasePerson', personId, reason }),
    part(streams.identity(registered.data.identityHash), identityDecider, {
      type: 'ReleaseIdentity',
      reason,
    }),
  ];
}

export const personHandlers = handlers(
  on(
    RegisterPerson,
    async (command, { vault }) => {
      const { region, account } = command;
      const nationalId = normaliseNationalId(command.nationalId);
      const number = accountNumber(account, 'account/number');
      const personId = uuidOf('person', command.call.context.commandId);
      const accountId = uuidOf('account', personId, 1);
      const identityHash = vault.keyedHash('identity', nationalId);
      const [profile, sealed] = await vault.seal([
        profileRecord(vault, personId, {
          nationalId,
          name: personName(command.name, 'name'),
          ...(command.nameArabic === undefined
            ? {}
            : { nameArabic: personName(command.nameArabic, 'nameArabic') }),
          ...(command.phone === undefined ? {} : { phone: command.phone }),
        }),
        accountRecord(
          vault,
          personId,
          accountId,
          number,
          account.holder === undefined ? undefined : personName(account.holder, 'account/holder'),
        ),
      ]);
      return {
        parts: [
          fresh(streams.identity(identityHash), identityDecider, {
            type: 'ClaimIdentity',
            identityHash,
            personId,
          }),
          fresh(
            streams.person(personId),
            personDecider,
            { type: 'RegisterPerson', personId, identityHash, region, sealed: profile! },
            {
              type: 'RegisterPayeeAccount',
              personId,
              accountId,
              kind: account.kind,
              accountHash: vault.keyedHash('account', number),
              sealed: sealed!,
            },
          ),
        ],
        answer: { personId, accountId },
        status: 201,
        // Nobody was registered: what was sealed for them must not stay readable.
        undo: () => vault.erase([personId]),
      };
    },
    { keptFirst: true },
  ),
  on(
    RegisterPayeeAccount,
    async (command, { vault }) => {
      const personId = personOf(command);
      const number = accountNumber(command, 'number');
      const accountId = uuidOf('account', personId, command.call.context.commandId);
      const [sealed] = await vault.seal([
        accountRecord(
          vault,
          personId,
          accountId,
          number,
          command.holder === undefined ? undefined : personName(command.holder, 'holder'),
        ),
      ]);
      return {
        parts: [
          part(streams.person(personId), personDecider, {
            type: 'RegisterPayeeAccount',
            personId,
            accountId,
            kind: command.kind,
            accountHash: vault.keyedHash('account', number),
            sealed: sealed!,
          }),
        ],
        answer: { personId, accountId },
        status: 201,
      };
    },
    { keptFirst: true },
  ),
  on(VerifyPayeeAccount, (command) => {
    const { personId, accountId } = accountOf(command);
    return {
      parts: [
        part(streams.person(personId), personDecider, {
          type: 'VerifyPayeeAccount',
          personId,
          accountId,
          method: command.method,
        }),
      ],
      answer: { personId, accountId },
    };
  }),
  on(ClosePayeeAccount, (command) => {
    const { personId, accountId } = accountOf(command);
    return {
      parts: [
        part(streams.person(personId), personDecider, {
          type: 'ClosePayeeAccount',
          personId,
          accountId,
          reason: command.reason,
        }),
      ],
      answer: { personId, accountId },
    };
  }),
  on(ErasePerson, async (command, deps) => {
    const personId = personOf(command);
    return {
      parts: await erasure(deps, personId, command.reason),
      answer: { personId },
      afterwards: () => deps.vault.erase([personId]),
    };
  }),
);
