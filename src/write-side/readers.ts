import type { EventData } from '../../events/generated.js';
import type { Debtor, Format, Instruction } from '../adapters/payment-rail/port.js';
import type { CompiledPolicy, Policy } from '../eligibility/policy.js';
import type { AccountHold } from '../kernel/accounts.js';

/** One version in force, ready to run. */
export interface PolicyInForce {
  readonly version: number;
  readonly compiled: CompiledPolicy;
}

/** What jobs need to know of a programme, as of a position. */
export interface ProgrammePolicies {
  readonly programmeId: string;
  /** Of the programme's stream: its last event as of that position. */
  readonly revision: number;
  readonly definition: EventData['ProgrammeDefined'];
  readonly status: 'defined' | 'open' | 'closed';
  readonly terms: PaymentTerms;
  /** What a prepared cycle is checked for; none: cycles are approved unchecked. */
  readonly rules: EventData['ChecksConfigured']['rules'];
  /** What an account waits for before it is paid on. */
  readonly hold: AccountHold;
  /** When banks do not execute; absent: the programme did not say. */
  readonly calendar: Pick<EventData['CalendarSet'], 'weekend' | 'holidays'> | undefined;
  /** Months before the newest cycle that an application may be dated back to. */
  readonly backdatedMonths: number;
  /** Of each version: whether it is marked as not verified. */
  isUnverified(version: number): boolean;
  /**
   * The newest version first paid in the period or before. @throws DomainError NO_POLICY_FOR_PERIOD
   */
  policyOf(period: string): PolicyInForce;
  /**
   * The newest version in legal effect in the period, whenever it was first paid. @throws
   * DomainError NO_POLICY_FOR_PERIOD
   */
  policyInEffect(period: string): PolicyInForce;
}

/** An account that a programme pays from, and what its bank takes. */
export interface PayingAccount {
  /** Part of message ids; '' for the account of the programme's definition. */
  readonly accountId: string;
  readonly debtor: Debtor;
  readonly format: Format;
  readonly characters: 'unicode' | 'latin';
  /** Credit transfers in one file; absent: the default. */
  readonly maxPerFile?: number;
}

/** What a programme's payments leave under, from its definition and the terms set last. */
export interface PaymentTerms {
  readonly accounts: readonly PayingAccount[];
  /**
   * The account for a payment: the first whose regions and payee kinds take it, else the
   * definition's.
   */
  accountFor(region: string, kind: Instruction['payee']['kind']): PayingAccount;
  /** What the payee of a period reads on the statement. */
  remittanceOf(period: string): string;
}

/**
 * What a command may ask about another stream than its own: programmes with their compiled
 * policies, as the log has them when it asks, whichever process wrote them.
 */
export interface ProgrammeReader {
  /** @throws DomainError PROGRAMME_NOT_FOUND */
  of(programmeId: string): Promise<ProgrammePolicies>;
}

/**
 * What a command may ask about a person who is registered and, as the log has it when it asks, not
 * erased.
 */
export interface PersonReader {
  /**
   * @param regions those that the caller is limited to; nobody elsewhere is there
   * @throws DomainError PERSON_NOT_FOUND, PERSON_ERASED
   */
  of(
    personId: string,
    regions?: readonly string[],
  ): Promise<Pick<EventData['PersonRegistered'], 'region'>>;
}

/**
 * Tries a policy where what takes too long can be ended.
 * @throws DomainError POLICY_INVALID, POLICY_NO_VERDICT, POLICY_TOO_COSTLY
 */
export type RequireFit = (policy: Policy) => Promise<void>;
