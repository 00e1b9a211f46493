import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { schemas, type EventData, type EventType, type PublishedSchema } from './generated.js';
import { upcasts, type Upcast } from './versions.js';

/** An event whose payload does not fit its schema, or whose type or version nobody published. */
export class ContractError extends Error {
  constructor(
    readonly code: 'EVENT_TYPE_UNKNOWN' | 'EVENT_VERSION_UNKNOWN' | 'EVENT_INVALID',
    readonly type: string,
    readonly version: number,
    readonly field: string,
    reason: string,
  ) {
    super(`${type} v${version}${field ? ` at ${field}` : ''}: ${reason}`);
    this.name = 'ContractError';
  }
}

interface Entry {
  readonly schema: object;
  validate?: ValidateFunction;
}

/**
 * Validates payloads against the published schemas and lifts old versions to the newest. Validators
 * compile on first use.
 */
export class EventRegistry {
  readonly #ajv = new Ajv({
    allErrors: false,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  });
  readonly #entries = new Map<string, Map<number, Entry>>();
  readonly #latest = new Map<string, number>();
  readonly #aggregates = new Map<string, string>();

  constructor(
    published: readonly PublishedSchema[] = schemas,
    private readonly lifts: Readonly<Record<string, Readonly<Record<number, Upcast>>>> = upcasts,
  ) {
    for (const { aggregate, type, version, schema } of published) {
      let versions = this.#entries.get(type);
      if (!versions) {
        versions = new Map();
        this.#entries.set(type, versions);
      }
      versions.set(version, { schema });
      this.#latest.set(type, Math.max(version, this.#latest.get(type) ?? 0));
      this.#aggregates.set(type, aggregate);
    }
  }

  knows(type: string): type is EventType {
    return this.#latest.has(type);
  }

  types(): readonly string[] {
    return [...this.#latest.keys()];
  }

  aggregateOf(type: string): string | undefined {
    return this.#aggregates.get(type);
  }

  latestVersion(type: string): number {
    const version = this.#latest.get(type);
    if (version === undefined)
      throw new ContractError(
        'EVENT_TYPE_UNKNOWN',
        type,
        0,
        '',
        'no schema was published for this type',
      );
    return version;
  }

  /** @throws ContractError that names the type, the version and the field */
  validate(type: string, version: number, data: unknown): void {
    const entry = this.#entries.get(type)?.get(version);
    if (!entry) {
      throw new ContractError(
        this.#latest.has(type) ? 'EVENT_VERSION_UNKNOWN' : 'EVENT_TYPE_UNKNOWN',
        type,
        version,
        '',
        'no schema was published for it',
      );
    }
    entry.validate ??= this.#ajv.compile(entry.schema);
    const { validate } = entry;
    if (!validate(data)) {
      const first = validate.errors?.[0];
      throw new ContractError(
        'EVENT_INVALID',
        type,
        version,
        fieldOf(first),
        first?.message ?? 'does not fit its schema',
      );
    }
  }

  /** Validates what was stored and returns it in the newest version's form. */
  read<T extends EventType>(type: T, version: number, data: unknown): EventData[T] {
    this.validate(type, version, data);
    const latest = this.latestVersion(type);
    if (version === latest) return data as EventData[T];
    let lifted = data;
    for (let v = version; v < latest; v += 1) {
      const lift = this.lifts[type]?.[v];
      if (!lift)
        throw new ContractError(
          'EVENT_VERSION_UNKNOWN',
          type,
          v,
          '',
          `no upcast to version ${v + 1}`,
        );
      // Each takes the form of its version, which is what was validated or lifted.
      lifted = (lift as (data: unknown) => unknown)(lifted);
    }
    this.validate(type, latest, lifted);
    return lifted as EventData[T];
  }
}

function fieldOf(error: ErrorObject | undefined): string {
  if (!error) return '';
  return `${error.instancePath}${namedBy(error)}`.replace(/^\//, '');
}

/** The property that an error is about where its path names only the object around it. */
function namedBy({ keyword, params }: ErrorObject): string {
  if (keyword === 'required') return `/${String(params['missingProperty'])}`;
  if (keyword === 'additionalProperties') return `/${String(params['additionalProperty'])}`;
  return '';
}
