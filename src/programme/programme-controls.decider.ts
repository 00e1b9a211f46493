import type { EventData } from '../../events/generated.js';
import type { AccountHold } from '../kernel/accounts.js';
import { contentHash } from '../kernel/canonical.js';
import { requireEverywhere, type CommandOf, type Context, type Draft } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { faultOfText } from '../kernel/text.js';
import { requireOwnWord, wordOf, type Proposal } from '../kernel/two-people.js';
import {
  areWeakerChecks,
  contentOfBackdating,
  contentOfChecks,
  contentOfHold,
  contentOfTerms,
  holdOf,
  isWeakerHold,
} from './controls.rule.js';
import { requireAccount, requireParty, requireText } from './paying-party.rule.js';

/** What takes two managers. */
export type ProposedByManager = EventData['ProgrammeProposalWithdrawn']['what'];

/** What a programme's managers set about its money; what weakens it takes two of them. */
export interface Controls {
  /** Set last; absent: all payments leave from the account of the definition. */
  readonly terms: EventData['PaymentTermsSet'] | undefined;
  /** What a prepared cycle is checked for. */
  readonly rules: EventData['ChecksConfigured']['rules'];
  /** What an account waits for before it is paid on. */
  readonly hold: AccountHold;
  /** Months before the newest cycle that an application may be dated back to. */
  readonly backdatedMonths: number;
  /** What one manager said of each, until a second one says the same or it is set. */
  readonly proposals: Readonly<Record<ProposedByManager, readonly Proposal[]>>;
}

export type ControlsCommand =
  | ({ readonly type: 'SetPaymentTerms' } & EventData['PaymentTermsSet'])
  | ({ readonly type: 'ConfigureChecks' } & EventData['ChecksConfigured'])
  | ({ readonly type: 'SetAccountHold' } & EventData['AccountHoldSet'])
  | ({ readonly type: 'SetBackdatingLimit' } & EventData['BackdatingLimitSet']);

export type WithdrawProposal = {
  readonly type: 'WithdrawProposal';
} & EventData['ProgrammeProposalWithdrawn'];

type ControlsEvent =
  | 'PaymentTermsSet'
  | 'PaymentTermsProposed'
  | 'ChecksConfigured'
  | 'ChecksProposed'
  | 'AccountHoldSet'
  | 'AccountHoldProposed'
  | 'BackdatingLimitSet'
  | 'BackdatingLimitProposed';
type Drafts = readonly Draft<ControlsEvent>[];
type Acting = Pick<Context, 'actor'>;

/**
 * The same terms again change nothing. Numbers are public money, but a wrong digit is money
 * elsewhere.
 */
export function setTerms(
  state: Controls,
  { type, ...data }: CommandOf<ControlsCommand, 'SetPaymentTerms'>,
  { actor }: Acting,
): Drafts {
  const seen = new Set<string>();
  requireText(faultOfText(data.remittance, 'one'), 'remittance');
  data.accounts.forEach((account, i) => {
    const { accountId } = account;
    if (seen.has(accountId))
      throw new DomainError(
        'ACCOUNT_ID_USED',
        `The account id ${accountId} names two accounts.`,
        'invalid',
        `accounts/${i}/accountId`,
      );
    seen.add(accountId);
    requireAccount(account, `accounts/${i}/number`);
    requireParty(account, `accounts/${i}/`);
  });
  if (state.terms && contentHash(state.terms) === contentHash(data)) return [];
  const word = wordOf(state.proposals.terms, { by: actor.id, content: contentOfTerms(data) });
  return byTwo(word, { type: 'PaymentTermsProposed', data }, [{ type: 'PaymentTermsSet', data }]);
}

export function setAccountHold(
  state: Controls,
  command: CommandOf<ControlsCommand, 'SetAccountHold'>,
  { actor }: Acting,
): Drafts {
  const { type, ...data } = command;
  const hold = holdOf(data);
  if (state.hold.days === hold.days && state.hold.verification === hold.verification) return [];
  const set = [{ type: 'AccountHoldSet', data } as const];
  if (!isWeakerHold(state.hold, hold)) return set;
  const said = { by: actor.id, content: contentOfHold(data) };
  const proposal = { type: 'AccountHoldProposed', data: { ...data, ...hold } } as const;
  return byTwo(wordOf(state.proposals.hold, said), proposal, set);
}

