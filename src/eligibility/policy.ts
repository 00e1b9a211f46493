import { schemas } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';
import { DomainError } from '../kernel/errors.js';
import { quotable } from '../kernel/text.js';
import { compileSchema } from './compile-schema.js';
import { Entitlements } from './entitlement.js';
import { Language, type Expression } from './expression.js';
import { ExpressionError } from './expression-reads.js';
import { requirePlausibleDates } from './fact-dates.js';
import { factsValidator, readFactsSchema, type Facts, type FactsModel } from './facts.js';
import {
  ARREARS_ITEM,
  CEILING_ITEM,
  FLOOR_ITEM,
  RECOVERY_ITEM,
  type CompiledBenefit,
  type CompiledCriterion,
  type Policy,
  type PolicyBenefit,
} from './rules.js';
import { requireVerdicts, Trials, type OnTrial } from './trials.js';

export type { Policy } from './rules.js';

/**
 * A policy whose every expression was parsed, type-checked and tried. Immutable but for its bounded
 * memory of results.
 */
export interface CompiledPolicy {
  readonly policy: Policy;
  /** SHA-256 of the canonical JSON of the policy: what PolicyPublished binds and people approve. */
  readonly contentHash: string;
  readonly model: FactsModel;
  readonly language: Language;
  readonly criteria: readonly CompiledCriterion[];
  readonly monthly: readonly CompiledBenefit[];
  readonly oneOff: readonly CompiledBenefit[];
  /** Scalar facts and lists that the criteria read. */
  readonly criteriaFacts: readonly string[];
  readonly entitlements: Entitlements;
  /**
   * @returns the same facts, typed @throws DomainError FACTS_INVALID with the field at fault, never
   *   its value
   */
  validateFacts(facts: unknown): Facts;
  /**
   * The same of facts that come in, said of a day (a civil date): nothing in them is later.
   * @throws DomainError FACTS_INVALID
   */
  takeFacts(facts: unknown, day: string): Facts;
}

/**
 * What the type checker calls a result that it knows nothing of: dyn, or a type parameter that
 * nothing bound (as of `[][0]`).
 */
const UNTYPED = /^(dyn|[A-Z])$/;
const structure = policyStructure();

function policyStructure(): (policy: unknown) => void {
  const published = schemas.find((entry) => entry.type === 'PolicyPublished')?.schema as {
    readonly properties: { readonly policy: object };
  };
  const check = compileSchema(published.properties.policy);
  return (policy) => {
    if (check(policy)) return;
    const error = check.errors![0]!;
    const extra = error.params as {
      readonly additionalProperty?: string;
      readonly missingProperty?: string;
    };
    const name = extra.additionalProperty ?? extra.missingProperty;
    const field = `policy${error.instancePath}${name === undefined ? '' : `/${name}`}`;
    let reason = error.message ?? error.keyword;
    if (extra.additionalProperty !== undefined) reason = 'is not part of a policy';
    else if (extra.missingProperty !== undefined) reason = 'is missing';
    throw invalid(field, `${field} ${reason}.`);
  };
}

const invalid = (field: string, detail: string, code = 'POLICY_INVALID'): DomainError =>
  new DomainError(code, detail, 'invalid', field);

function checked(
  language: Language,
  text: string,
  over: string | undefined,
  type: 'bool' | 'int',
  field: string,
  what: string,
): Expression {
  let expression: Expression;
  try {
    expression = language.compile(text, over);
  } catch (error) {
    if (error instanceof ExpressionError) throw invalid(field, `${what}: ${error.message}.`);
    throw error;
  }
  if (expression.type === type) return expression;
  if (UNTYPED.test(expression.type))
    throw invalid(
      field,
      `${what}: the type of its result cannot be told, so it may never end in a verdict; it must be ${type}.`,
      'POLICY_NO_VERDICT',
    );
  throw invalid(field, `${what}: must be of type ${type}, and is ${expression.type}.`);
}

function compileBenefits(
  language: Language,
  model: FactsModel,
  benefits: readonly PolicyBenefit[],
  place: string,
): CompiledBenefit[] {
  return benefits.map((benefit, index) => {
    const at = `${place}/${index}`;
    if (benefit.over !== undefined && model.get(benefit.over)?.kind !== 'list') {
      throw invalid(
        `${at}/over`,
        `Benefit ${benefit.code}, over: the facts have no list ${JSON.stringify(benefit.over)}.`,
      );
    }
    return {
      benefit,
      place: at,
      when: checked(
        language,
        benefit.when,
        benefit.over,
        'bool',
        `${at}/when`,
        `Benefit ${benefit.code}, when`,
      ),
      amountMinor: checked(
        language,
        benefit.amountMinor,
        benefit.over,
        'int',
        `${at}/amountMinor`,
        `Benefit ${benefit.code}, amountMinor`,
      ),
    };
  });
}

function unique(ids: readonly (readonly [id: string, field: string])[], what: string): void {
  const seen = new Set<string>();
  for (const [id, field] of ids) {
    if (seen.has(id)) throw invalid(field, `${what} ${id} occurs twice.`);
    seen.add(id);
  }
}

