import { applicationDecider } from '../../src/application/application.decider.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { regionOf } from '../../src/person/person-history.rule.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type { ImportSummary } from '../../src/use-cases/applications/import-result.js';
import { accountsOfPerson } from '../../src/use-cases/persons/accounts-of-person.js';
import { notCorrected } from '../../src/use-cases/persons/not-corrected.js';
import { owesNothing } from '../../src/use-cases/persons/not-enrolled.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { child, type Family } from './families.js';
import { PROGRAMME } from './month.js';
import { by, drain, erasedByTwo, households, job } from './world.js';

export async function identityOf({ store }: Pick<Deps, 'store'>, personId: string) {
  const [registered] = await store.readStream(streams.person(personId));
  return registered?.type === 'PersonRegistered' ? registered.data.identityHash : '';
}

/**
 * By two administrators, whatever became of what the bank was told to pay.
 * @throws DomainError STILL_OWES, STILL_OWED, CORRECTION_OPEN, PERSON_ERASED
 */
export async function erase(deps: Deps, personId: string): Promise<void> {
  const { store, vault } = deps;
  const reason = 'asked for';
  const accounts = await accountsOfPerson(store, personId);
  await execute(
    deps,
    [
      ...accounts.parts,
      ...(await owesNothing(store, personId)),
      ...(await notCorrected(store, personId, accounts)),
      part(streams.person(personId), personDecider, ...erasedByTwo(personId, reason)),
      part(streams.identity(await identityOf(deps, personId)), identityDecider, {
        type: 'ReleaseIdentity',
        personId,
        reason,
      }),
    ],
    by(deps, 'amal', 'administrator', 'erase', personId),
  );
  await vault.erase([personId]);
}

/** Recommends and approves what waits for it, and enrols. */
export async function approveAll(deps: Deps): Promise<void> {
  for (const [action, who] of [
    ['recommend', 'officer'],
    ['approve', 'supervisor'],
  ] as const)
    await decideApplications(deps, { programmeId: PROGRAMME, action }, job(deps, who));
  await drain(deps);
}

/**
 * One of the two households of `enrolFamilies` applies under a reference of its own and the same
 * national identity, and is approved.
 */
export async function registerAgain(
  deps: Deps,
  household: {
    readonly n: number;
    readonly reference: string;
    readonly receivedOn: string;
    readonly children: Family;
  },
): Promise<Pick<ImportSummary, 'submitted' | 'rejected' | 'duplicates'>> {
  const { n, reference, receivedOn, children } = household;
  const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children };
  async function* rows() {
    for await (const batch of households(2, 11, { errors: 0, duplicates: 0 }))
      yield batch.slice(n, n + 1).map((row) => ({ ...row, reference, receivedOn, facts }));
  }
  const summary = await importApplications(
    deps,
    { programmeId: PROGRAMME, rows: rows(), determine: true },
    job(deps, 'intake'),
  );
  await approveAll(deps);
  return summary;
}

/**
 * A person who is registered applies at a counter, with one child; returns the application's id.
 */
export async function appliesAtCounter(
  deps: Deps,
  personId: string,
  receivedOn: string,
): Promise<string> {
  const applicationId = uuidOf('application', personId, receivedOn);
  const region = regionOf(await deps.store.readStream(streams.person(personId)))!;
  const children = [child('2020-05')];
  await execute(
    deps,
    [
      part(streams.application(applicationId), applicationDecider, {
        type: 'SubmitApplication',
        applicationId,
        programmeId: PROGRAMME,
        personId,
        region,
        receivedOn,
        channel: 'counter',
        facts: { scoreMicro: 5_000_000, coveredByOtherScheme: false, children },
      }),
    ],
    by(deps, 'ines', 'intake', 'submit', applicationId),
  );
  return applicationId;
}
