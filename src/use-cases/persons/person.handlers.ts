import { NOT_SEALED, type PersonalRecord, type Sealed } from '../../adapters/vault/port.js';
import { movePersonParts } from './move-person.js';
import { erasure } from './erase-person.js';
import { requireRegion } from '../../kernel/decider.js';
import { parsePersonId, streams, uuidOf } from '../../kernel/ids.js';
import { normaliseNationalId } from '../../kernel/personal.js';
import type { Command } from '../../http/call.js';
import { fresh, part, type Part } from '../../write-side/unit.js';
import { requireAccepted } from '../../write-side/would-accept.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlanDeps,
} from '../../http/command-handlers.js';
import { hashOfAccount } from '../../person/account-hash.js';
import { abandonedClaims, claimant } from '../../person/claims.js';
import { identityDecider } from '../../person/identity.decider.js';
import { personDecider, type PersonCommand } from '../../person/person.decider.js';
import { accountNumber } from '../../person/account-number.rule.js';
import { accountRecord, personName, profileRecord } from '../../person/personal.js';
import {
  RegisterPerson,
  RegisterPayeeAccount,
  VerifyPayeeAccount,
  ClosePayeeAccount,
  ErasePerson,
  MovePerson,
} from '../../person/person.commands.js';

const personOf = (command: Command): string => parsePersonId(command.param('personId'));

const accountOf = (command: Command): { personId: string; accountId: string } => ({
  personId: personOf(command),
  accountId: parsePersonId(command.param('accountId'), 'accountId'),
});

const personPart = (personId: string, command: PersonCommand): Part =>
  part(streams.person(personId), personDecider, command);

/**
 * A payee's account: what is sealed of it, and the command that registers it then.
 * @param place of the account in the request, ending with a slash; '' for the request itself
 */
function payeeAccount(
  vault: CommandPlanDeps['vault'],
  { personId, accountId }: { readonly personId: string; readonly accountId: string },
  account: Pick<RegisterPayeeAccount, 'kind' | 'number' | 'holder'>,
  place: string,
): { record: () => PersonalRecord; command: (sealed: Sealed) => PersonCommand } {
  const { kind, holder } = account;
  const number = accountNumber(account, `${place}number`);
  return {
    record: () =>
      accountRecord(
        vault,
        personId,
        accountId,
        number,
        holder === undefined ? undefined : personName(holder, `${place}holder`),
      ),
    command: (sealed) => ({
      type: 'RegisterPayeeAccount',
      personId,
      accountId,
      kind,
      accountHash: hashOfAccount(vault, number),
      sealed,
    }),
  };
}

/** Whoever claimed the identity and can never be registered with it, if anybody did. */
async function abandonedBySomebody(
  store: CommandPlanDeps['store'],
  identityHash: string,
): Promise<string | undefined> {
  const holder = claimant(await store.readStream(streams.identity(identityHash)));
  if (holder === undefined) return undefined;
  const [abandoned] = await abandonedClaims(store, [{ identityHash, holder }]);
  return abandoned?.holder;
}

export const personHandlers = commandHandlers(
  commandHandler(
    RegisterPerson,
    async (command, { store, vault }) => {
      const { region } = command;
      // Before anything is told of an identity: whoever may register nobody there learns nothing.
      requireRegion(command.call.context, region);
      const nationalId = normaliseNationalId(command.nationalId);
      const personId = uuidOf('person', command.call.context.commandId);
      const accountId = uuidOf('account', personId, 1);
      const account = payeeAccount(vault, { personId, accountId }, command.account, 'account/');
      const identityHash = vault.keyedHash('identity', nationalId);
      const abandonedBy = await abandonedBySomebody(store, identityHash);
      const records = [
        profileRecord(vault, personId, {
          nationalId,
          name: personName(command.name, 'name'),
          ...(command.nameArabic === undefined
            ? {}
            : { nameArabic: personName(command.nameArabic, 'nameArabic') }),
          ...(command.phone === undefined ? {} : { phone: command.phone }),
        }),
        account.record(),
      ];
      const partsWith = (profile: Sealed, sealed: Sealed): readonly Part[] => [
        fresh(streams.identity(identityHash), identityDecider, {
          type: 'ClaimIdentity',
          identityHash,
          personId,
          ...(abandonedBy === undefined ? {} : { abandonedBy }),
        }),
        fresh(
          streams.person(personId),
          personDecider,
          { type: 'RegisterPerson', personId, identityHash, region, sealed: profile },
          account.command(sealed),
        ),
      ];
      await requireAccepted(store, partsWith(NOT_SEALED, NOT_SEALED), command.call.context);
      const [profile, sealed] = await vault.seal(records);
      return {
        parts: partsWith(profile!, sealed!),
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
    async (command, { store, vault }) => {
      const personId = personOf(command);
      const accountId = uuidOf('account', personId, command.call.context.commandId);
      const account = payeeAccount(vault, { personId, accountId }, command, '');
      const record = account.record();
      const asked = [personPart(personId, account.command(NOT_SEALED))];
      await requireAccepted(store, asked, command.call.context);
      const [sealed] = await vault.seal([record]);
      return {
        parts: [personPart(personId, account.command(sealed!))],
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
        personPart(personId, {
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
        personPart(personId, {
          type: 'ClosePayeeAccount',
          personId,
          accountId,
          reason: command.reason,
        }),
      ],
      answer: { personId, accountId },
    };
  }),
  commandHandler(MovePerson, async (command, { store }) => {
    const { region, reason } = command;
    const personId = personOf(command);
    return {
      parts: await movePersonParts(store, { personId, region, reason }),
      answer: { personId },
    };
  }),
  commandHandler(ErasePerson, async (command, deps) => {
    const personId = personOf(command);
    const { reason, forfeitsArrears } = command;
    const asked = { personId, reason, forfeitsArrears };
    const { status, parts } = await erasure(deps, asked, command.call.context);
    return {
      parts,
      answer: { personId, status },
      afterwards: (answer) =>
        answer['status'] === 'erased' ? deps.vault.erase([personId]) : undefined,
    };
  }),
);
