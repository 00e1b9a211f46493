import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { isMap, isScalar, parseDocument, type Document } from 'yaml';

const FILES = join(
  process.env['REFERENCE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'),
  'govstack/openapi',
);

type Schema = Readonly<Record<string, unknown>>;
interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header' | 'path';
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface Content {
  readonly content?: { readonly 'application/json': { readonly schema: Schema } };
}

/** One operation of one of the published files, whose checks name the place that is wrong. */
export interface Operation {
  readonly file: string;
  readonly method: string;
  /** Without the query that one file writes into it. */
  readonly path: string;
  readonly described: Described;
  body(value: unknown): readonly string[];
  parameters(headers: Readonly<Record<string, unknown>>, query: URLSearchParams): readonly string[];
  answer(status: number, value: unknown): readonly string[];
}

/**
 * The published operations by file name without its ending; empty where the reference data is not
 * at hand.
 */
export function publishedOperations(): ReadonlyMap<string, Operation> {
  let names: readonly string[];
  try {
    names = readdirSync(FILES).filter((name) => name.endsWith('.yml'));
  } catch {
    return new Map();
  }
  return new Map(names.map((name) => [name.replace('.yml', ''), operationIn(name)]));
}

function operationIn(name: string): Operation {
  // Three of the files have `parameters` twice in one operation; both are meant.
  const document = parseDocument(readFileSync(join(FILES, name), 'utf8'), { uniqueKeys: false });
  joinDoubled(document);
  const { paths } = document.toJS() as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  };
  const [path, methods] = Object.entries(paths)[0]!;
  const [method, described] = Object.entries(methods)[0]!;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const checks = new Map<string, ValidateFunction>();
  const check = (what: string, { content }: Content, value: unknown): readonly string[] => {
    if (!content) return [];
    let validate = checks.get(what);
    if (!validate) {
      validate = ajv.compile(closedOf(content['application/json'].schema) as Schema);
      checks.set(what, validate);
    }
    return validate(value)
      ? []
      : validate.errors!.map(
          ({ instancePath, message, params }) =>
            `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
        );
  };
  return {
    file: name,
    method: method.toUpperCase(),
    path: path.split('?')[0]!,
    described,
    body: (value) => check('body', described.requestBody ?? {}, value),
    answer: (status, value) =>
      described.responses[status]
        ? check(`answer ${status}`, described.responses[status], value)
        : [`status ${status} is not published`],
    parameters: (headers, query) =>
      (described.parameters ?? []).flatMap((parameter) => {
        const elsewhere =
          parameter.in === 'query' ? (query.get(parameter.name) ?? undefined) : 'path';
        const value = parameter.in === 'header' ? headers[parameter.name.toLowerCase()] : elsewhere;
        if (value === undefined)
          return parameter.required ? [`${parameter.in} ${parameter.name} is missing`] : [];
        const given = parameter.schema['type'] === 'integer' ? Number(value) : value;
        return ajv.validate(parameter.schema, given)
          ? []
          : [`${parameter.in} ${parameter.name} ${ajv.errorsText()}`];
      }),
  };
}

/** The same schema without room for what is not published. */
function closedOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closedOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closedOf(value)]),
  );
  return 'properties' in own ? { ...own, additionalProperties: false } : own;
}

function joinDoubled(document: Document): void {
  const walk = (node: unknown): void => {
    if (!isMap(node)) return;
    const lists = node.items.filter(({ key }) => isScalar(key) && key.value === 'parameters');
    const [first, ...others] = lists;
    for (const other of others) {
      (first!.value as { items: unknown[] }).items.push(
        ...(other.value as { items: unknown[] }).items,
      );
      node.items.splice(node.items.indexOf(other), 1);
    }
    for (const { value } of node.items) walk(value);
  };
  walk(document.contents);
}
