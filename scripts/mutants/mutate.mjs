// Writes all mutants of a TypeScript file into it at once: each stands behind a question,
// `$mutant(n)`, which is yes for the one mutant that is on. So a file is compiled and loaded once,
// and switching from mutant to mutant costs nothing.
import ts from 'typescript';

const K = ts.SyntaxKind;
const BOUNDARIES = new Map([
  [K.LessThanToken, '<='],
  [K.LessThanEqualsToken, '<'],
  [K.GreaterThanToken, '>='],
  [K.GreaterThanEqualsToken, '>'],
]);
const EQUALITIES = new Set([
  K.EqualsEqualsToken,
  K.EqualsEqualsEqualsToken,
  K.ExclamationEqualsToken,
  K.ExclamationEqualsEqualsToken,
]);
const ARITHMETIC = new Map([
  [K.PlusToken, '-'],
  [K.MinusToken, '+'],
  [K.AsteriskToken, '/'],
  [K.SlashToken, '*'],
  [K.PercentToken, '*'],
  [K.PlusEqualsToken, '-='],
  [K.MinusEqualsToken, '+='],
  [K.AsteriskEqualsToken, '/='],
]);
const SWAPPED_CALLS = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
]);
/** What gives back something of the same kind as it is called on. */
const REMOVED_CALLS = new Set(
  'filter slice sort toSorted reverse toReversed trim toLowerCase toUpperCase concat'.split(' '),
);

/**
 * @param {string} path of the file, for its messages
 * @param {string} text TypeScript
 * @param {number} base the number of the first mutant
 * @returns {{ js: string, mutants: { line: number, column: number, in: string, mutation: string }[]
 * }}
 */
export function mutate(path, text, base = 0) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true);
  const mutants = [];
  const instrumented = new Instrumenter(source, mutants, base).render(source);
  const { outputText } = ts.transpileModule(`const $mutant=globalThis.$mutant;${instrumented}`, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: false,
    },
  });
  return { js: outputText, mutants };
}

class Instrumenter {
  constructor(source, mutants, base) {
    this.source = source;
    this.mutants = mutants;
    this.base = base;
  }

  render(node) {
    if (isLeftAlone(node)) return this.#raw(node);
    const before = this.#switches(node);
    const inner = this.#children(node);
    return wrap(node, inner, before);
  }

  #raw(node) {
    return this.source.text.slice(node.getStart(this.source), node.end);
  }

  #children(node) {
    const text = this.source.text;
    let at = node.kind === K.SourceFile ? 0 : node.getStart(this.source);
    let rendered = '';
    ts.forEachChild(node, (child) => {
      const start = child.getStart(this.source);
      rendered += text.slice(at, start) + this.render(child);
      at = child.end;
    });
    return rendered + text.slice(at, node.end);
  }

  /** @returns {{ number: number, replacement: string }[]} */
  #switches(node) {
    return [...mutationsOf(node, (part) => this.#raw(part))].map((replacement) => {
      const { line, character } = this.source.getLineAndCharacterOfPosition(
        node.getStart(this.source),
      );
      this.mutants.push({
        line: line + 1,
        column: character + 1,
        in: nameAround(node),
        mutation: `${short(this.#raw(node))} → ${short(replacement) || '(removed)'}`,
      });
      return { number: this.base + this.mutants.length - 1, replacement };
    });
  }
}

const short = (code) => {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length <= 70 ? line : `${line.slice(0, 50)} … ${line.slice(-17)}`;
};

function wrap(node, inner, switches) {
  if (switches.length === 0) return inner;
  if (isRemovedWhole(node)) return `{if(!$mutant(${switches[0].number})){${inner}}}`;
  if (isDroppedProperty(node)) {
    const kept = ts.isSpreadAssignment(node) ? inner.slice(3) : `{${inner}}`;
    return `...($mutant(${switches[0].number})?{}:${kept})`;
  }
  const chain = switches.map(({ number, replacement }) => `$mutant(${number})?(${replacement}):`);
  return `(${chain.join('')}(${inner}))`;
}

function isLeftAlone(node) {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isDecorator(node) || ts.isEnumDeclaration(node)) return true;
  if (ts.isTaggedTemplateExpression(node) || ts.isDeleteExpression(node)) return true;
  const { parent } = node;
  if (!parent) return false;
  if (isKindOfRefusal(node) || isListOfRefusals(node)) return true;
  if (parent.name === node && !ts.isComputedPropertyName(node)) return true;
  if (isAssigned(node)) return true;
  return ts.isCallExpression(parent) && parent.expression.kind === K.ImportKeyword;
}

