import type { EventData } from '../../../events/generated.js';
import { contentHash } from '../../kernel/canonical.js';
import type { Policy } from '../rules.js';
import { asdFactsSchema } from './facts-schema.js';

/**
 * Morocco's direct social aid (Aide sociale directe) as a programme: the reference that tests, demo
 * and documentation use. Figures in centimes of a dirham, as published by anss.gov.ma and the press
 * of the day; what could not be verified is in versions marked `unverified`. The debtor and its
 * account are fictitious.
 */
export const asdProgramme: EventData['ProgrammeDefined'] = {
  programmeId: 'asd',
  name: { fr: 'Aide sociale directe', ar: 'الدعم الاجتماعي المباشر', en: 'Direct social aid' },
  currency: 'MAD',
  timeZone: 'Africa/Casablanca',
  debtor: {
    name: 'Trésorerie fictive du programme ASD',
    iban: 'MA64007810000000000000000109',
    bic: 'SNADMAMR',
  },
  decisionDays: 30,
  appealDays: 15,
  appealDecisionDays: 30,
};

/** Monthly rates a child, in centimes. */
interface Rates {
  readonly firstCared: number;
  readonly firstOut: number;
  readonly laterCared: number;
  readonly laterOut: number;
  readonly orphan: number;
  readonly disability: number;
}

const CARED =
  '((ageYears(member.birthMonth, period) >= 0 && ageYears(member.birthMonth, period) <= 5) || (ageYears(member.birthMonth, period) >= 6 && ageYears(member.birthMonth, period) <= 20 && member.inSchool))';
const OUT_OF_SCHOOL =
  'ageYears(member.birthMonth, period) >= 6 && ageYears(member.birthMonth, period) <= 20 && !member.inSchool';
const OF_AGE =
  'ageYears(member.birthMonth, period) >= 0 && ageYears(member.birthMonth, period) <= 20';

const CRITERIA: Policy['criteria'] = [
  {
    id: 'rsu-score-below-threshold',
    kind: 'required',
    expression: 'household.scoreMicro < 9743001',
    text: {
      fr: 'L’indice socio-économique de la famille au RSU est inférieur à 9,743001.',
      ar: 'المؤشر الاجتماعي والاقتصادي للأسرة في السجل الاجتماعي الموحد أقل من 9,743001.',
      en: 'The family’s socio-economic index in the social registry (RSU) is below 9.743001.',
    },
  },
  {
    id: 'covered-by-other-scheme',
    kind: 'excluding',
    expression: 'household.coveredByOtherScheme',
    text: {
      fr: 'La famille perçoit des allocations familiales d’un autre régime.',
      ar: 'تستفيد الأسرة من التعويضات العائلية في إطار نظام آخر.',
      en: 'The family receives family allowances from another scheme.',
    },
  },
];

type Benefit = Policy['benefits']['monthly'][number];

const FLAT_AID: Benefit = {
  code: 'flat-aid',
  when: 'size(household.children) == 0',
  amountMinor: '50000',
  text: {
    fr: 'Aide forfaitaire pour une famille sans enfant',
    ar: 'الإعانة الجزافية لأسرة بدون أطفال',
    en: 'Flat aid for a family without children',
  },
};

const orphanRate = (rates: Rates): Benefit => ({
  code: 'fatherless-orphan',
  over: 'children',
  group: 'child-rate',
  when: `member.fatherlessOrphan && ${OF_AGE}`,
  amountMinor: String(rates.orphan),
  text: { fr: 'Enfant orphelin de père', ar: 'طفل يتيم الأب', en: 'Fatherless orphan' },
});

/** The first three children of a family. */
const firstChildRates = (rates: Rates): Benefit[] => [
  {
    code: 'child-1-3',
    over: 'children',
    group: 'child-rate',
    when: `member.rank <= 3 && ${CARED}`,
    amountMinor: String(rates.firstCared),
    text: {
      fr: 'Du 1er au 3e enfant, de 0 à 5 ans ou de 6 à 20 ans scolarisé',
      ar: 'من الطفل الأول إلى الثالث، من 0 إلى 5 سنوات أو من 6 إلى 20 سنة متمدرس',
      en: '1st to 3rd child, 0–5 years, or 6–20 in school',
    },
  },
  {
    code: 'child-1-3-out-of-school',
    over: 'children',
    group: 'child-rate',
    when: `member.rank <= 3 && ${OUT_OF_SCHOOL}`,
    amountMinor: String(rates.firstOut),
    text: {
      fr: 'Du 1er au 3e enfant, de 6 à 20 ans non scolarisé',
      ar: 'من الطفل الأول إلى الثالث، من 6 إلى 20 سنة غير متمدرس',
      en: '1st to 3rd child, 6–20 not in school',
    },
  },
];

