import { fold, type Recorded } from '../../kernel/decider.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';

/** One request to plan every recovery of a programme. */
interface PlanRun {
  /** Where the log was when it was asked for; Infinity: now. */
  readonly asOf: number;
  readonly correlationId: string;
  /** Also families that have a plan. */
  readonly replace: boolean;
}

/** Whether a household owes, without a plan (or with one to be replaced), then and now. */
export function waitsForPlan({ asOf, replace }: PlanRun, recovery: readonly Recorded[]): boolean {
  const waits = (events: readonly Recorded[]): boolean => {
    const { status, plan } = fold(recoveryDecider, events);
    return status === 'open' && (!plan || replace);
  };
  return waits(recovery) && waits(recovery.filter(({ position }) => position <= asOf));
}

/** What a process that ended in the middle has agreed for the same request. */
export const isPlannedBy = (
  { asOf, correlationId }: PlanRun,
  recovery: readonly Recorded[],
): boolean =>
  recovery.some(
    ({ type, position, meta }) =>
      type === 'RecoveryPlanAgreed' && position > asOf && meta.correlation === correlationId,
  );
