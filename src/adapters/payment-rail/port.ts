import type { z } from 'zod';
import type { SettingsReader } from '../settings/port.js';

/**
 * One credit transfer to be instructed. Amounts in minor units; names and accounts come from the
 * vault.
 */
export interface Instruction {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly payee: {
    readonly name: string;
    readonly kind: 'iban' | 'rib' | 'wallet' | 'cash';
    readonly account: string;
  };
  readonly remittance: string;
}

/** What a bank wants to read in a message besides; absent: it is not in it. */
interface DebtorTerms {
  /** ChrgBr: who bears the charges. */
  readonly chargeBearer?: 'SLEV' | 'SHAR' | 'DEBT' | 'CRED';
  /** Code of SvcLvl. */
  readonly serviceLevel?: string;
  readonly identifier?: string;
  /** Of `identifier` and `initiatorId`. */
  readonly identifierScheme?: string;
  readonly address?: {
    readonly street?: string;
    readonly building?: string;
    readonly postCode?: string;
    readonly town?: string;
    readonly country: string;
  };
  /** Of the payees' postal address. */
  readonly payeeCountry?: string;
  /** Put before a wallet's national number; absent: Morocco's for a bank there. */
  readonly callingCode?: string;
  /** Of the document that is shown for cash; absent: NIDN. */
  readonly documentScheme?: string;
  /** BIC by the first three digits of a RIB, or of all wallets, or of cash. */
  readonly payeeAgents?: readonly { readonly bank: string; readonly bic: string }[];
}

/** The account that pays: an IBAN, or a national number (RIB) with its check key. */
export type Debtor = {
  readonly name: string;
  readonly bic: string;
  /** How the bank knows who sends the file; at most 35 characters. */
  readonly initiatorId?: string;
} & DebtorTerms &
  ({ readonly iban: string } | { readonly rib: string });

export const FORMATS = ['pain.001.001.09', 'pain.001.001.03'] as const;
export type Format = (typeof FORMATS)[number];

/** A message before its transfers are known. */
export interface MessageOutline {
  /** Unique per debtor for ever; at most 35 characters. */
  readonly messageId: string;
  readonly createdAt: string;
  readonly executionDate: string;
  readonly debtor: Debtor;
  readonly currency: string;
  /** Absent: pain.001.001.09. */
  readonly format?: Format;
  /**
   * latin, or absent: names and texts in the characters that payment systems share (see
   * kernel/transliteration). A bank that takes any says so.
   */
  readonly characters?: 'unicode' | 'latin';
}
/** What a transfer needs to know of the message that it will stand in. */
export type TransferOutline = Pick<MessageOutline, 'debtor' | 'currency' | 'format' | 'characters'>;
export interface MessageHead extends MessageOutline {
  readonly count: number;
  readonly totalMinor: bigint;
}
export interface WrittenFile {
  readonly name: string;
  readonly messageId: string;
  readonly sha256: string;
  readonly count: number;
  readonly totalMinor: string;
}

/**
 * A message under way, whose count and total come out at its end. Nothing of it is under its name
 * before `finish`.
 */
export interface MessageWriter {
  /** Adds transfers, in the order in which they will stand; one call at a time. */
  add(instructions: readonly Instruction[]): Promise<void>;
  /** Undefined where nothing was added: there is no file then. */
  finish(): Promise<WrittenFile | undefined>;
  /** Forgets it. After `finish` it does nothing. */
  abandon(): Promise<void>;
}

/**
 * Hands instructions to a payment system. Writing the same message twice leaves the same bytes
 * under the same name. The file appears whole (temporary name, sync, rename) or not at all.
 */
export interface PaymentRail {
  /**
   * Why no message of this rail can carry a transfer; undefined where one can. Asked before the
   * instruction is recorded, so that one that cannot be written does not stop those that can. Names
   * the part at fault, never what it says. Absent: it carries what `write` takes.
   */
  unfit?(instruction: Instruction, outline: TransferOutline): string | undefined;
  write(
    head: MessageHead,
    instructions: AsyncIterable<readonly Instruction[]> | Iterable<readonly Instruction[]>,
  ): Promise<WrittenFile>;
  begin(outline: MessageOutline): Promise<MessageWriter>;
}

/**
 * Why a message was not written: nothing of it is left under its name. `detail` names the payment,
 * never a name or an account.
 */
export class RailError extends Error {
  constructor(
    readonly code:
      | 'INSTRUCTION_INVALID'
      | 'LIMIT_EXCEEDED'
      | 'CONTROL_SUM_DIFFERS'
      | 'MESSAGE_DIFFERS'
      | 'MESSAGE_BUSY'
      | 'SCHEMA_MISSING'
      | 'SCHEMA_REFUSES'
      | 'DISK_FULL'
      | 'RAIL_REFUSED'
      | 'RAIL_FAILED',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'RailError';
  }
}

/** What a rail that settings may ask for can be told. */
export interface RailDeclaration<S extends object> {
  /** The setting that asks for it: of two that are set, payments could not go both ways. */
  readonly askedBy: string;
  /** Everything that it can be told, for the table of settings. */
  readonly settings: readonly z.ZodObject[];
  isAskedFor(reader: SettingsReader): boolean;
  /** What the environment says; undefined where something of it is wrong. */
  read(reader: SettingsReader): S | undefined;
}
