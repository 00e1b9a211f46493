import type { EventData } from '../../../events/generated.js';
import { sha256Hex } from '../../kernel/canonical.js';
import { personIn } from '../../kernel/ids.js';
import { inOrder } from '../../kernel/order.js';

export type Rule = EventData['ChecksConfigured']['rules'][number];
export type Check = Rule['check'];
export type Finding = EventData['CycleChecked']['findings'][number];

/** A payment of the prepared set with what the log says of its payee now. */
export interface CheckedPayment {
  readonly paymentId: string;
  readonly personId: string;
  readonly region: string;
  readonly amountMinor: bigint;
  /** Keyed hash of the account that would be paid; absent: there is none. */
  readonly accountHash?: string;
  readonly erased: boolean;
  /** False where the enrolment ended or was suspended since: a death, a move. */
  readonly payable: boolean;
  /**
   * False where an item is more than the policy of its period gives on the facts of that period.
   */
  readonly withinEntitlement: boolean;
}

/** Payments and their amount. */
export interface Tally {
  readonly count: number;
  readonly totalMinor: bigint;
}

/** What the set is held against, beyond itself. */
export interface Against {
  /** By region, of the programme's last cycle; absent: there was none. */
  readonly lastByRegion?: ReadonlyMap<string, Tally>;
  /** What the budget year has left; absent: no budget was allotted. */
  readonly freeMinor?: bigint;
}

/** Findings of one check that are told one by one; the rest are one finding together. */
const TOLD = 100;
/** Payments that a finding names. */
const NAMED = 20;
const MOST_PERCENT = 1_000_000n;

/**
 * The first 64 bits of a hash or UUID: two of a million are alike by chance once in some forty
 * million cycles.
 */
const keyOf = (hex: string): bigint => BigInt(`0x${hex.replaceAll('-', '').slice(0, 16)}`);

/** Findings of one check. */
class Found {
  readonly findings: Finding[] = [];
  #more = 0;
  #moreMinor = 0n;

  constructor(
    private readonly rule: Rule,
    private readonly round: number,
  ) {}

  add(
    subject: string,
    payments: readonly { readonly paymentId: string; readonly amountMinor: bigint }[],
    more: Pick<Finding, 'region' | 'measured' | 'limit'> = {},
  ): void {
    const totalMinor = payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    if (this.findings.length < TOLD)
      this.#tell(
        subject,
        payments.length,
        totalMinor,
        payments.slice(0, NAMED).map(({ paymentId }) => paymentId),
        more,
      );
    else {
      this.#more += payments.length;
      this.#moreMinor += totalMinor;
    }
  }

  /** What concerns the set as a whole. */
  whole(
    subject: string,
    { count, totalMinor }: Tally,
    more: Pick<Finding, 'region' | 'measured' | 'limit'>,
  ): void {
    this.#tell(subject, count, totalMinor, [], more);
  }

  all(): readonly Finding[] {
    if (this.#more > 0) {
      this.#tell('the rest', this.#more, this.#moreMinor, [], {});
      this.#more = 0;
    }
    return this.findings;
  }

  #tell(
    subject: string,
    count: number,
    totalMinor: bigint,
    payments: string[],
    more: Pick<Finding, 'region' | 'measured' | 'limit'>,
  ): void {
    const { check, level } = this.rule;
    const id = sha256Hex(
      `${check}|${this.round}|${subject}|${count}|${totalMinor}|${more.measured ?? ''}|${more.limit ?? ''}`,
    ).slice(0, 12);
    this.findings.push({
      findingId: `${check}-${id}`,
      check,
      level,
      count,
      amountMinor: String(totalMinor),
      payments,
      ...more,
    });
  }
}

/**
 * The checks between preparing and approving, over a prepared set given payment by payment in
 * payment-id order. What other programmes pay in the period is given first. Pure; some 40 bytes a
 * payment, and those only where accounts are compared.
 */
