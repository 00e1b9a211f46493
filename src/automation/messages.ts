import type { EventData } from '../../events/generated.js';
import type { Instruction, PaymentRail, WrittenFile } from '../adapters/payment-rail/port.js';
import { uuidOf } from '../kernel/ids.js';

/** ISO 20022 Max35Text. */
const MAX = 35;

/** Credit transfers in one pain.001 file. */
export const MAX_PER_FILE = 100_000;

/** A message id: readable where it fits, else a hash of the same parts. The same parts give the same id for ever. */
export function messageIdOf(programmeId: string, period: string, part: string): string {
  const readable = `${programmeId.toUpperCase()}-${period}-${part}`;
  return readable.length <= MAX ? readable : `M${hex(uuidOf('message', programmeId, period, part))}`;
}

/** The end-to-end id of an attempt: 'E' and 24 hex characters, a function of payment and attempt. */
export const endToEndIdOf = (paymentId: string, attempt: number): string => `E${hex(uuidOf('e2e', paymentId, attempt)).slice(0, 24)}`;

const hex = (uuid: string): string => (uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)).toUpperCase();

/** What the payee reads on the statement. */
export const remittanceOf = (programmeId: string, period: string): string => `${programmeId.toUpperCase()} ${period}`;

/** What is the same for all messages of one release. */
export interface Release {
  readonly programmeId: string;
  readonly period: string;
  readonly debtor: EventData['ProgrammeDefined']['debtor'];
  readonly currency: string;
  /** Civil date on which the debtor's bank is to execute. */
  readonly executionDate: string;
  /** Instant written into the file; taken from an event, so that the file is the same whenever it is written. */
  readonly createdAt: string;
}

const PER_PIECE = 1_000;

/** Hands one message to the rail, in payment-id order. */
export async function writeMessage(rail: PaymentRail, release: Release, messageId: string, instructions: readonly Instruction[]): Promise<WrittenFile> {
  let totalMinor = 0n;
  for (const { amountMinor } of instructions) totalMinor += amountMinor;
  const { createdAt, executionDate, debtor, currency } = release;
  return rail.write({ messageId, createdAt, executionDate, debtor, currency, count: instructions.length, totalMinor }, piecesOf(instructions));
}

function* piecesOf(instructions: readonly Instruction[]): Generator<readonly Instruction[]> {
  for (let i = 0; i < instructions.length; i += PER_PIECE) yield instructions.slice(i, i + PER_PIECE);
}
