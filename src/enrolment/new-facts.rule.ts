import type { EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';

/**
 * What two supervisors must say alike of new facts: which, and from when. What they come to is
 * worked out again for the second, and the reason is each one's own.
 */
export const contentOfRevision = ({
  fromPeriod,
  contentHash: facts,
}: Pick<EventData['EntitlementRevised'], 'fromPeriod' | 'contentHash'>): string =>
  contentHash({ revision: { fromPeriod, facts } });

export const contentOfRecertification = ({
  fromPeriod,
  contentHash: facts,
  nextDueOn,
}: Pick<EventData['EnrolmentRecertified'], 'fromPeriod' | 'contentHash' | 'nextDueOn'>): string =>
  contentHash({ recertification: { fromPeriod, facts, nextDueOn } });

/** What two supervisors must say alike to pay a household again. */
export const contentOfReinstatement = ({
  fromPeriod,
}: Pick<EventData['EnrolmentReinstated'], 'fromPeriod'>): string =>
  contentHash({ reinstatement: { fromPeriod } });
