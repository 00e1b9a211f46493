import { arrearsPart } from '../../src/use-cases/cycles/arrears-part.js';
import { orderedInRound } from '../../src/use-cases/cycles/ordered.rule.js';
import { SetTally } from '../../src/use-cases/cycles/ordered-set.js';
import { earlierThan, paidThroughBefore } from '../../src/use-cases/cycles/cycle-order.rule.js';
import {
  arrearsFor,
  type CarriedArrears,
} from '../../src/use-cases/cycles/correction-items.rule.js';
import { waitingOf } from '../../src/use-cases/cycles/doubted-arrears.rule.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import {
  mayBePaid,
  monthsOnAccount,
  timesEnrolled,
  unpaidFrom,
} from '../../src/use-cases/households/months-paid.rule.js';
import { dueIn, lessRecovery, type Due } from '../../src/use-cases/cycles/payable.rule.js';
import { isPrepared, type CycleState } from '../../src/cycle/cycle.state.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  cycleId as cycleIdOf,
  paymentId as paymentIdOf,
  recoveryId as recoveryIdOf,
  streams,
  uuidOf,
} from '../../src/kernel/ids.js';
import { whileOpen } from '../../src/programme/open-programme.js';
import { type Part } from '../../src/write-side/unit.js';
import { paidToIdentity } from './model-again.js';
import { recovery } from './model-corrections.js';
import { balanceIn, doubtedIn, releasing, standsAgainst } from './model-doubt.js';
import { PERIODS, PROGRAMME } from './model-programme.js';
import { foldEnrolment, foldPayment, foldPerson, type Op, type World } from './model-world.js';
import {
  cycleState,
  cycle,
  payment,
  EVERYTHING,
  filesOf,
  instruction,
  payableAccount,
} from './model-money-parts.js';

/** The set of a cycle's round, from the log. */
function setOf(world: World, id: string, round: number) {
  const tally = new SetTally();
  for (const { stream, events } of world.log.category(`payment-${id}-`)) {
    const ordered = orderedInRound(events, round);
    if (ordered) tally.add(stream.slice('payment-'.length), ordered.amountMinor, ordered.currency);
  }
  return tally.figures();
}

/**
 * Prepares the next cycle, or goes on: `limit` payments of it, or all and records it. Each payment
 * is a commit of its own.
 */
export function prepare(world: World, op: Op, limit: number): void {
  const period = PERIODS.find((one, i) =>
    op.odd
      ? i === op.a % PERIODS.length
      : !isPrepared(cycleState(world, cycleIdOf(PROGRAMME, one))),
  );
  if (period === undefined) return;
  const id = cycleIdOf(PROGRAMME, period);
  const others = PERIODS.filter((one) => one !== period)
    .map((one) => cycleState(world, cycleIdOf(PROGRAMME, one)))
    .filter(({ status }) => status !== 'none');
  const paidThrough = paidThroughOf(world, others, id);
  if (paidThrough === undefined) return;
  if (
    ['none', 'abandoned'].includes(cycleState(world, id).status) &&
    !openCycle(world, op, id, period)
  )
    return;
  if (!startPreparation(world, op, id, others)) return;
  const begun = cycleState(world, id);
  const { round, asOf } = begun;
  if (!cancelEarlierOrders(world, op, begun, others)) return;
  const programme = world.programme(asOf);
  let left = limit;
  for (const { events } of world.log.category(`enrolment-${PROGRAMME}-`, asOf)) {
    const state = foldEnrolment(events);
    const paymentId = paymentIdOf(PROGRAMME, period, state.personId);
    const adjusted = world.log.stream(streams.adjustment(PROGRAMME, state.personId), asOf);
    const account = foldAdjustment(adjusted);
    const arrears = arrearsFor(
      account,
      paymentId,
      round,
      waitingOf(doubtedIn(world, adjusted, paymentId, asOf)),
    );
    const from = unpaidFrom(events, period, paidThrough);
    const paidTo = mayBePaid(paidToIdentity(world, state.personId, { own: true, before: period }));
    const paid =
      timesEnrolled(events) > 1 ? new Set([...paidTo, ...monthsOnAccount(account)]) : paidTo;
    const due = dueIn(state, from, period, programme, { arrears, paid });
    if (foldPerson(world.log.stream(streams.person(state.personId), asOf)).status === 'erased')
      continue;
    if (!due || orderedInRound(world.log.stream(streams.payment(paymentId)), round)) continue;
    if (left <= 0) return;
    left -= 1;
    if (!order(world, op, begun, state, due, arrears)) return;
  }
  if (limit < EVERYTHING) return;
  recordPreparation(world, op, begun);
}

const openCycle = (world: World, op: Op, id: string, period: string): boolean =>
  world.run(
    op,
    'finance-officer',
    cycle(id, {
      type: 'OpenCycle',
      cycleId: id,
      programmeId: PROGRAMME,
      period,
      policyVersion: world.programme().policyOf(period).version,
      currency: 'MAD',
    }),
    whileOpen(PROGRAMME),
  );

/** Starts a round or goes on with it; the month before hears of a round that is new. */
function startPreparation(
  world: World,
  op: Op,
  id: string,
  others: readonly CycleState[],
): boolean {
  // Others may write between the reading of the position and the start.
  const asOf = Math.max(0, world.log.last - (op.b % 4));
  const before = cycleState(world, id);
  const earlier = earlierThan(others, id);
  const start = cycle(id, { type: 'StartPreparation', asOf, later: before.later });
  const word =
    earlier && before.status !== 'preparing'
      ? [
          cycle(earlier.cycleId, {
            type: 'StartLaterCycle',
            laterCycleId: id,
            round: before.round + 1,
            seen: earlier.asOf,
          }),
        ]
      : [];
  return world.run(op, 'finance-officer', ...word, start);
}

