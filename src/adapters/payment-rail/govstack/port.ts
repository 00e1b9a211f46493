import type { Actor } from '../../../kernel/decider.js';

/** How a GovStack payments building block is reached, and what Sanad is called there. */
export interface GovstackSettings {
  /** Where the paths of the published API begin, without a slash at the end. */
  readonly url: string;
  /** Sanad's own id there: sourceBBID and the registering institution; at most 12 characters. */
  readonly bbId: string;
  /** Platform-TenantId; at most 20 characters. Absent: the bbId. */
  readonly tenantId?: string;
  /** Where the block's callbacks come; at most 100 characters. Usually ends in /govstack. */
  readonly callbackUrl: string;
  /**
   * Sent as a bearer token. The published API has none; what stands before a block usually asks for
   * one.
   */
  readonly token?: string;
  /** To wait for one answer. */
  readonly timeoutMs: number;
  /** How often one request is sent at most, the first time included. */
  readonly attempts: number;
  /** Transfers in one BulkPayment. */
  readonly batchSize: number;
  readonly paymentMode: string;
  /** Payees are registered and updated before they are paid. */
  readonly register: boolean;
  /**
   * Accounts are validated before they are paid, by this institution (destinationDFSPID, at most 11
   * characters). Absent: not.
   */
  readonly validateAt?: string;
}

/** One transfer of a batch that was sent, as its document has it. */
export interface SentTransfer {
  readonly instructionId: string;
  readonly paymentId: string;
  readonly endToEndId: string;
  readonly payeeIdentity: string;
  /** Only for telling which account was meant: it goes no further. */
  readonly account: string;
  readonly amountMinor: bigint;
}
export interface SentBatch {
  /** Ours, of 12 characters; the block's callback says it again. */
  readonly correlationId: string;
  readonly messageId: string;
  /** The block's; absent where it answered that it has the batch already, without saying its id. */
  readonly batchId?: string;
  readonly currency: string;
  readonly transfers: readonly SentTransfer[];
}
/** An account that the block is asked to look at. `address` is its number. */
export interface AccountToValidate {
  readonly personId: string;
  readonly accountId: string;
  readonly address: string;
}
/** The same without its number, as it is kept until the block answers. */
export interface ValidatedAccount {
  readonly instructionId: string;
  readonly personId: string;
  readonly accountId: string;
}
/** What the block says about one transfer of a batch. */
export interface BlockTransaction {
  readonly transactionId?: string;
  readonly payeePartyId?: string;
  /** The JSON number as it was written. */
  readonly amount?: string | null;
  readonly currency?: string;
  readonly status?: string;
  readonly completedAt?: string;
  readonly errorInformation?: string;
}

/** What was sent to the block, and what it says became of it. */
export interface GovstackBlock {
  /**
   * A batch that the block has taken; undefined for one that it was not sent, or did not confirm
   * yet. @throws RailError where its document is gone or damaged
   */
  batch(correlationId: string): Promise<SentBatch | undefined>;
  /**
   * The batches of a message of ours that went to the block, in order. @throws RailError as `batch`
   */
  batchesOf(messageId: string): AsyncIterable<SentBatch>;
  /**
   * Asks the block to validate accounts (BulkValidateAccount), apart from any payment. The same
   * accounts again are the same request.
   * @returns how many were asked about, and how many have a number longer than the published 20
   *   characters
   * @throws RailError
   */
  validate(
    accounts: readonly AccountToValidate[],
    signal?: AbortSignal,
  ): Promise<{ readonly asked: number; readonly tooLong: number }>;
  /** What one such request asked about; undefined for a batch id that is none. */
  validatedAccounts(batchId: string): Promise<readonly ValidatedAccount[] | undefined>;
  /** Asks the block (BatchDetails), page by page. @throws RailError */
  details(batch: SentBatch, signal?: AbortSignal): AsyncIterable<readonly BlockTransaction[]>;
}
export const GOVSTACK_BLOCK = Symbol('GovstackBlock');

/** An account that somebody asked about, as it is kept until it is answered: without its number. */
export interface AskedAccount {
  readonly instructionId: string;
  /** The keyed hash of its number. */
  readonly accountHash: string;
  /** The others under which events may hold the same account. */
  readonly otherHashes?: readonly string[];
  /** Why it is not paid on where a person here has it; absent: it is. */
  readonly known?: string;
  /** Why it is not paid on where nobody has it. */
  readonly unknown: string;
}
/** What a caller is owed: an answer, or one that is still to be found. */
export interface OwedCallback {
  /** For messages, without anything personal. */
  readonly what: string;
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly answer:
    | { readonly body: object }
    | {
        readonly clientCorrelationId: string;
        readonly batchId: string;
        readonly accounts: readonly AskedAccount[];
        /** Who asks about persons' accounts: that is noted before they are answered. */
        readonly by: { readonly actor: Pick<Actor, 'id' | 'role'>; readonly correlationId: string };
      };
}

/** Calls back whoever used Sanad as a payments block. */
export interface GovstackCaller {
  /** Whether a caller may be called back there. */
  allows(url: string): boolean;
  /**
   * Durable when it resolves: delivered at least once, or given up after many tries and told.
   * @throws DomainError JOB_QUEUE_AWAY, JOB_QUEUE_FAILED
   */
  owe(callback: OwedCallback): Promise<void>;
}
export const GOVSTACK_CALLER = Symbol('GovstackCaller');

/**
 * One attempt to deliver a callback. @throws RailError RAIL_REFUSED where it was refused,
 * RAIL_FAILED where it may go through another time
 */
export type CallbackPost = (
  callback: Pick<OwedCallback, 'what' | 'url' | 'query'>,
  body: object,
  signal: AbortSignal,
) => Promise<void>;
