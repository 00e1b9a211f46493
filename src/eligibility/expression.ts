import { Environment } from '@marcbachmann/cel-js';
import { ageInYears } from '../kernel/time.js';
import { stepsOf } from './expression-cost.js';
import { ExpressionError, readsOf, type Reads } from './expression-reads.js';
import type { FactsModel, ListField, ScalarField } from './facts.js';

/**
 * An expression that was parsed and type-checked. `run` throws whatever CEL throws; its callers
 * name the place.
 */
export interface Expression {
  readonly type: string;
  readonly reads: Reads;
  /** Steps that it takes at most for a household, whatever its facts. */
  readonly steps: number;
  run(variables: Variables): unknown;
}

/**
 * The variables of an expression, in CEL's own types: integers are bigint, objects instances of the
 * language's classes.
 */
export interface Variables {
  readonly household: object;
  readonly member: object | undefined;
  readonly period: string;
}

const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 60,
  maxListElements: 200,
  maxMapEntries: 1,
  maxCallArguments: 4,
};
const MONTH = /^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?$/;

function month(text: unknown): string {
  if (typeof text !== 'string' || !MONTH.test(text)) throw new Error('not a month YYYY-MM');
  return text.slice(0, 7);
}

const celType = (field: ScalarField): string => field.kind;

const toCel = (value: unknown): unknown => (typeof value === 'number' ? BigInt(value) : value);

/**
 * The language of one policy's expressions: CEL, with the facts as typed variables.
 *
 * `household` has the facts; `member` (only in benefits that run `over` a list) has the fields of
 * one element and its 1-based `rank`; `period` is the month YYYY-MM. Functions: `size`,
 * `ageYears(month, period)` (completed years at the end of the period), `monthOf(month)` (1–12),
 * and the macros all, exists, exists_one, filter and map. Left out on purpose: fractions (no float
 * touches money), regular expressions and `cel.bind` (an expression could run for ever or eat the
 * memory), conversions, time stamps and `dyn`.
 */
export class Language {
  readonly #model: FactsModel;
  readonly #environments = new Map<string, Environment>();
  readonly #Household = class Household {};
  readonly #members = new Map<string, new () => object>();

  constructor(model: FactsModel) {
    this.#model = model;
  }

  /**
   * @throws ExpressionError when the text does not parse, does not type-check, or uses more than
   *   the language has
   */
  compile(text: string, over: string | undefined): Expression {
    const environment = this.#environment(over);
    let parsed;
    try {
      parsed = environment.parse(text);
    } catch (error) {
      throw new ExpressionError(describeCel(error));
    }
    const reads = readsOf(parsed.ast, this.#model);
    const result = parsed.check();
    if (!result.valid || result.type === undefined)
      throw new ExpressionError(describeCel(result.error));
    const steps = stepsOf(parsed.ast, this.#model, over);
    return { type: result.type, reads, steps, run: (variables) => parsed(variables) as unknown };
  }

  /** The `household` variable: only the facts named, which is what makes bulk work quick. */
  household(facts: Readonly<Record<string, unknown>>, names: Iterable<string>): object {
    const instance = new this.#Household() as Record<string, unknown>;
    for (const name of names) {
      const value = facts[name];
      instance[name] = Array.isArray(value)
        ? value.map((element, index) =>
            this.member(name, element as Readonly<Record<string, unknown>>, index + 1),
          )
        : toCel(value);
    }
    return instance;
  }

  /** The `member` variable, or an element of a list: its fields and its 1-based rank. */
  member(list: string, element: Readonly<Record<string, unknown>>, rank: number): object {
    const instance = new (this.#classOf(list))() as Record<string, unknown>;
    for (const name of (this.#model.get(list) as ListField).member.keys())
      instance[name] = toCel(element[name]);
    instance['rank'] = BigInt(rank);
    return instance;
  }

  #classOf(list: string): new () => object {
    let found = this.#members.get(list);
    if (!found) {
      found = class Member {};
      this.#members.set(list, found);
    }
    return found;
  }

  #environment(over: string | undefined): Environment {
    const known = this.#environments.get(over ?? '');
    if (known) return known;
    const environment = new Environment({
      unlistedVariablesAreDyn: false,
      homogeneousAggregateLiterals: true,
      limits: LIMITS,
    });
    const household: Record<string, string> = {};
    for (const [name, field] of this.#model) {
      if (field.kind !== 'list') {
        household[name] = celType(field);
        continue;
      }
      const typeName = `Member_${name}`;
      const memberFields: Record<string, string> = { rank: 'int' };
      for (const [memberName, memberField] of field.member)
        memberFields[memberName] = celType(memberField);
      environment.registerType(typeName, { ctor: this.#classOf(name), fields: memberFields });
      household[name] = `list<${typeName}>`;
    }
    environment.registerType('Household', { ctor: this.#Household, fields: household });
    environment.registerVariable('household', 'Household').registerVariable('period', 'string');
    if (over !== undefined) environment.registerVariable('member', `Member_${over}`);
    environment.registerFunction('ageYears(string, string): int', (birth: unknown, at: unknown) =>
      BigInt(ageInYears(month(birth), month(at))),
    );
    environment.registerFunction('monthOf(string): int', (text: unknown) =>
      BigInt(month(text).slice(5, 7)),
    );
    this.#environments.set(over ?? '', environment);
    return environment;
  }
}

/**
 * The message of a CEL error of the policy's own text, with the column. Not for evaluation errors:
 * those can quote facts.
 */
function describeCel(error: unknown): string {
  const cel = error as {
    readonly summary?: string;
    readonly message?: string;
    readonly range?: { readonly start: number };
  };
  const message = cel.summary ?? cel.message ?? 'not an expression';
  return cel.range === undefined ? message : `${message} (at character ${cel.range.start + 1})`;
}

/** Why CEL failed, by its code alone: its message can quote facts. */
export function reasonOf(error: unknown): string {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'evaluation_error';
  return code.replaceAll('_', ' ');
}
