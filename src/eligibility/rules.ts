import type { EventData } from '../../events/generated.js';
import type { Expression } from './expression.js';

/** A policy version's rules as data, exactly as PolicyPublished carries them. */
export type Policy = EventData['PolicyPublished']['policy'];
export type PolicyCriterion = Policy['criteria'][number];
export type PolicyBenefit = Policy['benefits']['monthly'][number];

export interface CompiledCriterion {
  readonly criterion: PolicyCriterion;
  readonly expression: Expression;
  readonly place: string;
}

/** A benefit with its expressions; `place` is where it is in the policy, for errors. */
export interface CompiledBenefit {
  readonly benefit: PolicyBenefit;
  readonly when: Expression;
  readonly amountMinor: Expression;
  readonly place: string;
}

/** Codes that the engine itself writes into an entitlement. */
export const FLOOR_ITEM = 'floor';
export const CEILING_ITEM = 'ceiling';
/**
 * Codes of a payment's items that no policy gives: approved arrears of earlier months, and what a
 * recovery keeps back.
 */
export const ARREARS_ITEM = 'arrears';
export const RECOVERY_ITEM = 'recovery';

/** Whether a policy gives an item of a payment, or a correction of the past does. */
export const isOfPolicy = ({ code }: { readonly code: string }): boolean =>
  code !== ARREARS_ITEM && code !== RECOVERY_ITEM;
