import { firstOf } from '../../kernel/text.js';
import type { Verdict } from './bank-verdict.rule.js';

export type Unclear = Extract<Verdict, { kind: 'unclear' }>;

/** What waits of an entry, and what it is named by besides where it is of more than one. */
interface NamedUnclear {
  readonly verdict: Unclear;
  readonly named?: string | undefined;
}

/** Of an entry that names several of ours, each waits: the cycle of none of them closes. */
export function ofEachNamed(verdict: Unclear): readonly NamedUnclear[] {
  const { others = [], ...names } = verdict.names ?? {};
  return [
    { verdict: { ...verdict, names } },
    ...others.map((other) => ({
      verdict: { ...verdict, names: other },
      named: other.paymentId ?? other.messageId,
    })),
  ];
}

/**
 * What waits anyhow, of an entry whose details do not come to it: the rest of it is nowhere else.
 */
export const alsoDiffers = (verdict: Unclear, difference: string): Unclear => ({
  ...verdict,
  code: verdict.code === 'REFERENCE_UNKNOWN' ? 'ENTRY_DIFFERS' : verdict.code,
  detail: firstOf(`${difference} ${verdict.detail}`, 1_000),
});
