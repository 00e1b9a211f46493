// Writes src/http/responses.generated.json: the JSON Schema of each query's answer, from the return
// type of the controller's
// method. The view's TypeScript type is the only definition; test/e2e/http-responses.e2e.spec.ts
// holds real answers against it.
// `node scripts/generate-responses.mjs --check` exits 1 when the committed file is stale.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import ts from 'typescript';

const root = fileURLToPath(new URL('../', import.meta.url));
const target = `${root}src/http/responses.generated.json`;
const files = globSync(['src/**/*.http.ts', 'projections/**/*.http.ts'], { cwd: root })
  .sort()
  .map((file) => root + file);
const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
const program = ts.createProgram(files, { ...options, noEmit: true });
const checker = program.getTypeChecker();

/**
 * Components by name, and the type that each was made of, so that two types of one name are told
 * apart.
 */
const schemas = {};
const madeOf = new Map();

const has = (type, flag) => (type.flags & flag) !== 0;
const docOf = (symbol) =>
  symbol ? ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() : '';
const described = (schema, description) =>
  description === '' ? schema : { ...schema, description };
const isList = (type) => checker.isArrayType(type) || checker.isTupleType(type);
const isText = (type) =>
  has(type, ts.TypeFlags.StringLike) || (type.isIntersection() && type.types.some(isText));

/**
 * What a type is called in the description: its interface's name, or that of the view which it
 * presents. Lists have none.
 */
function nameOf(type) {
  const presented =
    type.aliasSymbol?.name === 'PresentedObject' ? type.aliasTypeArguments[0] : type;
  const symbol = presented.aliasSymbol ?? presented.symbol;
  const generic = presented.aliasTypeArguments?.length || presented.typeArguments?.length;
  if (!symbol || generic || symbol.name.startsWith('__')) return undefined;
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  if (!file.startsWith(root) || file.includes('node_modules')) return undefined;
  return { name: symbol.name, file, doc: docOf(symbol) };
}

function schemaOf(type) {
  if (has(type, ts.TypeFlags.Any)) throw new Error('an answer has a type that is not known');
  if (has(type, ts.TypeFlags.Unknown)) return {};
  if (has(type, ts.TypeFlags.Null)) return { type: 'null' };
  if (type.isStringLiteral() || type.isNumberLiteral()) return { enum: [type.value] };
  if (isText(type) || has(type, ts.TypeFlags.BigIntLike)) return { type: 'string' };
  // Money is never a number here, and what is left are counts, days, versions and positions.
  if (has(type, ts.TypeFlags.NumberLike)) return { type: 'integer' };
  if (has(type, ts.TypeFlags.BooleanLike)) return { type: 'boolean' };
  if (type.isUnion()) return unionOf(type.types);
  if (isList(type)) return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
  const named = nameOf(type);
  return named ? componentOf(type, named) : objectOf(type);
}

function unionOf(members) {
  const present = members.filter((member) => !has(member, ts.TypeFlags.Undefined));
  const literals = present.filter((member) => member.isStringLiteral());
  const truths = present.filter((member) => has(member, ts.TypeFlags.BooleanLiteral));
  const others = present.filter((member) => !literals.includes(member) && !truths.includes(member));
  const parts = [
    ...(literals.length > 0 ? [{ type: 'string', enum: literals.map(({ value }) => value) }] : []),
    ...(truths.length > 0 ? [{ type: 'boolean' }] : []),
    ...others.map(schemaOf),
  ];
  if (parts.length === 1) return parts[0];
  const simple = parts.every(
    (part) => typeof part.type === 'string' && Object.keys(part).length === 1,
  );
  return simple ? { type: parts.map((part) => part.type) } : { anyOf: parts };
}

function componentOf(type, { name, file, doc }) {
  const taken = madeOf.get(name);
  const prefix = basename(file)
    .split('.', 1)[0]
    .replace(/(^|-)(.)/g, (_, _dash, letter) => letter.toUpperCase());
  const own = taken === undefined || taken === file ? name : `${prefix}${name}`;
  if (!Object.hasOwn(schemas, own)) {
    madeOf.set(own, file);
    schemas[own] = {};
    schemas[own] = described(objectOf(type), doc);
  }
  return { $ref: `#/components/schemas/${own}` };
}

function objectOf(type) {
  const properties = {};
  const required = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const own = checker.getTypeOfSymbol(property);
    const maybe = own.isUnion() && own.types.some((one) => has(one, ts.TypeFlags.Undefined));
    const mayBeNothing = optional && checker.getNonNullableType(own) !== own;
    properties[property.name] = described(
      schemaOf(mayBeNothing ? withoutUndefined(own) : own),
      docOf(property),
    );
    if (!optional && !maybe) required.push(property.name);
  }
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  return {
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(index ? { additionalProperties: schemaOf(index) } : {}),
  };
}

/** schemaOf drops undefined from unions by itself; a union of one member is that member. */
function withoutUndefined(type) {
  if (!type.isUnion()) return type;
  const left = type.types.filter((member) => !has(member, ts.TypeFlags.Undefined));
  return left.length === 1 ? left[0] : type;
}

/** The answer of a method, out of its promise; lines of NDJSON are told by the alias. */
function answerOf(method) {
  const signature = checker.getSignatureFromDeclaration(method);
  const promised = checker.getReturnTypeOfSignature(signature);
  const type = checker.getAwaitedType(promised) ?? promised;
  if (type.aliasSymbol?.name === 'Ndjson') return schemaOf(type.aliasTypeArguments[0]);
  return schemaOf(type);
}

const decoratedAs = (method, name) =>
  (ts.getDecorators(method) ?? []).some(
    ({ expression }) => ts.isCallExpression(expression) && expression.expression.getText() === name,
  );

const operations = {};
for (const file of files) {
  for (const node of program.getSourceFile(file).statements.filter(ts.isClassDeclaration)) {
    for (const method of node.members.filter(ts.isMethodDeclaration)) {
      if (!decoratedAs(method, 'QueryEndpoint')) continue;
      const id = `${node.name.text}.${method.name.getText()}`;
      const schema = answerOf(method);
      if (Object.keys(schema).length === 0)
        throw new Error(`${id} must say in its return type what it answers with`);
      operations[id] = schema;
    }
  }
}

const made = await format(JSON.stringify({ operations, schemas }), {
  parser: 'json',
  printWidth: 100,
});
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== made) {
    console.error(
      'src/http/responses.generated.json is stale: run `npm run generate` and commit the result.',
    );
    process.exit(1);
  }
} else writeFileSync(target, made);
