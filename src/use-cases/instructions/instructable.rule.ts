import type { AccountHold } from '../../kernel/accounts.js';
import type { EventData } from '../../../events/generated.js';
import { ARREARS_ITEM, isOfPolicy } from '../../eligibility/rules.js';
import { payableIn, type EnrolmentState } from '../../enrolment/enrolment.state.js';
import { lifeIn, livesOf } from '../../enrolment/lives.rule.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { isOneOf } from '../../kernel/subject.js';
import { isUnpaid, type PaymentState } from '../../payment/payment.state.js';
import { heldBy, type Held, type Payee } from '../../person/payee.rule.js';

/**
 * Why a payment is not instructed now: a bank's entry about it waits for a person, it is not due
 * any more, its account is missing, damaged or not mended, is held, or no message can say who is
 * paid.
 */
export type Obstacle =
  | { readonly kind: 'waiting' | 'unfit'; readonly error: DomainError }
  | { readonly kind: 'held'; readonly error: DomainError; readonly until: string | undefined };

/** A payment and whom it is for, at one moment. */
export interface PaymentSnapshot {
  readonly state: PaymentState;
  readonly payee: Payee | undefined;
}
/** The months that a payment is for, and the household's enrolments. */
export interface Entitled {
  readonly items: EventData['PaymentOrdered']['items'];
  readonly lives: readonly EnrolmentState[];
  /** As they were when it was ordered; absent where it carries no arrears. */
  readonly livesThen?: readonly EnrolmentState[];
}

/** @param payment, enrolment events of both streams, as of the moment that is asked about */
export function entitledBy(payment: readonly Recorded[], enrolment: readonly Recorded[]): Entitled {
  const ordered = payment.findLast((event) => event.type === 'PaymentOrdered');
  const items = ordered?.data.items ?? [];
  const lives = livesOf(enrolment);
  if (!ordered || !items.some(isArrears)) return { items, lives };
  const before = enrolment.filter(({ position }) => position <= ordered.position);
  return { items, lives, livesThen: livesOf(before) };
}
/** As it is now and, where it was asked for before, as it was then. */
export type PaymentThenAndNow = PaymentSnapshot & { readonly then?: PaymentSnapshot };
/** With what the household and a bank's file say of it. */
export type Judged = PaymentThenAndNow & {
  /** That there is an account, which nobody can read any more. */
  readonly damaged?: DomainError | undefined;
  readonly entitled: Entitled;
  /** Whether it carries arrears, or pays months before its own, that a bank may have paid. */
  readonly isDoubted?: boolean;
  /** Who took away what said so. */
  readonly freedBy?: readonly string[];
  /** An entry of a bank's file that names the payment and waits for a person. */
  readonly openEntry?: string | undefined;
};

/** What its cycle is paid under. */
interface Instructed {
  readonly hold: AccountHold;
  /** Whether the cycle's own instruction is over, which has files of its own. */
  readonly isInstructed: boolean;
}

/** What is asked for, when, and by whom; absent: nobody asks, somebody looks. */
export interface Asked {
  /** Also where the payee has the account still that the payment failed on. */
  readonly sameAccount: boolean;
  readonly now: string;
  readonly by?: string;
}

/**
 * The account that a payment may be instructed to now, or what is in the way. What failed, or was
 * mended, after it was asked for waits to be asked for again.
 * @param unfit why no message can carry the payment, where none can
 */
export function instructable(
  judged: Judged,
  { hold, isInstructed }: Instructed,
  { sameAccount, now, by }: Asked,
  unfit: () => string | undefined,
): Payee | Obstacle {
  const { state, payee, damaged, then = { state, payee }, entitled } = judged;
  const { status } = state;
  if (status === 'ordered' && !isInstructed) return { kind: 'waiting', error: notInstructed() };
  if (damaged) return { kind: 'unfit', error: damaged };
  if (!payee || !then.payee) return { kind: 'waiting', error: noAccount() };
  const isOther = [payee, then.payee].every(({ accountId }) => accountId !== state.accountId);
  const mended = status === 'ordered' || sameAccount || isOther;
  if (!mended) return { kind: 'waiting', error: notMended() };
  // What the payment refuses by itself is refused by itself.
  if (status !== 'ordered' && !isUnpaid(state)) return payee;
  const against = standsAgainst(judged, by);
  if (against) return { kind: 'waiting', error: against };
  if (!isStillDue(entitled)) return { kind: 'waiting', error: notDue() };
  if (!isAsItWas(state, then.state)) return { kind: 'waiting', error: notAskedFor(then.state) };
  const held = heldBy(payee, hold, now);
  if (held) return { kind: 'held', error: heldError(held), until: held.until };
  const why = unfit();
  return why === undefined ? payee : { kind: 'unfit', error: unwritable(why) };
}

