import type { PayingAccount, PaymentTerms } from '../../write-side/readers.js';
import type {
  Instruction,
  MessageOutline,
  PaymentRail,
  WrittenFile,
} from '../../adapters/payment-rail/port.js';

/** What is the same for all messages of one release. */
export interface Release {
  readonly programmeId: string;
  readonly period: string;
  /**
   * As of the release: a cycle is paid under one set of terms, from its release until it is closed.
   */
  readonly terms: PaymentTerms;
  readonly currency: string;
  /** Civil date on which the debtor's bank is to execute. */
  readonly executionDate: string;
  /**
   * Instant written into the file; taken from an event, so that the file is the same whenever it is
   * written.
   */
  readonly createdAt: string;
}

/** The message from one account, before its transfers are known. */
export const outlineOf = (
  { createdAt, executionDate, currency }: Release,
  { debtor, format, characters }: PayingAccount,
  messageId: string,
): MessageOutline => ({
  messageId,
  createdAt,
  executionDate,
  debtor,
  currency,
  format,
  characters,
});

/** Why no message from this account can carry the transfer; undefined where one can. */
export const unfitFrom = (
  rail: PaymentRail,
  { debtor, format, characters }: PayingAccount,
  instruction: Instruction,
): string | undefined =>
  rail.unfit?.(instruction, { debtor, format, characters, currency: instruction.currency });

const PER_PIECE = 1_000;

/** Hands one message to the rail, in payment-id order. */
export async function writeMessage(
  rail: PaymentRail,
  release: Release,
  account: PayingAccount,
  messageId: string,
  instructions: readonly Instruction[],
): Promise<WrittenFile> {
  let totalMinor = 0n;
  for (const { amountMinor } of instructions) totalMinor += amountMinor;
  return rail.write(
    { ...outlineOf(release, account, messageId), count: instructions.length, totalMinor },
    piecesOf(instructions),
  );
}

function* piecesOf(instructions: readonly Instruction[]): Generator<readonly Instruction[]> {
  for (let i = 0; i < instructions.length; i += PER_PIECE)
    yield instructions.slice(i, i + PER_PIECE);
}
