import type { EventData } from '../../events/generated.js';
import { ribOf } from '../../src/kernel/accounts.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { as } from './world.js';

interface Another {
  /** The first is that of the registration. */
  readonly n?: number;
  readonly kind?: EventData['PayeeAccountRegistered']['kind'];
  readonly fields?: Readonly<Record<string, string>>;
  /** Whose account it is taken for. */
  readonly hashed?: string;
}

/** The command that registers another account of a person's, its fields sealed. */
export async function anotherAccount(
  { vault }: Pick<Deps, 'vault'>,
  personId: string,
  {
    n = 2,
    kind = 'rib',
    fields = { number: ribOf('011', '780', '0000123456789012'), holder: 'Payee' },
    hashed = personId,
  }: Another = {},
) {
  const accountId = uuidOf('account', personId, n);
  const record = `person/${personId}/account/${accountId}`;
  const [sealed] = await vault.seal([{ personId, record, fields }]);
  return {
    type: 'RegisterPayeeAccount',
    personId,
    accountId,
    kind,
    accountHash: vault.keyedHash('account', hashed),
    sealed: sealed!,
  } as const;
}

/** One clerk puts another account in the place of a person's first. */
export async function changeAccount(deps: Deps, personId: string): Promise<string> {
  const command = await anotherAccount(deps, personId);
  await execute(
    deps,
    [part(streams.person(personId), personDecider, command)],
    as(deps, 'officer', 'mend', personId),
  );
  return command.accountId;
}
