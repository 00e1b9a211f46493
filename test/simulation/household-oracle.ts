import type { Recorded } from '../../src/kernel/decider.js';

type Ordered = Extract<Recorded, { type: 'PaymentOrdered' }>['data'];

/** What a household was owed for the past and owed back, and which payments its account names. */
interface Account {
  readonly arrears: Map<string, bigint>;
  readonly carriedBy: Map<string, string>;
  debt: bigint;
  readonly deducted: Map<string, bigint>;
  /** What the newest correction proposed, by month, until it is on the account. */
  proposed: readonly (readonly [month: string, minor: bigint])[];
  /** What each correction put on it, by month. */
  readonly found: Map<string, readonly (readonly [month: string, minor: bigint])[]>;
  /** What is, or was, on it by month. */
  readonly months: Map<string, bigint>;
}
interface Payment {
  order: Ordered;
  status: 'ordered' | 'sent' | 'received' | 'back' | 'cancelled';
  /** What banks kept of it when it came back. */ kept: bigint;
  /** The attempt that paid it. */ paidBy?: number;
  /** Months of which it pays the base beside arrears that are on the account. */
  readonly twice: readonly string[];
}

/** Where every household stands, told by the events alone with no rule of the engine's. */
export interface HouseholdBooks {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly payments: ReadonlyMap<string, Payment>;
  /** By person: the identity they were registered with, which outlives an erasure. */
  readonly identities: ReadonlyMap<string, string>;
  readonly closed: ReadonlySet<string>;
  readonly reserved: ReadonlyMap<string, bigint>;
  readonly spent: ReadonlyMap<string, bigint>;
}

const MOVES: Readonly<Record<string, Payment['status']>> = {
  PaymentInstructed: 'sent',
  PaymentReinstructed: 'sent',
  PaymentAccepted: 'sent',
  PaymentSettled: 'received',
  PaymentRejected: 'back',
  PaymentReturned: 'back',
  PaymentCancelled: 'cancelled',
};
const add = (to: Map<string, bigint>, key: string, minor: string, sign = 1n): void => {
  to.set(key, (to.get(key) ?? 0n) + sign * BigInt(minor));
};
const newAccount = (): Account => ({
  arrears: new Map(),
  carriedBy: new Map(),
  debt: 0n,
  deducted: new Map(),
  proposed: [],
  found: new Map(),
  months: new Map(),
});

/** Walks over the whole log once. */
export function householdBooks(events: readonly Recorded[]): HouseholdBooks {
  const accounts = new Map<string, Account>();
  const payments = new Map<string, Payment>();
  const breaks = new Map<string, number>();
  const identities = new Map<string, string>();
  const closed = new Set<string>();
  const reserved = new Map<string, bigint>();
  const spent = new Map<string, bigint>();
  const of = (key: string): Account => {
    const account = accounts.get(key) ?? newAccount();
    accounts.set(key, account);
    return account;
  };
  for (const event of events) {
    money(event, reserved, spent);
    account(event, of);
    if (event.type === 'PersonRegistered')
      identities.set(event.data.personId, event.data.identityHash);
    if (event.type === 'CycleClosed') closed.add(event.data.cycleId);
    if (event.type === 'PaymentOrdered')
      payments.set(event.data.paymentId, {
        order: event.data,
        status: 'ordered',
        kept: 0n,
        twice: paidTwice(event.data, of(`${event.data.programmeId}-${event.data.personId}`)),
      });
    const payment = payments.get(event.stream.slice('payment-'.length));
    if (payment && event.type === 'PaymentSettled') payment.paidBy = event.data.attempt;
    if (event.type === 'PaymentBreakRecorded') breaks.set(event.data.breakId, event.data.attempt);
    const status = MOVES[event.type];
    if (payment && status) payment.status = status;
    if (payment && event.type === 'PaymentBreakResolved') {
      const attempt = breaks.get(event.data.breakId)!;
      if (event.data.resolution === 'counted-as-settled') {
        payment.status = 'received';
        payment.paidBy = attempt;
      }
      if (event.data.resolution === 'counted-as-returned')
        cameBack(payment, attempt, event.data.returnedMinor);
    }
  }
  return { accounts, payments, identities, closed, reserved, spent };
}

