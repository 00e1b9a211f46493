import type { ASTNode } from '@marcbachmann/cel-js';
import { at, ExpressionError } from './expression-reads.js';
import type { FactsModel, ScalarField } from './facts.js';

/**
 * Steps that one expression may take at most, whatever the facts: a loop over a hundred members
 * inside another is a hundred thousand or so.
 */
export const MAX_STEPS = 250_000;
/** Characters and elements of one value that is made on the way. */
export const MAX_SIZE = 20_000;

/** How large a value can get; a number, true and false are of no size. */
type Bound =
  | { readonly kind: 'plain' }
  | { readonly kind: 'text'; readonly length: number }
  | { readonly kind: 'member'; readonly list: string }
  | { readonly kind: 'list'; readonly count: number; readonly element: Bound };

interface Cost {
  readonly steps: number;
  readonly bound: Bound;
}

const PLAIN: Bound = { kind: 'plain' };
/** Codes of facts have at most so many characters. */
const CODE_LENGTH = 64;

function sizeOf(bound: Bound): number {
  switch (bound.kind) {
    case 'text':
      return Math.max(1, bound.length);
    case 'list':
      return 1 + bound.count * sizeOf(bound.element);
    default:
      return 1;
  }
}

/** The larger of two values that may stand in one place. */
function either(a: Bound, b: Bound): Bound {
  if (a.kind === 'text' && b.kind === 'text')
    return { kind: 'text', length: Math.max(a.length, b.length) };
  if (a.kind === 'list' && b.kind === 'list')
    return {
      kind: 'list',
      count: Math.max(a.count, b.count),
      element: either(a.element, b.element),
    };
  // What an empty list would have is plain: it says nothing of what stands beside it.
  if (a.kind === 'plain') return b;
  return sizeOf(a) >= sizeOf(b) ? a : b;
}

/** Two texts or two lists grow; numbers do not. */
function sum(a: Bound, b: Bound): Bound {
  if (a.kind === 'text' && b.kind === 'text') return { kind: 'text', length: a.length + b.length };
  if (a.kind === 'list' && b.kind === 'list')
    return { kind: 'list', count: a.count + b.count, element: either(a.element, b.element) };
  return PLAIN;
}

const ofScalar = ({ kind }: ScalarField): Bound =>
  kind === 'string' ? { kind: 'text', length: CODE_LENGTH } : PLAIN;

/**
 * Steps that an expression takes at most, from its checked syntax tree and the longest lists that
 * its facts may have: nothing is run to know it.
 * @param over the list that it runs over, an evaluation for each member
 * @throws ExpressionError where it may take more than MAX_STEPS for a household, or make a value
 *   beyond MAX_SIZE
 */
export function stepsOf(root: ASTNode, model: FactsModel, over: string | undefined): number {
  const field = over === undefined ? undefined : model.get(over);
  const times = field?.kind === 'list' ? field.maxItems : 1;
  const variables = new Map<string, Bound>([['period', { kind: 'text', length: 7 }]]);
  if (over !== undefined) variables.set('member', { kind: 'member', list: over });
  const steps = times * new Reckoner(model).cost(root, variables).steps;
  if (steps > MAX_STEPS)
    throw new ExpressionError(
      `it may take ${steps} steps for a household, and the most is ${MAX_STEPS}`,
    );
  return steps;
}

type Variables = ReadonlyMap<string, Bound>;

class Reckoner {
  constructor(private readonly model: FactsModel) {}

  cost(node: ASTNode, variables: Variables): Cost {
    const { steps, bound } = this.#cost(node, variables);
    if (sizeOf(bound) > MAX_SIZE)
      throw new ExpressionError(
        `a list or text may grow beyond ${MAX_SIZE} elements and characters${at(node)}`,
      );
    // Where steps of one part are beyond the most, those of the whole are, and the place is here.
    if (steps > MAX_STEPS)
      throw new ExpressionError(`it may take more than ${MAX_STEPS} steps${at(node)}`);
    return { steps, bound };
  }

