import { DomainError } from '../kernel/errors.js';
import { reasonOf, type Expression, type Language, type Variables } from './expression.js';
import type { Facts, FactsModel } from './facts.js';
import type { CompiledBenefit, CompiledCriterion } from './rules.js';
import { fullFacts, SAMPLE_PERIOD, sampleFacts, valuesIn } from './samples.js';

/**
 * Steps that trying the expressions of a policy may take beyond one trial each: part of a second.
 */
const MAX_TRIED_STEPS = 2_500_000;
/** Members of a list on which an expression over it is tried, in each sample. */
const TRIED_MEMBERS = 6;

/** Is told of each expression before it is tried: its place in the policy, and its name. */
export type OnTrial = (field: string, what: string) => void;

/** What is said of a trial that somebody ended. */
export const tooCostly = (field: string, what: string, how: string): DomainError =>
  new DomainError('POLICY_TOO_COSTLY', `${what}: ${how}.`, 'invalid', field);

interface Sample {
  readonly facts: Facts;
  readonly household: object;
}

/** Samples of facts, each made when it is first asked for: a large schema has large ones. */
export class Trials {
  readonly #made: Sample[] = [];
  #full: Sample | undefined;
  readonly #more: Iterator<Facts>;
  /** Steps that making one more costs. */
  readonly #each: number;
  /** Steps that are left for all trials of a policy. */
  left = MAX_TRIED_STEPS;

  constructor(
    private readonly language: Language,
    private readonly model: FactsModel,
  ) {
    this.#more = sampleFacts(model);
    this.#each = valuesIn(model);
  }

  /** Variables for every sample and, where an expression runs over a list, its first members. */
  *of(over: string | undefined): Generator<Variables, void, undefined> {
    for (let index = 0; ; index += 1) {
      const sample = this.#made[index] ?? this.#make();
      if (!sample) return;
      const { facts, household } = sample;
      const common = { household, period: SAMPLE_PERIOD };
      if (over === undefined) yield { ...common, member: undefined };
      else
        for (const [at, element] of membersOf(facts, over).entries())
          yield { ...common, member: this.language.member(over, element, at + 1) };
    }
  }

  /** The same of facts whose lists are full, with all of their members. */
  *onFull(over: string | undefined): Generator<Variables, void, undefined> {
    this.#full ??= this.#sampleOf(fullFacts(this.model));
    const { facts, household } = this.#full;
    const common = { household, period: SAMPLE_PERIOD };
    if (over === undefined) yield { ...common, member: undefined };
    else
      for (const [at, element] of listIn(facts, over).entries())
        yield { ...common, member: this.language.member(over, element, at + 1) };
  }

  #sampleOf(facts: Facts): Sample {
    return { facts, household: this.language.household(facts, this.model.keys()) };
  }

  #make(): Sample | undefined {
    const { value: facts, done } = this.#more.next();
    if (done === true) return undefined;
    this.left -= this.#each;
    const sample = this.#sampleOf(facts);
    this.#made.push(sample);
    return sample;
  }
}

const listIn = (facts: Facts, list: string): readonly Readonly<Record<string, unknown>>[] =>
  facts[list] as readonly Readonly<Record<string, unknown>>[];
const membersOf = (facts: Facts, list: string): readonly Readonly<Record<string, unknown>>[] =>
  listIn(facts, list).slice(0, TRIED_MEMBERS);

/**
 * Tries an expression; one that errors on every sample of facts would never decide anybody's case.
 */
function mustDecide(
  expression: Expression,
  over: string | undefined,
  field: string,
  what: string,
  trials: Trials,
): void {
  let reason = 'evaluation error';
  let isFirst = true;
  for (const variables of trials.of(over)) {
    // What costs much is tried once; whether it decides at all is then not known, and is let be.
    if (!isFirst && trials.left < expression.steps) return;
    isFirst = false;
    trials.left -= expression.steps;
    try {
      expression.run(variables);
      return;
    } catch (error) {
      reason = reasonOf(error);
    }
  }
  throw new DomainError(
    'POLICY_NO_VERDICT',
    `${what}: never ends in a verdict: ${reason} on every sample of facts.`,
    'invalid',
    field,
  );
}

/**
 * What a household with full lists costs is paid once, where it can be ended, whatever it comes to:
 * all expressions of a policy together are bounded by the steps of a household.
 */
function tryOnFull(expression: Expression, over: string | undefined, trials: Trials): void {
  for (const variables of trials.onFull(over)) {
    try {
      expression.run(variables);
    } catch {
      // Whether it decides is asked of samples that mix values.
    }
  }
}

/** @throws DomainError POLICY_NO_VERDICT */
export function requireVerdicts(
  criteria: readonly CompiledCriterion[],
  benefits: readonly CompiledBenefit[],
  trials: Trials,
  onTrial: OnTrial,
): void {
  const decides = (
    expression: Expression,
    over: string | undefined,
    field: string,
    what: string,
  ): void => {
    onTrial(field, what);
    mustDecide(expression, over, field, what, trials);
    tryOnFull(expression, over, trials);
  };
  for (const { criterion, expression, place } of criteria)
    decides(expression, undefined, place, `Criterion ${criterion.id}, expression`);
  for (const { benefit, when, amountMinor, place } of benefits) {
    const { code, over } = benefit;
    decides(when, over, `${place}/when`, `Benefit ${code}, when`);
    decides(amountMinor, over, `${place}/amountMinor`, `Benefit ${code}, amountMinor`);
  }
}
