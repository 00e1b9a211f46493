import type { EventData } from '../../events/generated.js';
import { DomainError } from '../kernel/errors.js';
import { reasonOf, type Language, type Variables } from './expression.js';
import type { Facts } from './facts.js';
import { CEILING_ITEM, FLOOR_ITEM, type CompiledBenefit, type Policy } from './rules.js';

/** What one period pays, itemised; the items sum to the amount. */
export type Entitlement = EventData['EligibilityDetermined']['entitlement'];
export type EntitlementItem = Entitlement['items'][number];

/** A single benefit pays at most this; so 200 items stay within the 18 digits that events allow. */
const MAX_AMOUNT_MINOR = 999_999_999_999_999n;
const MAX_ITEMS = 200;
/**
 * Results kept for members seen before. A national programme has some ten thousand different ones a
 * period.
 */
const MEMO_LIMIT = 100_000;

/**
 * What one member (or the household itself) adds. Shared between households: never changed once
 * made.
 */
interface Share {
  readonly monthly: readonly EntitlementItem[];
  readonly monthlyMinor: bigint;
  readonly oneOff: readonly EntitlementItem[];
  readonly oneOffMinor: bigint;
}

/** The benefits that run over the same list, with what their expressions read. */
interface BenefitSet {
  readonly over: string | undefined;
  readonly monthly: readonly CompiledBenefit[];
  readonly oneOff: readonly CompiledBenefit[];
  readonly scalars: readonly string[];
  readonly sizes: readonly string[];
  readonly memberFields: readonly string[];
  /** The facts that make up the `household` variable. */
  readonly householdFacts: readonly string[];
  /**
   * False when an expression looks into a list of the household: its result then depends on more
   * than a key can say.
   */
  readonly memoised: boolean;
}

const NOTHING: Share = { monthly: [], monthlyMinor: 0n, oneOff: [], oneOffMinor: 0n };

function benefitSets(
  monthly: readonly CompiledBenefit[],
  oneOff: readonly CompiledBenefit[],
): BenefitSet[] {
  const all = [...monthly, ...oneOff];
  return [...new Set(all.map(({ benefit }) => benefit.over))].map((over) => {
    const ours = ({ benefit }: CompiledBenefit): boolean => benefit.over === over;
    const reads = all
      .filter(ours)
      .flatMap(({ when, amountMinor }) => [when.reads, amountMinor.reads]);
    const scalars = [...new Set(reads.flatMap((r) => [...r.scalars]))];
    const sizes = [...new Set(reads.flatMap((r) => [...r.sizes]))];
    const lists = [...new Set(reads.flatMap((r) => [...r.lists]))];
    return {
      over,
      scalars,
      sizes,
      monthly: monthly.filter(ours),
      oneOff: oneOff.filter(ours),
      memberFields: [...new Set(reads.flatMap((r) => [...r.member]))].filter(
        (name) => name !== 'rank',
      ),
      householdFacts: [...new Set([...scalars, ...sizes, ...lists])],
      memoised: lists.length === 0,
    };
  });
}

/**
 * Computes entitlements under one policy. Keeps the shares of members it has seen, so that a
 * million households cost a look-up a child rather than an evaluation of every expression.
 */
export class Entitlements {
  readonly #sets: readonly BenefitSet[];
  /** Lists that are counted, or run over. */
  readonly #lists: readonly string[];
  readonly #floor: bigint;
  readonly #ceiling: bigint | undefined;
  readonly #cap: number;
  readonly #language: Language;
  /** Per period and set, by the member's key. */
  readonly #memo = new Map<string, Map<string, Share>[]>();
  #kept = 0;

