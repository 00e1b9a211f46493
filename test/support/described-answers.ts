import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Json = ReturnType<typeof JSON.parse>;

/** What is said of the parameter `after` where a query waits; a feed begins after it. */
const OWN_WRITES = /the answer includes what it wrote/;

/** An answer as it came: what was asked, and what the server sent. */
export interface SentAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Methods by template, the most particular template first. */
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly responses: Json;
  /** Whether it may be asked to show what was written up to a position. */
  readonly readsOwnWrites: boolean;
}

/**
 * Holds real answers against an OpenAPI description: status, content type, and schema, in which
 * every field must be described.
 */
export class DescribedAnswers {
  readonly #ajv: Ajv2020;
  readonly #operations: readonly Operation[];
  readonly #validators = new Map<string, ValidateFunction>();
  /** Ids of the operations of which an answer of success was held against its schema. */
  readonly seen = new Set<string>();

  constructor(document: Json) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(this.#ajv);
    this.#ajv.addSchema(closed(document), 'api');
    this.#operations = operationsOf(document);
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /**
   * What does not agree; empty where the answer is as described, or where no such operation is
   * described.
   */
  problemsOf({ method, path, status, contentType, text }: SentAnswer): readonly string[] {
    const route = path.split('?', 1)[0]!;
    const operation = this.#operations.find(
      (one) => one.method === method && one.pattern.test(route),
    );
    if (!operation) return [];
    const name = `${operation.id} ${status}`;
    const response = operation.responses[status];
    if (!response) return [`${name}: the status is not described`];
    const type = contentType.split(';', 1)[0]!;
    if (!response.content?.[type]) return [`${name}: ${type} is not described`];
    const values = valuesOf(type, text);
    const validate = this.#validatorOf(operation, status, type);
    const problems = values.flatMap((value) =>
      validate(value)
        ? []
        : validate.errors!.map(
            ({ instancePath, message, params }) =>
              `${name}: ${instancePath} ${message} ${JSON.stringify(params)}`,
          ),
    );
    if (problems.length === 0 && status < 300 && values.length > 0) this.seen.add(operation.id);
    return [...new Set(problems)];
  }

  /** Whether what is asked takes a position to wait for, and does not say one itself. */
  readsOwnWrites(path: string): boolean {
    const { pathname, searchParams } = new URL(path, 'http://api');
    const operation = this.#operations.find(
      (one) => one.method === 'GET' && one.pattern.test(pathname),
    );
    return operation?.readsOwnWrites === true && !searchParams.has('after');
  }

  #validatorOf({ method, template }: Operation, status: number, type: string): ValidateFunction {
    const place = ['paths', template, method.toLowerCase(), 'responses', String(status)];
    const pointer = [...place, 'content', type, 'schema'].map(escaped).join('/');
    const known = this.#validators.get(pointer);
    if (known) return known;
    const made = this.#ajv.compile({ $ref: `api#/${pointer}` });
    this.#validators.set(pointer, made);
    return made;
  }
}

const escaped = (part: string): string =>
  encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

function valuesOf(type: string, text: string): readonly unknown[] {
  if (type === 'application/x-ndjson')
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  return [type.endsWith('json') ? (JSON.parse(text) as unknown) : text];
}

function operationsOf(document: Json): Operation[] {
  const found = Object.entries(document.paths as Json).flatMap(([template, methods]) =>
    Object.entries(methods as Json).map(([method, operation]) => ({
      id: (operation as Json).operationId as string,
      method: method.toUpperCase(),
      template,
      pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
      responses: (operation as Json).responses as Json,
      readsOwnWrites: ((operation as Json).parameters ?? []).some(
        ({ name, description }: Json) => name === 'after' && OWN_WRITES.test(description),
      ),
    })),
  );
  const variables = ({ template }: Operation): number => template.split('{').length;
  return found.sort((a, b) => variables(a) - variables(b));
}

/**
 * The description with every object closed to fields that it does not name, so that a field which
 * nobody described is found.
 */
function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = Object.fromEntries(
    Object.entries(value as Json).map(([key, item]) => [key, closed(item)]),
  );
  const open = copy.type === 'object' && copy.properties && copy.additionalProperties === undefined;
  return open ? { ...copy, additionalProperties: false } : copy;
}
