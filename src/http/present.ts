import { formatAmount } from '../kernel/money.js';
import type { ProgrammeReader } from '../write-side/readers.js';

/** Raw data of events keeps its stored form: minor units as strings, under their own names. */
const STORED = ['detail', 'inputs', 'texts', 'history', 'data', 'meta'] as const;
const AS_STORED: ReadonlySet<string> = new Set(STORED);

/** The type of a view as `presented` sends it. */
export type Presented<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Presented<Item>[]
    : T extends object
      ? PresentedObject<T>
      : T;
type PresentedObject<T> = {
  readonly [K in keyof T as ShownKey<K>]: K extends (typeof STORED)[number]
    ? T[K]
    : Presented<T[K]>;
};
type ShownKey<K> = K extends `${infer Name}Minor` ? Name : K;

type Currencies = ReadonlyMap<string, string>;

/**
 * A view as clients see it: amounts in minor units ("amountMinor": 50000n) become decimal strings
 * in major units ("amount": "500.00") of the currency that is nearest: in the same object, around
 * it, or of the programme that it names.
 */
export async function presented(value: unknown, reader: ProgrammeReader): Promise<unknown> {
  const programmes = new Set<string>();
  collect(value, programmes);
  const currencies = new Map<string, string>();
  for (const programme of programmes)
    currencies.set(programme, (await reader.of(programme)).definition.currency);
  return present(value, currencies, undefined);
}

function collect(value: unknown, programmes: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, programmes);
    return;
  }
  const programme = programmeIn(value as Record<string, unknown>);
  if (programme !== undefined) programmes.add(programme);
  for (const [key, item] of Object.entries(value))
    if (!AS_STORED.has(key)) collect(item, programmes);
}

/**
 * The programme that an object without a currency names, by itself or as the first part of its
 * cycle's id.
 */
function programmeIn({
  currency,
  programmeId,
  cycleId,
}: Record<string, unknown>): string | undefined {
  if (typeof currency === 'string' && currency !== '') return undefined;
  if (typeof programmeId === 'string' && programmeId !== '') return programmeId;
  return typeof cycleId === 'string' ? cycleId.split('-', 1)[0] : undefined;
}

function present(value: unknown, currencies: Currencies, around: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => present(item, currencies, around));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  const programme = programmeIn(record);
  const inherited = programme === undefined ? around : currencies.get(programme);
  const named = record['currency'];
  const currency = typeof named === 'string' && named !== '' ? named : inherited;
  const shown: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(record)) {
    if (AS_STORED.has(key)) shown[key] = item;
    else if (!key.endsWith('Minor')) shown[key] = present(item, currencies, currency);
    else if (item === null) shown[key.slice(0, -'Minor'.length)] = null;
    else if (
      currency !== undefined &&
      (typeof item === 'bigint' || (typeof item === 'string' && /^-?[0-9]+$/.test(item)))
    )
      shown[key.slice(0, -'Minor'.length)] = formatAmount(item, currency);
    else shown[key] = present(item, currencies, currency);
  }
  return shown;
}