  constructor(
    policy: Policy,
    language: Language,
    monthly: readonly CompiledBenefit[],
    oneOff: readonly CompiledBenefit[],
  ) {
    this.#sets = benefitSets(monthly, oneOff);
    this.#lists = [
      ...new Set(
        this.#sets.flatMap(({ over, sizes }) => [...(over === undefined ? [] : [over]), ...sizes]),
      ),
    ];
    this.#language = language;
    this.#floor = BigInt(policy.benefits.floorMinor ?? '0');
    this.#ceiling =
      policy.benefits.ceilingMinor === undefined ? undefined : BigInt(policy.benefits.ceilingMinor);
    this.#cap = policy.benefits.memberCap ?? Number.MAX_SAFE_INTEGER;
  }

  of(version: number, facts: Facts, period: string): Entitlement {
    const shares = this.#shares(facts, period);
    const items: EntitlementItem[] = [];
    let monthlyMinor = 0n;
    let oneOffMinor = 0n;
    for (const share of shares) {
      monthlyMinor += share.monthlyMinor;
      oneOffMinor += share.oneOffMinor;
      for (const item of share.monthly) items.push(item);
    }
    if (monthlyMinor < this.#floor) {
      items.push({ code: FLOOR_ITEM, period, amountMinor: String(this.#floor - monthlyMinor) });
      monthlyMinor = this.#floor;
    } else if (this.#ceiling !== undefined && monthlyMinor > this.#ceiling) {
      items.push({ code: CEILING_ITEM, period, amountMinor: String(this.#ceiling - monthlyMinor) });
      monthlyMinor = this.#ceiling;
    }
    if (oneOffMinor > 0n) {
      for (const share of shares) {
        for (const item of share.oneOff) items.push(item);
      }
    }
    if (items.length > MAX_ITEMS) {
      throw new DomainError(
        'POLICY_EVALUATION_FAILED',
        `The entitlement has ${items.length} items; at most ${MAX_ITEMS} are possible.`,
        'rule',
        'policy/benefits',
      );
    }
    return {
      period,
      policyVersion: version,
      amountMinor: String(monthlyMinor + oneOffMinor),
      items,
    };
  }

  #shares(facts: Facts, period: string): Share[] {
    let memo = this.#memo.get(period);
    if (!memo) {
      memo = this.#sets.map(() => new Map<string, Share>());
      this.#memo.set(period, memo);
    }
    this.#requireLists(facts);
    const shares: Share[] = [];
    for (let index = 0; index < this.#sets.length; index += 1) {
      const set = this.#sets[index]!;
      const kept = { shares: memo[index]!, prefix: set.memoised ? householdKey(set, facts) : '' };
      if (set.over === undefined) {
        shares.push(this.#share(set, kept, facts, undefined, 0, period));
        continue;
      }
      const members = facts[set.over] as readonly Readonly<Record<string, unknown>>[];
      const count = Math.min(members.length, this.#cap);
      for (let i = 0; i < count; i += 1)
        shares.push(this.#share(set, kept, facts, members[i]!, i + 1, period));
    }
    return shares;
  }

  /**
   * Facts of an earlier version may lack a list; a single fact that is absent fails where it is
   * read.
   */
  #requireLists(facts: Facts): void {
    const missing = this.#lists.find((name) => !Array.isArray(facts[name]));
    if (missing !== undefined)
      throw new DomainError(
        'POLICY_EVALUATION_FAILED',
        `The fact ${missing} is missing.`,
        'rule',
        `facts/${missing}`,
      );
  }

  #share(
    set: BenefitSet,
    { shares, prefix }: { readonly shares: Map<string, Share>; readonly prefix: string },
    facts: Facts,
    member: Readonly<Record<string, unknown>> | undefined,
    rank: number,
    period: string,
  ): Share {
    if (!set.memoised) return this.#evaluate(set, facts, member, rank, period);
    let key = prefix;
    if (member) {
      key += rank;
      for (let i = 0; i < set.memberFields.length; i += 1)
        key += `|${member[set.memberFields[i]!] as string | number | boolean}`;
    }
    const known = shares.get(key);
    if (known) return known;
    const share = this.#evaluate(set, facts, member, rank, period);
    if (this.#kept >= MEMO_LIMIT) {
      this.#memo.clear();
      this.#kept = 0;
    } else {
      shares.set(key, share);
      this.#kept += 1;
    }
    return share;
  }

  #evaluate(
    set: BenefitSet,
    facts: Facts,
    member: Readonly<Record<string, unknown>> | undefined,
    rank: number,
    period: string,
  ): Share {
    const variables: Variables = {
      household: this.#language.household(facts, set.householdFacts),
      member:
        member && set.over !== undefined
          ? this.#language.member(set.over, member, rank)
          : undefined,
      period,
    };
    const [monthly, monthlyMinor] = pay(set.monthly, variables, rank);
    const [oneOff, oneOffMinor] = pay(set.oneOff, variables, rank);
    return monthly.length + oneOff.length === 0
      ? NOTHING
      : { monthly, monthlyMinor, oneOff, oneOffMinor };
  }
}

function householdKey(set: BenefitSet, facts: Facts): string {
  let key = '';
  for (const name of set.scalars) key += `${facts[name] as string | number | boolean}|`;
  for (const name of set.sizes) key += `${(facts[name] as readonly unknown[]).length}|`;
  return key;
}

/**
 * Of each group only the first benefit that applies; a benefit of nothing takes its group's place
 * but makes no item.
 */
function pay(
  benefits: readonly CompiledBenefit[],
  variables: Variables,
  rank: number,
): [EntitlementItem[], bigint] {
  const items: EntitlementItem[] = [];
  const groups = new Set<string>();
  let total = 0n;
  for (const compiled of benefits) {
    const { code, group } = compiled.benefit;
    if (group !== undefined && groups.has(group)) continue;
    if (!run(compiled, 'when', variables)) continue;
    if (group !== undefined) groups.add(group);
    const amount = run(compiled, 'amountMinor', variables);
    if (typeof amount !== 'bigint' || amount < 0n || amount > MAX_AMOUNT_MINOR)
      throw failed(compiled, 'amountMinor', 'the amount is negative or has more than 15 digits');
    if (amount === 0n) continue;
    total += amount;
    items.push({
      code,
      period: variables.period,
      ...(rank === 0 ? {} : { member: rank }),
      amountMinor: String(amount),
    });
  }
  return [items, total];
}

function run(
  compiled: CompiledBenefit,
  column: 'when' | 'amountMinor',
  variables: Variables,
): unknown {
  try {
    return compiled[column].run(variables);
  } catch (error) {
    throw failed(compiled, column, reasonOf(error));
  }
}

const failed = (compiled: CompiledBenefit, column: string, reason: string): DomainError =>
  new DomainError(
    'POLICY_EVALUATION_FAILED',
    `Benefit ${compiled.benefit.code}, ${column}: ${reason}.`,
    'rule',
    `${compiled.place}/${column}`,
  );