export class CheckedSet {
  readonly #rules: ReadonlyMap<Check, Rule>;
  readonly #found = new Map<Check, Found>();
  readonly #personsElsewhere = new Set<bigint>();
  /** Who is paid on an account by other programmes. */
  readonly #accountsElsewhere = new Map<bigint, bigint[]>();
  readonly #byRegion = new Map<string, { count: number; totalMinor: bigint }>();
  readonly #accounts = new Accounts();
  #count = 0;
  #total = 0n;

  constructor(rules: readonly Rule[], round: number) {
    this.#rules = new Map(rules.map((rule) => [rule.check, rule]));
    for (const rule of rules) this.#found.set(rule.check, new Found(rule, round));
  }

  /** Whether any rule needs what other programmes pay. */
  get looksElsewhere(): boolean {
    return ['person-elsewhere', 'account-elsewhere', 'shared-account'].some((check) =>
      this.#rules.has(check as Check),
    );
  }

  addElsewhere({ personId, accountHash }: Pick<CheckedPayment, 'personId' | 'accountHash'>): void {
    const person = keyOf(personId);
    this.#personsElsewhere.add(person);
    if (accountHash === undefined) return;
    const account = keyOf(accountHash);
    const persons = this.#accountsElsewhere.get(account);
    if (!persons) this.#accountsElsewhere.set(account, [person]);
    else if (!persons.includes(person)) persons.push(person);
  }