/** Months whose base a payment pays beside arrears that the account has for them, all together. */
const paidTwice = ({ items }: Ordered, { months }: Account): readonly string[] =>
  [...new Set(items.map(({ period }) => period))].filter((month) => {
    const codes = items.filter(({ period }) => period === month).map(({ code }) => code);
    return codes.some(isBase) && codes.includes('arrears') && (months.get(month) ?? 0n) > 0n;
  });

/** All of it, or a part: then the household has nothing, and the bank the rest. */
function cameBack(
  payment: Payment,
  attempt: number,
  returnedMinor = payment.order.amountMinor,
): void {
  const back = BigInt(returnedMinor);
  const less = payment.kept > back ? payment.kept - back : 0n;
  // Of an earlier attempt, while another one has paid.
  if (payment.status === 'received' && payment.paidBy !== attempt) {
    payment.kept = less;
    return;
  }
  if (payment.status === 'received') payment.kept += BigInt(payment.order.amountMinor) - back;
  else if (payment.status === 'back') payment.kept = less;
  payment.status = 'back';
}

function money(
  { type, data }: Recorded,
  reserved: Map<string, bigint>,
  spent: Map<string, bigint>,
): void {
  if (type === 'BudgetReserved') add(reserved, data.cycleId, data.amountMinor);
  if (type === 'BudgetReservationReleased') add(reserved, data.cycleId, data.amountMinor, -1n);
  if (type !== 'BudgetSpent' && type !== 'BudgetRefunded') return;
  const sign = type === 'BudgetSpent' ? 1n : -1n;
  add(reserved, data.cycleId, data.amountMinor, -sign);
  add(spent, data.cycleId, data.amountMinor, sign);
}

function account({ type, data }: Recorded, of: (key: string) => Account): void {
  switch (type) {
    case 'AdjustmentProposed':
      of(`${data.programmeId}-${data.personId}`).proposed = data.periods.map(
        ({ period, dueMinor, paidMinor }) => [period, BigInt(dueMinor) - BigInt(paidMinor)],
      );
      return;
    case 'AdjustmentEstablished': {
      const { months, proposed, found } = of(`${data.programmeId}-${data.personId}`);
      for (const [month, more] of proposed) months.set(month, (months.get(month) ?? 0n) + more);
      found.set(data.correctionId, proposed);
      const minor = BigInt(data.differenceMinor) - BigInt(data.offsetMinor ?? '0');
      if (BigInt(data.differenceMinor) > 0n)
        of(`${data.programmeId}-${data.personId}`).arrears.set(data.correctionId, minor);
      for (const { correctionId, amountMinor } of data.arrearsOffset ?? []) {
        const { arrears } = of(`${data.programmeId}-${data.personId}`);
        arrears.set(correctionId, (arrears.get(correctionId) ?? 0n) - BigInt(amountMinor));
      }
      return;
    }
    case 'AdjustmentLapsed': {
      if (data.paymentId === undefined) return;
      const { months, arrears, found } = of(`${data.programmeId}-${data.personId}`);
      for (const [month, more] of found.get(data.correctionId) ?? [])
        months.set(month, (months.get(month) ?? 0n) - more);
      arrears.delete(data.correctionId);
      return;
    }
    case 'ArrearsOrdered':
      for (const id of data.correctionIds)
        of(`${data.programmeId}-${data.personId}`).carriedBy.set(id, data.paymentId);
      return;
    case 'ArrearsReleased':
      for (const id of data.correctionIds)
        of(`${data.programmeId}-${data.personId}`).carriedBy.delete(id);
      return;
    case 'OverpaymentEstablished':
      of(data.recoveryId).debt += BigInt(data.amountMinor);
      return;
    case 'OverpaymentOffset':
      of(data.recoveryId).debt -= BigInt(data.amountMinor) - BigInt(data.waivedMinor);
      return;
    case 'OverpaymentWaived':
      of(data.recoveryId).debt -= BigInt(data.amountMinor);
      return;
    case 'RecoveryDeducted':
      of(data.recoveryId).deducted.set(data.paymentId, BigInt(data.amountMinor));
      return;
    case 'RecoveryDeductionReversed':
      of(data.recoveryId).deducted.delete(data.paymentId);
      return;
    default:
  }
}

