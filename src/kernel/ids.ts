import { hash } from 'node:crypto';
import { DomainError } from './errors.js';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };
export type ProgrammeId = Branded<'programme'>;
export type PersonId = Branded<'person'>;
export type ApplicationId = Branded<'application'>;
export type CycleId = Branded<'cycle'>;
export type PaymentId = Branded<'payment'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PROGRAMME = /^[a-z][a-z0-9]{1,30}$/;
const CYCLE = /^([a-z][a-z0-9]{1,30})-([0-9]{4}-(?:0[1-9]|1[0-2]))$/;
const CORRECTION = /^([a-z][a-z0-9]{1,30})-([0-9]{4})$/;
export const PAYMENT_ID =
  /^([a-z][a-z0-9]{1,30})-([0-9]{4}-(?:0[1-9]|1[0-2]))-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const isUuid = (text: string): boolean => UUID.test(text);

function parse<T extends string>(pattern: RegExp, text: string, what: string, field: string): T {
  if (typeof text !== 'string' || !pattern.test(text))
    throw new DomainError('INVALID_ID', `${field} is not a ${what}.`, 'invalid', field);
  return text as T;
}
export const parseProgrammeId = (text: string, field = 'programmeId'): ProgrammeId =>
  parse(PROGRAMME, text, 'programme code', field);
export const parsePersonId = (text: string, field = 'personId'): PersonId =>
  parse(UUID, text, 'person id (lower-case UUID)', field);
export const parseApplicationId = (text: string, field = 'applicationId'): ApplicationId =>
  parse(UUID, text, 'application id (lower-case UUID)', field);
export const parseCycleId = (text: string, field = 'cycleId'): CycleId =>
  parse(CYCLE, text, 'cycle id (<programme>-<YYYY-MM>)', field);
export const parseEntryId = (text: string, field = 'entryId'): string =>
  parse(UUID, text, 'bank entry id (lower-case UUID)', field);
export const parseSetAsideId = (text: string, field = 'eventId'): string =>
  parse(UUID, text, 'event id (lower-case UUID)', field);
export const parseBreakId = (text: string, field = 'breakId'): string =>
  parse(UUID, text, 'break id (lower-case UUID)', field);
export const parseSha256 = (text: string, field = 'sha256'): string =>
  parse(/^[0-9a-f]{64}$/, text, 'SHA-256 in lower-case hex', field);
export const parsePaymentId = (text: string, field = 'paymentId'): PaymentId =>
  parse(PAYMENT_ID, text, 'payment id (<programme>-<YYYY-MM>-<person>)', field);

export const parseCorrectionId = (text: string, field = 'correctionId'): string =>
  parse<string>(CORRECTION, text, 'correction id (<programme>-<4 digits>)', field);

/** As many corrections of one programme have an id; rejected ones have theirs too. */
const MAX_CORRECTIONS = 9_999;

/** @param number from 1 @throws DomainError LIMIT_EXCEEDED */
export function correctionId(programme: string, number: number): string {
  if (number > MAX_CORRECTIONS)
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `${programme} had ${MAX_CORRECTIONS} corrections, and there is no id for another one.`,
      'invalid',
      'programmeId',
    );
  return `${programme}-${String(number).padStart(4, '0')}`;
}
/** One account of what a household owes a programme. */
export const recoveryId = (programme: string, person: string): string => `${programme}-${person}`;
/** The person is a UUID. */
export const partsOfRecovery = (recovery: string): { programmeId: string; personId: string } => ({
  programmeId: recovery.slice(0, -37),
  personId: personIn(recovery),
});
export const cycleId = (programme: string, period: string): CycleId =>
  `${programme}-${period}` as CycleId;
export const paymentId = (programme: string, period: string, person: string): PaymentId =>
  `${programme}-${period}-${person}` as PaymentId;

/** The person whom a stream is of, or an id that ends with theirs: a UUID. */
export const personIn = (name: string): string => name.slice(-36);

/** The cycle that a payment is of; the person is a UUID. */
export const cycleOfPayment = (payment: string): string => payment.slice(0, -37);

export function partsOfCycle(id: string): { programmeId: string; period: string } {
  const match = CYCLE.exec(id);
  if (!match)
    throw new DomainError(
      'INVALID_ID',
      'cycleId is not a cycle id (<programme>-<YYYY-MM>).',
      'invalid',
      'cycleId',
    );
  return { programmeId: match[1]!, period: match[2]! };
}
export function partsOfPayment(id: string): {
  programmeId: string;
  period: string;
  personId: string;
} {
  const match = PAYMENT_ID.exec(id);
  if (!match)
    throw new DomainError(
      'INVALID_ID',
      'paymentId is not a payment id (<programme>-<YYYY-MM>-<person>).',
      'invalid',
      'paymentId',
    );
  return { programmeId: match[1]!, period: match[2]!, personId: match[3]! };
}

/** Names of streams. The part before the first dash is the category. */
export const streams = {
  programme: (programme: string) => `programme-${programme}`,
  budget: (programme: string, fiscalYear: number) => `budget-${programme}-${fiscalYear}`,
  person: (person: string) => `person-${person}`,
  identity: (identityHash: string) => `identity-${identityHash}`,
  application: (application: string) => `application-${application}`,
  enrolment: (programme: string, person: string) => `enrolment-${programme}-${person}`,
  cycle: (cycle: string) => `cycle-${cycle}`,
  payment: (payment: string) => `payment-${payment}`,
  message: (sha256: string) => `message-${sha256}`,
  entry: (entry: string) => `entry-${entry}`,
  correction: (correction: string) => `correction-${correction}`,
  adjustment: (programme: string, person: string) => `adjustment-${programme}-${person}`,
  recovery: (recovery: string) => `recovery-${recovery}`,
  /** What people decided of an event that automations could not act on. */
  automation: (event: string) => `automation-${event}`,
} as const;

/** The id that a stream is named by: what stands behind its category. */
export const idIn = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

const hex = (bytes: string): string =>
  `${bytes.slice(0, 8)}-${bytes.slice(8, 12)}-5${bytes.slice(13, 16)}-${'89ab'[parseInt(bytes[16]!, 16) & 3]}${bytes.slice(17, 20)}-${bytes.slice(20, 32)}`;

/**
 * A name-based UUID (RFC 9562 version 5, SHA-1), of a namespace word and parts; the same parts give
 * the same id for ever.
 */
export const uuidOf = (...parts: readonly (string | number)[]): string =>
  hex(hash('sha1', `sanad\n${parts.join('\n')}`, 'hex'));

/** The id of the index-th event of a command. */
export const eventId = (commandId: string, index: number): string =>
  hex(hash('sha1', `${commandId}\n${index}`, 'hex'));

/** An instruction's place among those of its payment, from 1; more of them are refused. */
const MAX_ATTEMPTS = 999;

/**
 * Unique end-to-end transaction reference of an instruction: by its shape a random UUID (version
 * 4), as ISO 20022 demands, yet the same every time.
 */
export function uetrOf(paymentId: string, attempt: number): string {
  const digits = hash('sha1', `uetr\n${paymentId}\n${attempt}`, 'hex');
  const variant = '89ab'[Number.parseInt(digits[16]!, 16) & 3]!;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** Which of a payment's instructions has the UETR, in lower case. */
export function attemptOfUetr(paymentId: string, uetr: string): number | undefined {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1)
    if (uetrOf(paymentId, attempt) === uetr) return attempt;
  return undefined;
}
