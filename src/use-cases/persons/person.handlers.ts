import { requireNotEnrolled } from './not-enrolled.js';
import { DomainError } from '../../kernel/errors.js';
import { parsePersonId, streams, uuidOf } from '../../kernel/ids.js';
import { normaliseNationalId } from '../../kernel/personal.js';
import type { Command } from '../../http/call.js';
import { fresh, part, type Part } from '../../write-side/unit.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlanDeps,
} from '../../http/command-handlers.js';
import { identityDecider } from '../../person/identity.decider.js';
import { personDecider } from '../../person/person.decider.js';
import { accountNumber, accountRecord, personName, profileRecord } from '../../person/personal.js';
import {
  RegisterPerson,
  RegisterPayeeAccount,
  VerifyPayeeAccount,
  ClosePayeeAccount,
  ErasePerson,
} from '../../person/person.commands.js';

const personOf = (command: Command): string => parsePersonId(command.param('personId'));

const accountOf = (command: Command): { personId: string; accountId: string } => ({
  personId: personOf(command),
  accountId: parsePersonId(command.param('accountId'), 'accountId'),
});

/**
 * What erasing takes besides the person's own stream: the identity that they hold is free again.
 */
async function erasure(
  { store }: CommandPlanDeps,
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

export const personHandlers = commandHandlers(
  commandHandler(
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
    { checkReceiptFirst: true },
  ),
  commandHandler(
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
    { checkReceiptFirst: true },
  ),
  commandHandler(VerifyPayeeAccount, (command) => {
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
  commandHandler(ClosePayeeAccount, (command) => {
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
  commandHandler(ErasePerson, async (command, deps) => {
    const personId = personOf(command);
    return {
      parts: await erasure(deps, personId, command.reason),
      answer: { personId },
      afterwards: () => deps.vault.erase([personId]),
    };
  }),
);