export type CheckRule = EventData['ChecksConfigured']['rules'][number];
type CheckName = CheckRule['check'];

/**
 * Every check that a programme may configure. One that measures something needs to be told how much
 * is too much, and one that compares with an amount, which.
 */
const CHECKS = {
  'person-elsewhere': { needsLimit: false, needsAmount: false },
  'account-elsewhere': { needsLimit: false, needsAmount: false },
  'shared-account': { needsLimit: true, needsAmount: false },
  'payee-erased': { needsLimit: false, needsAmount: false },
  'not-payable': { needsLimit: false, needsAmount: false },
  'no-account': { needsLimit: false, needsAmount: false },
  'above-entitlement': { needsLimit: false, needsAmount: false },
  'region-change': { needsLimit: true, needsAmount: false },
  'over-budget': { needsLimit: false, needsAmount: false },
  'over-forecast': { needsLimit: true, needsAmount: true },
} as const satisfies Record<CheckName, { needsLimit: boolean; needsAmount: boolean }>;

export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];

export function configureChecks(
  state: Controls,
  { type, ...data }: CommandOf<ControlsCommand, 'ConfigureChecks'>,
  { actor }: Acting,
): Drafts {
  const seen = new Set<string>();
  data.rules.forEach(({ check, limit, amountMinor }, i) => {
    if (seen.has(check))
      throw new DomainError(
        'CHECK_TWICE',
        `The check ${check} occurs twice.`,
        'invalid',
        `rules/${i}/check`,
      );
    seen.add(check);
    const { needsLimit, needsAmount } = CHECKS[check];
    if (needsLimit && limit === undefined)
      throw new DomainError(
        'LIMIT_MISSING',
        `The check ${check} needs a limit.`,
        'invalid',
        `rules/${i}/limit`,
      );
    if (needsAmount && amountMinor === undefined)
      throw new DomainError(
        'LIMIT_MISSING',
        `The check ${check} needs an amount in minor units.`,
        'invalid',
        `rules/${i}/amountMinor`,
      );
  });
  if (contentHash(state.rules) === contentHash(data.rules)) return [];
  const configured = [{ type: 'ChecksConfigured', data } as const];
  if (!areWeakerChecks(state.rules, data.rules)) return configured;
  const word = wordOf(state.proposals.checks, { by: actor.id, content: contentOfChecks(data) });
  return byTwo(word, { type: 'ChecksProposed', data }, configured);
}

/** Dating back further pays more months; it takes two managers, and dating back less one. */
export function setBackdatingLimit(
  state: Controls,
  { type, ...data }: CommandOf<ControlsCommand, 'SetBackdatingLimit'>,
  { actor }: Acting,
): Drafts {
  if (data.months === state.backdatedMonths) return [];
  const limited = [{ type: 'BackdatingLimitSet', data } as const];
  if (data.months < state.backdatedMonths) return limited;
  const said = { by: actor.id, content: contentOfBackdating(data) };
  const word = wordOf(state.proposals.backdating, said);
  return byTwo(word, { type: 'BackdatingLimitProposed', data }, limited);
}

/** A manager takes their own word back; what it was about stays as it is. */
export function withdrawProposal(
  { proposals }: Controls,
  { type, ...data }: WithdrawProposal,
  context: Acting,
): readonly Draft<'ProgrammeProposalWithdrawn'>[] {
  requireEverywhere(context);
  requireOwnWord(
    proposals[data.what].map(({ by }) => by),
    context.actor.id,
  );
  return [{ type: 'ProgrammeProposalWithdrawn', data }];
}

/** What one manager says is proposed, and counts once another says the same. */
export function byTwo<P, D>(
  word: ReturnType<typeof wordOf>,
  proposal: P,
  decided: readonly D[],
): readonly (P | D)[] {
  if (word === 'first') return [proposal];
  return word === 'second' ? decided : [];
}
