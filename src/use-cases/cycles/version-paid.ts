import type { EventStore } from '../../adapters/event-store/port.js';
import type { CycleState } from '../../cycle/cycle.state.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';
import { PolicyReader } from '../../programme/policy-reader.js';

interface Month {
  readonly programmeId: string;
  readonly period: string;
  readonly cycle: Pick<CycleState, 'status' | 'asOf'>;
}

/** Where what was ordered does not stand: the month is prepared under what is in force then. */
const TO_BE_PREPARED: ReadonlySet<CycleState['status']> = new Set([
  'none',
  'open',
  'returned',
  'abandoned',
]);

/**
 * The policies that a month is paid under, as versionPaid.
 * @throws DomainError PROGRAMME_NOT_FOUND
 */
export const policiesPaid = (
  store: EventStore,
  { programmeId, cycle: { status, asOf } }: Omit<Month, 'period'>,
): Promise<ProgrammePolicies> =>
  new PolicyReader(store).programme(programmeId, TO_BE_PREPARED.has(status) ? undefined : asOf);

/**
 * The version of the policy that a month is paid under: as of its preparation, which may be newer
 * than the one that its cycle was opened under.
 * @throws DomainError PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD
 */
export async function versionPaid(store: EventStore, { period, ...month }: Month): Promise<number> {
  return (await policiesPaid(store, month)).policyOf(period).version;
}
