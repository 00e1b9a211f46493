import { enrolmentDecider } from '../enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../enrolment/enrolment.state.js';

/**
 * An enrolment as JSON text (a fifth of the memory of the object), where it last changed, and what
 * it was before.
 */
export interface Version {
  readonly at: number;
  readonly state: string;
  before: Version | undefined;
}

/** What it was as of a position. */
export function versionAt({ now }: { readonly now: Version }, asOf: number): Version | undefined {
  let then: Version | undefined = now;
  while (then && then.at > asOf) then = then.before;
  return then;
}

/** Drops the versions that no cycle can be prepared as of any more. */
export function forgetBefore(newest: Version, position: number): void {
  let version = newest;
  while (version.before && version.at > position) version = version.before;
  version.before = undefined;
}

/** What payability and facts depend on, and nothing else: that is most of the memory. */
export const textOf = (state: EnrolmentState): string => {
  const { status, region, startPeriod, lastPeriod, dueOn, payable, history } = state;
  return JSON.stringify({ status, region, startPeriod, lastPeriod, dueOn, payable, history });
};
export const stateOf = (kept: string): EnrolmentState => ({
  ...enrolmentDecider.initialState,
  ...(JSON.parse(kept) as Partial<EnrolmentState>),
});
