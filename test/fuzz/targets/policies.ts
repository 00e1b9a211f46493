import { asdPolicies } from '../../../src/eligibility/reference/asd.js';
import { asdFactsSchema } from '../../../src/eligibility/reference/facts-schema.js';
import { determine } from '../../../src/eligibility/determine.js';
import { ExpressionError } from '../../../src/eligibility/expression-reads.js';
import { Language, type Expression } from '../../../src/eligibility/expression.js';
import { readFactsSchema } from '../../../src/eligibility/facts.js';
import { compilePolicy, type Policy } from '../../../src/eligibility/policy.js';
import { sampleFacts, SAMPLE_PERIOD } from '../../../src/eligibility/samples.js';
import { DomainError } from '../../../src/kernel/errors.js';
import { holds, one, refusedWell, type FuzzTarget, type Next } from '../target.js';

const POLICY = asdPolicies[1]!.policy;
const MODEL = readFactsSchema(asdFactsSchema);
const FACTS = [...sampleFacts(MODEL)].slice(0, 12);
const LIST = 'children';
/** The branches of CEL's own code that one step of ours stands for, at most. */
const BRANCHES_A_STEP = 400;
/** The same of a character: CEL's own errors are told with their place in the text. */
const BRANCHES_A_CHARACTER = 20;

/** What has been come by since the input was taken in hand; only while fuzzing. */
const counted = (): number =>
  (globalThis as { readonly fuzzSteps?: () => number }).fuzzSteps?.() ?? 0;

/** @returns the result, or the code of CEL's own error */
function resultOf(
  expression: Expression,
  length: number,
  variables: Parameters<Expression['run']>[0],
): unknown {
  const before = counted();
  let result: unknown;
  try {
    result = expression.run(variables);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Of the language's own functions, whose errors have no code.
    const isOurs = error instanceof Error && error.message === 'not a month YYYY-MM';
    holds(isOurs || typeof code === 'string', `it breaks off with ${String(error)}`);
    result = code ?? 'no month';
  }
  const steps = counted() - before;
  holds(
    steps <= BRANCHES_A_STEP * (expression.steps + 10) + BRANCHES_A_CHARACTER * length,
    `${expression.steps} steps were said, and ${steps} branches come by`,
  );
  return result;
}

const TYPES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int: 'bigint',
  string: 'string',
};

function requireSteady(
  language: Language,
  expression: Expression,
  length: number,
  over: string | undefined,
): void {
  for (const facts of FACTS) {
    const members = facts[LIST] as readonly Readonly<Record<string, unknown>>[];
    if (over !== undefined && members.length === 0) continue;
    const variables = {
      household: language.household(facts, MODEL.keys()),
      member: over === undefined ? undefined : language.member(LIST, members[0]!, 1),
      period: SAMPLE_PERIOD,
    };
    const result = resultOf(expression, length, variables);
    const type = TYPES[expression.type];
    if (type !== undefined && typeof result !== 'string')
      holds(typeof result === type, `a ${expression.type} comes out as ${typeof result}`);
    if (type !== undefined)
      holds(Object.is(result, resultOf(expression, length, variables)), 'it wavers');
  }
}

/** `children:` before the expression: it runs over the list. */
export const expressions: FuzzTarget = {
  seeds: [
    ...POLICY.criteria.map(({ expression }) => expression),
    ...[...POLICY.benefits.monthly, ...POLICY.benefits.oneOff].flatMap(({ over, when }) => [
      over === undefined ? when : `${over}:${when}`,
    ]),
    'household.children.exists(c, ageYears(c.birthMonth, period) < 6) ? 1 : 2',
    'household.children.filter(c, c.inSchool).map(c, c.rank)[0] + 1',
  ],
  words: [
    ...[
      'household.children',
      'member.birthMonth',
      'size(',
      '.all(c,',
      '.map(c,',
      '.filter(c,',
      'period',
    ],
    ...[
      '&&',
      '||',
      '? 1 : 2',
      '9223372036854775807',
      '-9223372036854775808',
      '/ 0',
      '% 0',
      '[0]',
      'in [',
    ],
    ...[
      '"\\ud800"',
      "b''",
      'dyn(',
      'type(',
      'has(',
      'cel.bind',
      'matches(',
      '{"a":1}',
      '1u',
      '1.5',
      'r"',
    ],
  ],
  generate,
  check(input) {
    const [, over, text] = /^(?:(children):)?([\s\S]*)$/.exec(input.toString('utf8'))!;
    const language = new Language(MODEL);
    let expression;
    try {
      expression = language.compile(text!, over);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      holds(error.message.length > 5, 'it does not say what is wrong');
      return 'refused';
    }
    requireSteady(language, expression, text!.length, over);
    return expression.type;
  },
};