/** The fourth to the sixth. */
const laterChildRates = (rates: Rates): Benefit[] => [
  {
    code: 'child-4-6',
    over: 'children',
    group: 'child-rate',
    when: `member.rank >= 4 && member.rank <= 6 && ${CARED}`,
    amountMinor: String(rates.laterCared),
    text: {
      fr: 'Du 4e au 6e enfant, de 0 à 5 ans ou de 6 à 20 ans scolarisé',
      ar: 'من الطفل الرابع إلى السادس، من 0 إلى 5 سنوات أو من 6 إلى 20 سنة متمدرس',
      en: '4th to 6th child, 0–5 years, or 6–20 in school',
    },
  },
  {
    code: 'child-4-6-out-of-school',
    over: 'children',
    group: 'child-rate',
    when: `member.rank >= 4 && member.rank <= 6 && ${OUT_OF_SCHOOL}`,
    amountMinor: String(rates.laterOut),
    text: {
      fr: 'Du 4e au 6e enfant, de 6 à 20 ans non scolarisé',
      ar: 'من الطفل الرابع إلى السادس، من 6 إلى 20 سنة غير متمدرس',
      en: '4th to 6th child, 6–20 not in school',
    },
  },
];

const disabilitySupplement = (rates: Rates): Benefit => ({
  code: 'disability-supplement',
  over: 'children',
  when: `member.disabled && ${OF_AGE}`,
  amountMinor: String(rates.disability),
  text: {
    fr: 'Complément pour un enfant en situation de handicap',
    ar: 'زيادة عن طفل في وضعية إعاقة',
    en: 'Supplement for a child with a disability',
  },
});

const BIRTH_GRANTS: Benefit[] = [
  {
    code: 'birth-grant-first',
    over: 'children',
    when: 'member.rank == 1 && member.birthMonth == period',
    amountMinor: '200000',
    text: {
      fr: 'Prime à la première naissance',
      ar: 'منحة الولادة الأولى',
      en: 'Grant for the first birth',
    },
  },
  {
    code: 'birth-grant-second',
    over: 'children',
    when: 'member.rank == 2 && member.birthMonth == period',
    amountMinor: '100000',
    text: {
      fr: 'Prime à la deuxième naissance',
      ar: 'منحة الولادة الثانية',
      en: 'Grant for the second birth',
    },
  },
];

const SCHOOL_GRANTS: Benefit[] = [
  {
    code: 'school-grant',
    over: 'children',
    group: 'school-grant',
    when: `monthOf(period) == 9 && ${OF_AGE} && member.inSchool && member.schoolLevel in ["primary", "lower-secondary"]`,
    amountMinor: '20000',
    text: {
      fr: 'Prime de rentrée, primaire ou collège',
      ar: 'منحة الدخول المدرسي، الابتدائي أو الإعدادي',
      en: 'Back-to-school grant, primary or lower secondary',
    },
  },
  {
    code: 'school-grant-upper',
    over: 'children',
    group: 'school-grant',
    when: `monthOf(period) == 9 && ${OF_AGE} && member.inSchool && member.schoolLevel == "upper-secondary"`,
    amountMinor: '30000',
    text: {
      fr: 'Prime de rentrée, lycée',
      ar: 'منحة الدخول المدرسي، الثانوي التأهيلي',
      en: 'Back-to-school grant, upper secondary',
    },
  },
];

const asdPolicy = (rates: Rates): Policy => ({
  factsSchema: asdFactsSchema,
  criteria: CRITERIA,
  benefits: {
    memberCap: 6,
    floorMinor: '50000',
    monthly: [
      FLAT_AID,
      orphanRate(rates),
      ...firstChildRates(rates),
      ...laterChildRates(rates),
      disabilitySupplement(rates),
    ],
    oneOff: [...BIRTH_GRANTS, ...SCHOOL_GRANTS],
  },
});

const later = { laterCared: 3_600, laterOut: 2_400, disability: 10_000 };

/**
 * The three versions: the rates first paid in December 2023; the "2025 rate", announced long before
 * it was first paid at the end of November 2025 (its disability supplement is the one of version 1,
 * for want of a published figure); and the "2026 rate", whose start is unverified. The sources
 * state when each rate was first paid; the days of announcement and of legal effect and the
 * citation of the law stand for what a programme's owner would enter, and were not verified.
 */
export const asdPolicies: readonly Omit<
  EventData['PolicyPublished'],
  'programmeId' | 'contentHash'
>[] = [
  {
    version: 1,
    announcedOn: '2023-10-13',
    effectiveFrom: '2023-12-01',
    firstPaidPeriod: '2023-12',
    unverified: false,
    legalBasis: 'Loi n° 58-23 relative au régime d’aide sociale directe',
    policy: asdPolicy({ firstCared: 20_000, firstOut: 15_000, orphan: 35_000, ...later }),
  },
  {
    version: 2,
    announcedOn: '2024-12-01',
    effectiveFrom: '2025-01-01',
    firstPaidPeriod: '2025-11',
    unverified: false,
    legalBasis: 'Loi n° 58-23 relative au régime d’aide sociale directe, montants de 2025',
    policy: asdPolicy({ firstCared: 25_000, firstOut: 17_500, orphan: 37_500, ...later }),
  },
  {
    version: 3,
    announcedOn: '2025-12-01',
    effectiveFrom: '2026-01-01',
    firstPaidPeriod: '2026-01',
    unverified: true,
    legalBasis:
      'Loi n° 58-23 relative au régime d’aide sociale directe, montants de 2026 (entrée en vigueur non vérifiée)',
    policy: asdPolicy({ firstCared: 30_000, firstOut: 20_000, orphan: 37_500, ...later }),
  },
];

/** The same as they are published. */
export const asdVersions: readonly EventData['PolicyPublished'][] = asdPolicies.map((data) => ({
  programmeId: asdProgramme.programmeId,
  ...data,
  contentHash: contentHash(data.policy),
}));
