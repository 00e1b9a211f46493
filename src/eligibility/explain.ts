import type { Finding } from './determine.js';
import type { Policy } from './rules.js';

export type Language = 'fr' | 'ar' | 'en';

/** A finding for a person to read. */
export interface Explanation {
  readonly criterion: string;
  readonly satisfied: boolean;
  readonly text: string;
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

const WORDS: Readonly<
  Record<Language, { readonly yes: string; readonly no: string; readonly between: string }>
> = {
  fr: { yes: 'oui', no: 'non', between: ' : ' },
  ar: { yes: 'نعم', no: 'لا', between: ': ' },
  en: { yes: 'yes', no: 'no', between: ': ' },
};

function shown(value: unknown, language: Language): string {
  if (typeof value === 'boolean') return value ? WORDS[language].yes : WORDS[language].no;
  if (Array.isArray(value)) return `[${value.length}]`;
  return String(value);
}

/**
 * Findings in words, in the order they were made: the verdict, the criterion's own text, and the
 * values it was found on.
 * @param policy of the version that the determination names; a criterion it does not have is named
 *   by its id
 */
export function explain(
  findings: readonly Finding[],
  policy: Policy,
  language: Language,
): Explanation[] {
  const texts = new Map(
    policy.criteria.map((criterion) => [criterion.id, criterion.text[language]]),
  );
  const { between } = WORDS[language];
  return findings.map(({ criterion, kind, satisfied, inputs }) => {
    const verdict = VERDICTS[language][kind][satisfied ? 0 : 1];
    const values = Object.entries(inputs)
      .map(([name, value]) => `${name} = ${shown(value, language)}`)
      .join(', ');
    return {
      criterion,
      satisfied,
      text: `${verdict}${between}${texts.get(criterion) ?? criterion}${values === '' ? '' : ` (${values})`}`,
    };
  });
}