/** Held by problems.unit.spec.ts, which reads the sources, against what docs/problems.md says. */
const isKindOfRefusal = (node) =>
  ts.isNewExpression(node.parent) &&
  node.parent.expression.getText() === 'DomainError' &&
  node.parent.arguments[2] === node;

/** Held by the end of each decider's scenarios (given.ts), against the refusals that were seen. */
const isListOfRefusals = (node) =>
  ts.isVariableDeclaration(node.parent) &&
  node.parent.initializer === node &&
  /^[A-Z]+_REFUSALS$/.test(node.parent.name.getText());

/** A pattern on the left of an assignment only looks like an expression. */
function isAssigned(node) {
  const { parent } = node;
  const isTarget =
    (ts.isBinaryExpression(parent) &&
      parent.left === node &&
      parent.operatorToken.kind === K.EqualsToken) ||
    (ts.isForOfStatement(parent) && parent.initializer === node);
  return isTarget && (ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node));
}

/** What the compiler proves never to be reached. */
const isNever = (node) =>
  node !== undefined && ts.isCallExpression(node) && node.expression.getText() === 'never';

const isRemovedWhole = (node) =>
  ts.isThrowStatement(node) ||
  (ts.isReturnStatement(node) && !isNever(node.expression)) ||
  ts.isContinueStatement(node) ||
  (ts.isExpressionStatement(node) &&
    !isNever(node.expression) &&
    !(ts.isCallExpression(node.expression) && node.expression.expression.kind === K.SuperKeyword));

/** A state that is copied with something changed: it may be forgotten to be changed. */
const isDroppedProperty = (node) =>
  (ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isSpreadAssignment(node)) &&
  ts.isObjectLiteralExpression(node.parent) &&
  node.parent.properties.some(ts.isSpreadAssignment);

function* mutationsOf(node, raw) {
  if (isRemovedWhole(node) || isDroppedProperty(node)) {
    yield '';
    return;
  }
  if (!ts.isExpression(node) || isInsideChain(node)) return;
  yield* constantsOf(node);
  if (ts.isBinaryExpression(node)) yield* ofBinary(node, raw);
  else if (ts.isCallExpression(node)) yield* ofCall(node, raw);
  else if (ts.isPrefixUnaryExpression(node)) yield* ofPrefix(node, raw);
  else if (ts.isPostfixUnaryExpression(node)) yield* ofCount(node, node.operand, raw);
  else yield* ofLiteral(node, raw);
  yield* ofOptional(node, raw);
}

/** Within `a?.b.c` only the whole can be put in parentheses. */
function isInsideChain(node) {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isNonNullExpression(parent)) &&
    parent.expression === node &&
    (parent.flags & ts.NodeFlags.OptionalChain) !== 0
  );
}

const outOfParentheses = (node) => {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return at;
};

/** A condition is always true, or never. What a part of `&&` and `||` can be is said there. */
function* constantsOf(node) {
  if (ts.isParenthesizedExpression(node) || isBooleanLiteral(node)) return;
  const at = outOfParentheses(node);
  const { parent } = at;
  if (isLogical(parent)) return;
  if (isLogical(node) && node.operatorToken.kind !== K.QuestionQuestionToken) {
    if (isTestOf(parent, at) || isBooleanValue(node)) {
      if (!(isLoop(parent) && node.operatorToken.kind === K.BarBarToken))
        yield node.operatorToken.kind === K.BarBarToken ? 'true' : 'false';
    }
    return;
  }
  if (isTestOf(parent, at)) {
    if (!isLoop(parent)) yield 'true';
    yield 'false';
  } else if (isBooleanValue(node)) {
    yield 'true';
    yield 'false';
  }
}

const isBooleanLiteral = (node) => node.kind === K.TrueKeyword || node.kind === K.FalseKeyword;
const isLoop = (node) =>
  ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node);
const isLogical = (node) =>
  ts.isBinaryExpression(node) &&
  [K.AmpersandAmpersandToken, K.BarBarToken, K.QuestionQuestionToken].includes(
    node.operatorToken.kind,
  );
const isTestOf = (parent, node) =>
  ((ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) &&
    parent.expression === node) ||
  ((ts.isForStatement(parent) || ts.isConditionalExpression(parent)) && parent.condition === node);