/** Takes back the orders of earlier rounds, and of cycles that are no more. */
const cancelEarlierOrders = (
  world: World,
  op: Op,
  begun: CycleState,
  others: readonly CycleState[],
): boolean =>
  cancelOrders(world, op, begun.cycleId, begun.round - 1) &&
  others
    .filter(
      ({ round, status, cycleId }) =>
        round > 0 && (status === 'abandoned' || (status === 'returned' && cycleId > begun.cycleId)),
    )
    .every(({ cycleId, round }) => cancelOrders(world, op, cycleId, round));

/**
 * Orders what is due to one household, less what it owes.
 * @returns false where it was refused
 */
function order(
  world: World,
  op: Op,
  { period, round, asOf }: CycleState,
  { personId, region }: EnrolmentState,
  due: Due,
  arrears: CarriedArrears | undefined,
): boolean {
  const paymentId = paymentIdOf(PROGRAMME, period, personId);
  const debt = world.log.stream(streams.recovery(recoveryIdOf(PROGRAMME, personId)), asOf);
  const isPaidTooLittle = (balanceIn(world, personId, asOf) ?? 1n) > 0n;
  const less = isPaidTooLittle ? { due } : lessRecovery(due, foldRecovery(debt), paymentId, period);
  const orderArrears = arrears
    ? [
        arrearsPart(streams.adjustment(PROGRAMME, personId), {
          type: 'OrderArrears',
          paymentId,
          round,
          amountMinor: arrears.amountMinor,
          correctionIds: arrears.correctionIds,
        }),
      ]
    : [];
  const pay = (amount: Due, deduct: readonly Part[]): boolean =>
    world.run(
      op,
      'finance-officer',
      ...orderArrears,
      ...deduct,
      payment(paymentId, {
        type: 'OrderPayment',
        paymentId,
        programmeId: PROGRAMME,
        period,
        personId,
        region,
        round,
        currency: 'MAD',
        ...amount,
      }),
    );
  const deduct = less.deduction
    ? [recovery(personId, { type: 'Deduct', paymentId, round, ...less.deduction })]
    : [];
  // Where the recovery changed since the cycle's position, the payment goes without.
  return pay(less.due, deduct) || (deduct.length > 0 && pay(due, []));
}

function recordPreparation(world: World, op: Op, { cycleId, round, asOf }: CycleState): void {
  const { count, totalMinor, contentHash } = setOf(world, cycleId, round);
  world.run(
    op,
    'finance-officer',
    cycle(cycleId, {
      type: 'RecordPreparation',
      asOf,
      count,
      totalMinor: String(totalMinor),
      contentHash,
      ...(op.b === 5 ? { leftOut: LEFT_OUT } : {}),
    }),
  );
}

const LEFT_OUT = {
  count: 1,
  households: [{ personId: uuidOf('left out'), code: 'POLICY_EVALUATION_FAILED' }],
};

/** The position that earlier months were paid through; undefined where this one is not its turn. */
function paidThroughOf(
  world: World,
  others: readonly CycleState[],
  id: string,
): number | undefined {
  try {
    return paidThroughBefore(others, id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    world.refuse(error.code);
    return undefined;
  }
}

function cancelOrders(world: World, op: Op, id: string, throughRound: number): boolean {
  return world.log
    .category(`payment-${id}-`)
    .map(({ events }) => foldPayment(events))
    .filter(({ status, round }) => status === 'ordered' && round <= throughRound)
    .every(({ paymentId }) =>
      world.run(
        op,
        'finance-officer',
        payment(paymentId, { type: 'CancelPayment', reason: 'prepared again', throughRound }),
      ),
    );
}

/** Instructs `limit` payments of a released cycle, or the rest and records it. */
export function instruct(world: World, op: Op, limit: number): void {
  const found = world.cycles(op, 'released');
  if (!found || (found.status !== 'released' && !op.odd)) return;
  if (!['released', 'instructed', 'closed'].includes(found.status))
    return world.refuse('CYCLE_NOT_RELEASED');
  const released = world.log
    .stream(streams.cycle(found.cycleId))
    .findLast(({ type }) => type === 'CycleReleased')!;
  let left = limit;
  for (const { events } of world.log.category(`payment-${found.cycleId}-`)) {
    const state = foldPayment(events);
    const accountId = payableAccount(world, state.paymentId, released);
    if (state.status !== 'ordered' || state.round !== found.round || !accountId) continue;
    if (standsAgainst(world, state.paymentId, releasing(found, released), released.position))
      continue;
    if (left <= 0) return;
    left -= 1;
    if (
      !world.run(
        op,
        'automation',
        payment(state.paymentId, {
          type: 'InstructPayment',
          ...instruction(state, 1, accountId),
        }),
      )
    )
      return;
  }
  if (limit < EVERYTHING) return;
  const files = filesOf(world, found.cycleId).filter(({ messageId }) => messageId === 'M-1');
  const [{ count, totalMinor } = { count: 0, totalMinor: '0' }] = files;
  world.run(
    op,
    'automation',
    cycle(found.cycleId, { type: 'RecordInstruction', count, totalMinor, files }),
  );
}
