import { z } from 'zod';

/**
 * How a setting is declared: its kind of value, its default and what it means, from which the
 * environment is read and the table of settings is printed. An adapter that has settings of its own
 * declares them in its folder.
 */
export interface SettingsReader {
  /** The group's values; undefined where one is wrong, which the reader tells by itself. */
  read<S extends z.ZodObject>(group: S): z.output<S> | undefined;
}

/** Tells what is wrong with a setting, by its name. */
export type Issue = (name: string, reason: string) => void;
/** A kind of value: what it is called in the table, and how its text is read. */
interface Kind<T> {
  readonly type: string;
  readonly schema: z.ZodType<T, string>;
}

export const isHttp = (url: string): boolean =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

export const text = (type = 'text'): Kind<string> => ({ type, schema: z.string() });

export function whole(min: number, max: number): Kind<number> {
  const error = `must be a whole number from ${min} to ${max}`;
  return {
    type: `whole number from ${min} to ${max}`,
    schema: z
      .string()
      .regex(/^[0-9]{1,12}$/, { error })
      .transform(Number)
      .pipe(z.number().min(min, { error }).max(max, { error })),
  };
}

export function oneOf<const T extends readonly string[]>(values: T): Kind<T[number]> {
  const last = values.length === 2 ? values.join(' or ') : `one of ${values.join(', ')}`;
  return { type: last, schema: z.enum(values, { error: `must be ${last}` }) };
}

export const onOff: Kind<boolean> = {
  type: 'on or off',
  schema: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .transform((value) => value === 'on'),
};

export const url: Kind<string> = {
  type: 'URL',
  schema: z.string().refine((value) => URL.canParse(value), { error: 'must be a URL' }),
};

/** Without a slash at its end. */
export const httpUrl: Kind<string> = {
  type: 'http or https URL',
  schema: z
    .string()
    .refine(isHttp, { error: 'must be an http or https URL' })
    .transform((value) => value.replace(/\/+$/, '')),
};

export const baseUri: Kind<string> = {
  type: 'http or https URL without a query',
  schema: httpUrl.schema.refine((value) => !/[?#@]/.test(value), {
    error: 'must be an http or https URL without a query, a fragment or a user',
  }),
};

export function ascii(length: number): Kind<string> {
  const error = `must have 1 to ${length} visible ASCII characters`;
  return {
    type: `1 to ${length} visible ASCII characters`,
    schema: z
      .string({ error })
      .regex(/^[\x21-\x7e]+$/, { error })
      .max(length, { error }),
  };
}

/** Values with commas between, each without spaces around it. */
export function list(
  type: string,
  fits: (value: string) => boolean,
  error: string,
): Kind<string[]> {
  return {
    type,
    schema: z
      .string()
      .transform((value) => value.split(',').map((one) => one.trim()))
      .refine((values) => values.every(fits), { error }),
  };
}

/** Nothing, or nothing but spaces, is as good as not set. */
const given = (value: unknown): string | undefined =>
  (typeof value === 'string' && value.trim()) || undefined;

export const setting = <T>({ type, schema }: Kind<T>, fallback: string, meaning: string) =>
  z
    .preprocess((value) => given(value) ?? fallback, schema)
    .meta({ type, default: fallback, meaning });

export const optional = <T>({ type, schema }: Kind<T>, meaning: string, shown = 'none') =>
  z.preprocess(given, schema.optional()).meta({ type, default: shown, meaning });

export const needed = <T>({ type, schema }: Kind<T>, meaning: string) =>
  z.preprocess((value) => given(value) ?? '', schema).meta({ type, default: 'needed', meaning });

/** Rules between settings, each told by the name of the setting that is to be changed. */
export const rules =
  <T>(check: (values: T, issue: Issue) => void) =>
  (values: T, context: z.RefinementCtx<T>): void =>
    check(values, (name, message) =>
      context.addIssue({ code: 'custom', path: [name], message, input: values }),
    );
