// Has each module of ours count, as it is loaded, how often each of its branches is come by: what
// guides the fuzzers, and what they measure work by. Lines stay where they are.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Branches of all modules together. */
const MOST_BRANCHES = 262_144;
/** Of texts in the code: what inputs are compared with. */
const WORD = /^[\w$./:+-]{2,40}$/;

export class Branches {
  /** How often each was come by since `clear`. */
  hits = new Uint32Array(MOST_BRANCHES);
  count = 0;
  words = new Set();

  clear() {
    this.hits.fill(0, 0, this.count);
  }

  /** Branches come by since `clear`, each as often as it was. */
  steps() {
    let steps = 0;
    for (let i = 0; i < this.count; i += 1) steps += this.hits[i];
    return steps;
  }

  next() {
    if (this.count === MOST_BRANCHES) throw new Error('more branches than are counted');
    this.count += 1;
    return this.count - 1;
  }
}

/** Modules whose path begins with one of `covers`, from now on. */
export function countBranches(branches, dist, covers) {
  globalThis.fuzzBranchHits = branches.hits;
  globalThis.fuzzSteps = () => branches.steps();
  const folders = covers.map((path) => join(dist, path));
  registerHooks({
    load(url, context, nextLoad) {
      const path = url.startsWith('file:') ? fileURLToPath(url) : '';
      const isCovered = folders.some((folder) => path.startsWith(folder));
      if (!isCovered || !path.endsWith('.js')) return nextLoad(url, context);
      const source = counting(branches, path, readFileSync(path, 'utf8'));
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

function counting(branches, path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const inserted = [{ at: 0, text: 'var fuzzHits=globalThis.fuzzBranchHits;' }];
  const count = () => `fuzzHits[${branches.next()}]++`;
  visit(file, { inserted, count, words: branches.words });
  // At one place what is within closes before what is around it, and then the next one opens.
  const rank = ({ closes }, index) => (closes ? -inserted.length - index : index);
  const order = new Map(inserted.map((each, index) => [each, rank(each, index)]));
  inserted.sort((a, b) => a.at - b.at || order.get(a) - order.get(b));
  let out = '';
  let from = 0;
  for (const { at, text: more } of inserted) {
    out += text.slice(from, at) + more;
    from = at;
  }
  return out + text.slice(from);
}

function visit(node, into) {
  if (ts.isStringLiteralLike(node) && WORD.test(node.text)) into.words.add(node.text);
  if (ts.isFunctionLike(node) && node.body) ofFunction(node.body, into);
  else if (ts.isIfStatement(node)) {
    ofStatement(node.thenStatement, into);
    if (node.elseStatement) ofStatement(node.elseStatement, into);
  } else if (ts.isIterationStatement(node, false)) ofStatement(node.statement, into);
  else if (ts.isCaseOrDefaultClause(node)) ofClause(node, into);
  else if (ts.isCatchClause(node)) ofStatement(node.block, into);
  else if (ts.isConditionalExpression(node)) {
    ofExpression(node.whenTrue, into);
    ofExpression(node.whenFalse, into);
  } else if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind))
    ofExpression(node.right, into);
  ts.forEachChild(node, (child) => visit(child, into));
}

const isShortCircuit = (kind) =>
  [
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.QuestionQuestionToken,
  ].includes(kind);

function ofFunction(body, into) {
  if (ts.isBlock(body)) ofStatement(body, into);
  else ofExpression(body, into);
}

function ofStatement(statement, { inserted, count }) {
  if (ts.isBlock(statement)) {
    inserted.push({ at: statement.getStart() + 1, text: `${count()};` });
    return;
  }
  inserted.push({ at: statement.getStart(), text: `{${count()};` });
  inserted.push({ at: statement.getEnd(), text: '}', closes: true });
}

function ofClause(clause, { inserted, count }) {
  const first = clause.statements[0];
  if (first) inserted.push({ at: first.getStart(), text: `${count()};` });
}

function ofExpression(expression, { inserted, count }) {
  inserted.push({ at: expression.getStart(), text: `(${count()},` });
  inserted.push({ at: expression.getEnd(), text: ')', closes: true });
}