  #cost(node: ASTNode, variables: Variables): Cost {
    switch (node.op) {
      case 'value':
        return { steps: 1, bound: ofValue(node.args) };
      case 'id':
        return { steps: 1, bound: variables.get(node.args) ?? PLAIN };
      case '.':
        return this.#field(node.args[0], node.args[1], variables);
      case '[]':
        return this.#element(node.args, variables);
      case 'list':
        return this.#literal(node.args, variables);
      case '!_':
      case '-_':
        return { steps: 1 + this.cost(node.args, variables).steps, bound: PLAIN };
      case 'call':
        return this.#call(...node.args, variables);
      case 'rcall':
        return this.#method(...node.args, variables);
      case '?:':
        return this.#choice(node.args, variables);
      case 'map':
      case '.?':
      case '[?]':
        throw new ExpressionError(`it is no part of the language${at(node)}`);
      default:
        return this.#binary(node.op, node.args, variables);
    }
  }

  #field(of: ASTNode, name: string, variables: Variables): Cost {
    if (of.op === 'id' && of.args === 'household') return { steps: 1, bound: this.#fact(name) };
    const { steps, bound } = this.cost(of, variables);
    const list = bound.kind === 'member' ? this.model.get(bound.list) : undefined;
    const field = list?.kind === 'list' ? list.member.get(name) : undefined;
    return { steps: steps + 1, bound: field ? ofScalar(field) : PLAIN };
  }

  #fact(name: string): Bound {
    const field = this.model.get(name);
    if (field?.kind !== 'list') return field ? ofScalar(field) : PLAIN;
    return { kind: 'list', count: field.maxItems, element: { kind: 'member', list: name } };
  }

  /** Of a list by its place, or of an object by the name of a field. */
  #element([of, index]: readonly [ASTNode, ASTNode], variables: Variables): Cost {
    if (index.op === 'value' && typeof index.args === 'string')
      return this.#field(of, index.args, variables);
    const { steps, bound } = this.cost(of, variables);
    return { steps: steps + 1, bound: bound.kind === 'list' ? bound.element : PLAIN };
  }

  #literal(elements: readonly ASTNode[], variables: Variables): Cost {
    const costs = elements.map((element) => this.cost(element, variables));
    const element = costs.map(({ bound }) => bound).reduce(either, PLAIN);
    return {
      steps: costs.reduce((total, { steps }) => total + steps, 1),
      bound: { kind: 'list', count: elements.length, element },
    };
  }

  #call(name: string, args: readonly ASTNode[], variables: Variables): Cost {
    const costs = args.map((arg) => this.cost(arg, variables));
    // A text is as long as it has characters, which are counted one by one.
    const texts = costs.filter(({ bound }) => name === 'size' && bound.kind === 'text');
    const looked = texts.reduce((all, { bound }) => all + sizeOf(bound), 0);
    return { steps: costs.reduce((total, { steps }) => total + steps, 1 + looked), bound: PLAIN };
  }

  #choice(
    [condition, one, other]: readonly [ASTNode, ASTNode, ASTNode],
    variables: Variables,
  ): Cost {
    const a = this.cost(one, variables);
    const b = this.cost(other, variables);
    const { steps } = this.cost(condition, variables);
    return { steps: steps + 1 + Math.max(a.steps, b.steps), bound: either(a.bound, b.bound) };
  }

  #binary(op: string, [left, right]: readonly [ASTNode, ASTNode], variables: Variables): Cost {
    const a = this.cost(left, variables);
    const b = this.cost(right, variables);
    const steps = a.steps + b.steps;
    if (op === '+') {
      const bound = sum(a.bound, b.bound);
      return { steps: steps + sizeOf(bound), bound };
    }
    // Compared, or looked through, element by element.
    return { steps: steps + Math.max(sizeOf(a.bound), sizeOf(b.bound)), bound: PLAIN };
  }

  #method(name: string, of: ASTNode, args: readonly ASTNode[], variables: Variables): Cost {
    const receiver = this.cost(of, variables);
    const [variable, ...bodies] = args;
    if (receiver.bound.kind !== 'list' || variable?.op !== 'id' || bodies.length === 0) {
      const costs = args.map((arg) => this.cost(arg, variables));
      const sought = name === 'contains' ? (costs[0]?.bound ?? PLAIN) : PLAIN;
      const own = receiver.steps + 1 + searched(sizeOf(receiver.bound), sizeOf(sought));
      return { steps: costs.reduce((total, { steps }) => total + steps, own), bound: PLAIN };
    }
    const { count, element } = receiver.bound;
    const inner = new Map([...variables, [variable.args, element]]);
    const costs = bodies.map((body) => this.cost(body, inner));
    const each = costs.reduce((total, { steps }) => total + steps, 1);
    const steps = receiver.steps + 1 + count * each;
    if (name === 'map')
      return { steps, bound: { kind: 'list', count, element: costs.at(-1)!.bound } };
    return { steps, bound: name === 'filter' ? receiver.bound : PLAIN };
  }
}

/** A search may begin anew at each character, where both texts are longer than a code. */
const searched = (text: number, part: number): number =>
  text > CODE_LENGTH && part > CODE_LENGTH ? text * part : text;

const ofValue = (value: unknown): Bound =>
  typeof value === 'string' ? { kind: 'text', length: value.length } : PLAIN;
