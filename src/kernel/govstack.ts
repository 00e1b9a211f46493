import { hash } from 'node:crypto';
import { isUuid } from './ids.js';

/**
 * Lengths of the GovStack payments building block's G2P API, in characters, as its OpenAPI files
 * publish them. Where the request and its callback publish different lengths for one value (a
 * correlation id of 20 that comes back in 12), the shorter.
 */
export const LENGTHS = {
  /** Of the batch of an order, of its callback, and of registering and updating. */
  correlationId: 12,
  batchId: 50,
  /** One transfer: requestId of BulkPayment, instructionID of BulkValidateAccount. */
  instructionId: 16,
  payeeIdentity: 20,
  institutionId: 12,
  tenantId: 20,
  programId: 20,
  dfspId: 11,
  /** What RegisterBeneficiary and UpdateBeneficiary take. */
  financialAddress: 30,
  /** What BulkValidateAccount takes: neither an IBAN nor a RIB fits. */
  validatedAddress: 20,
  callbackUrl: 100,
  paymentMode: 20,
  narration: 50,
  failureReason: 100,
  responseDescription: 200,
  note: 200,
} as const;

/**
 * Answers of registering and updating. The files publish the length (2); the values are those of
 * the block's reference software.
 */
export const RESPONSE = { received: '00', refused: '01' } as const;

export type AccountKind = 'iban' | 'rib' | 'wallet' | 'cash';
export const MODALITIES = ['00', '01', '02', '03', '04'] as const;
export type Modality = (typeof MODALITIES)[number];

/**
 * 00 bank account, 01 mobile money, 02 virtual address, 03 wallet id, 04 voucher, as the block's
 * reference software reads the published enumeration. A wallet of ours is known by its telephone
 * number, and cash is handed out against a document.
 */
export const modalityOf = (kind: AccountKind): Modality =>
  (({ iban: '00', rib: '00', wallet: '01', cash: '04' }) as const)[kind];

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id of `length` letters and digits, 5 bits each, that is a function of its parts for ever. */
function idOf(length: number, ...parts: readonly (string | number)[]): string {
  const bytes = hash('sha256', `govstack\n${parts.join('\n')}`, 'buffer');
  let id = '';
  for (let bit = 0; id.length < length; bit += 5) {
    const at = bit >> 3;
    const two = (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
    id += CROCKFORD[(two >> (11 - (bit & 7))) & 31]!;
  }
  return id;
}

/**
 * The id of one transfer: 80 bits of the end-to-end id's hash, which is longer than the API has
 * room for.
 */
export const instructionIdOf = (endToEndId: string): string =>
  idOf(LENGTHS.instructionId, 'instruction', endToEndId);

/**
 * The id of one request about one batch of a message: 60 bits. The same request again has the same
 * id.
 */
export const correlationIdOf = (
  what: 'pay' | 'register' | 'update' | 'validate' | 'callback',
  messageId: string,
  batch: number,
): string => idOf(LENGTHS.correlationId, what, messageId, batch);

/** The id of a request that validates these accounts. */
export const validationIdOf = (accountIds: readonly string[]): string =>
  idOf(LENGTHS.correlationId, 'accounts', ...accountIds);

/** Letters and digits, and what a URL and a form carry as it stands. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~!$*';
const BASE = BigInt(DIGITS.length);
/** Without the version and the variant, which are the same in every id that Sanad makes. */
const BITS = 122n;

/**
 * The functional id of a person: their UUID, which has 36 characters, in the 20 that payeeIdentity
 * has room for. Upper and lower case differ. Reversible, so that no table of them is kept.
 */
export function functionalIdOf(personId: string): string {
  if (!isUuid(personId)) throw new RangeError('not a UUID');
  const hex = personId.replaceAll('-', '');
  const value = BigInt(`0x${hex}`);
  const packed =
    ((value >> 80n) << 74n) | (((value >> 64n) & 0xfffn) << 62n) | (value & 0x3fff_ffff_ffff_ffffn);
  if (hex[12] !== '5' || ((value >> 62n) & 3n) !== 2n)
    throw new RangeError('not a UUID of version 5');
  let rest = packed;
  let id = '';
  for (let i = 0; i < LENGTHS.payeeIdentity; i += 1) {
    id = DIGITS[Number(rest % BASE)]! + id;
    rest /= BASE;
  }
  return id;
}

/** The person of a functional id; undefined for one that Sanad did not make. */
export function personIdOf(functionalId: string): string | undefined {
  if (functionalId.length !== LENGTHS.payeeIdentity) return undefined;
  let packed = 0n;
  for (const character of functionalId) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) return undefined;
    packed = packed * BASE + BigInt(digit);
  }
  if (packed >> BITS !== 0n) return undefined;
  const value =
    ((packed >> 74n) << 80n) |
    (5n << 76n) |
    (((packed >> 62n) & 0xfffn) << 64n) |
    (2n << 62n) |
    (packed & 0x3fff_ffff_ffff_ffffn);
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
