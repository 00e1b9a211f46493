import type { EventStore } from '../../adapters/event-store/port.js';
import type { CycleState } from '../../cycle/cycle.state.js';
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
 * The version of the policy that a month is paid under: as of its preparation, which may be newer
 * than the one that its cycle was opened under.
 * @throws DomainError PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD
 */
export async function versionPaid(
  store: EventStore,
  { programmeId, period, cycle: { status, asOf } }: Month,
): Promise<number> {
  const then = TO_BE_PREPARED.has(status) ? undefined : asOf;
  return (await new PolicyReader(store).programme(programmeId, then)).policyOf(period).version;
}