const cycleOf = (paymentId: string): string => paymentId.slice(0, -37);
const sumOf = ({ items }: Ordered, code: string): bigint =>
  items.reduce((sum, item) => (item.code === code ? sum + BigInt(item.amountMinor) : sum), 0n);

/**
 * What is wrong once the automation has caught up: an account that names a payment which pays
 * nothing any more, arrears or deductions that are in no account though they were not paid, a month
 * that two payments pay to one identity, whoever it was registered for, and money that a closed
 * cycle keeps.
 */
export function* householdOracle(events: readonly Recorded[]): Generator<string> {
  const books = householdBooks(events);
  const months = new Map<string, string>();
  for (const [paymentId, { order, status, twice }] of books.payments) {
    const lapsed =
      status === 'cancelled' || (status === 'back' && books.closed.has(cycleOf(paymentId)));
    const key = `${order.programmeId}-${order.personId}`;
    const held = books.accounts.get(key) ?? newAccount();
    let carried = 0n;
    for (const [id, by] of held.carriedBy) if (by === paymentId) carried += held.arrears.get(id)!;
    const deducted = held.deducted.get(paymentId) ?? 0n;
    const arrears = lapsed ? 0n : sumOf(order, 'arrears');
    const recovery = lapsed ? 0n : -sumOf(order, 'recovery');
    if (carried !== arrears)
      yield `${paymentId} is ${status} and pays ${arrears} of arrears; its account says ${carried}`;
    if (deducted !== recovery)
      yield `${paymentId} is ${status} and gives back ${recovery}; its account says ${deducted}`;
    if (lapsed) continue;
    for (const month of twice) yield `${paymentId} pays ${month} twice`;
    for (const period of new Set(order.items.map((item) => item.period))) {
      if (!order.items.some((item) => item.period === period && isBase(item.code))) continue;
      const identity = books.identities.get(order.personId) ?? order.personId;
      const month = `${order.programmeId} ${identity} ${period}`;
      const other = months.get(month);
      if (other !== undefined) yield `${period} is paid by ${other} and by ${paymentId}`;
      months.set(month, paymentId);
    }
  }
  for (const [key, { debt, deducted }] of books.accounts) {
    const back = [...deducted.values()].reduce((sum, minor) => sum + minor, 0n);
    if (back > debt) yield `${key} gave back ${back} of ${debt}`;
  }
  yield* budgetOracle(books);
}

const isBase = (code: string): boolean => code !== 'arrears' && code !== 'recovery';

/** A closed cycle has spent what arrived and what banks kept, and keeps nothing. */
function* budgetOracle({ payments, closed, reserved, spent }: HouseholdBooks): Generator<string> {
  for (const cycleId of closed) {
    let arrived = 0n;
    for (const [paymentId, { order, status, kept }] of payments)
      if (cycleOf(paymentId) === cycleId)
        arrived += kept + (status === 'received' ? BigInt(order.amountMinor) : 0n);
    if ((spent.get(cycleId) ?? 0n) !== arrived)
      yield `${cycleId} spent ${spent.get(cycleId) ?? 0n}; ${arrived} arrived`;
    if ((reserved.get(cycleId) ?? 0n) !== 0n)
      yield `${cycleId} is closed and keeps ${reserved.get(cycleId)}`;
  }
}
