import type { EventData } from '../../events/generated.js';

export type Language = 'fr' | 'ar' | 'en';
export type Text = Readonly<Record<Language, string>>;
/** The words of a policy version, by criterion and by benefit. */
export interface PolicyTexts {
  readonly criteria: Readonly<Record<string, Text>>;
  readonly benefits: Readonly<Record<string, Text>>;
}

export type RecordedFinding = EventData['EligibilityDetermined']['findings'][number];
/**
 * A finding in the policy's own words. `satisfied` speaks for the household; `inputs` are the facts
 * that it was found on.
 */
export interface FindingInWords extends RecordedFinding {
  readonly text: string;
  readonly verdict: string;
}

const VERDICTS: Readonly<
  Record<
    Language,
    Readonly<Record<'required' | 'excluding', readonly [satisfied: string, failed: string]>>
  >
> = {
  fr: {
    required: ['Condition remplie', 'Condition non remplie'],
    excluding: ['Motif d’exclusion écarté', 'Motif d’exclusion retenu'],
  },
  ar: {
    required: ['شرط مستوفى', 'شرط غير مستوفى'],
    excluding: ['سبب الإقصاء غير قائم', 'سبب الإقصاء قائم'],
  },
  en: {
    required: ['Condition met', 'Condition not met'],
    excluding: ['No ground for exclusion', 'Ground for exclusion'],
  },
};

/** A criterion that the kept texts do not have is named by its id. */
export const inWords = (
  findings: readonly RecordedFinding[],
  texts: PolicyTexts | undefined,
  language: Language,
): FindingInWords[] =>
  findings.map((finding) => ({
    ...finding,
    verdict: VERDICTS[language][finding.kind][finding.satisfied ? 0 : 1],
    text: texts?.criteria[finding.criterion]?.[language] ?? finding.criterion,
  }));

export type EntitlementItem = EventData['EligibilityDetermined']['entitlement']['items'][number];
export interface ItemInWords {
  readonly code: string;
  readonly period: string;
  readonly member: number | null;
  readonly amountMinor: bigint;
  readonly text: string;
}

export const itemsInWords = (
  items: readonly EntitlementItem[],
  texts: PolicyTexts | undefined,
  language: Language,
): ItemInWords[] =>
  items.map(({ code, period, member, amountMinor }) => ({
    code,
    period,
    member: member ?? null,
    amountMinor: BigInt(amountMinor),
    text: texts?.benefits[code]?.[language] ?? code,
  }));
