import { compilePolicy, type Policy } from '../../eligibility/policy.js';
import { parseProgrammeId } from '../../kernel/ids.js';
import { parsePeriod } from '../../kernel/time.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import type { Deps, OnProgress } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { foldEnrolment } from '../folds.js';
import { failing, type WouldFail } from './would-fail.rule.js';

interface WouldFailArgs {
  readonly programmeId: string;
  readonly policy: Policy;
  readonly version: number;
  /** The month that is judged: the first that the version is paid in. */
  readonly period: string;
}
interface WouldFailSummary {
  readonly programmeId: string;
  readonly period: string;
  /** Enrolments that were looked at, also those that are not paid in the month. */
  seen: number;
  failing: number;
}
interface Listening {
  readonly onFound: (households: readonly WouldFail[]) => void;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Whom a policy version that is not published yet would not take, of those who are enrolled and
 * paid in its first month; page by page, in the order of persons. Nothing is recorded.
 * @throws DomainError PROGRAMME_NOT_FOUND, POLICY_INVALID, INVALID_PERIOD, StoreError, the signal's
 * reason
 */
export async function wouldFail(
  { store }: Pick<Deps, 'store'>,
  { programmeId, policy, version, period }: WouldFailArgs,
  { onFound, onProgress, signal }: Listening,
): Promise<WouldFailSummary> {
  const tried = { compiled: compilePolicy(policy), version };
  const summary: WouldFailSummary = {
    programmeId: parseProgrammeId(programmeId),
    period: parsePeriod(period),
    seen: 0,
    failing: 0,
  };
  await new PolicyReader(store).programme(programmeId);
  for await (const page of pagesOf(store, `enrolment-${programmeId}-`, signal ? { signal } : {})) {
    const found = page.flatMap(({ events }) => failing(foldEnrolment(events), tried, period) ?? []);
    summary.seen += page.length;
    summary.failing += found.length;
    if (found.length > 0) onFound(found);
    onProgress?.({ what: 'enrolments', done: summary.seen });
  }
  return summary;
}
