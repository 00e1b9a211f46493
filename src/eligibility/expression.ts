import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { ageInYears } from '../kernel/time.js';
import type { FactsModel, ListField, ScalarField } from './facts.js';

/**
 * What an expression reads, from its syntax tree: names of facts, and whether it reads the period
 * or the member's rank.
 */
export interface Reads {
  /** Facts of the household that are no list. */
  readonly scalars: ReadonlySet<string>;
  /** Lists whose members it looks at. */
  readonly lists: ReadonlySet<string>;
  /** Lists of which it takes the size only. */
  readonly sizes: ReadonlySet<string>;
  /** Fields of the member that a benefit runs over, `rank` among them. */
  readonly member: ReadonlySet<string>;
  readonly period: boolean;
}

/**
 * An expression that was parsed and type-checked. `run` throws whatever CEL throws; its callers
 * name the place.
 */
export interface Expression {
  readonly type: string;
  readonly reads: Reads;
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

/** Why an expression is no part of the language, with the text's place where known. */
export class ExpressionError extends Error {}

const FUNCTIONS = new Set(['size', 'ageYears', 'monthOf']);
const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const METHODS = new Set(['size', 'contains', 'startsWith', 'endsWith']);
const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 60,
  maxListElements: 200,
  maxMapEntries: 1,
  maxCallArguments: 4,
};
/**
 * Loops over lists of 100 inside loops over lists of 100 still end at once; one level more would
 * not.
 */
const MAX_NESTED_LOOPS = 2;
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
    const reads = collectReads(parsed.ast, this.#model);
    const result = parsed.check();
    if (!result.valid || result.type === undefined)
      throw new ExpressionError(describeCel(result.error));
    return { type: result.type, reads, run: (variables) => parsed(variables) as unknown };
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
    if (!found) this.#members.set(list, (found = class Member {}));
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

interface MutableReads {
  scalars: Set<string>;
  lists: Set<string>;
  sizes: Set<string>;
  member: Set<string>;
  period: boolean;
}

/**
 * Walks the syntax tree: refuses what the language leaves out, and notes the facts that are read.
 */
function collectReads(root: ASTNode, model: FactsModel): Reads {
  const reads: MutableReads = {
    scalars: new Set(),
    lists: new Set(),
    sizes: new Set(),
    member: new Set(),
    period: false,
  };
  const at = (node: ASTNode): string => ` (at character ${node.start + 1})`;

  /** `household.x`, `member["x"]`: the variable and the field, if the node is such an access. */
  const access = (node: ASTNode): { variable: string; field: string } | undefined => {
    if (node.op === '.' && node.args[0].op === 'id')
      return { variable: node.args[0].args, field: node.args[1] };
    if (
      node.op === '[]' &&
      node.args[0].op === 'id' &&
      node.args[1].op === 'value' &&
      typeof node.args[1].args === 'string'
    ) {
      return { variable: node.args[0].args, field: node.args[1].args };
    }
    return undefined;
  };
  const noteHousehold = (field: string, sizeOnly: boolean): void => {
    if (model.get(field)?.kind !== 'list') reads.scalars.add(field);
    else if (sizeOnly) reads.sizes.add(field);
    else reads.lists.add(field);
  };
  const visitSized = (node: ASTNode, loops: number): void => {
    const found = access(node);
    if (found?.variable === 'household') noteHousehold(found.field, true);
    else visit(node, loops);
  };

  const visit = (node: ASTNode, loops: number): void => {
    const found = access(node);
    if (found?.variable === 'household') return noteHousehold(found.field, false);
    if (found?.variable === 'member') {
      reads.member.add(found.field);
      return;
    }
    switch (node.op) {
      case 'value':
        if (typeof node.args === 'number')
          throw new ExpressionError(
            `fractions are not part of the language; use whole numbers${at(node)}`,
          );
        if (typeof node.args === 'object')
          throw new ExpressionError(
            `only whole numbers, strings, true and false may be written${at(node)}`,
          );
        return;
      case 'id':
        if (node.args === 'household' || node.args === 'member')
          throw new ExpressionError(`${node.args} is an object: name one of its fields${at(node)}`);
        if (node.args === 'period') reads.period = true;
        return;
      case 'call': {
        const [name, args] = node.args;
        if (!FUNCTIONS.has(name))
          throw new ExpressionError(`the function ${name} is not part of the language${at(node)}`);
        if (name === 'size' && args.length === 1) return visitSized(args[0]!, loops);
        for (const argument of args) visit(argument, loops);
        return;
      }
      case 'rcall': {
        const [name, receiver, args] = node.args;
        if (name === 'size' && args.length === 0) return visitSized(receiver, loops);
        visit(receiver, loops);
        if (MACROS.has(name)) {
          const [variable, ...bodies] = args;
          if (loops + 1 > MAX_NESTED_LOOPS)
            throw new ExpressionError(`loops may be nested ${MAX_NESTED_LOOPS} deep${at(node)}`);
          if (variable?.op !== 'id' || ['household', 'member', 'period'].includes(variable.args)) {
            throw new ExpressionError(
              `${name} takes a variable of its own, not household, member or period${at(node)}`,
            );
          }
          for (const body of bodies) visit(body, loops + 1);
          return;
        }
        if (!METHODS.has(name))
          throw new ExpressionError(`the method ${name} is not part of the language${at(node)}`);
        for (const argument of args) visit(argument, loops);
        return;
      }
      case '.':
        return visit(node.args[0], loops);
      case '[]':
        if (node.args[1].op !== 'value')
          throw new ExpressionError(`an index is written out, not computed${at(node)}`);
        return visit(node.args[0], loops);
      case '.?':
      case '[?]':
      case 'map':
        throw new ExpressionError(
          `${node.op === 'map' ? 'maps' : 'optional fields'} are not part of the language${at(node)}`,
        );
      case '!_':
      case '-_':
        return visit(node.args, loops);
      case 'list':
        for (const element of node.args) visit(element, loops);
        return;
      default:
        for (const operand of node.args) visit(operand, loops);
    }
  };
  visit(root, 0);
  return reads;
}
