import { getMetadataStorage } from 'class-validator';

type Class = new () => object;

const isForm = (type: unknown): type is Class =>
  typeof type === 'function' &&
  getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;

/** The forms of requests that the methods of controllers take, each once. */
export function bodyClasses(controllers: readonly { readonly prototype: object }[]): Class[] {
  const types = controllers.flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype).flatMap(
      (method) => (Reflect.getMetadata('design:paramtypes', prototype, method) ?? []) as unknown[],
    ),
  );
  return [...new Set(types.filter(isForm))];
}

interface Documented {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly minimum?: number;
}

/** An object with every documented field of a form, as its documentation has it. */
export function valid(type: Class): object {
  const prototype = type.prototype as object;
  const names = (Reflect.getMetadata('swagger/apiModelPropertiesArray', prototype) ??
    []) as readonly string[];
  return Object.fromEntries(
    names
      .map((name) => name.slice(1))
      .map((name) => [
        name,
        valueOf(Reflect.getMetadata('swagger/apiModelProperties', prototype, name) as Documented),
      ]),
  );
}

function valueOf(documented: Documented): unknown {
  const one = oneOf(documented);
  return documented.isArray === true && documented.example === undefined ? [one] : one;
}

function oneOf({ type, enum: choices, example, minimum }: Documented): unknown {
  if (example !== undefined) return example;
  if (choices) return choices[0];
  if (isForm(type)) return valid(type);
  switch (type) {
    case Number:
    case 'number':
    case 'integer':
      return minimum ?? 1;
    case Boolean:
    case 'boolean':
      return true;
    case 'object':
      return {};
    default:
      return TEXTS[String(type).length % TEXTS.length];
  }
}

const TEXTS = ['2025-12', '2025-12-03', 'asd', '500.00', '8a562c67-ca16-48ba-b074-65581be6f011'];