function generate(next: Next): string {
  return next(2) === 0 ? bool(next, 3) : `children:${bool(next, 3)}`;
}

function bool(next: Next, depth: number): string {
  if (depth === 0)
    return one(next, 'true', 'household.coveredByOtherScheme', 'c.inSchool', 'member.disabled');
  switch (next(6)) {
    case 0:
      return `(${bool(next, depth - 1)} ${one(next, '&&', '||', '==', '!=')} ${bool(next, depth - 1)})`;
    case 1:
      return `!${bool(next, depth - 1)}`;
    case 2:
      return `${list(next, depth - 1)}.${one(next, 'all', 'exists', 'exists_one')}(c, ${bool(next, depth - 1)})`;
    case 3:
      return `(${bool(next, depth - 1)} ? ${bool(next, depth - 1)} : ${bool(next, depth - 1)})`;
    case 4:
      return `${int(next, depth - 1)} in ${list(next, depth - 1)}.map(c, ${int(next, depth - 1)})`;
    default:
      return `${int(next, depth - 1)} ${one(next, '<', '<=', '==', '>', '!=')} ${int(next, depth - 1)}`;
  }
}

function int(next: Next, depth: number): string {
  if (depth <= 0)
    return one(
      next,
      '0',
      '1',
      '-1',
      '9743001',
      'household.scoreMicro',
      'c.rank',
      'monthOf(period)',
    );
  switch (next(4)) {
    case 0:
      return `(${int(next, depth - 1)} ${one(next, '+', '-', '*', '/', '%')} ${int(next, depth - 1)})`;
    case 1:
      return `size(${list(next, depth - 1)})`;
    case 2:
      return `ageYears(${one(next, 'c.birthMonth', 'member.birthMonth', 'period', '"2020-01"')}, period)`;
    default:
      return `(${bool(next, depth - 1)} ? ${int(next, depth - 1)} : ${int(next, depth - 1)})`;
  }
}

const list = (next: Next, depth: number): string =>
  depth <= 0 || next(2) === 0
    ? one(next, 'household.children', '[1, 2]', '[]', '["a"]')
    : `${list(next, depth - 1)}.filter(c, ${bool(next, depth - 1)})`;

function requireDetermined(policy: Policy): string {
  const compiled = compilePolicy(policy);
  let result = 'determines';
  for (const facts of [...sampleFacts(compiled.model)].slice(0, 6))
    try {
      const { eligible, entitlement } = determine(compiled, 1, facts, SAMPLE_PERIOD);
      const total = BigInt(entitlement.amountMinor);
      holds(total >= 0n && (eligible || total === 0n), 'who is not eligible is owed something');
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      result = refusedWell(error);
    }
  return result;
}

export const policies: FuzzTarget = {
  seeds: asdPolicies.map(({ policy }) => JSON.stringify(policy)),
  words: [
    '"kind":"excluding"',
    '"maxItems":100',
    '"format":"month"',
    '"floorMinor":"1"',
    'household.',
  ],
  check(input) {
    let policy: unknown;
    try {
      policy = JSON.parse(input.toString('utf8'));
    } catch {
      return 'no JSON';
    }
    try {
      return requireDetermined(policy as Policy);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      holds(error.field !== undefined, 'it names no place of the policy');
      return refusedWell(error);
    }
  },
};