/** What a bank said that keeps a payment from being paid, or who took that away and asks. */
function standsAgainst(
  { openEntry, isDoubted, freedBy = [] }: Judged,
  by: string | undefined,
): DomainError | undefined {
  if (openEntry !== undefined) return entryOpen(openEntry);
  if (isDoubted) return arrearsInDoubt();
  return by !== undefined && isOneOf(freedBy, by) ? freedByPayer() : undefined;
}

/**
 * Whether each month of a payment is still one in which its household is paid: it may have been
 * ended or suspended looking back since. Arrears are what a correction says: of a month in which
 * the household was not paid when they were ordered (money that came back after it had been given
 * back, say) they are due; of one that ended since, they are looked at once more. (What is less
 * than nothing is set against them.)
 */
export const isStillDue = ({ items, lives, livesThen = lives }: Entitled): boolean =>
  items.every((item) => {
    const isPaying = isPaidFor(lives, item.period);
    if (isOfPolicy(item)) return isPaying;
    return isPaying || !isArrears(item) || !isPaidFor(livesThen, item.period);
  });

const isArrears = ({ code, amountMinor }: Entitled['items'][number]): boolean =>
  code === ARREARS_ITEM && BigInt(amountMinor) > 0n;

function isPaidFor(lives: readonly EnrolmentState[], period: string): boolean {
  const life = lifeIn(lives, period);
  return life !== undefined && payableIn(life, period);
}

/**
 * Whether a payment is to be instructed after its cycle's own instruction: it came back, or was
 * left out then.
 */
export const isLeftToInstruct = (payment: PaymentState, cycleIsInstructed: boolean): boolean =>
  isUnpaid(payment) || (payment.status === 'ordered' && cycleIsInstructed);

/** Whether nothing has come of a payment since it was asked for. */
export const isAsItWas = (now: PaymentState, then: PaymentState): boolean =>
  now.status === then.status && now.attempt === then.attempt;

const notAskedFor = ({ status }: PaymentState): DomainError =>
  new DomainError(
    'OUTCOME_NOT_DEFINITE',
    `The payment was ${status} when this was asked for; ask again for what came since.`,
    'rule',
  );
/** @throws DomainError NOT_PAYABLE */
export function requireStillDue(entitled: Entitled): void {
  if (!isStillDue(entitled)) throw notDue();
}

const notInstructed = (): DomainError =>
  new DomainError(
    'CYCLE_STATUS',
    "The cycle's own instruction comes first; what that leaves out is instructed afterwards.",
    'rule',
  );
const entryOpen = (entryId: string): DomainError =>
  new DomainError(
    'ENTRIES_OPEN',
    `The entry ${entryId} of a bank's file names the payment, or a message that it was in, and waits for a person; assign or dismiss it first.`,
    'rule',
  );
const arrearsInDoubt = (): DomainError =>
  new DomainError(
    'ARREARS_IN_DOUBT',
    'A bank may have paid what this payment stands in for: its arrears, or months of it to the same identity. Resolve the break of that, or decide on the entry that names it, first; where it was paid, cancel this payment, and correct the household.',
    'rule',
  );
const freedByPayer = (): DomainError =>
  new DomainError(
    'SAME_PERSON',
    'Who resolved a break of what this payment stands in for, or dismissed an entry about it, does not pay it.',
    'forbidden',
  );
const notDue = (): DomainError =>
  new DomainError(
    'NOT_PAYABLE',
    'The household is not paid any more in a month that the payment is for: its enrolment was ended or suspended looking back.',
    'rule',
  );
const notMended = (): DomainError =>
  new DomainError(
    'ACCOUNT_NOT_MENDED',
    'The payee has the same account as when the payment failed.',
    'rule',
  );
const heldError = ({ until }: Held): DomainError =>
  until === undefined
    ? new DomainError(
        'ACCOUNT_NOT_VERIFIED',
        "The payee's account waits to be verified by another person than who registered it.",
        'rule',
      )
    : new DomainError(
        'ACCOUNT_HELD',
        `The payee's account was changed; it is not paid on before ${until}.`,
        'rule',
      );
const noAccount = (): DomainError =>
  new DomainError('NO_PAYEE_ACCOUNT', 'The payee has no account that can be paid on.', 'rule');
export const unwritable = (reason: string): DomainError =>
  new DomainError('PAYMENT_UNWRITABLE', `No message can carry the payment. ${reason}`, 'rule');