  add(payment: CheckedPayment): void {
    const { paymentId, personId, region, amountMinor, accountHash } = payment;
    this.#count += 1;
    this.#total += amountMinor;
    const tally = this.#byRegion.get(region);
    if (tally) {
      tally.count += 1;
      tally.totalMinor += amountMinor;
    } else {
      this.#byRegion.set(region, { count: 1, totalMinor: amountMinor });
    }
    if (payment.erased) this.#one('payee-erased', payment);
    else if (accountHash === undefined) this.#one('no-account', payment);
    if (!payment.payable) this.#one('not-payable', payment);
    if (!payment.withinEntitlement) this.#one('above-entitlement', payment);
    if (this.#personsElsewhere.size > 0 && this.#personsElsewhere.has(keyOf(personId)))
      this.#one('person-elsewhere', payment);
    if (accountHash === undefined) return;
    const others = this.#accountsElsewhere.get(keyOf(accountHash));
    if (others?.some((other) => other !== keyOf(personId))) this.#one('account-elsewhere', payment);
    if (this.#rules.has('shared-account'))
      this.#accounts.add(keyOf(accountHash), paymentId, amountMinor);
  }

  /** @returns findings in the order of the rules, at most 101 a rule */
  findings({ lastByRegion, freeMinor }: Against): readonly Finding[] {
    this.#sharedAccounts();
    if (lastByRegion) this.#regionChanges(lastByRegion);
    const set: Tally = { count: this.#count, totalMinor: this.#total };
    if (freeMinor === undefined || this.#total > freeMinor) {
      const free = freeMinor === undefined || freeMinor < 0n ? 0n : freeMinor;
      this.#found
        .get('over-budget')
        ?.whole('total', set, { measured: String(this.#total), limit: String(free) });
    }
    const forecast = this.#rules.get('over-forecast');
    if (forecast?.amountMinor !== undefined) {
      const most = (BigInt(forecast.amountMinor) * BigInt(100 + (forecast.limit ?? 0))) / 100n;
      if (this.#total > most)
        this.#found
          .get('over-forecast')!
          .whole('total', set, { measured: String(this.#total), limit: String(most) });
    }
    return [...this.#found.values()].flatMap((found) => found.all());
  }

  #one(check: Check, payment: CheckedPayment): void {
    this.#found.get(check)?.add(payment.paymentId, [payment]);
  }

  #sharedAccounts(): void {
    const rule = this.#rules.get('shared-account');
    if (!rule) return;
    const limit = rule.limit ?? 1;
    for (const { key, payments } of this.#accounts.groups()) {
      const here = new Set(payments.map(({ paymentId }) => keyOf(personIn(paymentId))));
      for (const person of this.#accountsElsewhere.get(key) ?? []) here.add(person);
      if (here.size > limit)
        this.#found
          .get('shared-account')!
          .add(key.toString(16), payments, { measured: String(here.size), limit: String(limit) });
    }
  }

  #regionChanges(last: ReadonlyMap<string, Tally>): void {
    const rule = this.#rules.get('region-change');
    if (!rule) return;
    const limit = BigInt(rule.limit ?? 0);
    for (const region of [...new Set([...last.keys(), ...this.#byRegion.keys()])].sort()) {
      const now = this.#byRegion.get(region) ?? { count: 0, totalMinor: 0n };
      const before = last.get(region) ?? { count: 0, totalMinor: 0n };
      const counts = percent(BigInt(before.count), BigInt(now.count));
      const totals = percent(before.totalMinor, now.totalMinor);
      const measured = counts > totals ? counts : totals;
      if (measured > limit)
        this.#found
          .get('region-change')!
          .whole(region, now, { region, measured: String(measured), limit: String(limit) });
    }
  }
}

/** How far `now` is from `before`, up or down, in whole percent rounded up. */
function percent(before: bigint, now: bigint): bigint {
  const difference = now > before ? now - before : before - now;
  if (difference === 0n) return 0n;
  if (before === 0n) return MOST_PERCENT;
  const measured = (difference * 100n + before - 1n) / before;
  return measured > MOST_PERCENT ? MOST_PERCENT : measured;
}

const PERSON_TEXT = 36;

/** Payments by account, in typed arrays; nothing in it is an object per payment. */
class Accounts {
  #prefix = '';
  #count = 0;
  #keys = new BigUint64Array(1 << 10);
  #amounts = new BigUint64Array(1 << 10);
  #persons = Buffer.alloc(16 << 10);

  add(key: bigint, paymentId: string, amountMinor: bigint): void {
    if (this.#count === this.#keys.length) this.#grow();
    // All of one cycle: what differs is the person.
    this.#prefix = paymentId.slice(0, -PERSON_TEXT);
    this.#keys[this.#count] = key;
    this.#amounts[this.#count] = amountMinor;
    this.#persons.write(paymentId.slice(-PERSON_TEXT).replaceAll('-', ''), this.#count * 16, 'hex');
    this.#count += 1;
  }

  /**
   * Accounts with the payments on them, in payment-id order; accounts in the order of their hash.
   */
  *groups(): Generator<{
    readonly key: bigint;
    readonly payments: readonly { readonly paymentId: string; readonly amountMinor: bigint }[];
  }> {
    const keys = this.#keys;
    const order = new Uint32Array(this.#count)
      .map((_, i) => i)
      .sort((a, b) => inOrder(keys[a]!, keys[b]!) || a - b);
    for (let from = 0; from < order.length;) {
      const key = keys[order[from]!]!;
      let to = from + 1;
      while (to < order.length && keys[order[to]!] === key) to += 1;
      yield {
        key,
        payments: Array.from(order.subarray(from, to), (i) => ({
          paymentId: this.#paymentAt(i),
          amountMinor: this.#amounts[i]!,
        })),
      };
      from = to;
    }
  }

  #paymentAt(index: number): string {
    const hex = this.#persons.toString('hex', index * 16, (index + 1) * 16);
    return `${this.#prefix}${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #grow(): void {
    const size = this.#keys.length * 2;
    const keys = new BigUint64Array(size);
    const amounts = new BigUint64Array(size);
    const persons = Buffer.alloc(16 * size);
    keys.set(this.#keys);
    amounts.set(this.#amounts);
    this.#persons.copy(persons);
    this.#keys = keys;
    this.#amounts = amounts;
    this.#persons = persons;
  }
}
