import { addDays, addMonths, parseLocalDate } from '../../kernel/time.js';
import { ibanOfRib, ribOf } from '../../kernel/accounts.js';
import { csvField } from '../../kernel/csv.js';
import { COLUMNS, type GeneratedChild, type GeneratedHousehold } from './columns.js';
import { spoil } from './errors.js';
import { BANKS, FIRST_NAMES, REGIONS, SURNAMES } from './names.js';
import { mix, Random } from './random.js';

/** Shares between 0 and 1 of what a file has. */
export interface Shares {
  /** Rows that apply again for the same identity under another reference. */
  readonly duplicates: number;
  /** Rows with one mistake that the import rejects. */
  readonly errors: number;
  /** Households whose score is not below the threshold. */
  readonly aboveThreshold: number;
  readonly otherScheme: number;
  readonly wallets: number;
  readonly cash: number;
  readonly ibans: number;
  /** Of children. */
  readonly disabilities: number;
  /** Households without a father. */
  readonly orphans: number;
}

export const DEFAULT_SHARES: Shares = {
  duplicates: 0.01,
  errors: 0.02,
  aboveThreshold: 0.1,
  otherScheme: 0.04,
  wallets: 0.15,
  cash: 0.05,
  ibans: 0.05,
  disabilities: 0.03,
  orphans: 0.04,
};

export interface GenerateOptions {
  /** At most 10 million. */
  readonly count: number;
  /** A whole number of 32 bits; the same seed gives the same file. */
  readonly seed: number;
  readonly shares?: Partial<Shares>;
  /** First and last civil date of the applications (YYYY-MM-DD). */
  readonly receivedFrom?: string;
  readonly receivedTo?: string;
}

/** Streams of numbers of a row, apart so that a change in one does not change the others. */
const STREAM = {
  identity: 1,
  case: 2,
  account: 3,
  children: 4,
  duplicate: 5,
  error: 6,
  offset: 7,
  received: 8,
} as const;
const REGION_WEIGHTS = REGIONS.map(([, thousands]) => thousands);
const BANK_WEIGHTS = BANKS.map(([, weight]) => weight);
const CHILDREN_WEIGHTS = [17, 20, 26, 19, 10, 5, 2, 1];
const THRESHOLD_MICRO = 9_743_001;
/**
 * Affine maps with these are one-to-one, so that numbers of different households never meet by
 * chance.
 */
const CIN_SPACE = 676_000_000;
const CIN_STEP = 217_645_199;
const PHONE_SPACE = 100_000_000;
const PHONE_STEP = 48_271_917;
const MAX_COUNT = 10_000_000;

/**
 * Whether row `index` is the one of its stretch (of 1/share rows) that the seed chose: counts come
 * out as stated, within one.
 */
function chosen(index: number, share: number, seed: number, stream: number): boolean {
  if (share <= 0) return false;
  const stretch = Math.floor(index * share);
  const first = Math.ceil(stretch / share);
  const next = Math.ceil((stretch + 1) / share);
  return index === first + (mix(seed, stream, stretch) % Math.max(1, next - first));
}

function identityOf(
  index: number,
  seed: number,
): Pick<GeneratedHousehold, 'cin' | 'nom' | 'prenom' | 'nom_arabe' | 'telephone' | 'region'> {
  const random = new Random(mix(seed, STREAM.identity, index));
  const number = (index * CIN_STEP + mix(seed, STREAM.offset)) % CIN_SPACE;
  const letters = Math.floor(number / 1_000_000);
  const [nom, nomArabe] = random.pick(SURNAMES);
  const [prenom, prenomArabe] = random.pick(FIRST_NAMES);
  const phone = (index * PHONE_STEP + mix(seed, STREAM.offset)) % PHONE_SPACE;
  return {
    cin: `${String.fromCharCode(65 + Math.floor(letters / 26), 65 + (letters % 26))}${String(number % 1_000_000).padStart(6, '0')}`,
    nom,
    prenom,
    nom_arabe: `${prenomArabe} ${nomArabe}`,
    telephone: `06${String(phone).padStart(8, '0')}`,
    region: REGIONS[random.weighted(REGION_WEIGHTS)]![0],
  };
}

