import { orderedInRound } from '../../src/use-cases/cycles/ordered.rule.js';
import { SetTally } from '../../src/use-cases/cycles/ordered-set.js';
import { earlierThan, paidThroughBefore } from '../../src/use-cases/cycles/cycle-order.rule.js';
import { arrearsFor } from '../../src/use-cases/cycles/correction-items.rule.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import {
  monthsOnAccount,
  timesEnrolled,
  unpaidFrom,
} from '../../src/use-cases/cycles/months-paid.rule.js';
import { dueIn, lessRecovery } from '../../src/use-cases/cycles/payable.rule.js';
import { isPrepared, type CycleState } from '../../src/cycle/cycle.state.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  cycleId as cycleIdOf,
  partsOfPayment,
  paymentId as paymentIdOf,
  recoveryId as recoveryIdOf,
  streams,
  uuidOf,
} from '../../src/kernel/ids.js';
import { notClosed } from '../../src/programme/not-closed.js';
import { type Part } from '../../src/write-side/unit.js';
import { paidToIdentity } from './model-again.js';
import { adjustment, recovery } from './model-corrections.js';
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
  if (['none', 'abandoned'].includes(cycleState(world, id).status)) {
    const { version } = world.programme().policyOf(period);
    if (
      !world.run(
        op,
        'finance-officer',
        cycle(id, {
          type: 'OpenCycle',
          cycleId: id,
          programmeId: PROGRAMME,
          period,
          policyVersion: version,
          currency: 'MAD',
        }),
        notClosed(PROGRAMME),
      )
    )
      return;
  }
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
  if (!world.run(op, 'finance-officer', ...word, start)) return;
  const { round, asOf: fixed } = cycleState(world, id);
  if (!cancelOrders(world, op, id, round - 1)) return;
  for (const other of others)
    if (
      other.round > 0 &&
      (other.status === 'abandoned' || (other.status === 'returned' && other.cycleId > id)) &&
      !cancelOrders(world, op, other.cycleId, other.round)
    )
      return;
  const programme = world.programme(fixed);
  let left = limit;
  for (const { events } of world.log.category(`enrolment-${PROGRAMME}-`, fixed)) {
    const state = foldEnrolment(events);
    const paymentId = paymentIdOf(PROGRAMME, period, state.personId);
    const account = foldAdjustment(
      world.log.stream(streams.adjustment(PROGRAMME, state.personId), fixed),
    );
    const arrears = arrearsFor(account, paymentId, round);
    const from = unpaidFrom(events, period, paidThrough);
    const paidTo = paidToIdentity(world, state.personId, { own: true, before: period });
    const paid =
      timesEnrolled(events) > 1 ? new Set([...paidTo, ...monthsOnAccount(account)]) : paidTo;
    const due = dueIn(state, from, period, programme, { arrears, paid });
    if (foldPerson(world.log.stream(streams.person(state.personId), fixed)).status === 'erased')
      continue;
    if (!due || orderedInRound(world.log.stream(streams.payment(paymentId)), round)) continue;
    if (left <= 0) return;
    left -= 1;
    const { personId, region } = state;
    const less = lessRecovery(
      due,
      foldRecovery(world.log.stream(streams.recovery(recoveryIdOf(PROGRAMME, personId)), fixed)),
      paymentId,
      period,
    );
    const order = (pay: typeof due, deduct: readonly Part[]): boolean =>
      world.run(
        op,
        'finance-officer',
        ...(arrears
          ? [
              adjustment(personId, {
                type: 'OrderArrears',
                paymentId,
                round,
                amountMinor: arrears.amountMinor,
                correctionIds: arrears.correctionIds,
              }),
            ]
          : []),
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
          ...pay,
        }),
      );
    // Where the recovery changed since the cycle's position, the payment goes without.
    const deduct = less.deduction
      ? [recovery(personId, { type: 'Deduct', paymentId, round, ...less.deduction })]
      : [];
    if (!order(less.due, deduct) && (deduct.length === 0 || !order(due, []))) return;
  }
  if (limit < EVERYTHING) return;
  const { count, totalMinor, contentHash } = setOf(world, id, round);
  world.run(
    op,
    'finance-officer',
    cycle(id, {
      type: 'RecordPreparation',
      asOf: fixed,
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
    const accountId = payableAccount(world, partsOfPayment(state.paymentId).personId, released);
    if (state.status !== 'ordered' || state.round !== found.round || !accountId) continue;
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