function checkRules(policy: Policy): void {
  const { monthly, oneOff, floorMinor, ceilingMinor } = policy.benefits;
  unique(
    policy.criteria.map((criterion, index) => [criterion.id, `policy/criteria/${index}/id`]),
    'Criterion',
  );
  if (!policy.criteria.some((criterion) => criterion.kind === 'required')) {
    throw invalid(
      'policy/criteria',
      'A policy needs at least one required criterion; with none, everybody would be eligible.',
    );
  }
  const codes: (readonly [string, string])[] = [
    [FLOOR_ITEM, ''],
    [CEILING_ITEM, ''],
    [ARREARS_ITEM, ''],
    [RECOVERY_ITEM, ''],
    ...monthly.map(
      (benefit, index) => [benefit.code, `policy/benefits/monthly/${index}/code`] as const,
    ),
    ...oneOff.map(
      (benefit, index) => [benefit.code, `policy/benefits/oneOff/${index}/code`] as const,
    ),
  ];
  unique(codes, 'Benefit code');
  if (
    floorMinor !== undefined &&
    ceilingMinor !== undefined &&
    BigInt(floorMinor) > BigInt(ceilingMinor)
  ) {
    throw invalid(
      'policy/benefits/floorMinor',
      `The floor ${floorMinor} is above the ceiling ${ceilingMinor}.`,
    );
  }
}

/** Steps of all expressions of a policy for one household. */
const MAX_POLICY_STEPS = 2_500_000;

function requireSteps(
  criteria: readonly CompiledCriterion[],
  benefits: readonly CompiledBenefit[],
): void {
  let steps = 0;
  for (const { expression } of criteria) steps += expression.steps;
  for (const { when, amountMinor } of benefits) steps += when.steps + amountMinor.steps;
  if (steps > MAX_POLICY_STEPS)
    throw invalid(
      'policy',
      `Its expressions may take ${steps} steps together for a household, and the most is ${MAX_POLICY_STEPS}.`,
    );
}

/**
 * What people approve is a hash of the policy, and a number that is no whole one, or too large to
 * be exact, has no form that is the same everywhere.
 */
function requireWholeNumbers(value: unknown, place: string): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw invalid(place, `${place} is ${value}: numbers in a policy are whole, and below 2^53.`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value))
    requireWholeNumbers(one, `${place}/${quotable(key)}`);
}

/**
 * Checks a policy and makes it ready to run.
 * @param policy as data, also straight from a request: its structure is checked too
 * @param onTrial is told of each expression before it is tried on facts
 * @throws DomainError POLICY_INVALID with `field` such as "policy/criteria/2/expression" and a
 *   detail that names the criterion or benefit and the type-check message; POLICY_NO_VERDICT for an
 *   expression that can never decide
 */
export function compilePolicy(policy: Policy, onTrial: OnTrial = () => undefined): CompiledPolicy {
  structure(policy);
  requireWholeNumbers(policy, 'policy');
  const model = readFactsSchema(policy.factsSchema);
  checkRules(policy);
  const language = new Language(model);
  const criteria = policy.criteria.map((criterion, index) => {
    const place = `policy/criteria/${index}/expression`;
    return {
      criterion,
      place,
      expression: checked(
        language,
        criterion.expression,
        undefined,
        'bool',
        place,
        `Criterion ${criterion.id}, expression`,
      ),
    };
  });
  const monthly = compileBenefits(
    language,
    model,
    policy.benefits.monthly,
    'policy/benefits/monthly',
  );
  const oneOff = compileBenefits(language, model, policy.benefits.oneOff, 'policy/benefits/oneOff');
  requireSteps(criteria, [...monthly, ...oneOff]);
  requireVerdicts(criteria, [...monthly, ...oneOff], new Trials(language, model), onTrial);
  const criteriaFacts = new Set(
    criteria.flatMap(({ expression: { reads } }) => [
      ...reads.scalars,
      ...reads.lists,
      ...reads.sizes,
    ]),
  );
  const validateFacts = factsValidator(model);
  return {
    policy,
    model,
    language,
    criteria,
    monthly,
    oneOff,
    contentHash: contentHash(policy),
    criteriaFacts: [...criteriaFacts],
    entitlements: new Entitlements(policy, language, monthly, oneOff),
    validateFacts,
    takeFacts(given, day) {
      const facts = validateFacts(given);
      requirePlausibleDates(model, facts, day);
      return facts;
    },
  };
}

/**
 * The version that rules a period: the newest of those first paid in it or before.
 * @param versions of one programme, in any order
 */
export function versionInForce<
  T extends { readonly version: number; readonly firstPaidPeriod: string },
>(versions: Iterable<T>, period: string): T | undefined {
  let found: T | undefined;
  for (const candidate of versions) {
    if (candidate.firstPaidPeriod <= period && (!found || candidate.version > found.version))
      found = candidate;
  }
  return found;
}

/**
 * The version that is the law of a period, whenever it was first paid: the newest that took effect
 * by its first day or was first paid in it or before.
 * @param versions of one programme, in any order
 */
export function versionInEffect<
  T extends {
    readonly version: number;
    readonly firstPaidPeriod: string;
    readonly effectiveFrom: string;
  },
>(versions: Iterable<T>, period: string): T | undefined {
  let found: T | undefined;
  for (const candidate of versions) {
    if (
      (candidate.effectiveFrom <= `${period}-01` || candidate.firstPaidPeriod <= period) &&
      (!found || candidate.version > found.version)
    )
      found = candidate;
  }
  return found;
}