function schoolOf(random: Random, age: number): string {
  if (age < 6) return 'S0';
  if (age < 12) return random.chance(0.96) ? 'S1' : 'S0';
  if (age < 15) return random.chance(0.87) ? 'S2' : 'S0';
  if (age < 18) {
    if (!random.chance(0.7)) return 'S0';
    return random.chance(0.8) ? 'S3' : 'S2';
  }
  return random.chance(0.35) ? 'S3' : 'S0';
}

/**
 * Children eldest first, none over 20, a year to four apart, the youngest perhaps born in the month
 * of the application.
 */
function childrenOf(random: Random, shares: Shares, month: string): GeneratedChild[] {
  const count = random.weighted(CHILDREN_WEIGHTS);
  const orphan = random.chance(shares.orphans);
  const children: GeneratedChild[] = [];
  let ageInMonths = random.chance(0.03) ? 0 : random.between(0, 60);
  for (let i = 0; i < count && ageInMonths <= 250; i += 1) {
    children.unshift({
      naissance: addMonths(month, -ageInMonths),
      scolarite: schoolOf(random, Math.floor(ageInMonths / 12)),
      handicap: random.chance(shares.disabilities) ? 'H1' : 'H0',
      orphelin: orphan ? 'O1' : 'O0',
    });
    ageInMonths += random.between(12, 48);
  }
  return children;
}

/** A tenth sit right at the edge, where a mistake of one would show. */
const distanceAbove = (random: Random): number =>
  random.chance(0.1) ? 0 : Math.floor(random.next() * random.next() * 2_000_000);

/** Here a hundredth do. */
const distanceBelow = (random: Random): number =>
  random.chance(0.01) ? 0 : Math.floor((random.next() + random.next() + random.next()) * 800_000);

function scoreOf(random: Random, shares: Shares): string {
  const micro = random.chance(shares.aboveThreshold)
    ? THRESHOLD_MICRO + distanceAbove(random)
    : THRESHOLD_MICRO - 1 - distanceBelow(random);
  return `${Math.floor(micro / 1_000_000)},${String(micro % 1_000_000).padStart(6, '0')}`;
}

function accountOf(
  random: Random,
  shares: Shares,
  index: number,
  telephone: string,
): { compte_type: string; compte: string } {
  const kind = random.next();
  if (kind < shares.cash) return { compte_type: 'especes', compte: '' };
  if (kind < shares.cash + shares.wallets)
    return { compte_type: 'portefeuille', compte: telephone };
  const bank = BANKS[random.weighted(BANK_WEIGHTS)]![0];
  const rib = ribOf(
    bank,
    String(random.between(100, 899)),
    `${String(random.below(1_000_000)).padStart(6, '0')}${String(index).padStart(10, '0')}`,
  );
  return kind < shares.cash + shares.wallets + shares.ibans
    ? { compte_type: 'IBAN', compte: ibanOfRib(rib) }
    : { compte_type: 'RIB', compte: rib };
}

const frenchDate = (date: string): string =>
  `${date.slice(8, 10)}/${date.slice(5, 7)}/${date.slice(0, 4)}`;

const MAX_DAYS = 3_660;

/** The civil dates from the first to the last, both included; at least the first. */
function datesFrom(from: string, to: string): readonly string[] {
  const dates = [parseLocalDate(from, 'receivedFrom')];
  parseLocalDate(to, 'receivedTo');
  for (let date = addDays(from, 1); date <= to && dates.length < MAX_DAYS; date = addDays(date, 1))
    dates.push(date);
  return dates;
}

/**
 * Households for tests, demonstrations and training: realistic in size, ages, school, scores around
 * the threshold, disabilities, orphans, regions, names and accounts, with duplicates and mistakes
 * in the stated shares. Nobody in them exists. Streams: memory does not grow with the count. Row i
 * depends on the seed and i alone.
 * @throws RangeError for a count, seed or share out of range; DomainError INVALID_DATE
 */
