import { orderedInRound, SetTally } from '../../src/use-cases/cycles/ordered-set.js';
import { arrearsFor } from '../../src/use-cases/cycles/correction-items.rule.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import {
  holdersOf,
  monthsPaidBy,
  unpaidFrom,
} from '../../src/use-cases/cycles/months-paid.rule.js';
import { dueIn, lessRecovery } from '../../src/use-cases/cycles/payable.rule.js';
import { type CycleState } from '../../src/cycle/cycle.state.js';
import {
  cycleId as cycleIdOf,
  partsOfPayment,
  paymentId as paymentIdOf,
  recoveryId as recoveryIdOf,
  streams,
} from '../../src/kernel/ids.js';
import { type Part } from '../../src/write-side/unit.js';
import { adjustment, recovery } from './model-corrections.js';
import { PERIODS, PROGRAMME } from './model-programme.js';
import { foldEnrolment, foldPayment, foldPerson, type Op, type World } from './model-world.js';
import { cycleState, cycle, payment, EVERYTHING, instruction } from './model-money-parts.js';

const isPrepared = ({ status }: CycleState): boolean =>
  !['none', 'open', 'preparing', 'returned'].includes(status);

/** The set of a cycle's round, from the log. */
function setOf(world: World, id: string, round: number) {
  const tally = new SetTally();
  for (const { stream, events } of world.log.category(`payment-${id}-`)) {
    const ordered = orderedInRound(events, round);
    if (ordered) tally.add(stream.slice('payment-'.length), ordered.amountMinor, ordered.currency);
  }
  return tally.figures();
}

/** Months that earlier cycles paid to the person's identity, whoever had it. */
function paidBefore(world: World, personId: string, period: string): ReadonlySet<string> {
  const { identityHash } = foldPerson(world.log.stream(streams.person(personId)));
  const holders = holdersOf(world.log.stream(streams.identity(identityHash)));
  const earlier = PERIODS.filter((one) => one < period);
  return new Set(
    [...new Set([personId, ...holders])].flatMap((holder) =>
      earlier.flatMap((one) =>
        monthsPaidBy(
          world.log.stream(streams.payment(paymentIdOf(PROGRAMME, one, holder))),
          cycleState(world, cycleIdOf(PROGRAMME, one)).status === 'closed',
        ),
      ),
    ),
  );
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
    .map((one) => ({ one, state: cycleState(world, cycleIdOf(PROGRAMME, one)) }))
    .filter(({ state }) => state.status !== 'none');
  if (others.some(({ one, state }) => one < period && !isPrepared(state)))
    return world.refuse('EARLIER_CYCLE_NOT_PREPARED');
  if (others.some(({ one, state }) => one > period && state.round > 0))
    return world.refuse('LATER_CYCLE_STARTED');
  const paidThrough = Math.max(
    -1,
    ...others.filter(({ one }) => one < period).map(({ state }) => state.asOf),
  );
  if (cycleState(world, id).status === 'none') {
    const { version } = world.book().policyOf(period);
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
      )
    )
      return;
  }
  // Others may write between the reading of the position and the start.
  const asOf = Math.max(0, world.log.last - (op.b % 4));
  if (!world.run(op, 'finance-officer', cycle(id, { type: 'StartPreparation', asOf }))) return;
  const { round, asOf: fixed } = cycleState(world, id);
  for (const { events } of world.log.category(`payment-${id}-`)) {
    const state = foldPayment(events);
    if (
      state.status === 'ordered' &&
      state.round < round &&
      !world.run(
        op,
        'finance-officer',
        payment(state.paymentId, { type: 'CancelPayment', reason: 'prepared again' }),
      )
    )
      return;
  }
  const book = world.book(fixed);
  let left = limit;
  for (const { events } of world.log.category(`enrolment-${PROGRAMME}-`, fixed)) {
    const state = foldEnrolment(events);
    const paymentId = paymentIdOf(PROGRAMME, period, state.personId);
    const arrears = arrearsFor(
      foldAdjustment(world.log.stream(streams.adjustment(PROGRAMME, state.personId), fixed)),
      paymentId,
      round,
    );
    const from = unpaidFrom(events, period, paidThrough);
    const paid = paidBefore(world, state.personId, period);
    const due = dueIn(state, from, period, book, { arrears, paid });
    if (foldPerson(world.log.stream(streams.person(state.personId), fixed)).status === 'erased')
      continue;
    if (!due || orderedInRound(world.log.stream(streams.payment(paymentId)), round)) continue;
    if (left-- <= 0) return;
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
    }),
  );
}

/** Instructs `limit` payments of a released cycle, or the rest and records it. */
export function instruct(world: World, op: Op, limit: number): void {
  const found = world.cycles(op, 'released');
  if (!found || (found.status !== 'released' && !op.odd)) return;
  if (!['released', 'instructed', 'closed'].includes(found.status))
    return world.refuse('CYCLE_NOT_RELEASED');
  let left = limit;
  for (const { events } of world.log.category(`payment-${found.cycleId}-`)) {
    const state = foldPayment(events);
    const { account } = foldPerson(
      world.log.stream(streams.person(partsOfPayment(state.paymentId).personId)),
    );
    if (state.status !== 'ordered' || state.round !== found.round || !account) continue;
    if (left-- <= 0) return;
    if (
      !world.run(
        op,
        'automation',
        payment(state.paymentId, {
          type: 'InstructPayment',
          ...instruction(state, 1, account.accountId),
        }),
      )
    )
      return;
  }
  if (limit < EVERYTHING) return;
  const instructed = world.log
    .category(`payment-${found.cycleId}-`)
    .map(({ events }) => foldPayment(events))
    .filter(({ attempt }) => attempt > 0);
  world.run(
    op,
    'automation',
    cycle(found.cycleId, {
      type: 'RecordInstruction',
      count: instructed.length,
      totalMinor: String(
        instructed.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n),
      ),
      files: [],
    }),
  );
}
