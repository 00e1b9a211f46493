import type { ASTNode } from '@marcbachmann/cel-js';
import type { FactsModel } from './facts.js';

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

/** Why an expression is no part of the language, with the text's place where known. */
export class ExpressionError extends Error {}

const FUNCTIONS = new Set(['size', 'ageYears', 'monthOf']);
const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const METHODS = new Set(['size', 'contains', 'startsWith', 'endsWith']);
/**
 * Loops over lists of 100 inside loops over lists of 100 still end at once; one level more would
 * not.
 */
const MAX_NESTED_LOOPS = 2;

/** The language's own variables, which no loop may hide. */
const VARIABLES = ['household', 'member', 'period'];

type Node<Op extends ASTNode['op']> = Extract<ASTNode, { readonly op: Op }>;

/**
 * The facts that a syntax tree reads.
 *
 * @throws ExpressionError where it uses what the language leaves out
 */
export function readsOf(root: ASTNode, model: FactsModel): Reads {
  const reader = new Reader(model);
  reader.visit(root, 0);
  return reader;
}

/** Where in the text, for whoever reads the refusal. */
export const at = (node: ASTNode): string => ` (at character ${node.start + 1})`;

/** `household.x`, `member["x"]`: the variable and the field, if the node is such an access. */
function accessOf(node: ASTNode): { variable: string; field: string } | undefined {
  if (node.op === '.' && node.args[0].op === 'id')
    return { variable: node.args[0].args, field: node.args[1] };
  if (
    node.op === '[]' &&
    node.args[0].op === 'id' &&
    node.args[1].op === 'value' &&
    typeof node.args[1].args === 'string'
  )
    return { variable: node.args[0].args, field: node.args[1].args };
  return undefined;
}

/** Walks a syntax tree; `loops` is how many loops the node stands in. */
class Reader implements Reads {
  readonly scalars = new Set<string>();
  readonly lists = new Set<string>();
  readonly sizes = new Set<string>();
  readonly member = new Set<string>();
  period = false;

  constructor(private readonly model: FactsModel) {}

  visit(node: ASTNode, loops: number): void {
    const access = accessOf(node);
    if (access?.variable === 'household') this.#household(access.field, this.lists);
    else if (access?.variable === 'member') this.member.add(access.field);
    else this.#node(node, loops);
  }

  #node(node: ASTNode, loops: number): void {
    switch (node.op) {
      case 'value':
        return requireWritable(node);
      case 'id':
        return this.#variable(node);
      case 'call':
        return this.#call(node, loops);
      case 'rcall':
        return this.#method(node, loops);
      case '.':
        return this.visit(node.args[0], loops);
      case '[]':
        if (node.args[1].op !== 'value')
          throw new ExpressionError(`an index is written out, not computed${at(node)}`);
        return this.visit(node.args[0], loops);
      case '.?':
      case '[?]':
        throw new ExpressionError(`optional fields are not part of the language${at(node)}`);
      case 'map':
        throw new ExpressionError(`maps are not part of the language${at(node)}`);
      case '!_':
      case '-_':
        return this.visit(node.args, loops);
      default:
        return this.#all(node.args, loops);
    }
  }

  #all(nodes: readonly ASTNode[], loops: number): void {
    for (const node of nodes) this.visit(node, loops);
  }

  #household(field: string, lists: Set<string>): void {
    if (this.model.get(field)?.kind === 'list') lists.add(field);
    else this.scalars.add(field);
  }

  #variable(node: Node<'id'>): void {
    if (node.args === 'household' || node.args === 'member')
      throw new ExpressionError(`${node.args} is an object: name one of its fields${at(node)}`);
    if (node.args === 'period') this.period = true;
  }

  #call(node: Node<'call'>, loops: number): void {
    const [name, args] = node.args;
    if (!FUNCTIONS.has(name))
      throw new ExpressionError(`the function ${name} is not part of the language${at(node)}`);
    if (name === 'size' && args.length === 1) this.#sized(args[0]!, loops);
    else this.#all(args, loops);
  }

  #method(node: Node<'rcall'>, loops: number): void {
    const [name, receiver, args] = node.args;
    if (name === 'size' && args.length === 0) return this.#sized(receiver, loops);
    this.visit(receiver, loops);
    if (MACROS.has(name)) return this.#loop(node, loops);
    if (!METHODS.has(name))
      throw new ExpressionError(`the method ${name} is not part of the language${at(node)}`);
    this.#all(args, loops);
  }

  #loop(node: Node<'rcall'>, loops: number): void {
    const [name, , [variable, ...bodies]] = node.args;
    if (loops + 1 > MAX_NESTED_LOOPS)
      throw new ExpressionError(`loops may be nested ${MAX_NESTED_LOOPS} deep${at(node)}`);
    if (variable?.op !== 'id' || VARIABLES.includes(variable.args))
      throw new ExpressionError(
        `${name} takes a variable of its own, not household, member or period${at(node)}`,
      );
    this.#all(bodies, loops + 1);
  }

  /** Of a list of the household the size is read, not the members. */
  #sized(node: ASTNode, loops: number): void {
    const access = accessOf(node);
    if (access?.variable === 'household') this.#household(access.field, this.sizes);
    else this.visit(node, loops);
  }
}

function requireWritable(node: Node<'value'>): void {
  if (typeof node.args === 'number')
    throw new ExpressionError(
      `fractions are not part of the language; use whole numbers${at(node)}`,
    );
  if (typeof node.args === 'object')
    throw new ExpressionError(
      `only whole numbers, strings, true and false may be written${at(node)}`,
    );
}