export function* generateHouseholds(options: GenerateOptions): Generator<GeneratedHousehold> {
  const { count, seed } = options;
  const shares = { ...DEFAULT_SHARES, ...options.shares };
  if (!Number.isInteger(count) || count < 0 || count > MAX_COUNT)
    throw new RangeError(`count must be a whole number from 0 to ${MAX_COUNT}`);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
    throw new RangeError('seed must be a whole number from 0 to 4294967295');
  for (const [name, share] of Object.entries(shares))
    if (!(share >= 0 && share <= 1))
      throw new RangeError(`the share of ${name} must be from 0 to 1`);
  const dates = datesFrom(options.receivedFrom ?? '2025-09-01', options.receivedTo ?? '2025-10-20');
  const hasError = (index: number): boolean => chosen(index, shares.errors, seed, STREAM.error);
  const isDuplicate = (index: number): boolean =>
    index > 0 && !hasError(index) && chosen(index, shares.duplicates, seed, STREAM.duplicate);
  const receivedOf = (index: number): string =>
    new Random(mix(seed, STREAM.received, index)).pick(dates);
  let mistakes = 0;

  for (let index = 0; index < count; index += 1) {
    const random = new Random(mix(seed, STREAM.case, index));
    let person = index;
    if (isDuplicate(index)) {
      person = mix(seed, STREAM.duplicate, STREAM.identity, index) % index;
      while (person > 0 && (hasError(person) || isDuplicate(person))) person -= 1;
      if (hasError(person)) person = index;
    }
    const identity = identityOf(person, seed);
    const received = receivedOf(index);
    const household: GeneratedHousehold = {
      reference: `D-${received.slice(0, 4)}-${String(index + 1).padStart(7, '0')}`,
      ...identity,
      date_demande: frenchDate(received),
      score_rsu: scoreOf(random, shares),
      autre_regime: random.chance(shares.otherScheme) ? 'oui' : 'non',
      ...accountOf(
        new Random(mix(seed, STREAM.account, person)),
        shares,
        person,
        identity.telephone,
      ),
      enfants: childrenOf(
        new Random(mix(seed, STREAM.children, person)),
        shares,
        receivedOf(person).slice(0, 7),
      ),
    };
    if (hasError(index)) {
      yield spoil(household, mistakes);
      mistakes += 1;
    } else yield household;
  }
}

const CHUNK_ROWS = 500;
const childText = ({ naissance, scolarite, handicap, orphelin }: GeneratedChild): string =>
  `${naissance}/${scolarite}/${handicap}/${orphelin}`;

function* chunked(
  rows: Iterable<GeneratedHousehold>,
  start: string,
  write: (row: GeneratedHousehold) => string,
): Generator<string> {
  let chunk = start;
  let inChunk = 0;
  for (const row of rows) {
    chunk += write(row);
    inChunk += 1;
    if (inChunk === CHUNK_ROWS) {
      yield chunk;
      chunk = '';
      inChunk = 0;
    }
  }
  if (chunk !== '') yield chunk;
}

/**
 * The rows as CSV text, in chunks. `bom` for spreadsheets that take UTF-8 for something else
 * without it.
 */
export function householdsCsv(
  rows: Iterable<GeneratedHousehold>,
  { delimiter = ';', bom = false }: { delimiter?: ';' | ',' | '\t'; bom?: boolean } = {},
): Generator<string> {
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => csvField(cell, delimiter)).join(delimiter)}\n`;
  return chunked(rows, `${bom ? '\ufeff' : ''}${line(COLUMNS)}`, (row) =>
    line(
      COLUMNS.map((column) =>
        column === 'enfants' ? row.enfants.map(childText).join('|') : row[column],
      ),
    ),
  );
}

/** The rows as NDJSON text, in chunks; children are an array of objects. */
export const householdsNdjson = (rows: Iterable<GeneratedHousehold>): Generator<string> =>
  chunked(rows, '', (row) => `${JSON.stringify(row)}\n`);
