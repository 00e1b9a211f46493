import type { Sealed } from '../../adapters/vault/port.js';
import { applicationDecider } from '../../application/application.decider.js';
import type { Recorded } from '../../kernel/decider.js';
import { streams } from '../../kernel/ids.js';
import { identityDecider } from '../../person/identity.decider.js';
import { personDecider } from '../../person/person.decider.js';
import { AUTOMATION } from '../../write-side/context.js';
import { part, type Part, type Unit } from '../../write-side/unit.js';
import type { determinationOf } from './assess-applications.js';
import type { Household } from './imported-household.js';

/**
 * All that a household of an import is taken in by: its identity, person, account and application.
 */
export function importUnit(
  household: Household,
  sealed: { readonly profile: Sealed; readonly account: Sealed },
  programmeId: string,
  determination: ReturnType<typeof determinationOf> | undefined,
): Unit {
  const { row, personId, accountId, applicationId, identityHash, accountHash, abandonedBy } =
    household;
  return {
    verb: 'import',
    key: applicationId,
    parts: [
      part(streams.identity(identityHash), identityDecider, {
        type: 'ClaimIdentity',
        identityHash,
        personId,
        ...(abandonedBy === undefined ? {} : { abandonedBy }),
      }),
      part(
        streams.person(personId),
        personDecider,
        {
          type: 'RegisterPerson',
          personId,
          identityHash,
          region: row.region,
          sealed: sealed.profile,
        },
        {
          type: 'RegisterPayeeAccount',
          personId,
          accountId,
          kind: row.account.kind,
          accountHash,
          sealed: sealed.account,
        },
      ),
      part(
        streams.application(applicationId),
        applicationDecider,
        {
          type: 'SubmitApplication',
          applicationId,
          programmeId,
          personId,
          region: row.region,
          receivedOn: row.receivedOn,
          channel: 'import',
          facts: row.facts,
        },
        ...(determination ? [{ command: determination, as: AUTOMATION }] : []),
      ),
    ],
  };
}

/**
 * The same while the programme is open; the household is expected to be new.
 * @param programme the events of its stream
 */
export const whileStillOpen = (
  unit: Unit,
  stillOpen: Part,
  programme: readonly Recorded[],
): Unit => ({
  ...unit,
  parts: [...unit.parts, { ...stillOpen, unnamed: true }],
  loaded: [...unit.parts.map(() => []), programme],
});