const isBooleanValue = (node) =>
  ts.isBinaryExpression(node) &&
  (EQUALITIES.has(node.operatorToken.kind) ||
    BOUNDARIES.has(node.operatorToken.kind) ||
    node.operatorToken.kind === K.AmpersandAmpersandToken);

const isText = (node) =>
  ts.isStringLiteral(node) ||
  ts.isTemplateExpression(node) ||
  ts.isNoSubstitutionTemplateLiteral(node);
const isStep = (node) => ts.isForStatement(node.parent) && node.parent.incrementor === node;

function* ofBinary(node, raw) {
  const { left, right, operatorToken } = node;
  const operator = operatorToken.kind;
  if (BOUNDARIES.has(operator)) yield `${raw(left)} ${BOUNDARIES.get(operator)} ${raw(right)}`;
  if (isLogical(node)) {
    yield raw(left);
    if (operator !== K.QuestionQuestionToken) yield raw(right);
  }
  if (ARITHMETIC.has(operator) && !isText(left) && !isText(right) && !isStep(node))
    yield `${raw(left)} ${ARITHMETIC.get(operator)} ${raw(right)}`;
}

function* ofPrefix(node, raw) {
  if (node.operator === K.ExclamationToken) {
    const { parent } = outOfParentheses(node);
    if (!isLogical(parent) && !isTestOf(parent, outOfParentheses(node))) yield raw(node.operand);
  }
  if (node.operator === K.MinusToken) yield raw(node.operand);
  yield* ofCount(node, node.operand, raw);
}

function* ofCount(node, operand, raw) {
  if (isStep(node)) return;
  if (node.operator === K.PlusPlusToken) yield `${raw(operand)} -= 1`;
  if (node.operator === K.MinusMinusToken) yield `${raw(operand)} += 1`;
}

function* ofCall({ expression, arguments: given }, raw) {
  if (!ts.isPropertyAccessExpression(expression)) return;
  const on = raw(expression.expression);
  const name = expression.name.text;
  const dot = expression.questionDotToken ? '?.' : '.';
  if (REMOVED_CALLS.has(name)) yield on;
  if (SWAPPED_CALLS.has(name))
    yield `${on}${dot}${SWAPPED_CALLS.get(name)}(${given.map(raw).join(', ')})`;
}

/** Prose is for people; a test that matched it would hold the wrong thing. */
function* ofLiteral(node, raw) {
  if (node.kind === K.TrueKeyword) yield 'false';
  if (node.kind === K.FalseKeyword) yield 'true';
  if (ts.isNumericLiteral(node)) yield node.text === '1' ? '0' : `${raw(node)} + 1`;
  if (ts.isBigIntLiteral(node)) yield node.text === '1n' ? '0n' : `${raw(node)} + 1n`;
  if (isText(node) && !/\s/.test(raw(node).replace(/\$\{[^}]*\}/g, '')))
    yield raw(node).length === 2 ? "'mutant'" : "''";
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) yield '[]';
}

/** Each `?.` of a chain without its question. */
function* ofOptional(node, raw) {
  const start = node.getStart();
  for (let at = node; ; at = at.expression) {
    const isLink =
      ts.isPropertyAccessExpression(at) ||
      ts.isElementAccessExpression(at) ||
      ts.isCallExpression(at);
    if (!isLink && !ts.isNonNullExpression(at)) return;
    if (!(at.flags & ts.NodeFlags.OptionalChain)) return;
    const token = at.questionDotToken;
    if (!token) continue;
    const whole = raw(node);
    const from = token.getStart() - start;
    const link = ts.isPropertyAccessExpression(at) ? '.' : '';
    yield whole.slice(0, from) + link + whole.slice(from + 2);
  }
}

/**
 * The function or constant in which it stands, by which people find it again when lines have moved.
 */
function nameAround(node) {
  for (let at = node.parent; at; at = at.parent) {
    const isNamed =
      ts.isFunctionDeclaration(at) ||
      ts.isMethodDeclaration(at) ||
      ts.isClassDeclaration(at) ||
      (ts.isVariableDeclaration(at) && at.parent.parent.parent.kind === K.SourceFile) ||
      ts.isPropertyDeclaration(at);
    if (isNamed && at.name) return at.name.getText();
    if (ts.isConstructorDeclaration(at)) return 'constructor';
  }
  return '';
}
